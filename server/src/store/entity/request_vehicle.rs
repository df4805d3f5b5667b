//! A vehicle of a request.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_vehicle")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub request_id: Uuid,
    pub vehicle_id: Uuid,
    /// The vehicle while the request is open, NULL afterwards; unique, so a vehicle has one open request.
    pub open_vehicle_id: Option<Uuid>,
    /// pending, accepted, confirmed or rejected.
    pub sync: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
