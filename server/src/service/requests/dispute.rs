//! Disputes: staff freeze a request, and later let it go on or end it.

use uuid::Uuid;

use super::{By, advance, keep_time, starter};
use crate::{
    rules::request::Event,
    service::{App, Refusal, Result, text},
    store::{Actor, StaffMember, Tx},
};

/// How a dispute ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was unfounded: the request goes on where it stood.
    Dismissed,
    /// It was founded: the request is refused.
    Upheld,
}

/// Freezes a request, with a sentence its sides can read.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::SentenceInvalid`], [`Refusal::Conflict`] for one that cannot be frozen.
pub async fn freeze(app: &App, who: &StaffMember, id: Uuid, sentence: &str) -> Result<()> {
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    freeze_in(app, &tx, who, id, sentence).await?;
    Ok(tx.commit().await?)
}

/// Ends a dispute, with a sentence the sides can read.
///
/// # Errors
/// As [`freeze`]; [`Refusal::Conflict`] for a request that is not disputed.
pub async fn settle(
    app: &App,
    who: &StaffMember,
    id: Uuid,
    settlement: Settlement,
    sentence: &str,
) -> Result<()> {
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    settle_in(app, &tx, who, id, settlement, sentence).await?;
    Ok(tx.commit().await?)
}

/// As [`freeze`], within a transaction.
pub(crate) async fn freeze_in(app: &App, tx: &Tx, who: &StaffMember, id: Uuid, sentence: &str) -> Result<()> {
    let told = "您的申请存在争议，已暂停办理，详情见应用。";
    decide(app, tx, who, id, (Event::Dispute, "freeze"), sentence, told).await
}

/// As [`settle`], within a transaction.
pub(crate) async fn settle_in(
    app: &App,
    tx: &Tx,
    who: &StaffMember,
    id: Uuid,
    settlement: Settlement,
    sentence: &str,
) -> Result<()> {
    let (event, told) = match settlement {
        Settlement::Dismissed => ((Event::DisputeDismissed, "dismiss"), "您的申请争议已处理，继续办理。"),
        Settlement::Upheld => ((Event::DisputeUpheld, "uphold"), "您的申请因争议已终止，详情见应用。"),
    };
    decide(app, tx, who, id, event, sentence, told).await
}

async fn decide(
    app: &App,
    tx: &Tx,
    who: &StaffMember,
    id: Uuid,
    (event, action): (Event, &str),
    sentence: &str,
    told: &str,
) -> Result<()> {
    let note = text::sentence(sentence)?;
    let mut request = tx.requests().find(id).await?.ok_or(Refusal::NotFound)?;
    advance(app, tx, &mut request, event, By::Staff, Some(note)).await?;
    let action = format!("dispute.{action}");
    app.audit(tx, Actor::Staff(who.id), &action, ("request", id), None);
    if let Some(account) = starter(&request)
        && let Some(account) = tx.accounts().find(account).await?
    {
        app.tell(tx, &account.phone, told).await?;
    }
    Ok(())
}
