//! What staff list. Every page is audited, without what was looked for.

use super::{App, Result};
use crate::store::{
    Actor, ListedRequest, ListedVehicle, Page, RequestFilter, RequestOrder, Span, StaffMember, VehicleFilter,
};

/// A list staff may have looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looked {
    /// At a page.
    Page,
    /// At all of it, as a file.
    Export,
}

/// A page of vehicles.
///
/// # Errors
/// The store failed.
pub async fn vehicles(app: &App, filter: &VehicleFilter, span: Span) -> Result<Page<ListedVehicle>> {
    Ok(app.store.read().await?.lists().vehicles(filter, span).await?)
}

/// A page of requests.
///
/// # Errors
/// The store failed.
pub async fn requests(
    app: &App,
    filter: &RequestFilter,
    order: RequestOrder,
    span: Span,
) -> Result<Page<ListedRequest>> {
    Ok(app.store.read().await?.lists().requests(filter, order, span).await?)
}

/// Writes down that a member of staff looks at a list.
///
/// # Errors
/// The store failed.
pub async fn audit(app: &App, who: &StaffMember, list: &str, looked: Looked) -> Result<()> {
    let action = match looked {
        Looked::Page => format!("{list}.list"),
        Looked::Export => format!("{list}.export"),
    };
    let tx = app.store.begin().await?;
    app.audit(&tx, Actor::Staff(who.id), &action, ("staff", who.id), None);
    Ok(tx.commit().await?)
}
