//! Start a transfer of one of your vehicles.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};
use uuid::Uuid;

use super::requests::{Started, started};
use crate::{
    api::{Group, auth::Owner, problem::Problem},
    service::{App, requests},
};

/// Operations.
pub struct Transfers;

/// A vehicle to hand over.
#[derive(Object)]
struct TransferRequest {
    /// The vehicle.
    vehicle_id: Uuid,
}

#[OpenApi]
impl Transfers {
    /// Start a transfer of one of your vehicles.
    #[oai(
        path = "/owner/transfers",
        method = "post",
        operation_id = "transfer_start",
        tag = "Group::Request"
    )]
    async fn start(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<TransferRequest>,
    ) -> Result<Started, Problem> {
        let account = owner.0.subject_id;
        let id = requests::transfer(&app, account, body.vehicle_id).await?;
        started(&app, &owner, id).await
    }
}
