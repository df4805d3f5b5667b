use uuid::Uuid;

use super::{audit, find};
use crate::{
    rules::review::State,
    service::{App, Refusal, Result, transfers::expire_due},
    store::{EvidenceKind, Review, StaffMember, Transfer, Tx, Vehicle, Verification},
};

/// Most reviews in one page.
pub const PAGE: u64 = 50;

/// A review with what it is about. Masking is left to the API.
pub struct View {
    /// The review.
    pub review: Review,
    /// The verification to decide about.
    pub verification: Verification,
    /// What the machine had to say.
    pub reasons: Vec<String>,
    /// The transfer it is for.
    pub transfer: Transfer,
    /// The vehicle.
    pub vehicle: Vehicle,
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

/// One page of open or of closed reviews, oldest first, after the review `after`; and where the next page starts.
///
/// # Errors
/// The store failed.
pub async fn page(app: &App, open: bool, after: Option<Uuid>) -> Result<(Vec<View>, Option<Uuid>)> {
    expire_due(app).await?;
    let states: &[&str] =
        if open { &["waiting", "claimed"] } else { &["passed", "refused", "sent_back", "withdrawn"] };
    let tx = app.store.read().await?;
    let mut reviews = tx.reviews().page(states, after, PAGE + 1).await?;
    let more = reviews.len() as u64 > PAGE;
    reviews.truncate(PAGE as usize);
    let next = reviews.last().filter(|_| more).map(|last| last.id);
    let mut views = Vec::new();
    for review in reviews {
        views.push(assemble(&tx, review).await?);
    }
    Ok((views, next))
}

/// One review.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn view(app: &App, id: Uuid) -> Result<View> {
    expire_due(app).await?;
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
    let review = find(&tx, id).await?;
    if review.rule.state != State::Claimed(who.id) {
        return Err(Refusal::ReviewTaken.into());
    }
    let content = tx.evidence().picture(review.verification_id, piece).await?.ok_or(Refusal::NotFound)?;
    audit(app, &tx, who, "review.evidence", id).await?;
    tx.commit().await?;
    Ok(content)
}

async fn assemble(tx: &Tx, review: Review) -> Result<View> {
    let verification = tx.verifications().find(review.verification_id).await?.ok_or(Refusal::NotFound)?;
    let transfer = tx.transfers().find(review.transfer_id).await?.ok_or(Refusal::NotFound)?;
    let vehicle = tx.vehicles().find(transfer.vehicle_id).await?.ok_or(Refusal::NotFound)?;
    let pictures = tx.evidence().pictures_of(verification.id).await?;
    Ok(View {
        reasons: tx.verifications().reasons(verification.id).await?,
        evidence: pictures.into_iter().map(|(id, kind)| Piece { id, kind }).collect(),
        review,
        verification,
        transfer,
        vehicle,
    })
}
