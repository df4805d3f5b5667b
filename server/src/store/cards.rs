//! Cards in vehicles.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Query};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::{
        card::{ActiveModel, Column, Entity, Model},
        person, vehicle,
    },
};

/// A card.
#[derive(Clone, Debug)]
pub struct Card {
    /// Id.
    pub id: Uuid,
    /// The vehicle it is in.
    pub vehicle_id: Uuid,
    /// Card number.
    pub msisdn: String,
    /// Integrated circuit card identifier.
    pub iccid: String,
    /// Carrier, in snake case.
    pub carrier: String,
    /// `active`, for now.
    pub state: String,
}

/// A card to record (Art 5).
#[derive(Clone, Debug)]
pub struct NewCard<'a> {
    /// Id.
    pub id: Uuid,
    /// The vehicle it is in.
    pub vehicle_id: Uuid,
    /// Card number.
    pub msisdn: &'a str,
    /// Integrated circuit card identifier.
    pub iccid: &'a str,
    /// Carrier, in snake case.
    pub carrier: &'a str,
}

/// Repository.
pub struct Cards<'a>(pub(super) &'a Tx);

impl Cards<'_> {
    /// The cards in a vehicle, in a stable order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_vehicle(&self, vehicle: Uuid) -> Result<Vec<Card>> {
        let rows = Entity::find()
            .filter(Column::VehicleId.eq(vehicle))
            .order_by_asc(Column::Iccid)
            .all(&self.0.db)
            .await?;
        Ok(rows.into_iter().map(Card::from).collect())
    }

    /// The carrier of every card held under one document, for the card limit (Art 11).
    ///
    /// # Errors
    /// The database failed.
    pub async fn carriers_of_document(&self, document_index: &[u8]) -> Result<Vec<String>> {
        let people = Query::select()
            .column(person::Column::Id)
            .from(person::Entity)
            .and_where(person::Column::DocumentIndex.eq(document_index.to_vec()))
            .take();
        let vehicles = Query::select()
            .column(vehicle::Column::Id)
            .from(vehicle::Entity)
            .and_where(vehicle::Column::OwnerPersonId.in_subquery(people))
            .take();
        Ok(Entity::find()
            .filter(Column::VehicleId.in_subquery(vehicles))
            .select_only()
            .column(Column::Carrier)
            .into_tuple()
            .all(&self.0.db)
            .await?)
    }

    /// Records a card.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] when its number or ICCID is taken.
    pub async fn insert(&self, card: NewCard<'_>, now_ms: i64) -> Result<()> {
        let row = Model {
            id: card.id,
            vehicle_id: card.vehicle_id,
            msisdn: card.msisdn.to_owned(),
            iccid: card.iccid.to_owned(),
            carrier: card.carrier.to_owned(),
            state: "active".to_owned(),
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }
}

impl From<Model> for Card {
    fn from(row: Model) -> Self {
        let Model { id, vehicle_id, msisdn, iccid, carrier, state, .. } = row;
        Self { id, vehicle_id, msisdn, iccid, carrier, state }
    }
}
