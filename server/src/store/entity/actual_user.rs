//! Who really uses a vehicle of a unit (Art 9).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "actual_user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub vehicle_id: Uuid,
    pub request_id: Uuid,
    /// Encrypted.
    pub name: Vec<u8>,
    pub document_type: String,
    /// Encrypted.
    pub document_number: Vec<u8>,
    /// Encrypted.
    pub phone: Vec<u8>,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
