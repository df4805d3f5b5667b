//! Corrections of what is on record about the owner and their vehicles (PIPL Art 46).

use poem::web::Data;
use poem_openapi::{ApiResponse, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::Owner,
        complaint::ComplaintReceipt,
        correction::{CorrectedValue, Correction, corrected},
        problem::Problem,
    },
    service::{App, complaints::act, corrections},
};

/// Operations.
pub struct Corrections;

/// What is wrong on record, and how it is right.
#[derive(Object)]
struct CorrectionRequest {
    /// One of your vehicles.
    vehicle_id: Uuid,
    /// What differs from the record.
    #[oai(validator(min_items = 1, max_items = 6))]
    values: Vec<CorrectedValue>,
    /// Why it is so, 1 to 2,000 characters.
    #[oai(validator(min_length = 1, max_length = 2000))]
    text: String,
    /// The code sent to the new phone number (`POST /owner/codes`), where the phone is corrected.
    #[oai(skip_serializing_if_is_none, validator(max_length = 10))]
    code: Option<String>,
}

/// A correction, and the complaint that carries it.
#[derive(Object)]
struct FiledCorrection {
    /// The receipt of the complaint.
    receipt: ComplaintReceipt,
    /// The correction: staff decide about it.
    correction: Correction,
}

#[derive(ApiResponse)]
enum Filed {
    /// Filed.
    #[oai(status = 201)]
    Filed(Json<FiledCorrection>),
}

/// What goes with a confirmation.
#[derive(Object)]
struct CorrectionConfirmRequest {
    /// The code sent to the new phone number (`POST /owner/codes`), where the phone is corrected.
    #[oai(skip_serializing_if_is_none, validator(max_length = 10))]
    code: Option<String>,
}

/// Corrections.
#[derive(Object)]
struct CorrectionList {
    /// Newest first, 100 at most.
    #[oai(validator(max_items = 100))]
    items: Vec<Correction>,
}

#[OpenApi]
impl Corrections {
    /// Corrections of your vehicles and your data, decided or not.
    #[oai(
        path = "/owner/corrections",
        method = "get",
        operation_id = "corrections",
        tag = "Group::OwnerRecord"
    )]
    async fn list(&self, owner: Owner, app: Data<&App>) -> Result<Json<CorrectionList>, Problem> {
        let views = corrections::list(&app, owner.0.subject_id).await?;
        Ok(Json(CorrectionList { items: views.into_iter().map(Correction::from).collect() }))
    }

    /// Say that your record is wrong, and how it is right: a complaint that a handler decides. Name and document need a
    /// new verification instead.
    #[oai(
        path = "/owner/corrections",
        method = "post",
        operation_id = "correction_propose",
        tag = "Group::OwnerRecord"
    )]
    async fn propose(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<CorrectionRequest>,
    ) -> Result<Filed, Problem> {
        let CorrectionRequest { vehicle_id, values, text, code } = body.0;
        let (account, values) = (owner.0.subject_id, corrected(values)?);
        let said = (text.as_str(), code.as_deref());
        let (receipt, view) = act::suggest(&app, account, vehicle_id, &values, said).await?;
        let filed = FiledCorrection { receipt: receipt.into(), correction: view.into() };
        Ok(Filed::Filed(Json(filed)))
    }

    /// Confirm a correction that staff proposed: the record is changed now.
    #[oai(
        path = "/owner/corrections/:id/confirm",
        method = "post",
        operation_id = "correction_confirm",
        tag = "Group::OwnerRecord"
    )]
    async fn confirm(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<CorrectionConfirmRequest>,
    ) -> Result<Json<Correction>, Problem> {
        let code = body.code.as_deref();
        Ok(Json(corrections::confirm(&app, owner.0.subject_id, id.0, code).await?.into()))
    }

    /// Decline a correction that staff proposed, or take back your own.
    #[oai(
        path = "/owner/corrections/:id/decline",
        method = "post",
        operation_id = "correction_decline",
        tag = "Group::OwnerRecord"
    )]
    async fn decline(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<Correction>, Problem> {
        Ok(Json(corrections::decline(&app, owner.0.subject_id, id.0).await?.into()))
    }
}
