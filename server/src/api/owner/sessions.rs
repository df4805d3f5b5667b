//! Signing in and out as an owner.

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    api::{
        Group,
        auth::{Anonymous, Owner},
        objects::Session,
        problem::Problem,
    },
    service::{App, sessions},
};

/// Operations.
pub struct Sessions;

/// A phone and the code it got.
#[derive(Object)]
struct SessionRequest {
    /// Mobile number.
    phone: String,
    /// Six digits.
    code: String,
}

#[derive(ApiResponse)]
enum Created {
    /// Signed in.
    #[oai(status = 201)]
    Created(Json<Session>),
}

#[derive(ApiResponse)]
enum Deleted {
    /// Signed out.
    #[oai(status = 204)]
    Deleted,
}

#[OpenApi]
impl Sessions {
    /// Sign in with a code. The first time makes an account.
    #[oai(
        path = "/owner/sessions",
        method = "post",
        operation_id = "owner_sign_in",
        tag = "Group::OwnerSession"
    )]
    async fn create(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        body: Json<SessionRequest>,
    ) -> Result<Created, Problem> {
        Ok(Created::Created(Json(sessions::owner_sign_in(&app, &body.phone, &body.code).await?.into())))
    }

    /// Sign out.
    #[oai(
        path = "/owner/sessions/current",
        method = "delete",
        operation_id = "owner_sign_out",
        tag = "Group::OwnerSession"
    )]
    async fn delete(&self, owner: Owner, app: Data<&App>) -> Result<Deleted, Problem> {
        sessions::sign_out(&app, owner.0.id).await?;
        Ok(Deleted::Deleted)
    }
}
