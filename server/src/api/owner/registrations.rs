//! Registrations.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use super::requests::{Started, started};
use crate::{
    api::{
        Group,
        auth::{Anonymous, Owner},
        mask,
        objects::{Card, Identity},
        problem::Problem,
    },
    service::{
        App, Refusal, notices,
        requests::{self, NewApplication, OnBehalf, Proved},
    },
};

/// Operations.
pub struct Registrations;

/// A vehicle, named by the numbers on its papers.
#[derive(Object)]
struct VehicleOnPaper {
    /// Vehicle identification number.
    #[oai(validator(max_length = 17))]
    vin: String,
    /// Engine or motor number.
    #[oai(validator(max_length = 40))]
    engine_number: String,
}

/// Who really uses a vehicle of a unit (Art 9).
#[derive(Object)]
struct ActualUser {
    /// Place of the vehicle in `vehicles`, from 0.
    #[oai(validator(maximum(value = "499")))]
    vehicle: u32,
    /// Who.
    identity: Identity,
}

/// Who is to be registered for what.
#[derive(Object)]
struct RegistrationRequest {
    /// The vehicles: one of a person, or the batch of a unit; none where a notice names it.
    #[oai(default, validator(max_items = 500))]
    vehicles: Vec<VehicleOnPaper>,
    /// Token of a notice to register a card in use (Art 22).
    #[oai(skip_serializing_if_is_none, validator(max_length = 64))]
    notice_token: Option<String>,
    /// Address of the owner (Art 5).
    #[oai(validator(min_length = 1, max_length = 200))]
    address: String,
    /// The unit that becomes the owner (Art 9); you are its responsible person.
    #[oai(skip_serializing_if_is_none)]
    unit: Option<Identity>,
    /// The person who becomes the owner (Art 12); you are the agent.
    #[oai(skip_serializing_if_is_none)]
    principal: Option<Identity>,
    /// Who really uses the vehicles of a unit (Art 9).
    #[oai(default, validator(max_items = 500))]
    actual_users: Vec<ActualUser>,
}

/// A record to put right.
#[derive(Object)]
struct RectificationRequest {
    /// The vehicle.
    vehicle_id: Uuid,
    /// Address of the owner (Art 5).
    #[oai(validator(min_length = 1, max_length = 200))]
    address: String,
}

/// The vehicle of a notice, filled in already (Art 23).
#[derive(Object)]
struct NoticeVehicle {
    /// Last 6 characters shown.
    vin_masked: String,
    /// Brand.
    brand: String,
    /// Model.
    model: String,
    /// Body colour.
    body_colour: String,
    /// Its cards.
    #[oai(validator(max_items = 100))]
    cards: Vec<Card>,
}

#[OpenApi]
impl Registrations {
    /// Start the registration of a vehicle nobody is registered for: for yourself, for a unit, or as an agent.
    #[oai(
        path = "/owner/registrations",
        method = "post",
        operation_id = "registration_start",
        tag = "Group::Request"
    )]
    async fn start(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<RegistrationRequest>,
    ) -> Result<Started, Problem> {
        let vehicles: Vec<Proved<'_>> = body
            .vehicles
            .iter()
            .map(|vehicle| Proved { vin: &vehicle.vin, engine_number: &vehicle.engine_number })
            .collect();
        let on_behalf = match (&body.unit, &body.principal) {
            (None, None) => None,
            (Some(unit), None) => Some(OnBehalf::Unit(unit.into())),
            (None, Some(principal)) => Some(OnBehalf::Principal(principal.into())),
            (Some(_), Some(_)) => return Err(Refusal::BadRequest.into()),
        };
        let users = body.actual_users.iter();
        let application = NewApplication {
            vehicles: &vehicles,
            notice: body.notice_token.as_deref(),
            address: &body.address,
            on_behalf,
            actual_users: users.map(|user| (user.vehicle as usize, (&user.identity).into())).collect(),
        };
        let id = requests::registration(&app, owner.0.subject_id, application).await?;
        started(&app, &owner, id).await
    }

    /// Start putting a record right that failed a sample (Art 10).
    #[oai(
        path = "/owner/rectifications",
        method = "post",
        operation_id = "rectification_start",
        tag = "Group::Request"
    )]
    async fn rectify(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<RectificationRequest>,
    ) -> Result<Started, Problem> {
        let account = owner.0.subject_id;
        let id = requests::rectification(&app, account, body.vehicle_id, &body.address).await?;
        started(&app, &owner, id).await
    }

    /// What a notice is about. Needs no signing in.
    #[oai(path = "/owner/notices/:token", method = "get", operation_id = "notice", tag = "Group::Request")]
    async fn notice(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        token: Path<String>,
    ) -> Result<Json<NoticeVehicle>, Problem> {
        let notices::Prefilled { vehicle, cards } = notices::prefilled(&app, &token.0).await?;
        Ok(Json(NoticeVehicle {
            vin_masked: mask::vin(&vehicle.vin),
            brand: vehicle.brand,
            model: vehicle.model,
            body_colour: vehicle.body_colour,
            cards: cards.into_iter().map(Card::from).collect(),
        }))
    }
}
