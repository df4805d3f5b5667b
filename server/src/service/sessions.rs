//! Signing in and out.

use std::sync::LazyLock;

use argon2::{
    Argon2, PasswordHash, PasswordHasher, PasswordVerifier,
    password_hash::{SaltString, rand_core::OsRng},
};
use hmac::digest::CtOutput;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{App, Refusal, Result, codes::Phone};
use crate::{
    rules::{clocks, rights::Right},
    store::{Session, SessionKind, StaffMember},
};

/// A token, shown once.
pub struct Token {
    /// Goes into `Authorization: Bearer`.
    pub token: String,
    /// When it stops working, in Unix milliseconds.
    pub expires_at_ms: i64,
}

/// Signs an owner in with a code; the first time makes an account.
///
/// # Errors
/// [`Refusal::PhoneInvalid`]; [`Refusal::CodeWrong`] for a wrong, used, old or guessed-out code, all alike.
pub async fn owner_sign_in(app: &App, phone: &str, code: &str) -> Result<Token> {
    let phone = Phone::parse(phone)?;
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let Some(sent) = tx.codes().latest(phone.as_str()).await? else {
        return Err(Refusal::CodeWrong.into());
    };
    let usable = !sent.used
        && !clocks::is_over(sent.expires_at_ms, now_ms)
        && sent.attempts < app.config.sign_in.code_attempts;
    if !usable {
        return Err(Refusal::CodeWrong.into());
    }
    if !same(&tx.codes().hash(sent.id, code.trim()), &sent.code_hash) {
        tx.codes().miss(sent.id).await?;
        tx.commit().await?;
        return Err(Refusal::CodeWrong.into());
    }
    if !tx.codes().consume(sent.id, now_ms).await? {
        return Err(Refusal::CodeWrong.into());
    }
    let account = tx.accounts().find_or_create(phone.as_str(), app.id(), now_ms).await?;
    let hours = app.config.sign_in.owner_hours;
    let token = issue(app, &tx, SessionKind::Owner, account.id, hours).await?;
    tx.commit().await?;
    Ok(token)
}

/// Signs a member of staff in.
///
/// # Errors
/// [`Refusal::CredentialsWrong`], for an unknown name as for a wrong password, after the same work.
pub async fn staff_sign_in(app: &App, username: &str, password: String) -> Result<Token> {
    let tx = app.store.read().await?;
    let member = tx.staff().by_username(username).await?;
    drop(tx);
    let hash = member.as_ref().map_or_else(|| NOBODY.clone(), |member| member.password_hash.clone());
    let fits = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
    });
    let fits = fits.await.unwrap_or(false);
    let Some(member) = member.filter(|_| fits) else {
        return Err(Refusal::CredentialsWrong.into());
    };
    let tx = app.store.begin().await?;
    let token = issue(app, &tx, SessionKind::Staff, member.id, app.config.sign_in.staff_hours).await?;
    tx.commit().await?;
    Ok(token)
}

/// The session a token stands for.
///
/// # Errors
/// [`Refusal::SignInNeeded`].
pub async fn authenticate(app: &App, kind: SessionKind, token: &str) -> Result<Session> {
    let tx = app.store.read().await?;
    let session = tx.sessions().find(kind, token, app.now_ms()).await?;
    Ok(session.ok_or(Refusal::SignInNeeded)?)
}

/// The member of staff a token stands for, if one of their roles gives the right.
///
/// # Errors
/// [`Refusal::SignInNeeded`], [`Refusal::RightMissing`].
pub async fn authorise(app: &App, token: &str, right: Right) -> Result<StaffMember> {
    let tx = app.store.read().await?;
    let session = tx.sessions().find(SessionKind::Staff, token, app.now_ms()).await?;
    let member = tx.staff().find(session.ok_or(Refusal::SignInNeeded)?.subject_id).await?;
    let member = member.ok_or(Refusal::SignInNeeded)?;
    if member.may(right) { Ok(member) } else { Err(Refusal::RightMissing.into()) }
}

/// Ends a session.
///
/// # Errors
/// The store failed.
pub async fn sign_out(app: &App, session: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    tx.sessions().delete(session).await?;
    Ok(tx.commit().await?)
}

/// Removes sessions that are over.
///
/// # Errors
/// The store failed.
pub async fn purge(app: &App) -> Result<()> {
    let tx = app.store.begin().await?;
    tx.sessions().purge(app.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// Argon2id with the recommended parameters, as a PHC string.
pub fn hash_password(password: &str) -> String {
    let salt = SaltString::generate(&mut OsRng);
    Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .unwrap_or_default()
}

/// A hash no password fits, checked for unknown names so that they take as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_password(&Uuid::new_v4().to_string()));

async fn issue(
    app: &App,
    tx: &crate::store::Tx,
    kind: SessionKind,
    subject: Uuid,
    hours: u32,
) -> Result<Token> {
    let (token, now_ms) = (app.token(), app.now_ms());
    let expires_at_ms = clocks::deadline(now_ms, u64::from(hours) * 3600);
    let session = Session { id: app.id(), subject_id: subject };
    tx.sessions().insert(kind, session, &token, now_ms, expires_at_ms).await?;
    Ok(Token { token, expires_at_ms })
}

/// Compares in constant time.
fn same(a: &[u8], b: &[u8]) -> bool {
    CtOutput::<Sha256>::new(Sha256::digest(a)) == CtOutput::new(Sha256::digest(b))
}
