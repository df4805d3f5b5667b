//! A message to the OEM platform that must not be lost.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub aggregate: String,
    pub aggregate_id: Uuid,
    /// Order key.
    pub vehicle_id: Uuid,
    pub kind: String,
    /// Encrypted.
    pub payload: Vec<u8>,
    /// pending, accepted or dead.
    pub state: String,
    pub attempts: i32,
    pub next_attempt_at_ms: i64,
    pub lease_until_ms: i64,
    pub lease_owner: Option<String>,
    pub last_error: Option<String>,
    pub created_at_ms: i64,
    pub accepted_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
