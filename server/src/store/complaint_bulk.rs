//! Complaints in bulk, as when another system is left for this one.

use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{
    Complaint, ComplaintLine, Result, Tx, conflict,
    entity::{complaint, complaint_event, complaint_key},
};
use crate::rules::complaint::Key;

/// Rows in one statement: databases bind only so many values.
const ROWS: usize = 500;

/// A complaint with its history and what it is found by.
#[derive(Clone, Debug)]
pub struct BulkComplaint {
    /// The complaint.
    pub complaint: Complaint,
    /// Its history, oldest line first.
    pub lines: Vec<ComplaintLine>,
    /// What it is found by, each once.
    pub keys: Vec<(Key, String)>,
}

/// Repository.
pub struct ComplaintBulk<'a>(pub(super) &'a Tx);

impl ComplaintBulk<'_> {
    /// Writes complaints with everything about them.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] when a number is taken.
    pub async fn insert(&self, all: &[BulkComplaint]) -> Result<()> {
        let (db, complaints) = (&self.0.db, self.0.complaints());
        for some in all.chunks(ROWS) {
            let rows = some.iter().map(|one| complaint::ActiveModel::from(complaints.row(&one.complaint)));
            complaint::Entity::insert_many(rows).exec_without_returning(db).await.map_err(conflict)?;
        }
        let lines = all.iter().flat_map(|one| one.lines.iter().map(|line| (one.complaint.id, line)));
        let lines = lines.map(|(id, line)| complaints.line_row(id, line)).collect::<Result<Vec<_>>>()?;
        for some in lines.chunks(ROWS) {
            let rows = some.iter().cloned().map(complaint_event::ActiveModel::from);
            complaint_event::Entity::insert_many(rows).exec_without_returning(db).await?;
        }
        let key = |complaint: Uuid, key: Key, value: &str| complaint_key::Model {
            id: Uuid::now_v7(),
            complaint_id: complaint,
            kind: key.as_str().to_owned(),
            value_index: self.0.complaint_key_index(key, value),
        };
        let keys =
            all.iter().flat_map(|one| one.keys.iter().map(|(kind, value)| (one.complaint.id, *kind, value)));
        let keys: Vec<_> = keys.map(|(id, kind, value)| key(id, kind, value)).collect();
        for some in keys.chunks(ROWS) {
            let rows = some.iter().cloned().map(complaint_key::ActiveModel::from);
            complaint_key::Entity::insert_many(rows).exec_without_returning(db).await?;
        }
        for BulkComplaint { complaint, lines, .. } in all {
            let said = lines.iter().filter_map(|line| Some(line.words.as_ref()?.text.as_str()));
            self.0.search().index(complaint.id, said).await?;
        }
        Ok(())
    }
}
