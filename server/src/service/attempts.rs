//! Failed sign-ins under one name, known or not, lock it for a while.

use uuid::Uuid;

use super::{App, Error, Refusal, Result};
use crate::{
    rules::{clocks, lockout::Lockout},
    store::Tx,
};

/// An attempt under way. It counts as failed until it is [`Attempt::right`], so that many at once do not get more tries.
pub(super) struct Attempt {
    id: Uuid,
}

fn rule(app: &App) -> Lockout {
    let settings = &app.config.sign_in;
    Lockout {
        failures: settings.lockout_failures,
        window_ms: clocks::deadline(0, settings.lockout_window_s),
        lock_ms: clocks::deadline(0, settings.lockout_s),
    }
}

/// Starts an attempt.
///
/// # Errors
/// [`Refusal::LockedOut`] after too many that failed.
pub(super) async fn begin(app: &App, name: &str) -> Result<Attempt> {
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let failed = tx.attempts().times(name).await?;
    if let Some(until_ms) = rule(app).locked_until(&failed, now_ms) {
        let retry_after_s = (until_ms - now_ms).unsigned_abs().div_ceil(1000);
        return Err(Error::Later { refusal: Refusal::LockedOut, retry_after_s });
    }
    let attempt = Attempt { id: app.id() };
    tx.attempts().insert(attempt.id, name, now_ms).await?;
    tx.commit().await?;
    Ok(attempt)
}

impl Attempt {
    /// This step was right. Earlier failures stay until the whole sign-in is done.
    pub(super) async fn right(self, tx: &Tx) -> Result<()> {
        Ok(tx.attempts().delete(self.id).await?)
    }
}

/// Removes attempts that no lock can come from any more.
///
/// # Errors
/// The store failed.
pub async fn purge(app: &App) -> Result<()> {
    let Lockout { window_ms, lock_ms, .. } = rule(app);
    let tx = app.store.begin().await?;
    tx.attempts().purge(app.now_ms().saturating_sub(window_ms.saturating_add(lock_ms))).await?;
    Ok(tx.commit().await?)
}
