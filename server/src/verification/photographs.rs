//! The way by documents: photographs of them, for a member of staff to look at.

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use verify::assess::{EvidenceError, Grade};

use super::{
    Outcome,
    desk::evidence,
    issue::open,
    settle::{Finding, settle},
};
use crate::{
    rules::policy::Method,
    service::{App, Error, Refusal, Result, consents::DOCUMENT_REVIEW, picture::clean, policies},
    store::{EvidenceKind, NewEvidence, Tx, Verification},
};

/// Most photographs of one verification.
pub const MOST_PHOTOGRAPHS: usize = 6;

/// What a photograph shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// A side or page of the person's document.
    Document,
    /// A side or page of the guardian's document.
    GuardianDocument,
}

/// A photograph as it was sent.
pub struct Photograph<'a> {
    /// What it shows.
    pub shows: Shows,
    /// JPEG or PNG, in base64.
    pub picture: &'a str,
}

/// Takes the photographs of a verification by documents; a member of staff decides. With `as_they_are`, they are taken
/// even if nobody could read them well: there may be no better ones.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::NonceReused`], [`Refusal::NonceExpired`], [`Refusal::PhotographMissing`],
/// [`Refusal::ConsentNeeded`] and [`Error::Evidence`] change nothing. [`Refusal::Conflict`] when the request moved on
/// meanwhile.
pub async fn photographs(
    app: &App,
    account: Uuid,
    id: Uuid,
    photographs: &[Photograph<'_>],
    as_they_are: bool,
) -> Result<Outcome> {
    let of = open(app, account, id, Method::Documents).await?;
    let shown = |shows| photographs.iter().any(|photograph| photograph.shows == shows);
    let complete = shown(Shows::Document) && (of.guardian.is_none() || shown(Shows::GuardianDocument));
    if !complete || photographs.len() > MOST_PHOTOGRAPHS {
        return Err(Refusal::PhotographMissing.into());
    }
    if app.store.read().await?.consents().active(account, DOCUMENT_REVIEW).await?.is_none() {
        return Err(Refusal::ConsentNeeded.into());
    }
    let mut pictures = Vec::new();
    for photograph in photographs {
        let file = BASE64_STANDARD.decode(photograph.picture).map_err(|_| Refusal::BadRequest)?;
        let picture = clean(file).await?.map_err(|error| evidence(EvidenceError::DocumentImage(error)))?;
        pictures.push((photograph.shows, picture));
    }
    if !as_they_are && of.document_type.shows_face() {
        look(app, &pictures).await?;
    }

    let tx = app.store.begin().await?;
    if !tx.verifications().claim(id).await? {
        return Err(Refusal::NonceReused.into());
    }
    keep(app, &tx, &of, &pictures).await?;
    let mut hash = Sha256::new();
    pictures.iter().for_each(|(_, picture)| hash.update(Sha256::digest(picture)));
    let finding = Finding {
        grade: Grade::ManualReview,
        reasons: vec!["documents".to_owned()],
        scores: None,
        sha256: hash.finalize().into(),
    };
    let policy = policies::find(app, &tx, of.challenge.policy_version).await?;
    let outcome = settle(app, &tx, &of, &policy, finding).await?;
    tx.commit().await?;
    Ok(outcome)
}

/// Asks for a better photograph while the person still has the document at hand. One side shows the portrait; that
/// one must do.
async fn look(app: &App, pictures: &[(Shows, Vec<u8>)]) -> Result<()> {
    let mut flaw = None;
    for (_, picture) in pictures.iter().filter(|(shows, _)| *shows == Shows::Document) {
        match app.desk.look(picture.clone()).await {
            Ok(()) => return Ok(()),
            Err(error @ Error::Evidence { .. }) => flaw = flaw.or(Some(error)),
            // Without an engine a member of staff looks all the same.
            Err(_) => return Ok(()),
        }
    }
    flaw.map_or(Ok(()), Err)
}

async fn keep(app: &App, tx: &Tx, of: &Verification, pictures: &[(Shows, Vec<u8>)]) -> Result<()> {
    let consent =
        tx.consents().active(of.account_id, DOCUMENT_REVIEW).await?.ok_or(Refusal::ConsentNeeded)?;
    for (position, (shows, content)) in (0..).zip(pictures) {
        let kind = match shows {
            Shows::Document => EvidenceKind::Document,
            Shows::GuardianDocument => EvidenceKind::GuardianDocument,
        };
        let evidence = NewEvidence {
            id: app.id(),
            verification_id: Some(of.id),
            consent_id: Some(consent.id),
            complaint_id: None,
            request_id: None,
            kind,
            position,
            content,
        };
        tx.evidence().insert(evidence, app.now_ms()).await?;
    }
    Ok(())
}
