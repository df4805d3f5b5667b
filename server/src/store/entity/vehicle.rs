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
    /// None while unregistered.
    pub owner_person_id: Option<Uuid>,
    /// As [`crate::rules::record::State`] names it.
    pub record_state: String,
    /// By when a failed sample must be put right (Art 10).
    pub rectify_by_ms: Option<i64>,
    /// Starts the two years of Art 18.
    pub service_ended_at_ms: Option<i64>,
    pub version: i64,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
