//! Attempts to sign in under a name that have not succeeded. The name may be nobody's, so only its index is kept.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::sign_in_attempt::{ActiveModel, Column, Entity, Model},
};

/// Repository.
pub struct Attempts<'a>(pub(super) &'a Tx);

impl Attempts<'_> {
    /// When attempts under this name were made, in ascending order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn times(&self, name: &str) -> Result<Vec<i64>> {
        let rows = Entity::find().filter(Column::NameIndex.eq(self.index(name))).order_by_asc(Column::AtMs);
        Ok(rows.all(&self.0.db).await?.into_iter().map(|row| row.at_ms).collect())
    }

    /// Records an attempt.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, id: Uuid, name: &str, at_ms: i64) -> Result<()> {
        let row = Model { id, name_index: self.index(name), at_ms };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Takes an attempt back: it was right.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, id: Uuid) -> Result<()> {
        Entity::delete_by_id(id).exec(&self.0.db).await?;
        Ok(())
    }

    /// Forgets every attempt under this name: they are in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forgive(&self, name: &str) -> Result<()> {
        Entity::delete_many().filter(Column::NameIndex.eq(self.index(name))).exec(&self.0.db).await?;
        Ok(())
    }

    /// Removes attempts made before `before_ms`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn purge(&self, before_ms: i64) -> Result<u64> {
        let old = Entity::delete_many().filter(Column::AtMs.lt(before_ms));
        Ok(old.exec(&self.0.db).await?.rows_affected)
    }

    fn index(&self, name: &str) -> Vec<u8> {
        self.0.crypter.blind_index("sign-in name", name)
    }
}
