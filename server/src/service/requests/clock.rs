//! What happens to requests because time passes.

use uuid::Uuid;

use super::{By, advance};
use crate::{
    rules::request::{Cancellation, Event, Step, Transfer},
    service::{App, Error, Refusal, Result},
    store::Request,
};

/// Moves every request whose time has come: expired, met with silence, or out of service. Cheap when there is none:
/// called before requests are looked at, so that nobody acts on an expired one, and now and then by the server itself.
///
/// Each is a transaction of its own: one that fails is logged and holds up no other.
///
/// # Errors
/// The store failed to say which.
pub async fn keep_time(app: &App) -> Result<()> {
    let now_ms = app.now_ms();
    let tx = app.store.read().await?;
    let (overdue, due) = (tx.requests().overdue(now_ms).await?, tx.requests().due(now_ms).await?);
    drop(tx);
    for id in overdue.into_iter().chain(due) {
        match one(app, id, now_ms).await {
            // Someone else moved it between our reading and writing.
            Ok(()) | Err(Error::Refused(Refusal::Conflict)) => {}
            Err(error) => tracing::error!(request_id = %id, %error, "not moved by the clock"),
        }
    }
    Ok(())
}

async fn one(app: &App, id: Uuid, now_ms: i64) -> Result<()> {
    let tx = app.store.begin().await?;
    let mut request = tx.requests().find(id).await?.ok_or(Refusal::NotFound)?;
    let Some(event) = event(&request, now_ms) else { return Ok(()) };
    advance(app, &tx, &mut request, event, By::System, None).await?;
    Ok(tx.commit().await?)
}

/// What the clock says, looked at again within the transaction.
fn event(request: &Request, now_ms: i64) -> Option<Event> {
    let due = request.due_at_ms.is_some_and(|due| due <= now_ms);
    match request.state.step() {
        Step::Transfer(Transfer::PriorOwnerNotified) if due && !request.state.is_disputed() => {
            Some(Event::SilenceOver)
        }
        Step::Cancellation(Cancellation::EmergencyOnly) if due => Some(Event::ServiceEnded),
        _ if request.state.can_end_early() && request.expires_at_ms <= now_ms => Some(Event::Expire),
        _ => None,
    }
}
