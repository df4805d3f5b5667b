//! What members of staff should look at.

use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{
    Result, Tx,
    entity::staff_alert::{ActiveModel, Entity, Model},
};
use crate::rules::complaint::AlertKind;

/// Repository.
pub struct StaffAlerts<'a>(pub(super) &'a Tx);

impl StaffAlerts<'_> {
    /// Tells a member of staff about a complaint.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, staff: Uuid, complaint: Uuid, kind: AlertKind, now_ms: i64) -> Result<()> {
        let row = Model {
            id: Uuid::now_v7(),
            complaint_id: complaint,
            staff_id: staff,
            kind: kind.as_str().to_owned(),
            at_ms: now_ms,
            read_at_ms: None,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await?;
        Ok(())
    }
}
