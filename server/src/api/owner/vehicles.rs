//! Vehicles of the signed-in owner.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Query, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::Owner,
        mask,
        objects::{Card, RecordState, RequestKind, time},
        page::List,
        problem::Problem,
    },
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
    /// Where its record stands.
    record: RecordState,
    /// By when a record that failed a sample must be put right (Art 10).
    #[oai(skip_serializing_if_is_none)]
    rectify_by: Option<DateTime<Utc>>,
    /// Its open request, if any.
    #[oai(skip_serializing_if_is_none)]
    open_request: Option<OpenRequest>,
}

/// What a vehicle is waiting for.
#[derive(Object)]
struct OpenRequest {
    /// Id.
    id: Uuid,
    /// What is asked for.
    kind: RequestKind,
}

/// Vehicles.
#[derive(Object)]
struct VehicleList {
    /// Oldest first.
    items: Vec<Vehicle>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

impl From<Holding> for Vehicle {
    fn from(Holding { vehicle, cards, open_request }: Holding) -> Self {
        Self {
            id: vehicle.id,
            vin_masked: mask::vin(&vehicle.vin),
            brand: vehicle.brand,
            model: vehicle.model,
            body_colour: vehicle.body_colour,
            cards: cards.into_iter().map(Card::from).collect(),
            record: vehicle.record.into(),
            rectify_by: vehicle.rectify_by_ms.map(time),
            open_request: open_request.map(|(kind, id)| OpenRequest { id, kind: kind.into() }),
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
    async fn list(
        &self,
        owner: Owner,
        app: Data<&App>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<VehicleList>, Problem> {
        let account = owner.0.subject_id;
        let list = List::new(&app, "owner_vehicles", account, false);
        let page = owner::vehicles(&app, account, list.span(cursor.0.as_deref(), limit.0)?).await?;
        let (items, next) = list.shown(page, Vehicle::from);
        Ok(Json(VehicleList { items, next }))
    }
}
