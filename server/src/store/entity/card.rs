//! A card in a vehicle. It has no owner column: cards of a vehicle can only move together.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "card")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// None while in stock.
    pub vehicle_id: Option<Uuid>,
    pub batch_id: Option<Uuid>,
    /// Unique.
    pub msisdn: String,
    /// Unique.
    pub iccid: String,
    pub carrier: String,
    /// As [`crate::rules::card::State`] names it.
    pub state: String,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
