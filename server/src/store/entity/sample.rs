//! A record drawn for a check (Art 10).

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sample")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub vehicle_id: Uuid,
    /// drawn, passed, failed, rectified or missed.
    pub state: String,
    pub finding: Option<String>,
    pub drawn_by: Uuid,
    pub decided_by: Option<Uuid>,
    pub drawn_at_ms: i64,
    pub decided_at_ms: Option<i64>,
    pub rectify_by_ms: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
