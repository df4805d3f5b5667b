//! Claim a vehicle whose owner on record cannot be reached.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};

use super::requests::{Started, started};
use crate::{
    api::{Group, auth::Owner, problem::Problem},
    service::{App, requests},
};

/// Operations.
pub struct Claims;

/// A vehicle, named by the numbers on its papers.
#[derive(Object)]
struct ClaimRequest {
    /// Vehicle identification number.
    #[oai(validator(max_length = 17))]
    vin: String,
    /// Engine or motor number.
    #[oai(validator(max_length = 40))]
    engine_number: String,
}

#[OpenApi]
impl Claims {
    /// Claim a vehicle whose owner on record cannot be reached.
    #[oai(path = "/owner/claims", method = "post", operation_id = "claim_start", tag = "Group::Request")]
    async fn start(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<ClaimRequest>,
    ) -> Result<Started, Problem> {
        let account = owner.0.subject_id;
        let vehicle = requests::Proved { vin: &body.vin, engine_number: &body.engine_number };
        let id = requests::claim(&app, account, vehicle).await?;
        started(&app, &owner, id).await
    }
}
