//! Giving every stored value the newest column key.

use uuid::Uuid;

use super::{App, Result};
use crate::store::{Actor, Count, SEALED};

/// Values in one transaction: few, so that nobody waits for long.
const BATCH: u64 = 100;

/// How many values each key seals, column by column.
///
/// # Errors
/// The store failed.
pub async fn counts(app: &App) -> Result<Vec<Count>> {
    Ok(app.store.sealed_counts().await?)
}

/// Seals every value under an old key again with the newest one, and says how many that was. Stops early, between two
/// transactions, when `go_on` says so of the number done; the next run finds what is left.
///
/// # Errors
/// The store failed. What was done is done.
pub async fn rotate(app: &App, mut go_on: impl FnMut(u64) -> bool) -> Result<u64> {
    let mut done = 0;
    'columns: for column in SEALED {
        let mut after = None;
        loop {
            let step = app.store.reseal(*column, after, BATCH).await?;
            done += step.resealed;
            if !go_on(done) {
                break 'columns;
            }
            if step.last.is_none() {
                break;
            }
            after = step.last;
        }
    }
    let key = app.store.crypter().key_ids().next().unwrap_or_default();
    let detail = format!("{done} values now under key {key}");
    let tx = app.store.begin().await?;
    app.audit(&tx, Actor::System, "keys.rotate", ("installation", Uuid::nil()), Some(&detail));
    tx.commit().await?;
    Ok(done)
}
