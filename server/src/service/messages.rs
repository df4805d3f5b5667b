//! The texts sent to people, as staff read them.

use super::{App, Result};
use crate::store::{Actor, Notice, Page, Span, StaffMember};

/// A page of texts. They say what people are doing, so every look is audited.
///
/// # Errors
/// The store failed.
pub async fn page(app: &App, who: &StaffMember, span: Span) -> Result<Page<Notice>> {
    let tx = app.store.begin().await?;
    let notices = tx.messages().page(span).await?;
    app.audit(&tx, Actor::Staff(who.id), "messages.read", ("staff", who.id), None);
    tx.commit().await?;
    Ok(notices)
}
