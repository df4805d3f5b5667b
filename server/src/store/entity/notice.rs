//! A notice that a card in use must be registered (Art 22).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub vehicle_id: Uuid,
    /// sms or phone.
    pub channel: String,
    /// Encrypted.
    pub phone: Vec<u8>,
    /// Blind index of the token in the link; unique.
    pub token_index: Vec<u8>,
    pub sent_by: Uuid,
    pub sent_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
