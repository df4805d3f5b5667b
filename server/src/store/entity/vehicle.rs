//! A vehicle; its owner is the registered user of every card in it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "vehicle")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique.
    pub vin: String,
    /// Encrypted.
    pub engine_number: Option<Vec<u8>>,
    pub brand: String,
    pub model: String,
    pub body_colour: String,
    pub owner_person_id: Uuid,
    pub version: i64,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
