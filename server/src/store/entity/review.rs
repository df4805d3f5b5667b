//! What a person must decide about a request.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "review")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub request_id: Uuid,
    /// Unique; none where the papers are looked at.
    pub verification_id: Option<Uuid>,
    /// What is looked at.
    pub subject: String,
    /// waiting, claimed, passed, refused, sent_back or withdrawn.
    pub state: String,
    pub claimed_by: Option<Uuid>,
    pub two_people: bool,
    pub first_pass: Option<Uuid>,
    pub reason: Option<String>,
    /// Encrypted: the sentence to the person.
    pub message: Option<Vec<u8>>,
    pub decided_by: Option<Uuid>,
    pub decided_at_ms: Option<i64>,
    pub due_at_ms: i64,
    pub version: i64,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
