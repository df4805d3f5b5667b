//! What happens to complaints now, and who is at one.

use sea_orm::{
    ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, OnConflict},
};
use uuid::Uuid;

use super::{
    Result, StoreError, Tx,
    entity::{
        complaint,
        complaint_presence::{ActiveModel, Column, Entity, Model},
    },
};
use crate::rules::complaint::State;

/// A member of staff at a complaint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    /// The complaint.
    pub complaint_id: Uuid,
    /// The member of staff.
    pub staff_id: Uuid,
    /// They write something.
    pub typing: bool,
    /// When they were last heard of, in Unix milliseconds.
    pub seen_at_ms: i64,
}

/// A complaint that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub id: Uuid,
    /// At which version it is.
    pub version: i64,
    /// When it last changed, in Unix milliseconds.
    pub changed_at_ms: i64,
}

/// Complaints still to be answered that stand alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    /// Whose they are.
    pub assignee: Option<Uuid>,
    /// Where they stand.
    pub state: State,
    /// Put aside.
    pub snoozed: bool,
    /// The statutory clock is over.
    pub overdue: bool,
    /// How many.
    pub count: u64,
}

/// Repository.
pub struct Feed<'a>(pub(super) &'a Tx);

impl Feed<'_> {
    /// The complaints that changed since `since_ms`, the newest first, `most` of them at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn changed(&self, since_ms: i64, most: u64) -> Result<Vec<Changed>> {
        use complaint::Column;
        let rows: Vec<(Uuid, i64, i64)> = complaint::Entity::find()
            .select_only()
            .columns([Column::Id, Column::Version, Column::ChangedAtMs])
            .filter(Column::ChangedAtMs.gte(since_ms))
            .order_by_desc(Column::ChangedAtMs)
            .limit(most)
            .into_tuple()
            .all(&self.0.db)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, version, changed_at_ms)| Changed { id, version, changed_at_ms })
            .collect())
    }

    /// How many complaints are still to be answered, by how they stand at `now_ms`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn open(&self, now_ms: i64) -> Result<Vec<Alike>> {
        use complaint::Column;
        let rows: Vec<(Option<Uuid>, String, bool, bool, i64)> = complaint::Entity::find()
            .select_only()
            .column(Column::AssigneeId)
            .column(Column::State)
            .column_as(Column::SnoozedUntilMs.is_not_null(), "snoozed")
            .column_as(Column::StatutoryDueMs.lte(now_ms), "overdue")
            .column_as(Column::Id.count(), "alike")
            .filter(Column::State.is_not_in([State::Replied.as_str(), State::Closed.as_str()]))
            .group_by(Column::AssigneeId)
            .group_by(Column::State)
            .group_by(Expr::cust("snoozed"))
            .group_by(Expr::cust("overdue"))
            .into_tuple()
            .all(&self.0.db)
            .await?;
        let alike = |(assignee, state, snoozed, overdue, count): (_, String, _, _, i64)| {
            let state = state.parse().map_err(|_| StoreError::Corrupt("complaint"))?;
            Ok(Alike { assignee, state, snoozed, overdue, count: count.unsigned_abs() })
        };
        rows.into_iter().map(alike).collect()
    }

    /// Somebody is there; `id` is for a new row. Whoever was last heard of before `gone_ms`, anywhere, is forgotten.
    ///
    /// # Errors
    /// The database failed.
    pub async fn put(&self, id: Uuid, present: Present, gone_ms: i64) -> Result<()> {
        Entity::delete_many().filter(Column::SeenAtMs.lt(gone_ms)).exec(&self.0.db).await?;
        let Present { complaint_id, staff_id, typing, seen_at_ms } = present;
        let row = Model { id, complaint_id, staff_id, typing, seen_at_ms };
        let mut again = OnConflict::columns([Column::ComplaintId, Column::StaffId]);
        again.update_columns([Column::Typing, Column::SeenAtMs]);
        let row = Entity::insert(ActiveModel::from(row)).on_conflict(again);
        row.exec_without_returning(&self.0.db).await?;
        self.0.closing().complaints = true;
        Ok(())
    }

    /// Somebody left.
    ///
    /// # Errors
    /// The database failed.
    pub async fn remove(&self, complaint: Uuid, staff: Uuid) -> Result<()> {
        let row =
            Entity::delete_many().filter(Column::ComplaintId.eq(complaint)).filter(Column::StaffId.eq(staff));
        row.exec(&self.0.db).await?;
        self.0.closing().complaints = true;
        Ok(())
    }

    /// Who was heard of since `since_ms`, at one complaint.
    ///
    /// # Errors
    /// The database failed.
    pub async fn at(&self, complaint: Uuid, since_ms: i64) -> Result<Vec<Present>> {
        let rows =
            Entity::find().filter(Column::ComplaintId.eq(complaint)).filter(Column::SeenAtMs.gte(since_ms));
        let rows = rows.order_by_asc(Column::StaffId).all(&self.0.db).await?;
        Ok(rows.into_iter().map(Present::from).collect())
    }

    /// Who was heard of since `since_ms`, anywhere.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all(&self, since_ms: i64) -> Result<Vec<Present>> {
        let rows = Entity::find().filter(Column::SeenAtMs.gte(since_ms)).all(&self.0.db).await?;
        Ok(rows.into_iter().map(Present::from).collect())
    }
}

impl From<Model> for Present {
    fn from(row: Model) -> Self {
        let Model { complaint_id, staff_id, typing, seen_at_ms, .. } = row;
        Self { complaint_id, staff_id, typing, seen_at_ms }
    }
}
