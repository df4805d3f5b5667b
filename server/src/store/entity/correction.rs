//! A proposal to correct what is on record.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "correction")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub vehicle_id: Uuid,
    /// The complaint it came of.
    pub complaint_id: Option<Uuid>,
    /// owner or staff.
    pub proposed_by: String,
    /// An account or a member of staff.
    pub proposer_id: Uuid,
    /// As [`crate::rules::correction::State`] names it.
    pub state: String,
    /// Encrypted: what the record said.
    pub before: Vec<u8>,
    /// Encrypted: what it shall say.
    pub after: Vec<u8>,
    /// How far the OEM platform has come with it.
    pub sync: String,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub decided_at_ms: Option<i64>,
    /// A member of staff or an account.
    pub decider_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
