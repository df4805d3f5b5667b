//! How much waits in the queues of a member of staff.

use uuid::Uuid;

use crate::{
    rules::complaint::State,
    service::{App, Result},
    store::{Alike, StaffMember},
};

/// Complaints still to be answered, by queue. One can be in several.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Theirs, and not put aside.
    pub mine: u64,
    /// Theirs, put aside.
    pub snoozed: u64,
    /// Nobody's.
    pub unassigned: u64,
    /// Not answered in the time the law gives.
    pub overdue: u64,
    /// Waiting for the person.
    pub waiting: u64,
    /// Waiting for a second person.
    pub approval: u64,
    /// All.
    pub open: u64,
}

/// How much waits for `who`.
///
/// # Errors
/// The store failed.
pub async fn waiting(app: &App, who: &StaffMember) -> Result<Waiting> {
    let now_ms = app.now_ms();
    Ok(Waiting::of(who.id, &app.store.read().await?.feed().open(now_ms).await?))
}

impl Waiting {
    fn of(who: Uuid, open: &[Alike]) -> Self {
        let sum = |fits: &dyn Fn(&Alike) -> bool| {
            open.iter().filter(|alike| fits(alike)).map(|alike| alike.count).sum()
        };
        Self {
            mine: sum(&|alike| alike.assignee == Some(who) && !alike.snoozed),
            snoozed: sum(&|alike| alike.assignee == Some(who) && alike.snoozed),
            unassigned: sum(&|alike| alike.assignee.is_none()),
            overdue: sum(&|alike| alike.overdue),
            waiting: sum(&|alike| alike.state == State::WaitingForUser),
            approval: sum(&|alike| alike.state == State::SecondApproval),
            open: sum(&|_| true),
        }
    }
}
