//! Opening a verification: who asks, for which side of which request, and by which way.

use base64::{Engine, prelude::BASE64_STANDARD};
use p256::ecdsa::VerifyingKey;
use uuid::Uuid;
use verify::challenge::Challenge;

use super::{
    record::check_record,
    settle::check_lock,
    stated::{self, Person, Stated},
    steps::draw,
    vouch::silent,
};
use crate::{
    authority::{Subject, Visit},
    rules::{
        clocks,
        policy::{Method, Policy},
        request::{Event, Kind, Party},
    },
    service::{
        App, Refusal, Result, policies,
        requests::{self, By, acting, advance, keep_time},
    },
    store::{Guardian, NewVerification, Request as Asked, Tx, Verification},
};

/// No assessment ends so long after the deadline of its report.
const ABANDONED_MS: i64 = 10 * 60 * 1000;

/// Who wants to be verified, and how.
pub struct Request<'a> {
    /// The request it is for.
    pub request_id: Uuid,
    /// The way.
    pub method: Method,
    /// Who it is.
    pub person: Stated<'a>,
    /// The guardian of one too young to act alone.
    pub guardian: Option<Stated<'a>>,
    /// Raw uncompressed P-256 point in base64; for a face only.
    pub device_key: Option<&'a str>,
}

/// An opened verification.
pub struct Issued {
    /// Id.
    pub id: Uuid,
    /// Policy it is judged by.
    pub policy_version: u32,
    /// Latest moment the rest is waited for.
    pub expires_at_ms: i64,
    /// What must be done.
    pub way: Way,
}

/// What must be done.
pub enum Way {
    /// These steps before the camera.
    Face(Challenge),
    /// Photographs to be sent; of a guardian's document too.
    Documents {
        /// Whether there is a guardian.
        guardian: bool,
    },
    /// A page of the authority to be visited.
    Authority {
        /// Its address.
        url: String,
    },
}

/// Opens a verification.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::MethodRefused`], [`Refusal::NameInvalid`], [`Refusal::DocumentTypeInvalid`],
/// [`Refusal::DocumentNumberInvalid`], [`Refusal::DocumentMismatch`], [`Refusal::SamePerson`],
/// [`Refusal::GuardianNeeded`], [`Refusal::DeviceKeyInvalid`], [`Refusal::LockedOut`], [`Refusal::DailyCap`],
/// [`Refusal::TooMany`], [`Refusal::RequestExpired`], [`Refusal::PaperMissing`], [`Refusal::Conflict`]; [`Refusal::EngineLoading`] while reports
/// cannot be assessed, [`Refusal::AuthorityUnavailable`] while the authority cannot be asked.
pub async fn issue(app: &App, account: Uuid, wanted: Request<'_>) -> Result<Issued> {
    if wanted.method == Method::Face {
        app.desk.assessor()?;
    }
    keep_time(app).await?;
    let (policy, now_ms) = (policies::in_force(app)?, app.now_ms());
    let Request { method, person, guardian, device_key, request_id } = wanted;
    let (person, guardian) = stated::read(policy, method, &person, guardian.as_ref(), now_ms)?;
    let device_key = match method {
        Method::Face if !person.document.kind().shows_face() => return Err(Refusal::MethodRefused.into()),
        Method::Face => point(device_key.unwrap_or_default())?,
        Method::Documents | Method::Authority => Vec::new(),
    };
    // Asked for before the record is looked at: guessing costs, whether right or wrong.
    app.limits.account(account)?;
    let id = app.id();
    let visit = match method {
        Method::Authority => {
            admit(app, &app.store.read().await?, (account, request_id), policy, method, &person).await?;
            Some(announce(app, id, request_id, &person).await?)
        }
        Method::Face | Method::Documents => None,
    };

    let tx = app.store.begin().await?;
    let (mut asked, party) = admit(app, &tx, (account, request_id), policy, method, &person).await?;
    advance(app, &tx, &mut asked, Event::VerificationStarted(party), By::Party(party), None).await?;
    let is_face = method == Method::Face;
    let camera = &policy.challenge;
    let challenge = Challenge {
        verification_id: id.to_string(),
        nonce: app.token(),
        steps: if is_face {
            draw(&camera.step_pool, camera.steps, |bound| app.below(bound))
        } else {
            Vec::new()
        },
        policy_version: policy.version,
        step_timeout_ms: camera.step_timeout_ms,
    };
    let ttl_s = match method {
        Method::Face => camera.ttl_s,
        Method::Documents => policy.documents.ttl_s,
        Method::Authority => policy.authority.ttl_s,
    };
    let guardian = guardian.map(|guardian| Guardian {
        name: guardian.name,
        document_type: guardian.document.kind(),
        document_number: guardian.document.number().to_owned(),
    });
    let new = NewVerification {
        id,
        request_id: asked.id,
        account_id: account,
        party,
        method,
        name: &person.name,
        document_type: person.document.kind(),
        document_number: person.document.number(),
        guardian: guardian.as_ref(),
        device_key: &device_key,
        challenge: &challenge,
        visit: visit.as_ref().map(|visit| visit.token.as_str()),
        expires_at_ms: clocks::deadline(now_ms, ttl_s),
    };
    let expires_at_ms = new.expires_at_ms;
    tx.verifications().insert(new, now_ms).await?;
    tx.commit().await?;
    let way = match (method, visit) {
        (Method::Authority, Some(Visit { url, .. })) => Way::Authority { url },
        (Method::Face, _) => Way::Face(challenge),
        _ => Way::Documents { guardian: guardian.is_some() },
    };
    Ok(Issued { id, policy_version: policy.version, expires_at_ms, way })
}

/// How a verification of this account stands. An open one is expired from its deadline on, even if
/// [`expire_overdue`] has not come by yet.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn status(app: &App, account: Uuid, id: Uuid) -> Result<Verification> {
    let found = app.store.read().await?.verifications().find(id).await?;
    let mut found =
        found.filter(|verification| verification.account_id == account).ok_or(Refusal::NotFound)?;
    if found.state == "open" && clocks::is_over(found.expires_at_ms, app.now_ms()) {
        found.state = "expired".to_owned();
    }
    Ok(found)
}

/// A verification of this account by this way that still waits for its evidence.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::Conflict`] for another way, [`Refusal::NonceExpired`], [`Refusal::NonceReused`].
pub(super) async fn open(app: &App, account: Uuid, id: Uuid, method: Method) -> Result<Verification> {
    let found = status(app, account, id).await?;
    match found.state.as_str() {
        _ if found.method != method => Err(Refusal::Conflict.into()),
        "open" => Ok(found),
        "expired" => Err(Refusal::NonceExpired.into()),
        _ => Err(Refusal::NonceReused.into()),
    }
}

/// Closes every verification whose time is over. One in assessment has been given up when the server that assessed
/// it is long gone.
///
/// # Errors
/// The store failed.
pub async fn expire_overdue(app: &App) -> Result<()> {
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    tx.verifications().expire(now_ms, now_ms.saturating_sub(ABANDONED_MS)).await?;
    Ok(tx.commit().await?)
}

/// Whether this person may verify for this account's side of the request, by this way, now.
async fn admit(
    app: &App,
    tx: &Tx,
    (account, request_id): (Uuid, Uuid),
    policy: &Policy,
    method: Method,
    person: &Person,
) -> Result<(Asked, Party)> {
    let (asked, party) = acting(tx, request_id, account).await?;
    check_lock(app, tx, policy, account, (person.document.kind(), person.document.number())).await?;
    asked.state.next(Event::VerificationStarted(party))?;
    check_record(tx, &asked, party, person).await?;
    // The end of service shows its proof with its last word.
    if asked.kind != Kind::Cancellation {
        requests::papers_complete(tx, &asked).await?;
    }
    if !policies::rule(tx, policy, &asked, party).await?.methods.contains(&method) {
        return Err(Refusal::MethodRefused.into());
    }
    let since_ms = app.now_ms().saturating_sub(clocks::DAY_MS);
    if tx.verifications().count_since(account, since_ms).await? >= policy.daily_cap {
        return Err(Refusal::DailyCap.into());
    }
    Ok((asked, party))
}

/// Tells the authority who is coming, outside of any transaction.
async fn announce(app: &App, id: Uuid, request_id: Uuid, person: &Person) -> Result<Visit> {
    let authority = app.authority.as_ref().ok_or(Refusal::MethodRefused)?;
    let return_url = format!("{}/owner/#/requests/{request_id}", app.config.http.public_url);
    let subject = Subject {
        verification: id,
        name: &person.name,
        document_type: person.document.kind().as_str(),
        document_number: person.document.number(),
        return_url: &return_url,
    };
    authority.begin(subject, app.now_ms()).await.map_err(silent)
}

fn point(base64: &str) -> Result<Vec<u8>> {
    let point = BASE64_STANDARD.decode(base64).map_err(|_| Refusal::DeviceKeyInvalid)?;
    let usable = point.len() == 65 && VerifyingKey::from_sec1_bytes(&point).is_ok();
    if usable { Ok(point) } else { Err(Refusal::DeviceKeyInvalid.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_keys_are_points_of_the_curve() {
        assert!(point("").is_err());
        assert!(point(&BASE64_STANDARD.encode([4u8; 65])).is_err());
        let key = p256::ecdsa::SigningKey::random(&mut p256::elliptic_curve::rand_core::OsRng);
        let uncompressed = key.verifying_key().to_encoded_point(false);
        assert!(point(&BASE64_STANDARD.encode(uncompressed.as_bytes())).is_ok());
        let compressed = key.verifying_key().to_encoded_point(true);
        assert!(point(&BASE64_STANDARD.encode(compressed.as_bytes())).is_err());
    }
}
