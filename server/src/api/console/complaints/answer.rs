//! The answer to a complaint, and what comes after it.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::ComplaintHandler,
        complaint::{ComplaintAnswer, ComplaintText},
        objects::Done,
        problem::Problem,
        version::IfMatch,
    },
    rules::complaint::Outcome,
    service::{App, complaints},
};

/// Operations.
pub struct Answers;

/// An answer.
#[derive(Object)]
struct ProposalRequest {
    /// Who was right.
    outcome: ComplaintAnswer,
    /// What the person will read, 1 to 2,000 characters.
    #[oai(validator(min_length = 1, max_length = 2000))]
    text: String,
}

/// The end of a complaint.
#[derive(Object)]
struct ClosureRequest {
    /// What the authority decided, after an appeal; missing: as it was answered.
    outcome: Option<ComplaintAnswer>,
    /// How content the person said they are, 1 to 5.
    #[oai(validator(minimum(value = "1"), maximum(value = "5")))]
    satisfaction: Option<u8>,
    /// A few words.
    #[oai(validator(max_length = 2000))]
    text: Option<String>,
}

#[OpenApi]
impl Answers {
    /// Write the answer. Some kinds need a second person before it is sent.
    #[oai(
        path = "/console/complaints/:id/proposal",
        method = "post",
        operation_id = "case_propose",
        tag = "Group::Complaint"
    )]
    async fn propose(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<ProposalRequest>,
    ) -> Result<Done, Problem> {
        let answer = (body.outcome.into(), body.text.as_str());
        complaints::propose(&app, &staff.0, id.0, &seen.0, answer).await?;
        Ok(Done::Done)
    }

    /// Send the answer; where a second person must agree, that is agreeing.
    #[oai(
        path = "/console/complaints/:id/reply",
        method = "post",
        operation_id = "case_reply",
        tag = "Group::Complaint"
    )]
    async fn reply(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Done, Problem> {
        complaints::reply(&app, &staff.0, id.0, &seen.0).await?;
        Ok(Done::Done)
    }

    /// Take the answer back, or do not agree to it, and say why.
    #[oai(
        path = "/console/complaints/:id/return",
        method = "post",
        operation_id = "case_return",
        tag = "Group::Complaint"
    )]
    async fn send_back(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::send_back(&app, &staff.0, id.0, &seen.0, &body.text).await?;
        Ok(Done::Done)
    }

    /// End an answered complaint.
    #[oai(
        path = "/console/complaints/:id/closure",
        method = "post",
        operation_id = "case_close",
        tag = "Group::Complaint"
    )]
    async fn close(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<ClosureRequest>,
    ) -> Result<Done, Problem> {
        let text = body.text.as_deref().filter(|text| !text.trim().is_empty());
        let end = (body.outcome.map(Outcome::from), body.satisfaction, text);
        complaints::close(&app, &staff.0, id.0, &seen.0, end).await?;
        Ok(Done::Done)
    }

    /// Reopen it for someone who calls or stands at the counter.
    #[oai(
        path = "/console/complaints/:id/reopening",
        method = "post",
        operation_id = "case_reopen",
        tag = "Group::Complaint"
    )]
    async fn reopen(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::reopen(&app, &staff.0, id.0, &seen.0, &body.text).await?;
        Ok(Done::Done)
    }

    /// Write down that the person went to the authority for appeals.
    #[oai(
        path = "/console/complaints/:id/appeal",
        method = "post",
        operation_id = "case_appeal",
        tag = "Group::Complaint"
    )]
    async fn appeal(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::appeal(&app, &staff.0, id.0, &seen.0, &body.text).await?;
        Ok(Done::Done)
    }
}
