//! What a handler does elsewhere because of a complaint. Every act wants a reason, stands in the history of the complaint,
//! and is done by the rules of what it acts on.

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::Path,
    payload::{Binary, Json},
};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::{ComplaintHandler, DisputeHandler, RecordKeeper, Revealer},
        correction::{CorrectedValue, Correction, corrected},
        objects::Done,
        problem::Problem,
        version::IfMatch,
    },
    service::{
        App,
        complaints::{
            act::{self, Grounds},
            package,
        },
        requests::{Proved, Settlement},
    },
};

/// Operations.
pub struct Actions;

/// A request to be frozen.
#[derive(Object)]
struct CaseFreezeRequest {
    /// One the complaint is linked to.
    request_id: Uuid,
    /// Why: the sides of the request read it.
    #[oai(validator(min_length = 1, max_length = 200))]
    reason: String,
}

/// How the dispute about a frozen request ends.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum CaseSettlement {
    /// Unfounded: the request goes on where it stood.
    Dismissed,
    /// Founded: the request is refused.
    Upheld,
}

/// The end of a dispute.
#[derive(Object)]
struct CaseSettleRequest {
    /// One the complaint is linked to.
    request_id: Uuid,
    /// How it ends.
    outcome: CaseSettlement,
    /// Why: the sides of the request read it.
    #[oai(validator(min_length = 1, max_length = 200))]
    reason: String,
}

/// A vehicle to be claimed for the person, named by the numbers on its papers.
#[derive(Object)]
struct CaseClaimRequest {
    /// Vehicle identification number.
    #[oai(validator(max_length = 17))]
    vin: String,
    /// Engine or motor number.
    #[oai(validator(max_length = 40))]
    engine_number: String,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 200))]
    reason: String,
}

/// A vehicle whose record is in doubt.
#[derive(Object)]
struct CaseVehicleRequest {
    /// One the complaint is linked to.
    vehicle_id: Uuid,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 200))]
    reason: String,
}

/// What the record of a vehicle shall say.
#[derive(Object)]
struct CaseCorrectionRequest {
    /// One the complaint is linked to.
    vehicle_id: Uuid,
    /// What differs from the record.
    #[oai(validator(min_items = 1, max_items = 6))]
    values: Vec<CorrectedValue>,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 200))]
    reason: String,
}

/// How a correction is answered.
#[derive(Object)]
struct CaseCorrectionAnswer {
    /// What the owner proposed is right, and the record is changed; otherwise it is declined, or, where staff proposed
    /// it, taken back.
    confirms: bool,
    /// Why.
    #[oai(validator(min_length = 1, max_length = 200))]
    reason: String,
}

/// Why everything about a complaint is needed in full.
#[derive(Object)]
struct CasePackageRequest {
    /// In a sentence of 1 to 200 characters. The auditor reads it.
    #[oai(validator(min_length = 1, max_length = 200))]
    reason: String,
}

/// A request that was opened for the person.
#[derive(Object)]
struct OpenedRequest {
    /// Its id; the complaint is linked to it.
    request_id: Uuid,
}

/// Corrections of a complaint.
#[derive(Object)]
struct CaseCorrectionList {
    /// Oldest first.
    #[oai(validator(max_items = 100))]
    items: Vec<Correction>,
}

#[derive(ApiResponse)]
enum Opened {
    /// Opened.
    #[oai(status = 201)]
    Opened(Json<OpenedRequest>),
}

#[derive(ApiResponse)]
enum Proposed {
    /// Proposed; nothing is changed before the owner confirms it.
    #[oai(status = 201)]
    Proposed(Json<Correction>),
}

#[derive(ApiResponse)]
enum Packed {
    /// A ZIP archive: `complaint.html`, `complaint.json`, the files, and `SHA256SUMS`.
    #[oai(status = 200, content_type = "application/zip")]
    Archive(Binary<Vec<u8>>, #[oai(header = "Content-Disposition")] String),
}

#[OpenApi]
impl Actions {
    /// Freeze a request the complaint is linked to.
    #[oai(
        path = "/console/complaints/:id/freeze",
        method = "post",
        operation_id = "case_freeze",
        tag = "Group::Complaint"
    )]
    async fn freeze(
        &self,
        staff: DisputeHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CaseFreezeRequest>,
    ) -> Result<Done, Problem> {
        let on = Grounds { complaint: id.0, seen: &seen.0, reason: &body.reason };
        act::freeze(&app, &staff.0, on, body.request_id).await?;
        Ok(Done::Done)
    }

    /// Let a frozen request go on, or end it.
    #[oai(
        path = "/console/complaints/:id/settlement",
        method = "post",
        operation_id = "case_settle",
        tag = "Group::Complaint"
    )]
    async fn settle(
        &self,
        staff: DisputeHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CaseSettleRequest>,
    ) -> Result<Done, Problem> {
        let settlement = match body.outcome {
            CaseSettlement::Dismissed => Settlement::Dismissed,
            CaseSettlement::Upheld => Settlement::Upheld,
        };
        let on = Grounds { complaint: id.0, seen: &seen.0, reason: &body.reason };
        act::settle(&app, &staff.0, on, body.request_id, settlement).await?;
        Ok(Done::Done)
    }

    /// Open a claim of a vehicle for the person, who must have proved their phone by signing in.
    #[oai(
        path = "/console/complaints/:id/claim",
        method = "post",
        operation_id = "case_claim",
        tag = "Group::Complaint"
    )]
    async fn claim(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CaseClaimRequest>,
    ) -> Result<Opened, Problem> {
        let vehicle = Proved { vin: &body.vin, engine_number: &body.engine_number };
        let on = Grounds { complaint: id.0, seen: &seen.0, reason: &body.reason };
        let request_id = act::claim(&app, &staff.0, on, vehicle).await?;
        Ok(Opened::Opened(Json(OpenedRequest { request_id })))
    }

    /// Have the owner on record verify anew, as after a failed sample (Art 10).
    #[oai(
        path = "/console/complaints/:id/verification",
        method = "post",
        operation_id = "case_verification",
        tag = "Group::Complaint"
    )]
    async fn question(
        &self,
        staff: RecordKeeper,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CaseVehicleRequest>,
    ) -> Result<Done, Problem> {
        let on = Grounds { complaint: id.0, seen: &seen.0, reason: &body.reason };
        act::question(&app, &staff.0, on, body.vehicle_id).await?;
        Ok(Done::Done)
    }

    /// Mark a registration as not the person's own and start its cancellation. Only for a complaint of that kind, and
    /// a person who has proved their phone by signing in.
    #[oai(
        path = "/console/complaints/:id/not-own",
        method = "post",
        operation_id = "case_not_own",
        tag = "Group::Complaint"
    )]
    async fn not_own(
        &self,
        staff: DisputeHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CaseVehicleRequest>,
    ) -> Result<Opened, Problem> {
        let on = Grounds { complaint: id.0, seen: &seen.0, reason: &body.reason };
        let request_id = act::not_own(&app, &staff.0, on, body.vehicle_id).await?;
        Ok(Opened::Opened(Json(OpenedRequest { request_id })))
    }

    /// Propose a correction of a record. Nothing is changed before the owner confirms it.
    #[oai(
        path = "/console/complaints/:id/corrections",
        method = "post",
        operation_id = "case_correct",
        tag = "Group::Complaint"
    )]
    async fn correct(
        &self,
        staff: RecordKeeper,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CaseCorrectionRequest>,
    ) -> Result<Proposed, Problem> {
        let CaseCorrectionRequest { vehicle_id, values, reason } = body.0;
        let on = Grounds { complaint: id.0, seen: &seen.0, reason: &reason };
        let view = act::correct(&app, &staff.0, on, vehicle_id, &corrected(values)?).await?;
        Ok(Proposed::Proposed(Json(view.into())))
    }

    /// The corrections of a complaint you have, in full: to be compared with what the person said. Audited.
    #[oai(
        path = "/console/complaints/:id/corrections",
        method = "get",
        operation_id = "case_corrections",
        tag = "Group::Complaint"
    )]
    async fn corrections(
        &self,
        staff: RecordKeeper,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<CaseCorrectionList>, Problem> {
        let views = act::corrections(&app, &staff.0, id.0).await?;
        Ok(Json(CaseCorrectionList { items: views.into_iter().map(Correction::from).collect() }))
    }

    /// Answer a correction the owner proposed, or take one back.
    #[oai(
        path = "/console/complaints/:id/corrections/:correction_id/answer",
        method = "post",
        operation_id = "case_correction_answer",
        tag = "Group::Complaint"
    )]
    async fn answer_correction(
        &self,
        staff: RecordKeeper,
        app: Data<&App>,
        id: Path<Uuid>,
        /// Id of the correction.
        correction_id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CaseCorrectionAnswer>,
    ) -> Result<Json<Correction>, Problem> {
        let on = Grounds { complaint: id.0, seen: &seen.0, reason: &body.reason };
        Ok(Json(act::settle_correction(&app, &staff.0, on, correction_id.0, body.confirms).await?.into()))
    }

    /// Everything about a complaint you have in one file, for the authority for appeals. It names people in full: it
    /// counts as a look at personal data.
    #[oai(
        path = "/console/complaints/:id/package",
        method = "post",
        operation_id = "case_package",
        tag = "Group::Complaint"
    )]
    async fn package(
        &self,
        staff: Revealer,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<CasePackageRequest>,
    ) -> Result<Packed, Problem> {
        let packed = package::package(&app, &staff.0, id.0, &seen.0, &body.reason).await?;
        let disposition = format!("attachment; filename=\"{}\"", packed.name);
        Ok(Packed::Archive(Binary(packed.archive), disposition))
    }
}
