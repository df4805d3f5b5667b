//! The texts sent to people, as staff read them.

use super::{App, Result};
use crate::store::{Actor, Notice, StaffMember};

/// How many are shown.
const SHOWN: u64 = 100;

/// The newest texts, 100 at most. They hold one-time codes, so every look is audited.
///
/// # Errors
/// The store failed.
pub async fn recent(app: &App, who: &StaffMember) -> Result<Vec<Notice>> {
    let tx = app.store.begin().await?;
    let notices = tx.messages().recent(SHOWN).await?;
    app.audit(&tx, Actor::Staff(who.id), "messages.read", ("staff", who.id), None).await?;
    tx.commit().await?;
    Ok(notices)
}
