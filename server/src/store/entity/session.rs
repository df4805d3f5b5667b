//! A bearer token, stored hashed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// SHA-256; unique.
    pub token_hash: Vec<u8>,
    /// owner, staff or client.
    pub kind: String,
    /// Account, staff or client id.
    pub subject_id: Uuid,
    pub method: String,
    pub second_factor: bool,
    /// With spaces between.
    pub scopes: String,
    pub idle_ms: i64,
    pub created_at_ms: i64,
    pub last_used_at_ms: i64,
    pub expires_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
