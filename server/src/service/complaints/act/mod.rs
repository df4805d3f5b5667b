//! What a handler does elsewhere because of a complaint: each act by the rules of what it acts on, in one transaction
//! with the line in the history of the complaint.

mod claim;
mod correct;
mod freeze;
mod not_own;
mod question;

pub use claim::claim;
pub(crate) use correct::answered;
pub use correct::{correct, corrections, settle_correction, suggest};
pub use freeze::{freeze, settle};
pub use not_own::not_own;
pub use question::question;

use uuid::Uuid;

use super::{audit, record, view::find_in, words};
use crate::{
    rules::complaint::{Act, By, Channel, Event, Target},
    service::{App, Expected, Refusal, Result, requests, text},
    store::{Account, Complaint, SessionKind, StaffMember, Tx},
};

/// A complaint on which its handler acts, and why: a sentence that whoever is concerned reads.
pub struct Grounds<'a> {
    /// The complaint.
    pub complaint: Uuid,
    /// The versions of it that were seen.
    pub seen: &'a Expected,
    /// Why.
    pub reason: &'a str,
}

/// Starts an act: only who has the complaint may, and only while it is not closed.
async fn begin(app: &App, who: &StaffMember, on: &Grounds<'_>, act: Act) -> Result<(Tx, Complaint)> {
    text::sentence(on.reason)?;
    requests::keep_time(app).await?;
    let tx = app.store.begin().await?;
    let complaint = find_in(&tx, on.complaint).await?;
    on.seen.check(complaint.version)?;
    complaint.case.next(Event::Acted { act, target: complaint.id }, By::Staff(who.id))?;
    Ok((tx, complaint))
}

/// Ends an act: what was done, to which record, stands in the history.
async fn end(
    app: &App,
    tx: Tx,
    who: &StaffMember,
    mut complaint: Complaint,
    (act, target): (Act, Uuid),
    reason: &str,
) -> Result<()> {
    let event = Event::Acted { act, target };
    record(app, &tx, &mut complaint, By::Staff(who.id), event, Some(words(reason)?)).await?;
    audit(app, &tx, who, act.as_str(), complaint.id);
    Ok(tx.commit().await?)
}

/// Refuses what the complaint is not about.
async fn linked(tx: &Tx, complaint: Uuid, kind: Target, target: Uuid) -> Result<()> {
    let links = tx.complaint_marks().links(complaint).await?;
    if links.contains(&(kind, target)) { Ok(()) } else { Err(Refusal::NotLinked.into()) }
}

/// The account of who complains, if they proved that the phone is theirs: by filing signed in, or by signing in since a
/// handler wrote it down.
async fn proved(app: &App, tx: &Tx, complaint: &Complaint) -> Result<Account> {
    let account = tx.accounts().by_phone(&complaint.phone).await?.ok_or(Refusal::PhoneUnproved)?;
    if matches!(complaint.channel, Channel::Hotline | Channel::Counter) {
        let sessions = tx.sessions().list(SessionKind::Owner, account.id, app.now_ms()).await?;
        if !sessions.iter().any(|session| session.created_at_ms >= complaint.received_at_ms) {
            return Err(Refusal::PhoneUnproved.into());
        }
    }
    Ok(account)
}
