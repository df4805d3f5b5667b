//! Notices that cards in use must be registered (Art 22).

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    Place, Result, Tx,
    entity::notice::{ActiveModel, Column, Entity, Model},
};
use crate::rules::notice::Channel;

/// A notice to record.
#[derive(Clone, Copy, Debug)]
pub struct NewNotification<'a> {
    /// Id.
    pub id: Uuid,
    /// The vehicle.
    pub vehicle_id: Uuid,
    /// How.
    pub channel: Channel,
    /// Whom.
    pub phone: &'a str,
    /// Token in the link.
    pub token: &'a str,
    /// By whom.
    pub sent_by: Uuid,
}

/// Repository.
pub struct Notifications<'a>(pub(super) &'a Tx);

impl Notifications<'_> {
    /// Records a notice.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, new: NewNotification<'_>, now_ms: i64) -> Result<()> {
        let place = Place { table: "notice", row: new.id, column: "phone" };
        let row = Model {
            id: new.id,
            vehicle_id: new.vehicle_id,
            channel: new.channel.as_str().to_owned(),
            phone: self.0.crypter.seal(place, new.phone.as_bytes()),
            token_index: self.0.crypter.blind_index("notice", new.token),
            sent_by: new.sent_by,
            sent_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// The vehicle a link is about, if it was sent since `since_ms`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn vehicle_of(&self, token: &str, since_ms: i64) -> Result<Option<Uuid>> {
        let index = self.0.crypter.blind_index("notice", token);
        let row = Entity::find()
            .filter(Column::TokenIndex.eq(index))
            .filter(Column::SentAtMs.gte(since_ms))
            .one(&self.0.db)
            .await?;
        Ok(row.map(|row| row.vehicle_id))
    }

    /// When and how somebody was told about a vehicle, newest first, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_vehicle(&self, vehicle: Uuid) -> Result<Vec<(i64, String)>> {
        let rows = Entity::find()
            .filter(Column::VehicleId.eq(vehicle))
            .order_by_desc(Column::Id)
            .select_only()
            .columns([Column::SentAtMs, Column::Channel])
            .limit(100);
        Ok(rows.into_tuple().all(&self.0.db).await?)
    }
}
