//! Signing in and out as an owner.

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::{Anonymous, Owner},
        objects::{Done, Session, SessionList},
        problem::Problem,
    },
    service::{App, sessions},
    store::SessionKind,
};

/// Operations.
pub struct Sessions;

/// A phone and the code it got.
#[derive(Object)]
struct SessionRequest {
    /// Mobile number.
    #[oai(validator(max_length = 30))]
    phone: String,
    /// Six digits.
    #[oai(validator(max_length = 30))]
    code: String,
}

#[derive(ApiResponse)]
enum Created {
    /// Signed in.
    #[oai(status = 201)]
    Created(Json<Session>),
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

    /// The sessions of the signed-in owner.
    #[oai(
        path = "/owner/sessions",
        method = "get",
        operation_id = "owner_sessions",
        tag = "Group::OwnerSession"
    )]
    async fn list(&self, owner: Owner, app: Data<&App>) -> Result<Json<SessionList>, Problem> {
        let sessions = sessions::list(&app, SessionKind::Owner, owner.0.subject_id).await?;
        Ok(Json(SessionList::new(sessions, owner.0.id)))
    }

    /// Sign out.
    #[oai(
        path = "/owner/sessions/current",
        method = "delete",
        operation_id = "owner_sign_out",
        tag = "Group::OwnerSession"
    )]
    async fn delete(&self, owner: Owner, app: Data<&App>) -> Result<Done, Problem> {
        sessions::end(&app, SessionKind::Owner, owner.0.subject_id, owner.0.id).await?;
        Ok(Done::Done)
    }

    /// End one of one's own sessions, on whatever device.
    #[oai(
        path = "/owner/sessions/:id",
        method = "delete",
        operation_id = "owner_end_session",
        tag = "Group::OwnerSession"
    )]
    async fn end(&self, owner: Owner, app: Data<&App>, id: Path<Uuid>) -> Result<Done, Problem> {
        sessions::end(&app, SessionKind::Owner, owner.0.subject_id, id.0).await?;
        Ok(Done::Done)
    }

    /// Sign out everywhere, here too.
    #[oai(
        path = "/owner/sessions",
        method = "delete",
        operation_id = "owner_sign_out_everywhere",
        tag = "Group::OwnerSession"
    )]
    async fn end_all(&self, owner: Owner, app: Data<&App>) -> Result<Done, Problem> {
        sessions::end_all(&app, SessionKind::Owner, owner.0.subject_id).await?;
        Ok(Done::Done)
    }
}
