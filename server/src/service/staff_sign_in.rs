//! Members of staff sign in: a password, then a second factor.

use secrecy::SecretString;
use uuid::Uuid;

use super::{
    App, Refusal, Result, attempts, passkeys, passwords,
    sessions::{Start, Token, authenticate, issue},
};
use crate::{
    rules::{rights::Right, sign_in::Next, totp},
    store::{Actor, Passkey, Purpose, Session, SessionKind, StaffMember, Totp, Tx},
};

/// How many recovery codes there are.
const RECOVERY_CODES: usize = 10;
/// Who issues the codes of an authenticator app.
const ISSUER: &str = "OwnerProof";

/// The second factors somebody has.
#[derive(Clone, Copy, Debug)]
pub struct Factors {
    /// An authenticator app.
    pub totp: bool,
    /// Passkeys.
    pub passkeys: u64,
}

/// A member of staff who is signed in, perhaps without the second factor.
pub struct SignedIn {
    /// The session.
    pub session: Session,
    /// Who.
    pub member: StaffMember,
    /// What they have.
    pub factors: Factors,
    /// What they have to do.
    pub next: Next,
}

/// Signs a member of staff in with a password, and says what comes next.
///
/// # Errors
/// [`Refusal::CredentialsWrong`], for an unknown name as for a wrong password, after the same work;
/// [`Refusal::LockedOut`].
pub async fn with_password(
    app: &App,
    username: &str,
    password: SecretString,
) -> Result<(Token, Next, Factors)> {
    let attempt = attempts::begin(app, username).await?;
    let member = app.store.read().await?.staff().by_username(username).await?;
    let hash = member.as_ref().map(|member| member.password_hash.clone());
    let fits = passwords::fits(hash, password).await;
    let Some(member) = member.filter(|_| fits) else {
        return Err(Refusal::CredentialsWrong.into());
    };
    let tx = app.store.begin().await?;
    let factors = factors(&tx, member.id).await?;
    let next = next(app, false, factors);
    attempt.right(&tx).await?;
    if next == Next::Ready {
        tx.attempts().forgive(username).await?;
    }
    let token = issue(app, &tx, Start::staff(member.id, "password", false)).await?;
    app.audit(&tx, Actor::Staff(member.id), "staff.sign_in", ("staff", member.id), Some("password"));
    tx.commit().await?;
    Ok((token, next, factors))
}

/// The member of staff a token stands for.
///
/// # Errors
/// [`Refusal::SignInNeeded`].
pub async fn signed_in(app: &App, token: &str) -> Result<SignedIn> {
    let session = authenticate(app, SessionKind::Staff, token).await?;
    let tx = app.store.read().await?;
    let member = tx.staff().find(session.subject_id).await?.ok_or(Refusal::SignInNeeded)?;
    let factors = factors(&tx, member.id).await?;
    let next = next(app, session.second_factor, factors);
    Ok(SignedIn { session, member, factors, next })
}

/// The member of staff a token stands for, if they are all the way in and one of their roles gives the right.
///
/// # Errors
/// [`Refusal::SignInNeeded`], [`Refusal::SecondFactorNeeded`], [`Refusal::SecondFactorMissing`],
/// [`Refusal::RightMissing`].
pub async fn authorise(app: &App, token: &str, right: Right) -> Result<StaffMember> {
    let SignedIn { member, next, .. } = signed_in(app, token).await?;
    match next {
        Next::Prove => Err(Refusal::SecondFactorNeeded.into()),
        Next::Enrol => Err(Refusal::SecondFactorMissing.into()),
        Next::Ready if member.may(right) => Ok(member),
        Next::Ready => Err(Refusal::RightMissing.into()),
    }
}

/// Whether a token still stands for a member of staff who has this right. Watching is no use of the session: it may end
/// for want of one meanwhile.
///
/// # Errors
/// As [`authorise`].
pub async fn watch(app: &App, token: &str, right: Right) -> Result<()> {
    let tx = app.store.read().await?;
    let session = tx.sessions().find(SessionKind::Staff, token, app.now_ms()).await?;
    let member = tx.staff().find(session.ok_or(Refusal::SignInNeeded)?.subject_id).await?;
    if member.is_some_and(|member| member.may(right)) { Ok(()) } else { Err(Refusal::RightMissing.into()) }
}

/// What an authenticator app has to be told.
pub struct TotpOffer {
    /// In Base32, to be typed.
    pub secret: String,
    /// To be scanned.
    pub uri: String,
}

/// Offers an authenticator app; it counts once a code has confirmed it.
///
/// # Errors
/// [`Refusal::SecondFactorNeeded`] for someone who has one to prove first; [`Refusal::Conflict`] for someone whose app
/// is confirmed.
pub async fn offer_totp(app: &App, who: &SignedIn) -> Result<TotpOffer> {
    who.owes_nothing()?;
    let secret = app.bytes::<{ totp::SECRET }>();
    let tx = app.store.begin().await?;
    if tx.second_factors().totp(who.member.id).await?.is_some_and(|totp| totp.confirmed) {
        return Err(Refusal::Conflict.into());
    }
    tx.second_factors().offer(who.member.id, &secret).await?;
    tx.commit().await?;
    let account = who.member.username.replace(':', " ");
    Ok(TotpOffer { secret: totp::base32(&secret), uri: totp::uri(ISSUER, &account, &secret) })
}

/// Confirms the authenticator app that was offered, and returns recovery codes, shown once. The session has proved a
/// second factor with it.
///
/// # Errors
/// [`Refusal::Conflict`] when none is offered; [`Refusal::CodeWrong`].
pub async fn confirm_totp(app: &App, who: &SignedIn, code: &str) -> Result<Vec<String>> {
    who.owes_nothing()?;
    let id = who.member.id;
    let tx = app.store.begin().await?;
    let Some(offered) = tx.second_factors().totp(id).await?.filter(|totp| !totp.confirmed) else {
        return Err(Refusal::Conflict.into());
    };
    if !use_totp(app, &tx, id, &offered, code).await? {
        return Err(Refusal::CodeWrong.into());
    }
    let codes: Vec<(Uuid, String)> =
        (0..RECOVERY_CODES).map(|_| (app.id(), totp::base32(&app.bytes::<10>()).to_lowercase())).collect();
    tx.second_factors().set_recovery_codes(id, &codes).await?;
    tx.sessions().second_factor_proved(who.session.id).await?;
    app.audit(&tx, Actor::Staff(id), "staff.totp", ("staff", id), None);
    tx.commit().await?;
    Ok(codes.into_iter().map(|(_, code)| code).collect())
}

/// Proves the second factor with a code of the app, or with a recovery code.
///
/// # Errors
/// [`Refusal::CodeWrong`]; [`Refusal::LockedOut`] after too many.
pub async fn prove_with_code(app: &App, who: &SignedIn, code: &str) -> Result<()> {
    let (id, code) = (who.member.id, code.trim().to_lowercase());
    let attempt = attempts::begin(app, &who.member.username).await?;
    let tx = app.store.begin().await?;
    // An app that was only offered proves nothing: whoever knew the password could have asked for it.
    let confirmed = tx.second_factors().totp(id).await?.filter(|totp| totp.confirmed);
    let method = if let Some(totp) = confirmed
        && use_totp(app, &tx, id, &totp, &code).await?
    {
        "totp"
    } else if tx.second_factors().use_recovery_code(id, &code).await? {
        "recovery_code"
    } else {
        return Err(Refusal::CodeWrong.into());
    };
    attempt.right(&tx).await?;
    proved(app, &tx, who, method).await?;
    tx.commit().await?;
    Ok(())
}

/// Adds a passkey; the session has proved a second factor with it.
///
/// # Errors
/// [`Refusal::SecondFactorNeeded`] for someone who has one to prove first; otherwise as [`passkeys::add`].
pub async fn add_passkey(app: &App, who: &SignedIn, made: passkeys::Made) -> Result<Passkey> {
    who.owes_nothing()?;
    let passkey = passkeys::add(app, Purpose::StaffPasskey, who.member.id, made).await?;
    let tx = app.store.begin().await?;
    tx.sessions().second_factor_proved(who.session.id).await?;
    tx.commit().await?;
    Ok(passkey)
}

/// Proves the second factor with a passkey.
///
/// # Errors
/// [`Refusal::PasskeyWrong`]; [`Refusal::LockedOut`] after too many.
pub async fn prove_with_passkey(app: &App, who: &SignedIn, answer: passkeys::Answer) -> Result<()> {
    let attempt = attempts::begin(app, &who.member.username).await?;
    let (tx, _) = passkeys::check(app, Purpose::StaffProof, Some(who.member.id), answer).await?;
    attempt.right(&tx).await?;
    proved(app, &tx, who, "passkey").await?;
    tx.commit().await?;
    Ok(())
}

/// Changes one's own password and ends one's other sessions.
///
/// # Errors
/// [`Refusal::CredentialsWrong`] for the old one, [`Refusal::PasswordInvalid`] for the new one;
/// [`Refusal::LockedOut`].
pub async fn change_password(app: &App, who: &SignedIn, old: SecretString, new: SecretString) -> Result<()> {
    who.owes_nothing()?;
    let StaffMember { id, username, password_hash, .. } = &who.member;
    let attempt = attempts::begin(app, username).await?;
    if !passwords::fits(Some(password_hash.clone()), old).await {
        return Err(Refusal::CredentialsWrong.into());
    }
    let chosen = passwords::choose(username, new).await;
    let tx = app.store.begin().await?;
    attempt.right(&tx).await?;
    if let Ok(hash) = &chosen {
        tx.staff().set_password(*id, hash.clone()).await?;
        tx.sessions().delete_all(SessionKind::Staff, *id, Some(who.session.id)).await?;
        app.audit(&tx, Actor::Staff(*id), "staff.password", ("staff", *id), None);
    }
    tx.commit().await?;
    chosen.map(drop)
}

impl SignedIn {
    /// Only who is in, or has no second factor yet, may add one or look around: whoever merely knows the password may not.
    ///
    /// # Errors
    /// [`Refusal::SecondFactorNeeded`].
    pub fn owes_nothing(&self) -> Result<()> {
        if self.next == Next::Prove { Err(Refusal::SecondFactorNeeded.into()) } else { Ok(()) }
    }
}

async fn factors(tx: &Tx, id: Uuid) -> Result<Factors> {
    let totp = tx.second_factors().totp(id).await?.is_some_and(|totp| totp.confirmed);
    Ok(Factors { totp, passkeys: tx.passkeys().count(SessionKind::Staff, id).await? })
}

fn next(app: &App, proved: bool, has: Factors) -> Next {
    app.config.sign_in.staff_second_factor.next(proved, has.totp || has.passkeys > 0)
}

/// Uses the code of the app's time step up, if it is right and neither this nor a later step was used.
async fn use_totp(app: &App, tx: &Tx, id: Uuid, totp: &Totp, code: &str) -> Result<bool> {
    match totp::step_of(&totp.secret, code.trim(), app.now_ms().div_euclid(1000)) {
        Some(step) => Ok(tx.second_factors().use_step(id, step).await?),
        None => Ok(false),
    }
}

async fn proved(app: &App, tx: &Tx, who: &SignedIn, method: &str) -> Result<()> {
    tx.attempts().forgive(&who.member.username).await?;
    tx.sessions().second_factor_proved(who.session.id).await?;
    let id = who.member.id;
    app.audit(tx, Actor::Staff(id), "staff.second_factor", ("staff", id), Some(method));
    Ok(())
}
