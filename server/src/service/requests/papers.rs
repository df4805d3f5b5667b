//! The papers of a request: photographed, kept encrypted, looked at by staff.

use base64::{Engine, prelude::BASE64_STANDARD};
use uuid::Uuid;

use super::{acting, keep_time};
use crate::{
    rules::proof::{Proof, missing, needed},
    service::{App, Refusal, Result, picture::clean, reviews},
    store::{Actor, Detail, EvidenceKind, NewEvidence, Request, StaffMember, Tx},
};

/// Most papers of one request.
const MOST: usize = 12;

/// Keeps a photograph of a paper, in base64.
///
/// # Errors
/// [`Refusal::PaperInvalid`], [`Refusal::PapersFull`], [`Refusal::NotFound`], [`Refusal::RequestExpired`],
/// [`Refusal::Conflict`] once the request is approved.
pub async fn add(app: &App, account: Uuid, id: Uuid, proof: Proof, picture: &str) -> Result<Uuid> {
    keep_time(app).await?;
    // Before the work of opening it: whoever has no request here learns nothing and costs nothing.
    acting(&app.store.read().await?, id, account).await?;
    let picture = BASE64_STANDARD.decode(picture).map_err(|_| Refusal::PaperInvalid)?;
    let picture = clean(picture).await?.map_err(|_| Refusal::PaperInvalid)?;
    let tx = app.store.begin().await?;
    let (request, _) = acting(&tx, id, account).await?;
    if !request.state.can_end_early() {
        return Err(Refusal::Conflict.into());
    }
    let kept = tx.evidence().proofs_of(id).await?;
    if kept.len() >= MOST {
        return Err(Refusal::PapersFull.into());
    }
    let paper = NewEvidence {
        id: app.id(),
        request_id: Some(id),
        verification_id: None,
        consent_id: None,
        complaint_id: None,
        kind: EvidenceKind::Proof(proof),
        position: i32::try_from(kept.len()).unwrap_or_default(),
        content: &picture,
    };
    let paper_id = paper.id;
    tx.evidence().insert(paper, app.now_ms()).await?;
    let detail = Some(proof.as_str());
    app.audit(&tx, Actor::Account(account), "request.paper", ("request", id), detail);
    tx.commit().await?;
    Ok(paper_id)
}

/// A paper of the request of a review this member of staff has claimed. Every look is audited.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::ReviewTaken`].
pub async fn paper(app: &App, who: &StaffMember, review: Uuid, id: Uuid) -> Result<Vec<u8>> {
    let tx = app.store.begin().await?;
    let review = reviews::claimed(&tx, who, review).await?;
    let content = tx.evidence().proof(review.request_id, id).await?.ok_or(Refusal::NotFound)?;
    app.audit(&tx, Actor::Staff(who.id), "review.paper", ("review", review.id), None);
    tx.commit().await?;
    Ok(content)
}

/// What the request needs to be shown: one of each group.
pub(crate) fn groups(request: &Request) -> &'static [&'static [Proof]] {
    let (applicant, reason) = match &request.detail {
        Detail::Registration(application) => (Some(&application.applicant), None),
        Detail::Cancellation { reason, .. } => (None, Some(*reason)),
        Detail::None | Detail::Replacement { .. } => (None, None),
    };
    needed(request.kind, applicant, reason)
}

/// Refuses while a paper is missing.
///
/// # Errors
/// [`Refusal::PaperMissing`].
pub(crate) async fn complete(tx: &Tx, request: &Request) -> Result<()> {
    let shown: Vec<Proof> =
        tx.evidence().proofs_of(request.id).await?.into_iter().map(|(_, kind)| kind).collect();
    match missing(groups(request), &shown) {
        None => Ok(()),
        Some(_) => Err(Refusal::PaperMissing.into()),
    }
}
