//! One request about a vehicle, or about several when a unit registers them together.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    /// As [`crate::rules::request::State`] writes itself.
    pub state: String,
    /// Encrypted JSON: what only this kind has.
    pub detail: Vec<u8>,
    pub owner_account_id: Option<Uuid>,
    /// The owner on record when it started.
    pub owner_person_id: Option<Uuid>,
    pub counterparty_account_id: Option<Uuid>,
    /// Who becomes the owner, as verified.
    pub new_owner_person_id: Option<Uuid>,
    pub agent_person_id: Option<Uuid>,
    /// Encrypted invitation token.
    pub invitation: Option<Vec<u8>>,
    /// Blind index of the token; unique.
    pub invitation_index: Option<Vec<u8>>,
    /// When the party that decides passed.
    pub verified_at_ms: Option<i64>,
    /// Policy it passed under.
    pub policy_version: Option<i32>,
    /// Counts up with every change; guards against two writers.
    pub version: i64,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    /// When silence, or the wait before the end of service, is over.
    pub due_at_ms: Option<i64>,
    pub closed_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
