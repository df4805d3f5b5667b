//! What happens to complaints because time passes, and which time counts.

use std::{collections::BTreeSet, fs};

use uuid::Uuid;

use super::{proposed, record, tell, view::find_in};
use crate::{
    config,
    rules::{
        calendar::{Calendar, Invalid, Published},
        clocks::{DAY_MS, is_over},
        complaint::{
            AlertKind, By, Clock, Event, Moment, Stage,
            clocks::{Alert, Clocks, read},
        },
        rights::Right,
    },
    service::{App, Error, Refusal, Result, SetupError},
    store::{Actor, Complaint, Tx},
};

/// The calendar of this installation.
///
/// # Errors
/// [`SetupError::Calendar`].
pub fn calendar(config: &config::Complaint) -> std::result::Result<Calendar, SetupError> {
    let invalid = |invalid: Invalid| match invalid {
        Invalid::Hours(_) | Invalid::Order | Invalid::Empty => {
            SetupError::Calendar(format!("office: {invalid}"))
        }
        _ => SetupError::Calendar(format!("calendar: {invalid}")),
    };
    let published = match &config.calendar {
        None => Published::builtin(),
        Some(path) => {
            let text = fs::read_to_string(path);
            let unread = |error| SetupError::Calendar(format!("calendar: {}: {error}", path.display()));
            Published::parse(&text.map_err(unread)?)
        }
    };
    Calendar::new(&config.office, &published.map_err(invalid)?).map_err(invalid)
}

/// Days from now for which it is known which are off and which are worked.
pub fn calendar_days(app: &App) -> i64 {
    let now_ms = app.now_ms();
    (app.calendar.known_until(now_ms) - now_ms) / DAY_MS
}

/// Tells staff of clocks, once, wakes what was put aside, and closes what was answered long ago. Any number of servers
/// may do this at the same time.
///
/// Each complaint is a transaction of its own: one that fails is logged and holds up no other.
///
/// # Errors
/// The store failed to say which.
pub async fn keep_time(app: &App) -> Result<()> {
    let due = app.store.read().await?.complaints().due(app.now_ms()).await?;
    for id in due {
        match one(app, id).await {
            // Someone else moved it between our reading and writing; what is left is for the next round.
            Ok(()) | Err(Error::Refused(Refusal::Conflict)) => {}
            Err(error) => tracing::error!(complaint_id = %id, %error, "not moved by the clock"),
        }
    }
    Ok(())
}

async fn one(app: &App, id: Uuid) -> Result<()> {
    let tx = app.store.begin().await?;
    let mut complaint = find_in(&tx, id).await?;
    let (now_ms, known) = (app.now_ms(), complaint.clone());
    let clocks = measure(app, &mut complaint, &moments(&tx, id).await?);
    for alert in clocks.alerts(now_ms) {
        sound(app, &tx, &mut complaint, alert).await?;
    }
    let is_due = |at: Option<i64>| at.is_some_and(|at| is_over(at, now_ms));
    if is_due(clocks.snoozed_until_ms) {
        record(app, &tx, &mut complaint, By::System, Event::Woken, None).await?;
    }
    if is_due(clocks.closes_ms) {
        close(app, &tx, &mut complaint).await?;
    }
    if complaint == known {
        // Another server was faster.
        return Ok(());
    }
    if complaint.version == known.version {
        // Nothing was due, but the calendar or the targets are newer than its columns.
        tx.complaints().save(&mut complaint).await?;
    }
    Ok(tx.commit().await?)
}

/// Tells staff of a clock, and writes it into the history.
async fn sound(app: &App, tx: &Tx, complaint: &mut Complaint, alert: Alert) -> Result<()> {
    let Alert { clock, round, stage } = alert;
    let (id, now_ms) = (complaint.id, app.now_ms());
    tx.complaints().tell(id, alert, now_ms).await?;
    record(app, tx, complaint, By::System, Event::Alerted { clock, round, stage }, None).await?;
    let kind = match stage {
        Stage::Warning => AlertKind::Warning,
        Stage::Breach => AlertKind::Breach,
    };
    for member in listeners(tx, complaint, stage).await? {
        tx.staff_alerts().insert_of_clock(member, id, (kind, clock), now_ms).await?;
    }
    let detail = format!("{clock} {stage}");
    app.audit(tx, Actor::System, "complaint.alert", ("complaint", id), Some(&detail));
    Ok(())
}

/// A warning is for the handler, a breach for the supervisors too; and so is a warning that nobody is there to hear.
async fn listeners(tx: &Tx, complaint: &Complaint, stage: Stage) -> Result<BTreeSet<Uuid>> {
    let handler = match complaint.case.assignee {
        Some(id) => tx.staff().find(id).await?.map(|handler| handler.id),
        None => None,
    };
    let duties = tx.complaint_desk().duties().await?;
    let is_there = |id| duties.iter().find(|duty| duty.staff_id == id).is_none_or(|duty| duty.available);
    let mut told: BTreeSet<Uuid> = handler.into_iter().collect();
    if stage == Stage::Breach || !handler.is_some_and(is_there) {
        told.extend(tx.staff().with(Right::LeadComplaints).await?.into_iter().map(|member| member.id));
    }
    Ok(told)
}

/// Closes what was answered, since the person said nothing to it.
async fn close(app: &App, tx: &Tx, complaint: &mut Complaint) -> Result<()> {
    let outcome = proposed(complaint)?;
    record(app, tx, complaint, By::System, Event::Closed { outcome }, None).await?;
    let config = &app.config.complaint;
    let told = format!(
        "答复后{}天内未收到您的意见，现已办结；如不满意，可在{}天内要求重新处理。",
        config.close_days, config.reopen_days
    );
    tell(app, tx, complaint, &told).await?;
    app.audit(tx, Actor::System, "complaint.close", ("complaint", complaint.id), None);
    Ok(())
}

/// Brings the columns of open complaints up to date with a calendar or targets that are new since the last start.
///
/// # Errors
/// The store failed.
pub async fn catch_up(app: &App) -> Result<()> {
    for id in app.store.read().await?.complaints().open_ids().await? {
        let tx = app.store.read().await?;
        let Some(known) = tx.complaints().find(id).await? else { continue };
        let mut measured = known.clone();
        measure(app, &mut measured, &moments(&tx, id).await?);
        drop(tx);
        if measured != known {
            match one(app, id).await {
                Ok(()) | Err(Error::Refused(Refusal::Conflict)) => {}
                Err(error) => tracing::error!(complaint_id = %id, %error, "not measured again"),
            }
        }
    }
    Ok(())
}

async fn moments(tx: &Tx, complaint: Uuid) -> Result<Vec<Moment>> {
    Ok(tx.complaints().history(complaint).await?.into_iter().map(|line| line.moment).collect())
}

/// Writes into the columns what the history says of time.
pub(super) fn measure(app: &App, complaint: &mut Complaint, history: &[Moment]) -> Clocks {
    let now_ms = app.now_ms();
    let clocks = read(history, &app.calendar, &app.config.complaint.targets(complaint.kind));
    let open_due = |clock| clocks.run(clock).filter(|run| run.stopped_ms.is_none())?.due_ms;
    let was_breached = |clock| clocks.runs.iter().any(|run| run.clock == clock && run.is_breached(now_ms));
    complaint.statutory_due_ms =
        clocks.run(Clock::Statutory).and_then(|run| run.due_ms).unwrap_or(complaint.statutory_due_ms);
    complaint.first_response_due_ms = open_due(Clock::FirstResponse);
    complaint.resolution_due_ms = open_due(Clock::Resolution);
    complaint.statutory_breached = was_breached(Clock::Statutory);
    complaint.first_response_breached = was_breached(Clock::FirstResponse);
    complaint.resolution_breached = was_breached(Clock::Resolution);
    complaint.first_response_at_ms = clocks.first_response_ms;
    complaint.replied_at_ms = clocks.replied_ms;
    complaint.closed_at_ms = clocks.closed_ms;
    complaint.last_user_at_ms = clocks.last_user_ms.unwrap_or(complaint.received_at_ms);
    complaint.next_actor = clocks.next_actor;
    complaint.next_alert_at_ms = clocks.next_ms();
    clocks
}
