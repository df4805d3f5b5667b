//! The answer: written, agreed to, sent; and what comes after it.

use uuid::Uuid;

use super::{audit, proposed, record, talk::reopenable, tell, view::find_in, words};
use crate::{
    rules::{
        complaint::{AlertKind, By, Event, Outcome, State},
        rights::Right,
    },
    service::{App, Expected, Refusal, Result},
    store::{Complaint, StaffMember, Tx, Words},
};

/// Writes an answer. For some kinds a second person must agree before it is sent.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::PreconditionFailed`], [`Refusal::CaseTaken`],
/// [`Refusal::ComplaintClosed`], [`Refusal::Conflict`].
pub async fn propose(
    app: &App,
    who: &StaffMember,
    id: Uuid,
    seen: &Expected,
    (outcome, text): (Outcome, &str),
) -> Result<()> {
    let words = words(text)?;
    let (tx, mut complaint) = load(app, id, seen).await?;
    let second = app.config.complaint.second_approval.contains(&complaint.kind);
    let event = Event::Proposed { outcome, second };
    record(app, &tx, &mut complaint, By::Staff(who.id), event, Some(words)).await?;
    if second {
        for approver in tx.staff().with(Right::ApproveComplaints).await? {
            if approver.id != who.id {
                let now_ms = app.now_ms();
                tx.staff_alerts().insert(approver.id, id, AlertKind::ApprovalWanted, now_ms).await?;
            }
        }
    }
    audit(app, &tx, who, "propose", id);
    Ok(tx.commit().await?)
}

/// Sends the answer that was written. Where a second person must agree, sending it is agreeing.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PreconditionFailed`], [`Refusal::CaseTaken`]; [`Refusal::SecondPerson`] for who
/// wrote it; [`Refusal::RightMissing`] for who may not agree; [`Refusal::Conflict`] without an answer.
pub async fn reply(app: &App, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<()> {
    let (tx, mut complaint) = load(app, id, seen).await?;
    may_agree(who, &complaint)?;
    let event = Event::Replied { outcome: proposed(&complaint)? };
    let text = written(&tx, id).await?;
    record(app, &tx, &mut complaint, By::Staff(who.id), event, Some(text)).await?;
    tell(app, &tx, &complaint, "已有答复，请查看并评价；如不满意可要求重新处理。").await?;
    audit(app, &tx, who, "reply", id);
    Ok(tx.commit().await?)
}

/// Takes the answer back, or does not agree to it, and says why.
///
/// # Errors
/// As [`reply`]; [`Refusal::TextInvalid`].
pub async fn send_back(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, text: &str) -> Result<()> {
    let words = words(text)?;
    let (tx, mut complaint) = load(app, id, seen).await?;
    may_agree(who, &complaint)?;
    record(app, &tx, &mut complaint, By::Staff(who.id), Event::Returned, Some(words)).await?;
    audit(app, &tx, who, "return", id);
    Ok(tx.commit().await?)
}

/// Ends an answered complaint: the person said on the telephone that it is well, how well from 1 to 5; or the
/// authority has decided an appeal.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::PreconditionFailed`], [`Refusal::CaseTaken`],
/// [`Refusal::Conflict`] without an answer.
pub async fn close(
    app: &App,
    who: &StaffMember,
    id: Uuid,
    seen: &Expected,
    (outcome, satisfaction, text): (Option<Outcome>, Option<u8>, Option<&str>),
) -> Result<()> {
    let words = text.map(words).transpose()?;
    let (tx, mut complaint) = load(app, id, seen).await?;
    let outcome = outcome.or(complaint.case.outcome).ok_or(Refusal::Conflict)?;
    complaint.satisfaction = satisfaction.map(|score| score.clamp(1, 5)).or(complaint.satisfaction);
    record(app, &tx, &mut complaint, By::Staff(who.id), Event::Closed { outcome }, words).await?;
    audit(app, &tx, who, "close", id);
    Ok(tx.commit().await?)
}

/// Reopens a complaint for someone who calls or stands at the counter.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::PreconditionFailed`], [`Refusal::Conflict`] without an
/// answer, [`Refusal::ReopeningOver`].
pub async fn reopen(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, text: &str) -> Result<()> {
    let (tx, complaint) = load(app, id, seen).await?;
    reopenable(app, &complaint)?;
    written_down(app, tx, who, complaint, (Event::Reopened, text, "reopen")).await
}

/// Writes down that the person has gone to the authority for appeals.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::PreconditionFailed`], [`Refusal::Conflict`].
pub async fn appeal(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, text: &str) -> Result<()> {
    let (tx, complaint) = load(app, id, seen).await?;
    written_down(app, tx, who, complaint, (Event::Appealed, text, "appeal")).await
}

async fn written_down(
    app: &App,
    tx: Tx,
    who: &StaffMember,
    mut complaint: Complaint,
    (event, text, action): (Event, &str, &str),
) -> Result<()> {
    let words = Words { written_by: Some(who.id), ..words(text)? };
    record(app, &tx, &mut complaint, By::User, event, Some(words)).await?;
    audit(app, &tx, who, action, complaint.id);
    Ok(tx.commit().await?)
}

async fn load(app: &App, id: Uuid, seen: &Expected) -> Result<(Tx, Complaint)> {
    let tx = app.store.begin().await?;
    let complaint = find_in(&tx, id).await?;
    seen.check(complaint.version)?;
    Ok((tx, complaint))
}

fn may_agree(who: &StaffMember, complaint: &Complaint) -> Result<()> {
    let is_asked = complaint.case.state != State::SecondApproval
        || complaint.case.proposed_by == Some(who.id)
        || who.may(Right::ApproveComplaints);
    if is_asked { Ok(()) } else { Err(Refusal::RightMissing.into()) }
}

/// The answer that waits.
async fn written(tx: &Tx, id: Uuid) -> Result<Words> {
    let history = tx.complaints().history(id).await?;
    let last = history.into_iter().rev().find(|line| matches!(line.moment.event, Event::Proposed { .. }));
    Ok(last.and_then(|line| line.words).ok_or(Refusal::Conflict)?)
}
