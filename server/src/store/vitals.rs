//! How much waits, across aggregates.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{
    Result, Tx,
    entity::{outbox, review},
};

/// Messages in one state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Depth {
    /// `pending` or `dead`.
    pub state: String,
    /// How many.
    pub count: u64,
    /// Age of the oldest, in milliseconds.
    pub oldest_ms: i64,
}

/// Repository.
pub struct Vitals<'a>(pub(super) &'a Tx);

impl Vitals<'_> {
    /// Messages to the OEM platform that are not accepted, by state.
    ///
    /// # Errors
    /// The database failed.
    pub async fn outbox(&self, now_ms: i64) -> Result<Vec<Depth>> {
        let mut depths = Vec::new();
        for state in ["pending", "dead"] {
            let (count, oldest): (i64, Option<i64>) = outbox::Entity::find()
                .filter(outbox::Column::State.eq(state))
                .select_only()
                .column_as(outbox::Column::Id.count(), "count")
                .column_as(outbox::Column::CreatedAtMs.min(), "oldest")
                .into_tuple()
                .one(&self.0.db)
                .await?
                .unwrap_or_default();
            let oldest_ms = oldest.map_or(0, |at| now_ms.saturating_sub(at).max(0));
            depths.push(Depth { state: state.to_owned(), count: count.unsigned_abs(), oldest_ms });
        }
        Ok(depths)
    }

    /// Reviews to be decided: all, or only those due before a time.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reviews_open(&self, due_before_ms: Option<i64>) -> Result<u64> {
        let mut open = review::Entity::find().filter(review::Column::State.is_in(["waiting", "claimed"]));
        if let Some(before) = due_before_ms {
            open = open.filter(review::Column::DueAtMs.lt(before));
        }
        Ok(open.count(&self.0.db).await?)
    }
}
