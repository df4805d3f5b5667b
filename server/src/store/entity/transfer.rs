//! One request to move a vehicle and its cards to a new owner.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "transfer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub vehicle_id: Uuid,
    /// The vehicle while the request is open, NULL afterwards; unique, so a vehicle has one open request.
    pub open_vehicle_id: Option<Uuid>,
    pub state: String,
    /// Whose verification staff must look at while in manual review.
    pub review_of: Option<String>,
    pub owner_account_id: Uuid,
    pub owner_person_id: Uuid,
    pub counterparty_account_id: Option<Uuid>,
    pub counterparty_person_id: Option<Uuid>,
    /// Encrypted invitation token.
    pub invitation: Vec<u8>,
    /// Blind index of the token; unique.
    pub invitation_index: Vec<u8>,
    /// Version of the responsibility notice (Art 13) the counterparty accepted.
    pub notice_version: Option<String>,
    /// Version of the agreement (Art 17) the counterparty accepted.
    pub agreement_version: Option<String>,
    /// When the counterparty passed.
    pub verified_at_ms: Option<i64>,
    /// Policy the counterparty passed under.
    pub policy_version: Option<i32>,
    /// Counts up with every change; guards against two writers.
    pub version: i64,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
