//! Start the end of service of one of your vehicles (Art 13).

use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};
use uuid::Uuid;

use super::requests::{Started, started};
use crate::{
    api::{Group, auth::Owner, objects::CancellationReason, problem::Problem},
    service::{App, requests},
};

/// Operations.
pub struct Cancellations;

/// A vehicle whose service shall end.
#[derive(Object)]
struct CancellationRequest {
    /// The vehicle.
    vehicle_id: Uuid,
    /// Why.
    reason: CancellationReason,
    /// In your words; needed where the reason is `other`.
    #[oai(skip_serializing_if_is_none, validator(max_length = 200))]
    note: Option<String>,
}

#[OpenApi]
impl Cancellations {
    /// Start the end of service of one of your vehicles (Art 13).
    #[oai(
        path = "/owner/cancellations",
        method = "post",
        operation_id = "cancellation_start",
        tag = "Group::Request"
    )]
    async fn start(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<CancellationRequest>,
    ) -> Result<Started, Problem> {
        let account = owner.0.subject_id;
        let (vehicle, reason) = (body.vehicle_id, body.reason.into());
        let id = requests::cancellation(&app, account, vehicle, reason, body.note.as_deref()).await?;
        started(&app, &owner, id).await
    }
}
