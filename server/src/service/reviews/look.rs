use uuid::Uuid;

use super::{audit, claimed, find};
use crate::{
    rules::proof::Proof,
    service::{App, Refusal, Result, requests::keep_time},
    store::{EvidenceKind, Page, Request, Review, Span, StaffMember, Tx, Vehicle, Verification},
};

/// A review with what it is about. Masking is left to the API.
pub struct View {
    /// The review.
    pub review: Review,
    /// The verification to decide about; none where the papers are.
    pub verification: Option<Verification>,
    /// What the machine had to say.
    pub reasons: Vec<String>,
    /// The request it is for.
    pub request: Request,
    /// Its vehicles.
    pub vehicles: Vec<Vehicle>,
    /// The papers of the request.
    pub papers: Vec<(Uuid, Proof)>,
    /// Pictures that can be looked at: none without consent, or once it was withdrawn.
    pub evidence: Vec<Piece>,
}

/// A picture that can be looked at.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Id.
    pub id: Uuid,
    /// What it shows.
    pub kind: EvidenceKind,
}

/// A page of open or of closed reviews.
///
/// # Errors
/// The store failed.
pub async fn page(app: &App, open: bool, span: Span) -> Result<Page<View>> {
    keep_time(app).await?;
    let states: &[&str] =
        if open { &["waiting", "claimed"] } else { &["passed", "refused", "sent_back", "withdrawn"] };
    let tx = app.store.read().await?;
    let page = tx.reviews().page(states, span).await?;
    let mut views = Vec::new();
    for review in page.items {
        views.push(assemble(&tx, review).await?);
    }
    Ok(Page { items: views, next: page.next })
}

/// One review.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn view(app: &App, id: Uuid) -> Result<View> {
    keep_time(app).await?;
    let tx = app.store.read().await?;
    let review = find(&tx, id).await?;
    assemble(&tx, review).await
}

/// A picture of a review this member of staff has claimed. Every look is audited.
///
/// # Errors
/// [`Refusal::NotFound`] for a review or picture that is not there; [`Refusal::ReviewTaken`] for a review that is not
/// theirs: whoever does not decide has no business with a face.
pub async fn evidence(app: &App, who: &StaffMember, id: Uuid, piece: Uuid) -> Result<Vec<u8>> {
    let tx = app.store.begin().await?;
    let review = claimed(&tx, who, id).await?;
    let verification = review.verification_id.ok_or(Refusal::NotFound)?;
    let content = tx.evidence().picture(verification, piece).await?.ok_or(Refusal::NotFound)?;
    audit(app, &tx, who, "review.evidence", id);
    tx.commit().await?;
    Ok(content)
}

async fn assemble(tx: &Tx, review: Review) -> Result<View> {
    let request = tx.requests().find(review.request_id).await?.ok_or(Refusal::NotFound)?;
    let mut vehicles = Vec::new();
    for link in &request.vehicles {
        vehicles.push(tx.vehicles().find(link.vehicle_id).await?.ok_or(Refusal::NotFound)?);
    }
    let (mut verification, mut reasons, mut evidence) = (None, Vec::new(), Vec::new());
    if let Some(id) = review.verification_id {
        verification = tx.verifications().find(id).await?;
        reasons = tx.verifications().reasons(id).await?;
        let pictures = tx.evidence().pictures_of(id).await?;
        evidence = pictures.into_iter().map(|(id, kind)| Piece { id, kind }).collect();
    }
    let papers = tx.evidence().proofs_of(request.id).await?;
    Ok(View { review, verification, reasons, request, vehicles, papers, evidence })
}
