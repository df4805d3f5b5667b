//! A WebAuthn credential.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// owner or staff.
    pub kind: String,
    /// Account or staff id.
    pub subject_id: Uuid,
    /// Unique.
    pub credential_id: Vec<u8>,
    /// COSE.
    pub public_key: Vec<u8>,
    pub counter: i64,
    /// Encrypted.
    pub label: Vec<u8>,
    pub created_at_ms: i64,
    pub last_used_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
