//! A picture or report kept under a consent, or a paper kept because the law asks for it (Art 18).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Of a paper the law asks for.
    pub request_id: Option<Uuid>,
    /// Of a picture or report of a person.
    pub verification_id: Option<Uuid>,
    /// The consent a picture of a person is kept under.
    pub consent_id: Option<Uuid>,
    /// Of what was sent with a complaint.
    pub complaint_id: Option<Uuid>,
    pub kind: String,
    pub position: i32,
    /// Encrypted under a key of its own, which lies in the vault.
    pub content: Vec<u8>,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
