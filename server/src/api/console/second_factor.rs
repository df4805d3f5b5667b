//! The second factor of staff: an authenticator app, and recovery codes for the day it is lost.

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, payload::Json};

use crate::{
    api::{Group, auth::AnyStaff, objects::Done, problem::Problem},
    service::{App, staff_sign_in},
};

/// Operations.
pub struct SecondFactor;

/// What an authenticator app has to be told.
#[derive(Object)]
struct TotpOffer {
    /// In Base32, to be typed into the app.
    secret: String,
    /// `otpauth://`, to be scanned by the app.
    uri: String,
}

/// A code.
#[derive(Object)]
struct FactorCode {
    /// Six digits from the app, or a recovery code.
    #[oai(validator(max_length = 40))]
    code: String,
}

/// Codes that stand in for the app, each once. They are shown only now.
#[derive(Object)]
struct RecoveryCodes {
    /// Ten of them.
    recovery_codes: Vec<String>,
}

#[derive(ApiResponse)]
enum Offered {
    /// Scan it, then confirm it with a code.
    #[oai(status = 201)]
    Offered(Json<TotpOffer>),
}

#[OpenApi]
impl SecondFactor {
    /// Set up an authenticator app.
    #[oai(
        path = "/console/second-factor/totp",
        method = "post",
        operation_id = "staff_totp",
        tag = "Group::StaffSession"
    )]
    async fn offer(&self, staff: AnyStaff, app: Data<&App>) -> Result<Offered, Problem> {
        let staff_sign_in::TotpOffer { secret, uri } = staff_sign_in::offer_totp(&app, &staff.0).await?;
        Ok(Offered::Offered(Json(TotpOffer { secret, uri })))
    }

    /// Confirm the authenticator app with a code; the session has proved a second factor with it.
    #[oai(
        path = "/console/second-factor/totp/confirm",
        method = "post",
        operation_id = "staff_totp_confirm",
        tag = "Group::StaffSession"
    )]
    async fn confirm(
        &self,
        staff: AnyStaff,
        app: Data<&App>,
        body: Json<FactorCode>,
    ) -> Result<Json<RecoveryCodes>, Problem> {
        let recovery_codes = staff_sign_in::confirm_totp(&app, &staff.0, &body.code).await?;
        Ok(Json(RecoveryCodes { recovery_codes }))
    }

    /// Prove the second factor with a code of the app, or with a recovery code.
    #[oai(
        path = "/console/second-factor/code",
        method = "post",
        operation_id = "staff_prove_code",
        tag = "Group::StaffSession"
    )]
    async fn prove(&self, staff: AnyStaff, app: Data<&App>, body: Json<FactorCode>) -> Result<Done, Problem> {
        staff_sign_in::prove_with_code(&app, &staff.0, &body.code).await?;
        Ok(Done::Done)
    }
}
