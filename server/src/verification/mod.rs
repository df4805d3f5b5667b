//! Verifying a person: the challenge goes out, the report comes in, and the server believes nothing it did not
//! compute itself.

mod desk;
mod intake;
mod issue;

pub use desk::{Assessor, Desk, LoadError, Native};
pub use intake::{Outcome, Upload, report};
pub use issue::{Issued, Request, expire_overdue, issue, status};

use crate::{
    rules::{clocks, lockout::Lockout},
    service::{App, Error, Refusal, Result},
    store::Tx,
};
use uuid::Uuid;

/// The only document type so far.
pub const RESIDENT_ID: &str = "resident_id";

/// Refuses while the account is locked for this document.
async fn check_lock(app: &App, tx: &Tx, account: Uuid, document_number: &str) -> Result<()> {
    let (policy, now_ms) = (&app.config.verification, app.now_ms());
    let ms = |seconds: u64| clocks::deadline(0, seconds);
    let rule = Lockout {
        failures: policy.lockout_failures,
        window_ms: ms(policy.lockout_window_s),
        lock_ms: ms(policy.lockout_s),
    };
    let since_ms = now_ms.saturating_sub(rule.window_ms).saturating_sub(rule.lock_ms);
    let failures = tx.verifications().failures(account, RESIDENT_ID, document_number, since_ms).await?;
    match rule.locked_until(&failures, now_ms) {
        None => Ok(()),
        Some(until_ms) => {
            let retry_after_s = (until_ms - now_ms).unsigned_abs().div_ceil(1000);
            Err(Error::Later { refusal: Refusal::LockedOut, retry_after_s })
        }
    }
}
