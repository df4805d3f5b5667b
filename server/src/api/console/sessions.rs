//! Signing in as staff.

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    api::{Group, auth::Anonymous, objects::Session, problem::Problem},
    service::{App, sessions},
};

/// Operations.
pub struct Sessions;

/// User name and password.
#[derive(Object)]
struct StaffSessionRequest {
    /// Sign-in name.
    #[oai(validator(max_length = 100))]
    username: String,
    /// Password.
    #[oai(validator(max_length = 200))]
    password: String,
}

#[derive(ApiResponse)]
enum Created {
    /// Signed in.
    #[oai(status = 201)]
    Created(Json<Session>),
}

#[OpenApi]
impl Sessions {
    /// Sign in with user name and password.
    #[oai(
        path = "/console/sessions",
        method = "post",
        operation_id = "staff_sign_in",
        tag = "Group::Console"
    )]
    async fn create(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        body: Json<StaffSessionRequest>,
    ) -> Result<Created, Problem> {
        let StaffSessionRequest { username, password } = body.0;
        Ok(Created::Created(Json(sessions::staff_sign_in(&app, &username, password).await?.into())))
    }
}
