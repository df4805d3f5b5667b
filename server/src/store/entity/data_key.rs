//! The key of one piece of evidence; the only table of the vault.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_key")]
pub struct Model {
    /// The piece of evidence.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Encrypted.
    pub sealed: Vec<u8>,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
