//! Looks of staff at personal data, each with its reason.

use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    Place, Result, Tx, conflict,
    entity::{
        reveal::{ActiveModel, Column, Entity, Model},
        staff,
    },
};

/// One look.
#[derive(Clone, Debug)]
pub struct Reveal {
    /// Id.
    pub id: Uuid,
    /// Who looked.
    pub staff_id: Uuid,
    /// Kind of record.
    pub subject_kind: String,
    /// Record.
    pub subject_id: Uuid,
    /// What was shown.
    pub fields: Vec<String>,
    /// Why, by name.
    pub reason: String,
    /// Why, in a sentence.
    pub sentence: String,
    /// When.
    pub created_at_ms: i64,
}

/// Repository.
pub struct Reveals<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "reveal", row, column: "sentence" }
}

impl Reveals<'_> {
    /// Looks of a member of staff since `since_ms`. Until the transaction ends nobody else counts for them: two looks
    /// at once cannot both be the last one allowed.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_since(&self, staff: Uuid, since_ms: i64) -> Result<u64> {
        staff::Entity::find_by_id(staff).lock_exclusive().one(&self.0.db).await?;
        let looks = Entity::find().filter(Column::StaffId.eq(staff)).filter(Column::CreatedAtMs.gt(since_ms));
        Ok(looks.count(&self.0.db).await?)
    }

    /// Records a look.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, reveal: Reveal) -> Result<()> {
        let Reveal { id, staff_id, subject_kind, subject_id, fields, reason, sentence, created_at_ms } =
            reveal;
        let (fields, sentence) = (fields.join(" "), self.0.crypter.seal(place(id), sentence.as_bytes()));
        let row = Model { id, staff_id, subject_kind, subject_id, fields, reason, sentence, created_at_ms };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Looks, newest first, from before the look `before`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(&self, before: Option<Uuid>, limit: u64) -> Result<Vec<Reveal>> {
        let mut rows = Entity::find();
        if let Some(before) = before {
            rows = rows.filter(Column::Id.lt(before));
        }
        let rows = rows.order_by_desc(Column::Id).limit(limit).all(&self.0.db).await?;
        let open = |row: Model| {
            Ok(Reveal {
                sentence: self.0.crypter.open_text(place(row.id), &row.sentence)?,
                fields: row.fields.split(' ').map(str::to_owned).collect(),
                id: row.id,
                staff_id: row.staff_id,
                subject_kind: row.subject_kind,
                subject_id: row.subject_id,
                reason: row.reason,
                created_at_ms: row.created_at_ms,
            })
        };
        rows.into_iter().map(open).collect()
    }
}
