//! Finding a complaint again by its number.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{Object, OpenApi, payload::Json};

use crate::{
    api::{
        Group,
        auth::Anonymous,
        complaint::{ComplaintKind, ComplaintNextActor, ComplaintState},
        objects::time,
        problem::Problem,
    },
    service::{App, complaints},
};

/// Operations.
pub struct Complaints;

/// What finds a complaint.
#[derive(Object)]
struct ComplaintLookup {
    /// Receipt number.
    #[oai(validator(max_length = 30))]
    number: String,
    /// Phone the complaint was filed with.
    #[oai(validator(max_length = 20))]
    phone: String,
}

/// Where a complaint stands. What was said is shown only to who has proved the phone.
#[derive(Object)]
struct ComplaintStatus {
    /// Receipt number.
    number: String,
    /// What it is about.
    kind: ComplaintKind,
    /// Where it stands.
    state: ComplaintState,
    /// Who must act next.
    next_actor: ComplaintNextActor,
    /// When it was received.
    received_at: DateTime<Utc>,
    /// By when there must be an answer.
    answer_by: DateTime<Utc>,
    /// When it was answered.
    #[oai(skip_serializing_if_is_none)]
    replied_at: Option<DateTime<Utc>>,
    /// When it was closed.
    #[oai(skip_serializing_if_is_none)]
    closed_at: Option<DateTime<Utc>>,
}

#[OpenApi]
impl Complaints {
    /// Find a complaint by its number and phone.
    #[oai(
        path = "/portal/complaints/lookup",
        method = "post",
        operation_id = "portal_complaint",
        tag = "Group::Complaint"
    )]
    async fn lookup(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        body: Json<ComplaintLookup>,
    ) -> Result<Json<ComplaintStatus>, Problem> {
        let found = complaints::status(&app, &body.number, &body.phone).await?;
        let complaint = found.complaint;
        Ok(Json(ComplaintStatus {
            number: complaint.number,
            kind: complaint.kind.into(),
            state: found.state.into(),
            next_actor: complaint.next_actor.into(),
            received_at: time(complaint.received_at_ms),
            answer_by: time(complaint.statutory_due_ms),
            replied_at: complaint.replied_at_ms.map(time),
            closed_at: complaint.closed_at_ms.map(time),
        }))
    }
}
