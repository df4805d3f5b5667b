//! Manual review: staff look where the machine did not decide.

mod decide;
mod look;

pub use decide::{Decision, Reason, claim, decide, release};
pub use look::{Piece, View, evidence, page, view};

use uuid::Uuid;

use super::{App, Refusal, Result};
use crate::{
    rules::{clocks, review, transfer::State},
    store::{Actor, NewReview, Review, StaffMember, Transfer, Tx, Verification},
};

/// Opens the review of a verification, in the transaction that gave its verdict.
pub(crate) async fn open(app: &App, tx: &Tx, of: &Verification) -> Result<()> {
    let now_ms = app.now_ms();
    let new = NewReview {
        id: app.id(),
        verification_id: of.id,
        transfer_id: of.transfer_id,
        party: of.party,
        two_people: app.config.review.two_people,
        due_at_ms: clocks::deadline(now_ms, u64::from(app.config.review.due_hours) * 3600),
    };
    Ok(tx.reviews().insert(new, now_ms).await?)
}

/// Closes the open review of a transfer that has ended, so that nobody works on it in vain.
pub(crate) async fn withdraw(tx: &Tx, transfer: &Transfer, before: State) -> Result<()> {
    let Some(party) = before.review_of() else { return Ok(()) };
    if let Some(mut review) = tx.reviews().latest(transfer.id, party).await?
        && let Ok(rule) = review.rule.next(review::Event::Withdraw)
    {
        review.rule = rule;
        tx.reviews().save(&mut review).await?;
    }
    Ok(())
}

async fn find(tx: &Tx, id: Uuid) -> Result<Review> {
    Ok(tx.reviews().find(id).await?.ok_or(Refusal::NotFound)?)
}

async fn audit(app: &App, tx: &Tx, who: &StaffMember, action: &str, review: Uuid) -> Result<()> {
    app.audit(tx, Actor::Staff(who.id), action, ("review", review), None).await
}
