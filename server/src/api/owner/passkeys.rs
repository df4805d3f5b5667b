//! Passkeys of owners: added when signed in with a code, used instead of one afterwards.

use poem::web::Data;
use poem_openapi::{ApiResponse, OpenApi, param::Path, payload::Json};
use uuid::Uuid;
use verify::document::mask_phone;

use crate::{
    api::{
        Group,
        auth::{Anonymous, Owner},
        objects::{Done, Session},
        passkey::{Assertion, CreationOptions, Passkey, PasskeyList, Registration, RequestOptions},
        problem::Problem,
    },
    service::{App, owner, passkeys},
    store::{Purpose, SessionKind},
};

/// Operations.
pub struct Passkeys;

#[derive(ApiResponse)]
enum Added {
    /// Added.
    #[oai(status = 201)]
    Added(Json<Passkey>),
}

#[derive(ApiResponse)]
enum Created {
    /// Signed in.
    #[oai(status = 201)]
    Created(Json<Session>),
}

#[OpenApi]
impl Passkeys {
    /// What to ask the browser for to make a passkey.
    #[oai(
        path = "/owner/passkeys/options",
        method = "post",
        operation_id = "owner_passkey_options",
        tag = "Group::OwnerSession"
    )]
    async fn options(&self, owner: Owner, app: Data<&App>) -> Result<Json<CreationOptions>, Problem> {
        let account = owner.0.subject_id;
        let (person, _) = owner::me(&app, account).await?;
        let ask = passkeys::ask(&app, Purpose::OwnerPasskey, Some(account)).await?;
        Ok(Json(CreationOptions::new(ask, account, &mask_phone(&person.phone))))
    }

    /// Add the passkey the browser made.
    #[oai(
        path = "/owner/passkeys",
        method = "post",
        operation_id = "owner_passkey_add",
        tag = "Group::OwnerSession"
    )]
    async fn add(&self, owner: Owner, app: Data<&App>, body: Json<Registration>) -> Result<Added, Problem> {
        let made = body.0.try_into()?;
        let passkey = passkeys::add(&app, Purpose::OwnerPasskey, owner.0.subject_id, made).await?;
        Ok(Added::Added(Json(passkey.into())))
    }

    /// The passkeys of the signed-in owner.
    #[oai(
        path = "/owner/passkeys",
        method = "get",
        operation_id = "owner_passkeys",
        tag = "Group::OwnerSession"
    )]
    async fn list(&self, owner: Owner, app: Data<&App>) -> Result<Json<PasskeyList>, Problem> {
        Ok(Json(passkeys::list(&app, SessionKind::Owner, owner.0.subject_id).await?.into()))
    }

    /// Remove a passkey.
    #[oai(
        path = "/owner/passkeys/:id",
        method = "delete",
        operation_id = "owner_passkey_remove",
        tag = "Group::OwnerSession"
    )]
    async fn remove(&self, owner: Owner, app: Data<&App>, id: Path<Uuid>) -> Result<Done, Problem> {
        passkeys::remove(&app, SessionKind::Owner, owner.0.subject_id, id.0).await?;
        Ok(Done::Done)
    }

    /// What to ask the browser for to sign in with a passkey.
    #[oai(
        path = "/owner/sessions/passkey/options",
        method = "post",
        operation_id = "owner_passkey_sign_in_options",
        tag = "Group::OwnerSession"
    )]
    async fn ask(&self, _caller: Anonymous, app: Data<&App>) -> Result<Json<RequestOptions>, Problem> {
        Ok(Json(passkeys::ask(&app, Purpose::OwnerSignIn, None).await?.into()))
    }

    /// Sign in with a passkey.
    #[oai(
        path = "/owner/sessions/passkey",
        method = "post",
        operation_id = "owner_passkey_sign_in",
        tag = "Group::OwnerSession"
    )]
    async fn sign_in(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        body: Json<Assertion>,
    ) -> Result<Created, Problem> {
        let token = passkeys::owner_sign_in(&app, body.0.try_into()?).await?;
        Ok(Created::Created(Json(token.into())))
    }
}
