//! Complaints (Art 21): filing, conversation, work, answer. There is one way to change one: [`record`].

pub mod act;
mod alerts;
mod answer;
mod attachments;
mod bulk;
mod clock;
mod desk;
mod file;
pub mod lists;
mod marks;
pub mod package;
pub mod presence;
pub mod queues;
pub mod reports;
mod talk;
mod view;
mod work;

pub use alerts::{alerts, read_alerts};
pub use answer::{appeal, close, propose, reopen, reply, send_back};
pub use attachments::{Attachment, Voice, attach, attach_as_staff, attachment, attachment_as_staff};
pub use bulk::{Bulk, BulkResult, bulk};
pub use clock::{calendar, calendar_days, catch_up, keep_time};
pub use desk::{
    NewTemplate, add_template, add_view, duties, filled, remove_template, remove_view, save_template,
    set_duty, templates, views,
};
pub use file::{About, NewComplaint, Receipt, by_owner, for_caller};
pub use marks::{Link, all_tags, follow, link, set_tags, unfollow, unlink};
pub use talk::{appeal_as_owner, ask, heard, note, reopen_as_owner, satisfied, say, speak, withdraw};
pub use view::{CaseView, Line, OwnerView, Status, case, find, mine, own, status};
pub use work::{assign, assign_by_load, merge, release, snooze, take, wake};

use uuid::Uuid;

use super::{App, Error, Refusal, Result};
use crate::{
    rules::complaint::{AlertKind, By, Event, Illegal, Moment, Outcome},
    store::{Actor, Complaint, ComplaintLine, StaffMember, Tx, Words},
};

/// Writes a line into the history of a complaint, and what follows from it into its columns.
///
/// # Errors
/// What the rules say against it; [`Refusal::Conflict`] when someone else wrote first.
pub(crate) async fn record(
    app: &App,
    tx: &Tx,
    complaint: &mut Complaint,
    by: By,
    event: Event,
    words: Option<Words>,
) -> Result<()> {
    let now_ms = app.now_ms();
    let history = tx.complaints().history(complaint.id).await?;
    let mut moments: Vec<Moment> = history.iter().map(|line| line.moment).collect();
    complaint.case = complaint.case.next(event, by)?;
    let moment = Moment { at_ms: now_ms, by, event };
    moments.push(moment);
    clock::measure(app, complaint, &moments);
    complaint.changed_at_ms = now_ms;
    let seq = u32::try_from(moments.len()).unwrap_or(u32::MAX);
    // A history is read by place; the id only has to be its own.
    let line = ComplaintLine { id: Uuid::now_v7(), seq, moment, public: event.is_public(), words };
    tx.complaints().save(complaint).await?;
    tx.complaints().append(complaint.id, &line).await?;
    if line.words.is_some() {
        let said = history.iter().chain([&line]).filter_map(|line| Some(line.words.as_ref()?.text.as_str()));
        tx.search().index(complaint.id, said).await?;
    }
    alert(app, tx, complaint, moment).await
}

/// Tells those members of staff who should look now, but not the one who did it.
async fn alert(app: &App, tx: &Tx, complaint: &Complaint, moment: Moment) -> Result<()> {
    let kind = match moment.event {
        Event::Assigned { .. } => AlertKind::Assigned,
        Event::UserSpoke => AlertKind::UserSpoke,
        Event::Reopened => AlertKind::Reopened,
        Event::Appealed => AlertKind::Appealed,
        Event::Returned => AlertKind::Returned,
        Event::Woken => AlertKind::Woken,
        _ => AlertKind::Followed,
    };
    let now_ms = app.now_ms();
    let is_other = |id: &Uuid| moment.by != By::Staff(*id);
    let to_handler = kind != AlertKind::Followed;
    if let Some(handler) = complaint.case.assignee.filter(|id| to_handler && is_other(id)) {
        tx.staff_alerts().insert(handler, complaint.id, kind, now_ms).await?;
    }
    if moment.event.is_public() {
        for follower in tx.complaint_marks().followers(complaint.id).await? {
            if is_other(&follower) && complaint.case.assignee != Some(follower) {
                tx.staff_alerts().insert(follower, complaint.id, AlertKind::Followed, now_ms).await?;
            }
        }
    }
    Ok(())
}

/// Sends the person a text about it.
async fn tell(app: &App, tx: &Tx, complaint: &Complaint, told: &str) -> Result<()> {
    app.tell(tx, &complaint.phone, &format!("投诉 {}：{told}", complaint.number)).await
}

fn audit(app: &App, tx: &Tx, who: &StaffMember, action: &str, complaint: Uuid) {
    let action = format!("complaint.{action}");
    app.audit(tx, Actor::Staff(who.id), &action, ("complaint", complaint), None);
}

/// What was said, if it can be.
fn words(text: &str) -> Result<Words> {
    Ok(Words { text: super::text::paragraphs(text)?, ..Words::default() })
}

impl From<Illegal> for Error {
    fn from(illegal: Illegal) -> Self {
        Self::Refused(match illegal {
            Illegal::OutOfPlace => Refusal::Conflict,
            Illegal::NotYours => Refusal::CaseTaken,
            Illegal::SecondPerson => Refusal::SecondPerson,
            Illegal::Closed => Refusal::ComplaintClosed,
        })
    }
}

/// The answer that waits to be sent says this.
fn proposed(complaint: &Complaint) -> Result<Outcome> {
    Ok(complaint.case.outcome.ok_or(Illegal::OutOfPlace)?)
}
