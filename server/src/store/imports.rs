//! Vehicles and cards in bulk, some hundred rows a statement.

use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, StoreError, Tx, conflict,
    entity::{card, card_event, vehicle},
};
use crate::{
    import::{KnownCard, KnownVehicle},
    rules::{
        card::{Event, State as CardState},
        record::State,
    },
};

/// Most rows of one call: twelve columns each stay within the parameters SQLite takes.
pub const BATCH: usize = 500;

/// A vehicle to record or to put right.
#[derive(Clone, Debug)]
pub struct BulkVehicle<'a> {
    /// Id.
    pub id: Uuid,
    /// Vehicle identification number.
    pub vin: &'a str,
    /// Engine number, or motor number of an electric car.
    pub engine_number: &'a str,
    /// Brand.
    pub brand: &'a str,
    /// Model.
    pub model: &'a str,
    /// Body colour.
    pub body_colour: &'a str,
    /// Version seen; of a vehicle to put right.
    pub version: i64,
}

/// A card to record in a vehicle.
#[derive(Clone, Debug)]
pub struct BulkCard<'a> {
    /// Id.
    pub id: Uuid,
    /// Id of the first line of its life.
    pub event_id: Uuid,
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
pub struct Imports<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "vehicle", row, column: "engine_number" }
}

impl Imports<'_> {
    /// The vehicles on record of these numbers, [`BATCH`] at most.
    ///
    /// # Errors
    /// The database failed, or an engine number does not open.
    pub async fn vehicles(&self, vins: &[&str]) -> Result<Vec<KnownVehicle>> {
        let rows = vehicle::Entity::find()
            .filter(vehicle::Column::Vin.is_in(vins.iter().copied()))
            .all(&self.0.db)
            .await?;
        let known = |row: vehicle::Model| {
            let engine_number = row.engine_number.as_ref();
            Ok(KnownVehicle {
                engine_number: engine_number
                    .map(|sealed| self.0.crypter.open_text(place(row.id), sealed))
                    .transpose()?,
                id: row.id,
                vin: row.vin,
                brand: row.brand,
                model: row.model,
                body_colour: row.body_colour,
                unregistered: row.record_state == State::Unregistered.as_str(),
                version: row.version,
            })
        };
        rows.into_iter().map(known).collect()
    }

    /// The cards on record with one of these numbers.
    ///
    /// # Errors
    /// The database failed.
    pub async fn cards(&self, msisdns: &[&str], iccids: &[&str]) -> Result<Vec<KnownCard>> {
        let either = Condition::any()
            .add(card::Column::Msisdn.is_in(msisdns.iter().copied()))
            .add(card::Column::Iccid.is_in(iccids.iter().copied()));
        let rows = card::Entity::find().filter(either).all(&self.0.db).await?;
        let known = |row: card::Model| KnownCard {
            id: row.id,
            vehicle: row.vehicle_id,
            msisdn: row.msisdn,
            iccid: row.iccid,
            stocked: row.state == CardState::Stocked.as_str(),
        };
        Ok(rows.into_iter().map(known).collect())
    }

    /// Records vehicles nobody is registered for.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a number is taken.
    pub async fn insert_vehicles(&self, vehicles: &[BulkVehicle<'_>], now_ms: i64) -> Result<()> {
        if vehicles.is_empty() {
            return Ok(());
        }
        let row = |new: &BulkVehicle<'_>| vehicle::Model {
            id: new.id,
            vin: new.vin.to_owned(),
            engine_number: Some(self.0.crypter.seal(place(new.id), new.engine_number.as_bytes())),
            brand: new.brand.to_owned(),
            model: new.model.to_owned(),
            body_colour: new.body_colour.to_owned(),
            owner_person_id: None,
            record_state: State::Unregistered.as_str().to_owned(),
            rectify_by_ms: None,
            service_ended_at_ms: None,
            version: 0,
            created_at_ms: now_ms,
        };
        let rows = vehicles.iter().map(|new| vehicle::ActiveModel::from(row(new)));
        let insert = vehicle::Entity::insert_many(rows);
        insert.exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Puts the maker's data of an unregistered vehicle right.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was changed or registered meanwhile.
    pub async fn correct(&self, vehicle: &BulkVehicle<'_>) -> Result<()> {
        let engine_number = self.0.crypter.seal(place(vehicle.id), vehicle.engine_number.as_bytes());
        let changed = vehicle::Entity::update_many()
            .col_expr(vehicle::Column::EngineNumber, Expr::value(engine_number))
            .col_expr(vehicle::Column::Brand, Expr::value(vehicle.brand))
            .col_expr(vehicle::Column::Model, Expr::value(vehicle.model))
            .col_expr(vehicle::Column::BodyColour, Expr::value(vehicle.body_colour))
            .col_expr(vehicle::Column::Version, Expr::col(vehicle::Column::Version).add(1))
            .filter(vehicle::Column::Id.eq(vehicle.id))
            .filter(vehicle::Column::Version.eq(vehicle.version))
            .filter(vehicle::Column::RecordState.eq(State::Unregistered.as_str()))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Records cards that were built into vehicles.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a number is taken.
    pub async fn insert_cards(&self, cards: &[BulkCard<'_>], now_ms: i64) -> Result<()> {
        if cards.is_empty() {
            return Ok(());
        }
        let row = |new: &BulkCard<'_>| card::Model {
            id: new.id,
            vehicle_id: Some(new.vehicle_id),
            batch_id: None,
            msisdn: new.msisdn.to_owned(),
            iccid: new.iccid.to_owned(),
            carrier: new.carrier.to_owned(),
            state: CardState::Fitted.as_str().to_owned(),
            created_at_ms: now_ms,
        };
        let rows = cards.iter().map(|new| card::ActiveModel::from(row(new)));
        card::Entity::insert_many(rows).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        self.fitted(cards.iter().map(|new| (new.event_id, new.id)), now_ms).await
    }

    /// Puts a card from stock into a vehicle.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it is not in stock any more.
    pub async fn fit(&self, card: Uuid, vehicle: Uuid, event_id: Uuid, now_ms: i64) -> Result<()> {
        let changed = card::Entity::update_many()
            .col_expr(card::Column::VehicleId, Expr::value(vehicle))
            .col_expr(card::Column::State, Expr::value(CardState::Fitted.as_str()))
            .filter(card::Column::Id.eq(card))
            .filter(card::Column::State.eq(CardState::Stocked.as_str()))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        self.fitted([(event_id, card)].into_iter(), now_ms).await
    }

    async fn fitted(&self, cards: impl Iterator<Item = (Uuid, Uuid)>, now_ms: i64) -> Result<()> {
        let line = |(id, card_id)| {
            card_event::ActiveModel::from(card_event::Model {
                id,
                card_id,
                at_ms: now_ms,
                event: Event::Fitted.as_str().to_owned(),
                state: CardState::Fitted.as_str().to_owned(),
                request_id: None,
            })
        };
        card_event::Entity::insert_many(cards.map(line)).exec_without_returning(&self.0.db).await?;
        Ok(())
    }
}
