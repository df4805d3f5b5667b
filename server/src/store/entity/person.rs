//! A verified person, or a unit, as recorded at one moment. A new registration writes a new row; a correction changes
//! phone and address.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Encrypted.
    pub name: Vec<u8>,
    pub document_type: String,
    /// Encrypted.
    pub document_number: Vec<u8>,
    /// Blind index of type and number.
    pub document_index: Vec<u8>,
    /// Encrypted.
    pub phone: Vec<u8>,
    /// Blind index of the phone number.
    pub phone_index: Vec<u8>,
    /// Encrypted.
    pub address: Option<Vec<u8>>,
    /// Of a unit (Art 9).
    pub responsible_person_id: Option<Uuid>,
    pub created_at_ms: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
