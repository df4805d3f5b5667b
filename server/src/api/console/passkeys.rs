//! Passkeys of staff: a second factor beside the password.

use poem::web::Data;
use poem_openapi::{ApiResponse, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::AnyStaff,
        objects::Done,
        passkey::{Assertion, CreationOptions, Passkey, PasskeyList, Registration, RequestOptions},
        problem::Problem,
    },
    service::{App, passkeys, staff_sign_in},
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

#[OpenApi]
impl Passkeys {
    /// What to ask the browser for to make a passkey.
    #[oai(
        path = "/console/passkeys/options",
        method = "post",
        operation_id = "staff_passkey_options",
        tag = "Group::StaffSession"
    )]
    async fn options(&self, staff: AnyStaff, app: Data<&App>) -> Result<Json<CreationOptions>, Problem> {
        staff.0.owes_nothing()?;
        let member = &staff.0.member;
        let ask = passkeys::ask(&app, Purpose::StaffPasskey, Some(member.id)).await?;
        Ok(Json(CreationOptions::new(ask, member.id, &member.username)))
    }

    /// Add the passkey the browser made; the session has proved a second factor with it.
    #[oai(
        path = "/console/passkeys",
        method = "post",
        operation_id = "staff_passkey_add",
        tag = "Group::StaffSession"
    )]
    async fn add(
        &self,
        staff: AnyStaff,
        app: Data<&App>,
        body: Json<Registration>,
    ) -> Result<Added, Problem> {
        let passkey = staff_sign_in::add_passkey(&app, &staff.0, body.0.try_into()?).await?;
        Ok(Added::Added(Json(passkey.into())))
    }

    /// The passkeys of the signed-in member of staff.
    #[oai(
        path = "/console/passkeys",
        method = "get",
        operation_id = "staff_passkeys",
        tag = "Group::StaffSession"
    )]
    async fn list(&self, staff: AnyStaff, app: Data<&App>) -> Result<Json<PasskeyList>, Problem> {
        staff.0.owes_nothing()?;
        Ok(Json(passkeys::list(&app, SessionKind::Staff, staff.0.member.id).await?.into()))
    }

    /// Remove a passkey.
    #[oai(
        path = "/console/passkeys/:id",
        method = "delete",
        operation_id = "staff_passkey_remove",
        tag = "Group::StaffSession"
    )]
    async fn remove(&self, staff: AnyStaff, app: Data<&App>, id: Path<Uuid>) -> Result<Done, Problem> {
        staff.0.owes_nothing()?;
        passkeys::remove(&app, SessionKind::Staff, staff.0.member.id, id.0).await?;
        Ok(Done::Done)
    }

    /// What to ask the browser for to prove the second factor with a passkey.
    #[oai(
        path = "/console/second-factor/passkey/options",
        method = "post",
        operation_id = "staff_prove_passkey_options",
        tag = "Group::StaffSession"
    )]
    async fn ask(&self, staff: AnyStaff, app: Data<&App>) -> Result<Json<RequestOptions>, Problem> {
        Ok(Json(passkeys::ask(&app, Purpose::StaffProof, Some(staff.0.member.id)).await?.into()))
    }

    /// Prove the second factor with a passkey.
    #[oai(
        path = "/console/second-factor/passkey",
        method = "post",
        operation_id = "staff_prove_passkey",
        tag = "Group::StaffSession"
    )]
    async fn prove(&self, staff: AnyStaff, app: Data<&App>, body: Json<Assertion>) -> Result<Done, Problem> {
        staff_sign_in::prove_with_passkey(&app, &staff.0, body.0.try_into()?).await?;
        Ok(Done::Done)
    }
}
