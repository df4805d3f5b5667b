//! Disputes about requests.

use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{Group, auth::DisputeHandler, problem::Problem},
    service::{
        App,
        requests::{self, Settlement},
    },
};

/// Operations.
pub struct Disputes;

/// Why a request is frozen.
#[derive(Object)]
struct DisputeRequest {
    /// A sentence the sides of the request read.
    #[oai(validator(min_length = 1, max_length = 200))]
    message: String,
}

/// How a dispute ends.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Outcome {
    /// Unfounded: the request goes on where it stood.
    Dismissed,
    /// Founded: the request is refused.
    Upheld,
}

/// The end of a dispute.
#[derive(Object)]
struct SettlementRequest {
    /// How it ends.
    outcome: Outcome,
    /// A sentence the sides of the request read.
    #[oai(validator(min_length = 1, max_length = 200))]
    message: String,
}

#[derive(ApiResponse)]
enum Done {
    /// Done.
    #[oai(status = 204)]
    Done,
}

#[OpenApi]
impl Disputes {
    /// Freeze a request because somebody disputes it.
    #[oai(
        path = "/console/requests/:id/dispute",
        method = "post",
        operation_id = "request_dispute",
        tag = "Group::Console"
    )]
    async fn freeze(
        &self,
        staff: DisputeHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<DisputeRequest>,
    ) -> Result<Done, Problem> {
        requests::freeze(&app, &staff.0, id.0, &body.message).await?;
        Ok(Done::Done)
    }

    /// End a dispute.
    #[oai(
        path = "/console/requests/:id/settlement",
        method = "post",
        operation_id = "request_settle",
        tag = "Group::Console"
    )]
    async fn settle(
        &self,
        staff: DisputeHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<SettlementRequest>,
    ) -> Result<Done, Problem> {
        let settlement = match body.outcome {
            Outcome::Dismissed => Settlement::Dismissed,
            Outcome::Upheld => Settlement::Upheld,
        };
        requests::settle(&app, &staff.0, id.0, settlement, &body.message).await?;
        Ok(Done::Done)
    }
}
