//! What people and staff see of a complaint. Masking is left to the API.

use uuid::Uuid;

use super::audit;
use crate::{
    rules::{
        clocks,
        complaint::{State, Target, number::Number},
    },
    service::{App, Refusal, Result, codes::Phone},
    store::{Complaint, ComplaintLine, Page, Request, Span, StaffMember, Tx, Vehicle},
};

/// A line of the history, with who did it by name.
pub struct Line {
    /// The line.
    pub line: ComplaintLine,
    /// Sign-in name of the member of staff who did it.
    pub staff: Option<String>,
}

/// What the person sees.
pub struct OwnerView {
    /// The complaint.
    pub complaint: Complaint,
    /// Where it stands, as far as it concerns the person: not that an answer is being written.
    pub state: State,
    /// What the person may see of its history.
    pub lines: Vec<ComplaintLine>,
    /// They may say the answer is not good enough, until then.
    pub reopen_until_ms: Option<i64>,
}

/// What staff see.
pub struct CaseView {
    /// The complaint.
    pub complaint: Complaint,
    /// Sign-in name of who has it.
    pub assignee: Option<String>,
    /// Its whole history.
    pub lines: Vec<Line>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Who follows it, by sign-in name.
    pub followers: Vec<(Uuid, String)>,
    /// The vehicles it is about.
    pub vehicles: Vec<Vehicle>,
    /// The requests it is about.
    pub requests: Vec<Request>,
    /// Complaints it belongs with.
    pub complaints: Vec<Complaint>,
}

/// What anybody with number and phone is told.
#[derive(Clone, Debug)]
pub struct Status {
    /// The complaint.
    pub complaint: Complaint,
    /// Where it stands, as far as it concerns the person.
    pub state: State,
}

/// A page of this account's complaints, newest first.
///
/// # Errors
/// [`Refusal::SignInNeeded`] when the account is gone.
pub async fn mine(app: &App, account: Uuid, span: Span) -> Result<Page<Status>> {
    let tx = app.store.read().await?;
    let phone = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?.phone;
    let page = tx.complaints().of_phone(&phone, visible_since(app), span).await?;
    page.try_map(|complaint| Ok(Status { state: seen_by_user(complaint.case.state), complaint }))
}

/// One of this account's complaints.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn find(app: &App, account: Uuid, id: Uuid) -> Result<OwnerView> {
    let tx = app.store.read().await?;
    let complaint = own(app, &tx, account, id).await?;
    let history = tx.complaints().history(id).await?;
    let until_ms = |ms| clocks::days_after(ms, app.config.complaint.reopen_days);
    let ended_ms = complaint.closed_at_ms.or(complaint.replied_at_ms);
    let reopen_until_ms =
        ended_ms.filter(|_| complaint.case.may_be_reopened()).map(until_ms).filter(|ms| *ms > app.now_ms());
    let lines = history.into_iter().filter(|line| line.public).collect();
    let state = seen_by_user(complaint.case.state);
    Ok(OwnerView { state, lines, reopen_until_ms, complaint })
}

/// Where the complaint with this number and phone stands; no word of what was said.
///
/// # Errors
/// [`Refusal::ComplaintUnknown`], whichever of both is wrong.
pub async fn status(app: &App, number: &str, phone: &str) -> Result<Status> {
    let number = Number::parse(number).map_err(|_| Refusal::ComplaintUnknown)?;
    let phone = Phone::parse(phone).map_err(|_| Refusal::ComplaintUnknown)?;
    let complaint = app.store.read().await?.complaints().by_number(number.as_str()).await?;
    let complaint = complaint.filter(|found| found.phone == phone.as_str() && is_visible(app, found));
    let complaint = complaint.ok_or(Refusal::ComplaintUnknown)?;
    Ok(Status { state: seen_by_user(complaint.case.state), complaint })
}

/// The whole case. Opening it is audited.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn case(app: &App, who: &StaffMember, id: Uuid) -> Result<CaseView> {
    let tx = app.store.begin().await?;
    let complaint = tx.complaints().find(id).await?.ok_or(Refusal::NotFound)?;
    let mut lines = Vec::new();
    for line in tx.complaints().history(id).await? {
        let staff = match line.moment.by {
            crate::rules::complaint::By::Staff(id) => name(&tx, id).await?,
            _ => None,
        };
        lines.push(Line { line, staff });
    }
    let (mut vehicles, mut requests, mut complaints) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, target) in tx.complaint_marks().links(id).await? {
        match kind {
            Target::Vehicle => vehicles.extend(tx.vehicles().find(target).await?),
            Target::Request => requests.extend(tx.requests().find(target).await?),
            Target::Complaint => complaints.extend(tx.complaints().find(target).await?),
        }
    }
    let mut followers = Vec::new();
    for id in tx.complaint_marks().followers(id).await? {
        followers.extend(name(&tx, id).await?.map(|name| (id, name)));
    }
    let assignee = match complaint.case.assignee {
        Some(id) => name(&tx, id).await?,
        None => None,
    };
    let tags = tx.complaint_marks().tags(id).await?;
    audit(app, &tx, who, "read", id);
    tx.commit().await?;
    Ok(CaseView { complaint, assignee, lines, tags, followers, vehicles, requests, complaints })
}

async fn name(tx: &Tx, staff: Uuid) -> Result<Option<String>> {
    Ok(tx.staff().record(staff).await?.map(|record| record.member.username))
}

/// A complaint to be changed: of several who speak at once each has a turn, and nothing is lost.
///
/// # Errors
/// [`Refusal::NotFound`].
pub(crate) async fn find_in(tx: &Tx, id: Uuid) -> Result<Complaint> {
    Ok(tx.complaints().hold(id).await?.ok_or(Refusal::NotFound)?)
}

/// A complaint of this account's phone.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn own(app: &App, tx: &Tx, account: Uuid, id: Uuid) -> Result<Complaint> {
    let phone = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?.phone;
    let complaint = tx.complaints().find(id).await?.ok_or(Refusal::NotFound)?;
    if complaint.phone == phone && is_visible(app, &complaint) {
        Ok(complaint)
    } else {
        Err(Refusal::NotFound.into())
    }
}

/// Phone numbers are given to other people: long after the end a number alone finds nothing.
fn is_visible(app: &App, complaint: &Complaint) -> bool {
    complaint.closed_at_ms.is_none_or(|closed_ms| closed_ms >= visible_since(app))
}

fn visible_since(app: &App) -> i64 {
    app.now_ms() - i64::from(app.config.complaint.visible_days) * clocks::DAY_MS
}

/// That an answer is written, or waits for a second person, is no business of who waits for it.
fn seen_by_user(state: State) -> State {
    match state {
        State::Proposed | State::SecondApproval => State::Investigating,
        state => state,
    }
}
