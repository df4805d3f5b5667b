//! Sessions: begun by signing in, ended by signing out, by time, or by somebody who may.

use std::time::Duration;

use uuid::Uuid;

use super::{
    App, Refusal, Result,
    codes::{self, Phone},
};
use crate::{
    rules::{clocks, rights::Scope},
    store::{NewSession, Session, SessionKind, Tx},
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
    if !codes::take(app, &tx, &phone, code).await? {
        tx.commit().await?;
        return Err(Refusal::CodeWrong.into());
    }
    let account = tx.accounts().find_or_create(phone.as_str(), app.id(), now_ms).await?;
    let token = issue(app, &tx, Start::owner(account.id, "code")).await?;
    tx.commit().await?;
    Ok(token)
}

/// The session a token stands for.
///
/// # Errors
/// [`Refusal::SignInNeeded`].
pub async fn authenticate(app: &App, kind: SessionKind, token: &str) -> Result<Session> {
    let now_ms = app.now_ms();
    let tx = app.store.read().await?;
    let session = tx.sessions().find(kind, token, now_ms).await?.ok_or(Refusal::SignInNeeded)?;
    drop(tx);
    if session.is_stale(now_ms) {
        let tx = app.store.begin().await?;
        tx.sessions().touch(session.id, now_ms).await?;
        tx.commit().await?;
    }
    Ok(session)
}

/// The sessions of one person, newest first, 100 at most.
///
/// # Errors
/// The store failed.
pub async fn list(app: &App, kind: SessionKind, subject: Uuid) -> Result<Vec<Session>> {
    Ok(app.store.read().await?.sessions().list(kind, subject, app.now_ms()).await?)
}

/// Ends one session of this person.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn end(app: &App, kind: SessionKind, subject: Uuid, session: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    if !tx.sessions().delete(kind, subject, session).await? {
        return Err(Refusal::NotFound.into());
    }
    Ok(tx.commit().await?)
}

/// Ends every session of this person.
///
/// # Errors
/// The store failed.
pub async fn end_all(app: &App, kind: SessionKind, subject: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    tx.sessions().delete_all(kind, subject, None).await?;
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

/// How a session begins.
pub(super) struct Start<'a> {
    pub kind: SessionKind,
    pub subject: Uuid,
    pub method: &'static str,
    pub second_factor: bool,
    pub scopes: &'a [Scope],
}

impl Start<'_> {
    pub(super) fn owner(subject: Uuid, method: &'static str) -> Self {
        Self { kind: SessionKind::Owner, subject, method, second_factor: false, scopes: &[] }
    }

    pub(super) fn staff(subject: Uuid, method: &'static str, second_factor: bool) -> Self {
        Self { kind: SessionKind::Staff, subject, method, second_factor, scopes: &[] }
    }
}

pub(super) async fn issue(app: &App, tx: &Tx, start: Start<'_>) -> Result<Token> {
    let settings = &app.config.sign_in;
    let minutes = |count: u64| Duration::from_secs(count * 60);
    let [owner, staff, client] =
        [settings.owner_hours, settings.staff_hours, settings.client_minutes].map(u64::from);
    let (life, idle) = match start.kind {
        SessionKind::Owner => (minutes(owner * 60), minutes(settings.owner_idle_minutes.into())),
        SessionKind::Staff => (minutes(staff * 60), minutes(settings.staff_idle_minutes.into())),
        SessionKind::Client => (minutes(client), minutes(client)),
    };
    let (token, now_ms) = (app.token(), app.now_ms());
    let expires_at_ms = clocks::deadline(now_ms, life.as_secs());
    let session = NewSession {
        id: app.id(),
        kind: start.kind,
        subject_id: start.subject,
        method: start.method,
        second_factor: start.second_factor,
        scopes: start.scopes,
        token: &token,
        idle,
        expires_at_ms,
    };
    tx.sessions().insert(session, now_ms).await?;
    Ok(Token { token, expires_at_ms })
}
