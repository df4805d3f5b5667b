//! Words: of staff to the person, of staff among themselves, of the person.

use uuid::Uuid;

use super::{audit, own, record, tell, view::find_in, words};
use crate::{
    rules::{
        clocks,
        complaint::{By, Event, Outcome},
    },
    service::{App, Expected, Refusal, Result},
    store::{Actor, Complaint, StaffMember, Tx, Words},
};

/// Writes down something for staff only.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`].
pub async fn note(app: &App, who: &StaffMember, id: Uuid, text: &str) -> Result<()> {
    by_staff(app, who, (id, &Expected::ANY), Event::Noted, words(text)?, "note").await.map(drop)
}

/// Says something to the person that wants no answer.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::CaseTaken`], [`Refusal::ComplaintClosed`],
/// [`Refusal::PreconditionFailed`] when somebody spoke since.
pub async fn say(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, text: &str) -> Result<()> {
    by_staff(app, who, (id, seen), Event::Said, words(text)?, "say").await.map(drop)
}

/// Asks the person something.
///
/// # Errors
/// As [`say`]; [`Refusal::Conflict`] once an answer is on its way.
pub async fn ask(app: &App, who: &StaffMember, id: Uuid, seen: &Expected, text: &str) -> Result<()> {
    by_staff(app, who, (id, seen), Event::Asked, words(text)?, "ask").await.map(drop)
}

/// Writes down what the person said on the telephone or at the counter.
///
/// # Errors
/// As [`say`].
pub async fn heard(app: &App, who: &StaffMember, id: Uuid, text: &str) -> Result<()> {
    let words = Words { written_by: Some(who.id), ..words(text)? };
    by_staff(app, who, (id, &Expected::ANY), Event::UserSpoke, words, "hear").await.map(drop)
}

async fn by_staff(
    app: &App,
    who: &StaffMember,
    (id, seen): (Uuid, &Expected),
    event: Event,
    words: Words,
    action: &str,
) -> Result<Complaint> {
    let tx = app.store.begin().await?;
    let mut complaint = find_in(&tx, id).await?;
    seen.check(complaint.version)?;
    record(app, &tx, &mut complaint, By::Staff(who.id), event, Some(words)).await?;
    tell_of(app, &tx, &complaint, event).await?;
    audit(app, &tx, who, action, id);
    tx.commit().await?;
    Ok(complaint)
}

/// Sends the person a text when staff spoke to them.
pub(super) async fn tell_of(app: &App, tx: &Tx, complaint: &Complaint, event: Event) -> Result<()> {
    match event {
        Event::Asked => tell(app, tx, complaint, "需要您补充信息，请查看并回复。").await,
        Event::Said => tell(app, tx, complaint, "有新的进展，请查看。").await,
        _ => Ok(()),
    }
}

/// Takes the person's words.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::ComplaintClosed`].
pub async fn speak(app: &App, account: Uuid, id: Uuid, text: &str) -> Result<()> {
    by_user(app, account, id, Event::UserSpoke, Some(words(text)?), |_| Ok(())).await
}

/// The person is content with the answer, 1 to 5, and it ends.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::Conflict`] without an answer.
pub async fn satisfied(app: &App, account: Uuid, id: Uuid, score: u8, text: Option<&str>) -> Result<()> {
    let words = text.map(words).transpose()?;
    let tx = app.store.read().await?;
    let outcome = own(app, &tx, account, id).await?.case.outcome.ok_or(Refusal::Conflict)?;
    drop(tx);
    by_user(app, account, id, Event::Closed { outcome }, words, |complaint| {
        complaint.satisfaction = Some(score.clamp(1, 5));
        Ok(())
    })
    .await
}

/// The person takes it back.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::ComplaintClosed`].
pub async fn withdraw(app: &App, account: Uuid, id: Uuid) -> Result<()> {
    let withdrawn = Event::Closed { outcome: Outcome::Withdrawn };
    by_user(app, account, id, withdrawn, None, |_| Ok(())).await
}

/// The person is not content, and says why.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::Conflict`] without an answer,
/// [`Refusal::ReopeningOver`].
pub async fn reopen_as_owner(app: &App, account: Uuid, id: Uuid, text: &str) -> Result<()> {
    by_user(app, account, id, Event::Reopened, Some(words(text)?), |complaint| reopenable(app, complaint))
        .await
}

/// The person has gone to the authority for appeals.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::TextInvalid`], [`Refusal::Conflict`].
pub async fn appeal_as_owner(app: &App, account: Uuid, id: Uuid, text: &str) -> Result<()> {
    by_user(app, account, id, Event::Appealed, Some(words(text)?), |_| Ok(())).await
}

/// Refuses once it was answered or closed too long ago.
pub(super) fn reopenable(app: &App, complaint: &Complaint) -> Result<()> {
    let ended_ms = complaint.closed_at_ms.or(complaint.replied_at_ms);
    let until_ms = ended_ms.map(|ms| clocks::days_after(ms, app.config.complaint.reopen_days));
    match until_ms {
        Some(until_ms) if clocks::is_over(until_ms, app.now_ms()) => Err(Refusal::ReopeningOver.into()),
        _ => Ok(()),
    }
}

async fn by_user(
    app: &App,
    account: Uuid,
    id: Uuid,
    event: Event,
    words: Option<Words>,
    also: impl FnOnce(&mut Complaint) -> Result<()>,
) -> Result<()> {
    let tx = app.store.begin().await?;
    find_in(&tx, id).await?;
    let mut complaint = own(app, &tx, account, id).await?;
    also(&mut complaint)?;
    record(app, &tx, &mut complaint, By::User, event, words).await?;
    let action = match event {
        Event::UserSpoke => "complaint.speak",
        Event::Reopened => "complaint.reopen",
        Event::Appealed => "complaint.appeal",
        _ => "complaint.close",
    };
    app.audit(&tx, Actor::Account(account), action, ("complaint", id), None);
    Ok(tx.commit().await?)
}
