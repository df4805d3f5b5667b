//! What was kept long enough goes: records two years after the end of service (Art 18), requests that never became a
//! registration, complaints two years after their end (the longest time bar), old texts. One transaction for each
//! record, so that a stop in the middle loses nothing.

use uuid::Uuid;

use super::{App, Result};
use crate::{
    rules::{clocks::DAY_MS, retention},
    store::Actor,
};

/// Looked up together.
const PAGE: u64 = 200;
/// How a request ends that changes nothing.
pub const UNFINISHED: [&str; 5] = ["rejected", "expired", "cancelled", "declined", "referred_to_shop"];
/// A key younger than this may be about to seal evidence that has not been committed.
const KEY_MS: i64 = 60 * 60 * 1000;

/// What would go, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Vehicles.
    pub records: Vec<Uuid>,
    /// Requests.
    pub requests: Vec<Uuid>,
    /// Complaints.
    pub complaints: Vec<Uuid>,
    /// Texts to people, and messages the OEM platform has taken.
    pub messages: u64,
}

impl Plan {
    /// How many steps that takes.
    pub fn steps(&self) -> usize {
        self.records.len() + self.requests.len() + self.complaints.len()
    }
}

/// What would go now.
///
/// # Errors
/// The store failed.
pub async fn plan(app: &App) -> Result<Plan> {
    Ok(Plan { messages: messages(app, true).await?, ..look(app, i64::MAX.unsigned_abs()).await? })
}

/// Removes it; `done` is told after every step. What went.
///
/// # Errors
/// The store failed. What was done is done.
pub async fn purge(app: &App, mut done: impl FnMut(usize)) -> Result<Plan> {
    let mut all = Plan::default();
    loop {
        let plan = look(app, PAGE).await?;
        if plan.steps() == 0 {
            break;
        }
        for vehicle in &plan.records {
            let tx = app.store.begin().await?;
            let gone = tx.purge().record(*vehicle).await?;
            let detail =
                format!("{} requests, {} people, {} accounts", gone.requests, gone.people, gone.accounts);
            app.audit(&tx, Actor::System, "record.purge", ("vehicle", *vehicle), Some(&detail));
            tx.commit().await?;
            done(1);
        }
        for request in &plan.requests {
            let tx = app.store.begin().await?;
            let gone = tx.purge().request(*request).await?;
            let detail = format!("{} people, {} accounts", gone.people, gone.accounts);
            app.audit(&tx, Actor::System, "request.purge", ("request", *request), Some(&detail));
            tx.commit().await?;
            done(1);
        }
        for complaint in &plan.complaints {
            let tx = app.store.begin().await?;
            tx.purge().complaint(*complaint).await?;
            app.audit(&tx, Actor::System, "complaint.purge", ("complaint", *complaint), None);
            tx.commit().await?;
            done(1);
        }
        all.complaints.extend(plan.complaints);
        all.records.extend(plan.records);
        all.requests.extend(plan.requests);
    }
    all.messages = messages(app, false).await?;
    if all != Plan::default() {
        app.store.settle_files().await?;
    }
    Ok(all)
}

/// Destroys keys that are left without evidence.
///
/// # Errors
/// The store failed.
pub async fn sweep(app: &App) -> Result<()> {
    app.store.sweep_vault(app.now_ms() - KEY_MS).await?;
    Ok(())
}

async fn look(app: &App, limit: u64) -> Result<Plan> {
    let now_ms = app.now_ms();
    let unfinished_ms = now_ms - i64::from(app.config.retention.unfinished_days) * DAY_MS;
    let tx = app.store.read().await?;
    Ok(Plan {
        records: tx.purge().ended(retention::art_18_ended_by(now_ms), limit).await?,
        requests: tx.purge().unfinished(&UNFINISHED, unfinished_ms, limit).await?,
        complaints: tx.purge().closed_complaints(retention::art_18_ended_by(now_ms), limit).await?,
        messages: 0,
    })
}

async fn messages(app: &App, only_count: bool) -> Result<u64> {
    let before_ms = app.now_ms() - i64::from(app.config.retention.messages_days) * DAY_MS;
    let tx = app.store.begin().await?;
    let count = tx.purge().messages(before_ms, only_count).await?;
    if count > 0 && !only_count {
        let detail = format!("{count} texts and messages");
        app.audit(&tx, Actor::System, "messages.purge", ("installation", Uuid::nil()), Some(&detail));
    }
    tx.commit().await?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::request::{Kind, State};

    #[test]
    fn a_request_that_is_closed_has_changed_something_or_is_unfinished() {
        let done = ["active", "confirmed", "closed"];
        for state in Kind::ALL.iter().flat_map(|kind| State::every(*kind)).filter(|state| state.is_closed()) {
            let name = state.to_string();
            let name = name.trim_start_matches("disputed/");
            assert!(UNFINISHED.contains(&name) != done.contains(&name), "{name}");
        }
    }
}
