//! Requests as systems of an OEM see them: where they stand, and nothing about people.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::RequestReader,
        objects::{RequestKind, RequestState, time},
        problem::Problem,
    },
    service::{App, requests},
};

/// Operations.
pub struct Requests;

/// Where a request stands.
#[derive(Object)]
struct OemRequest {
    /// Id, as it was delivered.
    id: Uuid,
    /// What is asked for.
    kind: RequestKind,
    /// Where it stands.
    state: RequestState,
    /// When it was started.
    created_at: DateTime<Utc>,
}

#[OpenApi]
impl Requests {
    /// Where a request stands that was sent to the platform.
    #[oai(path = "/oem/requests/:id", method = "get", operation_id = "oem_request", tag = "Group::Oem")]
    async fn get(
        &self,
        _client: RequestReader,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<OemRequest>, Problem> {
        let request = requests::delivered(&app, id.0).await?;
        Ok(Json(OemRequest {
            id: request.id,
            kind: request.kind.into(),
            state: request.state.into(),
            created_at: time(request.created_at_ms),
        }))
    }
}
