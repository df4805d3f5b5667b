//! Ids of messages received from outside.

use sea_orm::{EntityTrait, TryInsertResult};

use super::{
    Result, Tx,
    entity::inbox::{ActiveModel, Column, Entity, Model},
};

/// Repository.
pub struct Inbox<'a>(pub(super) &'a Tx);

impl Inbox<'_> {
    /// Notes a message id from a source. False when it was noted before: answer as then and change nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn receive(&self, source: &str, message_id: &str, now_ms: i64) -> Result<bool> {
        let row =
            Model { source: source.to_owned(), message_id: message_id.to_owned(), received_at_ms: now_ms };
        let result = Entity::insert(ActiveModel::from(row))
            .on_conflict_do_nothing_on([Column::Source, Column::MessageId])
            .exec_without_returning(&self.0.db)
            .await?;
        Ok(matches!(result, TryInsertResult::Inserted(rows) if rows > 0))
    }
}
