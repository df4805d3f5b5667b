//! Passkeys: made by who is signed in, for signing in afterwards. What the browser sends is the JSON form of Web
//! Authentication (`PublicKeyCredential.toJSON()`), already decoded.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::{
    App, Refusal, Result,
    sessions::{Start, Token, issue},
};
use crate::{
    rules::{
        clocks,
        webauthn::{self, Assertion, Fault, RelyingParty},
    },
    store::{Actor, Passkey, Purpose, SessionKind, Tx},
};

/// Most passkeys of one person.
const MOST: usize = 20;
/// Seconds a challenge can be answered.
pub const TIMEOUT_S: u64 = 300;

/// What a browser is asked for.
pub struct Ask {
    /// To be signed, URL-safe base64.
    pub challenge: String,
    /// Host name passkeys are made for.
    pub rp_id: String,
    /// Passkeys this person has.
    pub known: Vec<Passkey>,
}

/// A passkey that was made.
pub struct Made {
    /// What the browser says it asked for.
    pub client_data: Vec<u8>,
    /// What the authenticator says.
    pub authenticator_data: Vec<u8>,
    /// What its owner calls it.
    pub label: String,
}

/// A passkey that signed.
pub struct Answer {
    /// Which one.
    pub credential_id: Vec<u8>,
    /// What the browser says it asked for.
    pub client_data: Vec<u8>,
    /// What the authenticator says.
    pub authenticator_data: Vec<u8>,
    /// Over both.
    pub signature: Vec<u8>,
    /// Whom the authenticator takes the person for.
    pub user_handle: Option<Vec<u8>>,
}

/// Asks for a passkey: a new one, or the use of one. `subject` is who must answer, where that is known.
///
/// # Errors
/// The store failed.
pub async fn ask(app: &App, purpose: Purpose, subject: Option<Uuid>) -> Result<Ask> {
    let (challenge, rp_id) = (app.token(), party(app)?.id);
    let tx = app.store.begin().await?;
    let until_ms = clocks::deadline(app.now_ms(), TIMEOUT_S);
    tx.challenges().insert(&challenge, purpose, subject, until_ms).await?;
    let known = match subject {
        Some(subject) => tx.passkeys().list(kind(purpose), subject).await?,
        None => Vec::new(),
    };
    tx.commit().await?;
    Ok(Ask { challenge, rp_id, known })
}

/// Adds a passkey to an account or a member of staff.
///
/// # Errors
/// [`Refusal::PasskeyInvalid`]; [`Refusal::Conflict`] for a passkey that is on record, or one too many.
pub async fn add(app: &App, purpose: Purpose, subject_id: Uuid, made: Made) -> Result<Passkey> {
    let tx = app.store.begin().await?;
    let challenge =
        webauthn::challenge(&made.client_data).map_err(|fault| refuse(fault, Refusal::PasskeyInvalid))?;
    let registered = match tx.challenges().take(&challenge, purpose, Some(subject_id), app.now_ms()).await? {
        true => webauthn::register(&party(app)?, &challenge, &made.client_data, &made.authenticator_data),
        false => Err(Fault::Challenge),
    };
    let credential = match registered {
        Ok(credential) => credential,
        Err(fault) => {
            // The challenge stays used.
            tx.commit().await?;
            return Err(refuse(fault, Refusal::PasskeyInvalid).into());
        }
    };
    if tx.passkeys().list(kind(purpose), subject_id).await?.len() >= MOST {
        return Err(Refusal::Conflict.into());
    }
    let passkey = Passkey {
        id: app.id(),
        subject_id,
        credential,
        label: made.label,
        created_at_ms: app.now_ms(),
        last_used_at_ms: None,
    };
    tx.passkeys().insert(kind(purpose), &passkey).await?;
    audit(app, &tx, purpose, &passkey, "passkey.add");
    tx.commit().await?;
    Ok(passkey)
}

/// The passkeys of one person, oldest first.
///
/// # Errors
/// The store failed.
pub async fn list(app: &App, kind: SessionKind, subject: Uuid) -> Result<Vec<Passkey>> {
    Ok(app.store.read().await?.passkeys().list(kind, subject).await?)
}

/// Removes a passkey.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn remove(app: &App, kind: SessionKind, subject: Uuid, id: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    if !tx.passkeys().delete(kind, subject, id).await? {
        return Err(Refusal::NotFound.into());
    }
    app.audit(&tx, actor(kind, subject), "passkey.remove", ("passkey", id), None);
    Ok(tx.commit().await?)
}

/// Signs an owner in with one of their passkeys.
///
/// # Errors
/// [`Refusal::PasskeyWrong`].
pub async fn owner_sign_in(app: &App, answer: Answer) -> Result<Token> {
    let (tx, passkey) = check(app, Purpose::OwnerSignIn, None, answer).await?;
    let token = issue(app, &tx, Start::owner(passkey.subject_id, "passkey")).await?;
    tx.commit().await?;
    Ok(token)
}

/// Checks an answer and writes the use of the passkey down; the transaction is still open.
pub(super) async fn check(
    app: &App,
    purpose: Purpose,
    subject: Option<Uuid>,
    answer: Answer,
) -> Result<(Tx, Passkey)> {
    let wrong = |fault| refuse(fault, Refusal::PasskeyWrong);
    let tx = app.store.begin().await?;
    let challenge = webauthn::challenge(&answer.client_data).map_err(wrong)?;
    let taken = tx.challenges().take(&challenge, purpose, subject, app.now_ms()).await?;
    let found = tx.passkeys().find(kind(purpose), &answer.credential_id).await?;
    // With nobody named beforehand the authenticator must say who it is, and the passkey must be theirs.
    let handle = answer.user_handle.as_deref().and_then(|handle| Uuid::from_slice(handle).ok());
    let owned = |passkey: &Passkey| match subject {
        Some(subject) => subject == passkey.subject_id && handle.is_none_or(|handle| handle == subject),
        None => handle == Some(passkey.subject_id),
    };
    let Some(passkey) = found.filter(|passkey| taken && owned(passkey)) else {
        tx.commit().await?;
        return Err(wrong(Fault::Challenge).into());
    };
    let assertion = Assertion {
        client_data: &answer.client_data,
        authenticator_data: &answer.authenticator_data,
        signature: &answer.signature,
    };
    match webauthn::verify(&party(app)?, &challenge, &passkey.credential, assertion) {
        Ok(counter) => {
            tx.passkeys().used(&passkey, counter, app.now_ms()).await?;
            Ok((tx, passkey))
        }
        Err(fault) => {
            if fault == Fault::Counter {
                audit(app, &tx, purpose, &passkey, "passkey.counter");
            }
            tx.commit().await?;
            Err(wrong(fault).into())
        }
    }
}

/// Removes challenges that are over.
///
/// # Errors
/// The store failed.
pub async fn purge(app: &App) -> Result<()> {
    let tx = app.store.begin().await?;
    tx.challenges().purge(app.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// A challenge as it stands in the JSON of the browser is its own text; ids are encoded the same way.
pub fn encode(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads what [`encode`] writes.
pub fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

fn party(app: &App) -> Result<RelyingParty> {
    let url = reqwest::Url::parse(&app.config.http.public_url).ok();
    let url = url.filter(reqwest::Url::has_host).ok_or(Refusal::Internal)?;
    let id = url.host_str().unwrap_or_default().to_owned();
    Ok(RelyingParty { id, origin: url.origin().ascii_serialization() })
}

fn kind(purpose: Purpose) -> SessionKind {
    match purpose {
        Purpose::OwnerPasskey | Purpose::OwnerSignIn => SessionKind::Owner,
        Purpose::StaffPasskey | Purpose::StaffProof | Purpose::Oidc => SessionKind::Staff,
    }
}

fn actor(kind: SessionKind, subject: Uuid) -> Actor {
    match kind {
        SessionKind::Owner => Actor::Account(subject),
        SessionKind::Staff => Actor::Staff(subject),
        SessionKind::Client => Actor::System,
    }
}

fn audit(app: &App, tx: &Tx, purpose: Purpose, passkey: &Passkey, action: &str) {
    app.audit(tx, actor(kind(purpose), passkey.subject_id), action, ("passkey", passkey.id), None);
}

/// The log gets the reason, the client does not.
fn refuse(fault: Fault, refusal: Refusal) -> Refusal {
    tracing::info!(%fault, "passkey refused");
    refusal
}
