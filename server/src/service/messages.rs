//! The texts sent to people, as staff read them.

use super::{App, Result};
use crate::store::{Actor, Entry, Notice, StaffMember};

/// How many are shown.
const SHOWN: u64 = 100;

/// The newest texts, 100 at most. They hold one-time codes, so every look is audited.
///
/// # Errors
/// The store failed.
pub async fn recent(app: &App, who: &StaffMember) -> Result<Vec<Notice>> {
    let tx = app.store.begin().await?;
    let notices = tx.messages().recent(SHOWN).await?;
    let entry = Entry {
        id: app.id(),
        actor: Actor::Staff(who.id),
        action: "messages.read",
        subject_kind: "staff",
        subject_id: who.id,
        detail: None,
    };
    tx.audit().record(entry, app.now_ms()).await?;
    tx.commit().await?;
    Ok(notices)
}
