//! Requests, from the first step to the platform's confirmation. What is common to all kinds is here; what starts one
//! is in [`start`].

mod clock;
mod consequences;
mod dispute;
mod papers;
mod parties;
mod platform;
mod start;
mod verified;
mod view;

pub use clock::keep_time;
pub use dispute::{Settlement, freeze, settle};
pub(crate) use dispute::{freeze_in, settle_in};
pub(crate) use papers::complete as papers_complete;
pub use papers::{add as add_paper, paper};
pub use parties::{Signature, accept, answer_claim, cancel, claim_invitation, decline};
pub(crate) use platform::maybe;
pub use platform::{
    Delivery, Particulars, Received, Renewal, Verified, delivered, delivery, platform_accepted,
    platform_confirmed, platform_rejected,
};
pub use start::{
    NewApplication, OnBehalf, Proved, cancellation, claim, rectification, registration, replacement, transfer,
};
pub(crate) use start::{claim_for, not_own};
pub(crate) use verified::{decided_person, passed, review_needed};
pub use view::{Invitation, Next, Part, View, invitation, list, view};

use uuid::Uuid;

use super::{App, Refusal, Result, reviews};
use crate::{
    rules::{
        application::Applicant,
        request::{Event, Kind, Party, Phase},
    },
    store::{self, Detail, Request, Tx},
};

/// Who moved the request, as the timeline names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A side of the request.
    Party(Party),
    /// Staff.
    Staff,
    /// The server itself.
    System,
    /// The OEM platform.
    Platform,
}

impl By {
    /// Name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Party(party) => party.as_str(),
            Self::Staff => "staff",
            Self::System => "system",
            Self::Platform => "platform",
        }
    }
}

/// Moves a request by one event, and on by what follows from it. The only way a state is stored.
pub(crate) async fn advance(
    app: &App,
    tx: &Tx,
    request: &mut Request,
    event: Event,
    by: By,
    note: Option<String>,
) -> Result<()> {
    step(app, tx, request, event, by, note).await?;
    let mut last = event;
    while let Some(event) = consequences::of(app, tx, request, last).await? {
        step(app, tx, request, event, By::System, None).await?;
        last = event;
    }
    Ok(())
}

async fn step(
    app: &App,
    tx: &Tx,
    request: &mut Request,
    event: Event,
    by: By,
    note: Option<String>,
) -> Result<()> {
    let before = request.state;
    request.state = before.next(event)?;
    let closed = request.state.phase() == Phase::Closed;
    request.closed_at_ms = closed.then(|| app.now_ms());
    tx.requests().save(request).await?;
    if request.state != before {
        line(app, tx, request, by, note).await?;
    }
    if closed {
        reviews::withdraw(tx, request, before).await?;
    }
    Ok(())
}

/// Writes the state reached into the timeline.
async fn line(app: &App, tx: &Tx, request: &Request, by: By, note: Option<String>) -> Result<()> {
    // A timeline is read by time, then id: ids of one process ascend even within a millisecond.
    let event = store::Event {
        id: Uuid::now_v7(),
        at_ms: app.now_ms(),
        state: request.state.name().to_owned(),
        actor: by.as_str().to_owned(),
        note,
    };
    Ok(tx.requests().record(request.id, event).await?)
}

/// The request, and the side this account takes in it.
pub(crate) async fn mine(tx: &Tx, id: Uuid, account: Uuid) -> Result<(Request, Party)> {
    let request = tx.requests().find(id).await?.ok_or(Refusal::NotFound)?;
    let party = side(&request, account, &super::owner::people(tx, account).await?);
    Ok((request, party.ok_or(Refusal::NotFound)?))
}

/// The side an account takes, whose people on record are these.
fn side(request: &Request, account: Uuid, people: &[Uuid]) -> Option<Party> {
    let through_agent = matches!(
        &request.detail,
        Detail::Registration(application) if matches!(application.applicant, Applicant::Principal(_))
    );
    let on_record = || request.owner_person_id.is_some_and(|owner| people.contains(&owner));
    if request.counterparty_account_id == Some(account) {
        Some(Party::Counterparty)
    } else if request.owner_account_id == Some(account) {
        Some(if through_agent { Party::Agent } else { Party::Owner })
    } else if request.kind == Kind::Claim && on_record() {
        // The owner on record did not start it, and is asked.
        Some(Party::Owner)
    } else {
        None
    }
}

/// As [`mine`], for an account that wants to act.
pub(crate) async fn acting(tx: &Tx, id: Uuid, account: Uuid) -> Result<(Request, Party)> {
    let (request, party) = mine(tx, id, account).await?;
    if request.state.name() == "expired" {
        return Err(Refusal::RequestExpired.into());
    }
    Ok((request, party))
}

/// The side whose verification decides about a request of this kind, and so is written down in its record.
pub(crate) fn deciding(request: &Request) -> Party {
    match (request.kind, &request.detail) {
        (Kind::Transfer | Kind::Claim, _) => Party::Counterparty,
        (_, Detail::Registration(application))
            if matches!(application.applicant, Applicant::Principal(_)) =>
        {
            Party::Agent
        }
        _ => Party::Owner,
    }
}

/// Who is told about a request by text: the account that started it.
pub(crate) fn starter(request: &Request) -> Option<Uuid> {
    request.owner_account_id.or(request.counterparty_account_id)
}
