//! Vehicles. The owner of a vehicle is the registered user of every card in it.

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, StoreError, Tx, conflict,
    entity::vehicle::{ActiveModel, Column, Entity, Model},
};

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
    /// The owner on record.
    pub owner_person_id: Uuid,
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
    /// The owner on record.
    pub owner_person_id: Uuid,
}

/// Repository.
pub struct Vehicles<'a>(pub(super) &'a Tx);

impl Vehicles<'_> {
    /// The vehicle with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Vehicle>> {
        Ok(Entity::find_by_id(id).one(&self.0.db).await?.map(Vehicle::from))
    }

    /// The vehicle with this identification number.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_vin(&self, vin: &str) -> Result<Option<Vehicle>> {
        Ok(Entity::find().filter(Column::Vin.eq(vin)).one(&self.0.db).await?.map(Vehicle::from))
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
        Ok(rows.into_iter().map(Vehicle::from).collect())
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
            version: 0,
            created_at_ms: now_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Gives the vehicle, and so all its cards, to another person.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when `from` is not the owner any more.
    pub async fn change_owner(&self, id: Uuid, from: Uuid, to: Uuid) -> Result<()> {
        let changed = Entity::update_many()
            .col_expr(Column::OwnerPersonId, Expr::value(to))
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .filter(Column::Id.eq(id))
            .filter(Column::OwnerPersonId.eq(from))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }
}

impl From<Model> for Vehicle {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            vin: row.vin,
            brand: row.brand,
            model: row.model,
            body_colour: row.body_colour,
            owner_person_id: row.owner_person_id,
        }
    }
}
