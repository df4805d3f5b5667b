//! One challenge given to one account, and what came of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "verification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub request_id: Uuid,
    pub account_id: Uuid,
    pub party: String,
    /// Encrypted.
    pub name: Vec<u8>,
    pub method: String,
    pub document_type: String,
    /// Encrypted.
    pub document_number: Vec<u8>,
    pub document_index: Vec<u8>,
    /// SEC1 uncompressed point, 65 bytes.
    pub guardian: Option<Vec<u8>>,
    pub visit: Option<Vec<u8>>,
    pub device_key: Vec<u8>,
    /// Unique.
    pub nonce: String,
    /// JSON array of tasks (a step and its alternative), in order.
    pub steps: String,
    pub step_timeout_ms: i32,
    pub policy_version: i32,
    /// open, assessing, done or expired.
    pub state: String,
    pub outcome: Option<String>,
    /// JSON array, for staff.
    pub reasons: Option<String>,
    /// Encrypted JSON, for staff.
    pub scores: Option<Vec<u8>>,
    pub report_sha256: Option<Vec<u8>>,
    pub created_at_ms: i64,
    pub expires_at_ms: i64,
    pub finished_at_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
