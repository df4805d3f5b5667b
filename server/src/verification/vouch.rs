//! The way through an authority: the person has been there, and the server asks for its word.

use sha2::{Digest, Sha256};
use uuid::Uuid;
use verify::assess::Grade;

use super::{
    Outcome,
    issue::open,
    settle::{Finding, settle},
};
use crate::{
    authority::{Silence, Word},
    rules::policy::Method,
    service::{App, Error, Refusal, Result, policies},
};

/// Asks the authority what came of a visit, and settles the verification with its answer. May be asked until it has one.
///
/// # Errors
/// [`Refusal::AuthorityPending`] and [`Refusal::AuthorityUnavailable`] change nothing; nor do [`Refusal::NotFound`],
/// [`Refusal::NonceReused`], [`Refusal::NonceExpired`]. [`Refusal::Conflict`] when the request moved on meanwhile.
pub async fn outcome(app: &App, account: Uuid, id: Uuid) -> Result<Outcome> {
    let of = open(app, account, id, Method::Authority).await?;
    let authority = app.authority.as_ref().ok_or(Refusal::MethodRefused)?;
    let visit = of.visit.as_deref().ok_or(Refusal::NotFound)?;
    let word = authority.finish(id, visit, app.now_ms()).await.map_err(silent)?;

    let tx = app.store.begin().await?;
    let policy = policies::find(app, &tx, of.challenge.policy_version).await?;
    let (grade, reason) = match word {
        Word::Pending => {
            return Err(Error::Later { refusal: Refusal::AuthorityPending, retry_after_s: 3 });
        }
        Word::Confirmed => (policy.authority.confirmed, "authority_confirmed"),
        Word::Denied => (policy.authority.denied, "authority_denied"),
        Word::Undecided => (policy.authority.undecided, "authority_undecided"),
    };
    if !tx.verifications().claim(id).await? {
        return Err(Refusal::NonceReused.into());
    }
    let reasons = if grade == Grade::Pass { vec![] } else { vec![reason.to_owned()] };
    let sha256 = Sha256::digest(format!("{visit} {reason}")).into();
    let outcome = settle(app, &tx, &of, &policy, Finding { grade, reasons, scores: None, sha256 }).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Nobody's fault here, and nothing changed. What exactly was wrong is for the operator.
pub(super) fn silent(silence: Silence) -> Error {
    tracing::warn!(%silence, "no word from the authority");
    Error::Later { refusal: Refusal::AuthorityUnavailable, retry_after_s: 30 }
}
