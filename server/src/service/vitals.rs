//! How much waits now, for those who run the installation.

use super::{App, Result, complaints, faces};
use crate::store::Depth;

/// How much waits.
#[derive(Clone, Debug, Default)]
pub struct Vitals {
    /// Messages to the OEM platform by state, with the age of the oldest in milliseconds; accepted ones are done.
    pub outbox: Vec<Depth>,
    /// Reviews to be decided.
    pub reviews_open: u64,
    /// Of these, those that should have been looked at.
    pub reviews_overdue: u64,
    /// Seats of the engine.
    pub seats: u64,
    /// Of these, those that are free.
    pub seats_free: u64,
    /// People whose face is held.
    pub faces: u64,
    /// Days from now for which it is known which are off and which are worked.
    pub calendar_days: i64,
}

/// Looks.
///
/// # Errors
/// The store failed.
pub async fn read(app: &App) -> Result<Vitals> {
    let now_ms = app.now_ms();
    let tx = app.store.read().await?;
    Ok(Vitals {
        outbox: tx.vitals().outbox(now_ms).await?,
        reviews_open: tx.vitals().reviews_open(None).await?,
        reviews_overdue: tx.vitals().reviews_open(Some(now_ms)).await?,
        seats: app.config.verification.concurrency.max(1) as u64,
        seats_free: app.desk.free() as u64,
        faces: faces::count(app).await?.people,
        calendar_days: complaints::calendar_days(app),
    })
}
