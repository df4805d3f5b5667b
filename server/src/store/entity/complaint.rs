//! What somebody says is wrong (Art 21).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "complaint")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: String,
    pub kind: String,
    pub channel: String,
    pub state: String,
    pub round: i32,
    /// Encrypted.
    pub phone: Vec<u8>,
    pub phone_index: Vec<u8>,
    /// Encrypted.
    pub name: Option<Vec<u8>>,
    /// First two digits of GB/T 2260.
    pub region: Option<String>,
    pub assignee_id: Option<Uuid>,
    pub proposed_by: Option<Uuid>,
    pub outcome: Option<String>,
    pub satisfaction: Option<i32>,
    pub merged_into: Option<Uuid>,
    pub received_at_ms: i64,
    pub first_response_at_ms: Option<i64>,
    pub replied_at_ms: Option<i64>,
    pub closed_at_ms: Option<i64>,
    pub statutory_due_ms: i64,
    pub first_response_due_ms: Option<i64>,
    pub resolution_due_ms: Option<i64>,
    pub next_alert_at_ms: Option<i64>,
    pub next_actor: String,
    pub snoozed_until_ms: Option<i64>,
    pub statutory_breached: bool,
    pub first_response_breached: bool,
    pub resolution_breached: bool,
    pub last_user_at_ms: i64,
    pub changed_at_ms: i64,
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
