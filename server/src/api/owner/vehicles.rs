//! Vehicles of the signed-in owner.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};
use uuid::Uuid;

use crate::{
    api::{Group, auth::Owner, mask, objects::Card, problem::Problem},
    service::{
        App,
        owner::{self, Holding},
    },
};

/// Operations.
pub struct Vehicles;

/// A vehicle and its cards.
#[derive(Object)]
struct Vehicle {
    /// Id.
    id: Uuid,
    /// Last 6 characters shown.
    vin_masked: String,
    /// Brand.
    brand: String,
    /// Model.
    model: String,
    /// Body colour.
    body_colour: String,
    /// Its cards; they move together.
    cards: Vec<Card>,
    /// Its open transfer, if any.
    #[oai(skip_serializing_if_is_none)]
    open_transfer_id: Option<Uuid>,
}

/// Vehicles.
#[derive(Object)]
struct VehicleList {
    /// In a stable order.
    items: Vec<Vehicle>,
}

impl From<Holding> for Vehicle {
    fn from(Holding { vehicle, cards, open_transfer }: Holding) -> Self {
        Self {
            id: vehicle.id,
            vin_masked: mask::vin(&vehicle.vin),
            brand: vehicle.brand,
            model: vehicle.model,
            body_colour: vehicle.body_colour,
            cards: cards.into_iter().map(Card::from).collect(),
            open_transfer_id: open_transfer,
        }
    }
}

#[OpenApi]
impl Vehicles {
    /// The vehicles registered to this phone.
    #[oai(
        path = "/owner/vehicles",
        method = "get",
        operation_id = "owner_vehicles",
        tag = "Group::OwnerRecord"
    )]
    async fn list(&self, owner: Owner, app: Data<&App>) -> Result<Json<VehicleList>, Problem> {
        let holdings = owner::vehicles(&app, owner.0.subject_id).await?;
        Ok(Json(VehicleList { items: holdings.into_iter().map(Vehicle::from).collect() }))
    }
}
