//! The same for many complaints: each in a transaction of its own, so that one that cannot holds up no other.

use uuid::Uuid;

use super::{assign, assign_by_load, release, set_tags, snooze, take};
use crate::{
    service::{App, Error, Expected, Refusal, Result},
    store::StaffMember,
};

/// Most complaints at once.
pub const MOST: usize = 100;

/// What is done to each.
#[derive(Clone, Debug)]
pub enum Bulk {
    /// Taken.
    Take,
    /// Given to a colleague.
    Assign(Uuid),
    /// Given to whoever has least to do.
    AssignByLoad,
    /// Given back.
    Release,
    /// Put aside until then, in Unix milliseconds.
    Snooze(i64),
    /// Given another tag.
    Tag(String),
}

/// What came of one.
pub struct BulkResult {
    /// Which.
    pub id: Uuid,
    /// Why not; none where it was done.
    pub refused: Option<Refusal>,
}

/// Does it to each, and says what came of it.
///
/// # Errors
/// [`Refusal::BadRequest`] for more than 100; what fails in the store.
pub async fn bulk(app: &App, who: &StaffMember, ids: &[Uuid], what: &Bulk) -> Result<Vec<BulkResult>> {
    if ids.len() > MOST {
        return Err(Refusal::BadRequest.into());
    }
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        let refused = match one(app, who, *id, what).await {
            Ok(()) => None,
            Err(Error::Refused(refusal) | Error::Later { refusal, .. }) => Some(refusal),
            Err(error) => return Err(error),
        };
        results.push(BulkResult { id: *id, refused });
    }
    Ok(results)
}

async fn one(app: &App, who: &StaffMember, id: Uuid, what: &Bulk) -> Result<()> {
    let any = &Expected::ANY;
    match what {
        Bulk::Take => take(app, who, id, any).await,
        Bulk::Assign(to) => assign(app, who, id, any, *to).await,
        Bulk::AssignByLoad => assign_by_load(app, who, id, any).await.map(drop),
        Bulk::Release => release(app, who, id, any).await,
        Bulk::Snooze(until_ms) => snooze(app, who, id, any, *until_ms).await,
        Bulk::Tag(tag) => {
            let mut tags = app.store.read().await?.complaint_marks().tags(id).await?;
            tags.push(tag.clone());
            set_tags(app, who, id, &tags).await
        }
    }
}
