//! Whose it is, and when.

use uuid::Uuid;

use super::{audit, record, tell, view::find_in};
use crate::{
    rules::{
        clocks::DAY_MS,
        complaint::{
            By, Event, Outcome, Target,
            assign::{Candidate, pick},
            number::Number,
        },
        rights::Right,
    },
    service::{App, Expected, Refusal, Result},
    store::{Complaint, StaffMember, Tx},
};

/// Longest time somebody may put a complaint aside, in days.
const SNOOZE_DAYS: i64 = 90;

/// Takes a complaint that nobody has, and begins. Taking one's own again changes nothing.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PreconditionFailed`]; [`Refusal::CaseTaken`] when somebody has it;
/// [`Refusal::ComplaintClosed`].
pub async fn take(app: &App, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<()> {
    let tx = app.store.begin().await?;
    let mut complaint = find_in(&tx, id).await?;
    seen.check(complaint.version)?;
    match complaint.case.assignee {
        Some(holder) if holder != who.id => return Err(Refusal::CaseTaken.into()),
        Some(_) => return Ok(()),
        None => {}
    }
    let by = By::Staff(who.id);
    record(app, &tx, &mut complaint, by, Event::Assigned { to: who.id }, None).await?;
    record(app, &tx, &mut complaint, by, Event::Started, None).await?;
    audit(app, &tx, who, "take", id);
    Ok(tx.commit().await?)
}

/// Gives a complaint to a colleague: whoever has it may, and who leads.
///
/// # Errors
/// [`Refusal::NotFound`] for a complaint or colleague that is not there, or one who does not handle complaints;
/// [`Refusal::PreconditionFailed`], [`Refusal::CaseTaken`], [`Refusal::ComplaintClosed`].
pub async fn assign(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, to: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    let mut complaint = given_by(&tx, who, id, seen).await?;
    let colleague = tx.staff().find(to).await?.filter(|to| to.may(Right::HandleComplaints));
    let to = colleague.ok_or(Refusal::NotFound)?.id;
    give(app, &tx, who, &mut complaint, to).await?;
    Ok(tx.commit().await?)
}

/// Gives a complaint to whoever takes its kind and has least to do; who that is.
///
/// # Errors
/// As [`assign`]; [`Refusal::NobodyAvailable`].
pub async fn assign_by_load(app: &App, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<Uuid> {
    let tx = app.store.begin().await?;
    let mut complaint = given_by(&tx, who, id, seen).await?;
    let to = pick(complaint.kind, &candidates(&tx).await?).ok_or(Refusal::NobodyAvailable)?;
    give(app, &tx, who, &mut complaint, to).await?;
    tx.commit().await?;
    Ok(to)
}

async fn given_by(tx: &Tx, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<Complaint> {
    let complaint = find_in(tx, id).await?;
    seen.check(complaint.version)?;
    let may = who.may(Right::LeadComplaints) || complaint.case.assignee == Some(who.id);
    if may { Ok(complaint) } else { Err(Refusal::CaseTaken.into()) }
}

async fn give(app: &App, tx: &Tx, who: &StaffMember, complaint: &mut Complaint, to: Uuid) -> Result<()> {
    if complaint.case.assignee != Some(to) {
        record(app, tx, complaint, By::Staff(who.id), Event::Assigned { to }, None).await?;
        audit(app, tx, who, "assign", complaint.id);
    }
    Ok(())
}

async fn candidates(tx: &Tx) -> Result<Vec<Candidate>> {
    let (loads, duties) = (tx.complaints().loads().await?, tx.complaint_desk().duties().await?);
    let candidate = |member: StaffMember| {
        let duty = duties.iter().find(|duty| duty.staff_id == member.id);
        Candidate {
            id: member.id,
            available: duty.is_none_or(|duty| duty.available),
            skills: duty.map(|duty| duty.skills.clone()).unwrap_or_default(),
            load: loads.iter().find(|(id, _)| *id == member.id).map_or(0, |(_, load)| *load),
        }
    };
    Ok(tx.staff().with(Right::HandleComplaints).await?.into_iter().map(candidate).collect())
}

/// Gives a complaint back to the queue.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PreconditionFailed`], [`Refusal::CaseTaken`], [`Refusal::Conflict`] while the
/// person was asked something or an answer waits.
pub async fn release(app: &App, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<()> {
    step(app, who, (id, seen), Event::Released, "release").await
}

/// Puts a complaint aside until then; it comes back by itself, or when the person speaks. No clock stands meanwhile.
///
/// # Errors
/// As [`release`]; [`Refusal::SnoozeInvalid`].
pub async fn snooze(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, until_ms: i64) -> Result<()> {
    let now_ms = app.now_ms();
    if until_ms <= now_ms || until_ms > now_ms + SNOOZE_DAYS * DAY_MS {
        return Err(Refusal::SnoozeInvalid.into());
    }
    step(app, who, (id, seen), Event::Snoozed { until_ms }, "snooze").await
}

/// Takes a complaint up again that was put aside.
///
/// # Errors
/// As [`release`].
pub async fn wake(app: &App, who: &StaffMember, id: Uuid, seen: &Expected) -> Result<()> {
    step(app, who, (id, seen), Event::Woken, "wake").await
}

async fn step(
    app: &App,
    who: &StaffMember,
    (id, seen): (Uuid, &Expected),
    event: Event,
    action: &str,
) -> Result<()> {
    let tx = app.store.begin().await?;
    let mut complaint = find_in(&tx, id).await?;
    seen.check(complaint.version)?;
    record(app, &tx, &mut complaint, By::Staff(who.id), event, None).await?;
    audit(app, &tx, who, action, id);
    Ok(tx.commit().await?)
}

/// Merges a complaint into another one of the same person: it ends there, and is told where it goes on.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PreconditionFailed`]; [`Refusal::ComplaintUnknown`] for a number of no other
/// complaint of this person; [`Refusal::ComplaintClosed`] when either is over.
pub async fn merge(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, into: &str) -> Result<()> {
    let into = Number::parse(into).map_err(|_| Refusal::ComplaintUnknown)?;
    let tx = app.store.begin().await?;
    let mut complaint = find_in(&tx, id).await?;
    seen.check(complaint.version)?;
    let other = tx.complaints().by_number(into.as_str()).await?;
    let other = other.filter(|other| other.phone == complaint.phone && other.id != id);
    let mut other = other.ok_or(Refusal::ComplaintUnknown)?;
    let by = By::Staff(who.id);
    complaint.merged_into = Some(other.id);
    record(app, &tx, &mut complaint, by, Event::Closed { outcome: Outcome::Duplicate }, None).await?;
    record(app, &tx, &mut other, by, Event::Absorbed { complaint: id }, None).await?;
    for (kind, target) in tx.complaint_marks().links(id).await? {
        tx.complaint_marks().link(other.id, kind, target).await?;
    }
    tx.complaint_marks().link(other.id, Target::Complaint, id).await?;
    tell(app, &tx, &complaint, &format!("已并入投诉 {} 一并处理。", other.number)).await?;
    audit(app, &tx, who, "merge", id);
    Ok(tx.commit().await?)
}
