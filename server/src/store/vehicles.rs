//! Vehicles. The owner of a vehicle is the registered user of every card in it.

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, StoreError, Tx, Values, conflict,
    entity::{
        actual_user,
        vehicle::{ActiveModel, Column, Entity, Model},
    },
};
use crate::rules::{application::ActualUser, correction::Field, record::State};

/// A vehicle.
#[derive(Clone, Debug)]
pub struct Vehicle {
    /// Id.
    pub id: Uuid,
    /// Vehicle identification number.
    pub vin: String,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Body colour.
    pub body_colour: String,
    /// The owner on record; none while unregistered.
    pub owner_person_id: Option<Uuid>,
    /// Where its record stands.
    pub record: State,
    /// By when a failed sample must be put right (Art 10).
    pub rectify_by_ms: Option<i64>,
    /// When its service ended: starts the two years of Art 18.
    pub service_ended_at_ms: Option<i64>,
    /// Guards against two writers.
    pub version: i64,
}

/// A vehicle to record (Art 5).
#[derive(Clone, Debug)]
pub struct NewVehicle<'a> {
    /// Id.
    pub id: Uuid,
    /// Vehicle identification number.
    pub vin: &'a str,
    /// Engine number, or motor number of an electric car.
    pub engine_number: Option<&'a str>,
    /// Brand.
    pub brand: &'a str,
    /// Model.
    pub model: &'a str,
    /// Body colour.
    pub body_colour: &'a str,
    /// The owner on record; none while unregistered.
    pub owner_person_id: Option<Uuid>,
}

/// Repository.
pub struct Vehicles<'a>(pub(super) &'a Tx);

impl Vehicles<'_> {
    /// The vehicle with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Vehicle>> {
        Entity::find_by_id(id).one(&self.0.db).await?.map(Vehicle::try_from).transpose()
    }

    /// The vehicle with this identification number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_vin(&self, vin: &str) -> Result<Option<Vehicle>> {
        let row = Entity::find().filter(Column::Vin.eq(vin)).one(&self.0.db).await?;
        row.map(Vehicle::try_from).transpose()
    }

    /// The vehicles of these people, in a stable order.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_people(&self, people: &[Uuid]) -> Result<Vec<Vehicle>> {
        let rows = Entity::find()
            .filter(Column::OwnerPersonId.is_in(people.iter().copied()))
            .order_by_asc(Column::Vin)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(Vehicle::try_from).collect()
    }

    /// Records a vehicle.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the identification number is taken.
    pub async fn insert(&self, vehicle: NewVehicle<'_>, now_ms: i64) -> Result<()> {
        let place = Place { table: "vehicle", row: vehicle.id, column: "engine_number" };
        let row = Model {
            id: vehicle.id,
            vin: vehicle.vin.to_owned(),
            engine_number: vehicle.engine_number.map(|number| self.0.crypter.seal(place, number.as_bytes())),
            brand: vehicle.brand.to_owned(),
            model: vehicle.model.to_owned(),
            body_colour: vehicle.body_colour.to_owned(),
            owner_person_id: vehicle.owner_person_id,
            record_state: match vehicle.owner_person_id {
                Some(_) => State::Active,
                None => State::Unregistered,
            }
            .as_str()
            .to_owned(),
            rectify_by_ms: None,
            service_ended_at_ms: None,
            version: 0,
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Writes what changed of the record: owner, state and clocks, if nobody else wrote since it was read.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody did.
    pub async fn save(&self, vehicle: &mut Vehicle) -> Result<()> {
        let changed = Entity::update_many()
            .col_expr(Column::OwnerPersonId, Expr::value(vehicle.owner_person_id))
            .col_expr(Column::RecordState, Expr::value(vehicle.record.as_str()))
            .col_expr(Column::RectifyByMs, Expr::value(vehicle.rectify_by_ms))
            .col_expr(Column::ServiceEndedAtMs, Expr::value(vehicle.service_ended_at_ms))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(vehicle.id))
            .filter(Column::Version.eq(vehicle.version))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        vehicle.version += 1;
        Ok(())
    }

    /// Corrects what a vehicle is, where `values` say something about it, and counts its version up.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when somebody wrote since it was read.
    pub async fn correct(&self, vehicle: &mut Vehicle, values: &Values) -> Result<()> {
        let place = Place { table: "vehicle", row: vehicle.id, column: "engine_number" };
        let mut update = Entity::update_many();
        for (field, value) in values {
            update = match field {
                Field::EngineNumber => {
                    let sealed = self.0.crypter.seal(place, value.as_bytes());
                    update.col_expr(Column::EngineNumber, Expr::value(sealed))
                }
                Field::Brand => {
                    vehicle.brand.clone_from(value);
                    update.col_expr(Column::Brand, Expr::value(value.as_str()))
                }
                Field::Model => {
                    vehicle.model.clone_from(value);
                    update.col_expr(Column::Model, Expr::value(value.as_str()))
                }
                Field::BodyColour => {
                    vehicle.body_colour.clone_from(value);
                    update.col_expr(Column::BodyColour, Expr::value(value.as_str()))
                }
                Field::Phone | Field::Address => update,
            };
        }
        let changed = update
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(vehicle.id))
            .filter(Column::Version.eq(vehicle.version))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected != 1 {
            return Err(StoreError::Conflict);
        }
        vehicle.version += 1;
        Ok(())
    }

    /// The engine or motor number.
    ///
    /// # Errors
    /// The database failed, or the value does not open.
    pub async fn engine_number(&self, id: Uuid) -> Result<Option<String>> {
        let row = Entity::find_by_id(id).one(&self.0.db).await?;
        let sealed = row.and_then(|row| row.engine_number);
        let place = Place { table: "vehicle", row: id, column: "engine_number" };
        Ok(sealed.map(|sealed| self.0.crypter.open_text(place, &sealed)).transpose()?)
    }

    /// Records who really uses the vehicle of a unit (Art 9).
    ///
    /// # Errors
    /// The database failed.
    pub async fn used_by(&self, id: Uuid, request: Uuid, user: &ActualUser, now_ms: i64) -> Result<()> {
        let seal = |column, value: &str| {
            self.0.crypter.seal(Place { table: "actual_user", row: id, column }, value.as_bytes())
        };
        let row = actual_user::Model {
            id,
            vehicle_id: user.vehicle_id,
            request_id: request,
            name: seal("name", &user.identity.name),
            document_type: user.identity.document_type.clone(),
            document_number: seal("document_number", &user.identity.document_number),
            phone: seal("phone", &user.identity.phone),
            created_at_ms: now_ms,
        };
        let insert = actual_user::Entity::insert(actual_user::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await?;
        Ok(())
    }

    /// Vehicles whose time to put a record right is over (Art 10), 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rectification_missed(&self, now_ms: i64) -> Result<Vec<Vehicle>> {
        let rows = Entity::find()
            .filter(Column::RecordState.eq(State::Rectifying.as_str()))
            .filter(Column::RectifyByMs.lte(now_ms))
            .limit(100)
            .all(&self.0.db)
            .await?;
        rows.into_iter().map(Vehicle::try_from).collect()
    }
}

impl TryFrom<Model> for Vehicle {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self> {
        Ok(Self {
            id: row.id,
            vin: row.vin,
            brand: row.brand,
            model: row.model,
            body_colour: row.body_colour,
            owner_person_id: row.owner_person_id,
            record: row.record_state.parse().map_err(|_| StoreError::Corrupt("vehicle"))?,
            rectify_by_ms: row.rectify_by_ms,
            service_ended_at_ms: row.service_ended_at_ms,
            version: row.version,
        })
    }
}
