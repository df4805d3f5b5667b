//! A key a client gave its request, and the answer it got.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Blind index of caller and key; unique.
    pub key_index: Vec<u8>,
    /// Blind index of operation and body.
    pub fingerprint: Vec<u8>,
    /// While there is no answer: until when the first request is believed to run.
    pub locked_until_ms: i64,
    /// HTTP status of the answer; NULL while there is none.
    pub status: Option<i32>,
    pub content_type: Option<String>,
    pub etag: Option<String>,
    /// Encrypted.
    pub body: Option<Vec<u8>>,
    pub expires_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
