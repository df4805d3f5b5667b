//! Looks of staff at personal data, each with its reason.

use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
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

/// Which looks; everything that is given must be so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevealFilter {
    /// Those of a member of staff.
    pub staff_id: Option<Uuid>,
    /// Those at a kind of record.
    pub subject_kind: Option<&'static str>,
    /// Those at a record.
    pub subject_id: Option<Uuid>,
    /// Those at or after this time.
    pub from_ms: Option<i64>,
    /// Those before this time.
    pub until_ms: Option<i64>,
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
    pub async fn page(&self, filter: &RevealFilter, before: Option<Uuid>, limit: u64) -> Result<Vec<Reveal>> {
        let all = Condition::all()
            .add_option(filter.staff_id.map(|id| Column::StaffId.eq(id)))
            .add_option(filter.subject_kind.map(|kind| Column::SubjectKind.eq(kind)))
            .add_option(filter.subject_id.map(|id| Column::SubjectId.eq(id)))
            .add_option(filter.from_ms.map(|at| Column::CreatedAtMs.gte(at)))
            .add_option(filter.until_ms.map(|at| Column::CreatedAtMs.lt(at)))
            .add_option(before.map(|before| Column::Id.lt(before)));
        let rows = Entity::find().filter(all).order_by_desc(Column::Id).limit(limit).all(&self.0.db).await?;
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
