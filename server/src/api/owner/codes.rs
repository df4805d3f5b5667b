//! One-time codes.

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    api::{Group, auth::Anonymous, problem::Problem},
    service::{App, codes},
};

/// Operations.
pub struct Codes;

/// A phone that wants a code.
#[derive(Object)]
struct CodeRequest {
    /// Mobile number, 11 digits.
    phone: String,
}

/// When the code stops working and when another can be asked for.
#[derive(Object)]
struct CodeSent {
    /// Seconds.
    expires_in_s: u64,
    /// Seconds.
    resend_after_s: u64,
}

#[derive(ApiResponse)]
enum Sent {
    /// A code is on its way.
    #[oai(status = 202)]
    Sent(Json<CodeSent>),
}

#[OpenApi]
impl Codes {
    /// Send a sign-in code to a phone.
    #[oai(
        path = "/owner/codes",
        method = "post",
        operation_id = "owner_send_code",
        tag = "Group::OwnerSession"
    )]
    async fn send(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        body: Json<CodeRequest>,
    ) -> Result<Sent, Problem> {
        codes::send(&app, &body.phone).await?;
        let settings = &app.config.sign_in;
        Ok(Sent::Sent(Json(CodeSent {
            expires_in_s: settings.code_ttl_s,
            resend_after_s: settings.resend_s,
        })))
    }
}
