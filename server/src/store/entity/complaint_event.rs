//! One line of a complaint's history. A row never changes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "complaint_event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub complaint_id: Uuid,
    /// From 1; unique within the complaint.
    pub seq: i32,
    pub at_ms: i64,
    pub staff_id: Option<Uuid>,
    /// user, staff or system.
    pub actor: String,
    /// JSON, without words.
    pub event: String,
    /// The person may see it.
    pub public: bool,
    /// Encrypted.
    pub words: Option<Vec<u8>>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
