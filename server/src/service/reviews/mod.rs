//! Manual review: staff look where the machine did not decide.

mod decide;
mod look;

pub use decide::{Decision, Reason, claim, decide, release};
pub use look::{Piece, View, evidence, page, view};

use uuid::Uuid;

use super::{App, Refusal, Result, policies};
use crate::{
    rules::{
        clocks,
        policy::Policy,
        request::{State, Subject},
        review,
    },
    store::{Actor, NewReview, Request, Review, StaffMember, Tx, Verification},
};

/// Opens the review of a verification, in the transaction that gave its verdict.
pub(crate) async fn open(app: &App, tx: &Tx, of: &Verification, subject: Subject) -> Result<()> {
    let request = tx.requests().find(of.request_id).await?.ok_or(Refusal::NotFound)?;
    let policy = policies::find(app, tx, of.challenge.policy_version).await?;
    insert(app, tx, &policy, &request, Some(of.id), subject).await
}

/// Opens the review of a request's papers, unless there is one.
pub(crate) async fn open_for_papers(app: &App, tx: &Tx, request: &Request) -> Result<()> {
    match tx.reviews().latest(request.id, &[Subject::Proof]).await? {
        Some(review) if !review.rule.is_closed() => Ok(()),
        _ => insert(app, tx, policies::in_force(app)?, request, None, Subject::Proof).await,
    }
}

async fn insert(
    app: &App,
    tx: &Tx,
    policy: &Policy,
    request: &Request,
    verification_id: Option<Uuid>,
    subject: Subject,
) -> Result<()> {
    let now_ms = app.now_ms();
    let rule = policies::rule(tx, policy, request, subject.party(request.kind)).await?;
    let new = NewReview {
        id: app.id(),
        request_id: request.id,
        verification_id,
        subject,
        two_people: rule.two_people,
        due_at_ms: clocks::deadline(now_ms, u64::from(app.config.review.due_hours) * 3600),
    };
    Ok(tx.reviews().insert(new, now_ms).await?)
}

/// Closes the open review of a request that has ended, so that nobody works on it in vain.
pub(crate) async fn withdraw(tx: &Tx, request: &Request, before: State) -> Result<()> {
    let Some(subject) = before.under_review() else { return Ok(()) };
    if let Some(mut review) = tx.reviews().latest(request.id, &[subject]).await?
        && let Ok(rule) = review.rule.next(review::Event::Withdraw)
    {
        review.rule = rule;
        tx.reviews().save(&mut review).await?;
    }
    Ok(())
}

/// A review this member of staff has claimed.
///
/// # Errors
/// [`Refusal::NotFound`]; [`Refusal::ReviewTaken`]: whoever does not decide has no business with a face.
pub(crate) async fn claimed(tx: &Tx, who: &StaffMember, id: Uuid) -> Result<Review> {
    let review = find(tx, id).await?;
    if review.rule.state == review::State::Claimed(who.id) {
        Ok(review)
    } else {
        Err(Refusal::ReviewTaken.into())
    }
}

async fn find(tx: &Tx, id: Uuid) -> Result<Review> {
    Ok(tx.reviews().find(id).await?.ok_or(Refusal::NotFound)?)
}

fn audit(app: &App, tx: &Tx, who: &StaffMember, action: &str, review: Uuid) {
    app.audit(tx, Actor::Staff(who.id), action, ("review", review), None);
}
