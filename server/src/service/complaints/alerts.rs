//! What a member of staff was told about complaints.

use uuid::Uuid;

use crate::{
    service::{App, Refusal, Result},
    store::{Page, Span, StaffAlert, StaffMember},
};

/// A page of what this member should look at, unread first, and how much is unread.
///
/// # Errors
/// The store failed.
pub async fn alerts(app: &App, who: &StaffMember, span: Span) -> Result<(Page<StaffAlert>, u64)> {
    let tx = app.store.read().await?;
    Ok((tx.staff_alerts().page(who.id, span).await?, tx.staff_alerts().unread(who.id).await?))
}

/// Marks one, or all, as read.
///
/// # Errors
/// [`Refusal::NotFound`] for one that is not theirs.
pub async fn read_alerts(app: &App, who: &StaffMember, one: Option<Uuid>) -> Result<()> {
    let tx = app.store.begin().await?;
    if !tx.staff_alerts().mark_read(who.id, one, app.now_ms()).await? {
        return Err(Refusal::NotFound.into());
    }
    Ok(tx.commit().await?)
}
