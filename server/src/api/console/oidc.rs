//! Staff sign in at the OEM's own identity provider. The page keeps the browser's secret (session storage), goes to the
//! provider, comes back to `/console/?code=…&state=…`, and posts all three.

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    api::{Group, auth::Anonymous, objects::Session, problem::Problem},
    service::{App, oidc},
};

/// Operations.
pub struct Oidc;

/// Where to go.
#[derive(Object)]
#[oai(rename = "OidcAuthorization")]
struct Authorization {
    /// The identity provider's page.
    url: String,
    /// Keep it in the browser: only who has it can finish.
    browser_secret: String,
}

/// What the identity provider sent back.
#[derive(Object)]
struct OidcSessionRequest {
    /// As it stands in the address.
    #[oai(validator(max_length = 100))]
    state: String,
    /// As it stands in the address.
    #[oai(validator(max_length = 2048))]
    code: String,
    /// What the browser kept.
    #[oai(validator(max_length = 100))]
    browser_secret: String,
}

#[derive(ApiResponse)]
enum Begun {
    /// Go there.
    #[oai(status = 201)]
    Begun(Json<Authorization>),
}

#[derive(ApiResponse)]
enum Created {
    /// Signed in.
    #[oai(status = 201)]
    Created(Json<Session>),
}

#[OpenApi]
impl Oidc {
    /// Begin to sign in at the identity provider; 404 when none is configured.
    #[oai(
        path = "/console/oidc/authorizations",
        method = "post",
        operation_id = "staff_oidc_begin",
        tag = "Group::StaffSession"
    )]
    async fn begin(&self, _caller: Anonymous, app: Data<&App>) -> Result<Begun, Problem> {
        let oidc::Authorization { url, browser_secret } = oidc::begin(&app).await?;
        Ok(Begun::Begun(Json(Authorization { url, browser_secret })))
    }

    /// Sign in with what the identity provider sent back.
    #[oai(
        path = "/console/oidc/sessions",
        method = "post",
        operation_id = "staff_oidc_sign_in",
        tag = "Group::StaffSession"
    )]
    async fn finish(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        body: Json<OidcSessionRequest>,
    ) -> Result<Created, Problem> {
        let OidcSessionRequest { state, code, browser_secret } = body.0;
        Ok(Created::Created(Json(oidc::finish(&app, &state, &code, &browser_secret).await?.into())))
    }
}
