//! An owner's complaints. They belong to the phone the owner has proved, with or without a vehicle.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::Owner,
        complaint::{
            ComplaintActor, ComplaintDetails, ComplaintEventKind, ComplaintKind, ComplaintNextActor,
            ComplaintOutcome, ComplaintReceipt, ComplaintState, ComplaintText, Filed,
        },
        objects::{Done, time},
        page::List,
        problem::Problem,
    },
    rules::complaint::Channel,
    service::{
        App,
        complaints::{self, OwnerView, Status},
    },
    store::{Complaint, ComplaintLine},
};

/// Operations.
pub struct Complaints;

/// Where someone complains themselves.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum OwnChannel {
    /// In the owner app.
    App,
    /// In the portal.
    Portal,
}

/// What is wrong.
#[derive(Object)]
struct ComplaintRequest {
    /// Where it is filed.
    channel: OwnChannel,
    /// What it is.
    #[oai(flatten)]
    details: ComplaintDetails,
}

/// How content you are.
#[derive(Object)]
struct SatisfactionRequest {
    /// 1 (not at all) to 5 (very).
    #[oai(validator(minimum(value = "1"), maximum(value = "5")))]
    score: u8,
    /// A few words, if you like.
    #[oai(validator(max_length = 2000))]
    text: Option<String>,
}

/// A line of a complaint's history.
#[derive(Object)]
struct OwnerComplaintLine {
    /// Place in the history.
    seq: u32,
    /// When.
    at: DateTime<Utc>,
    /// Who.
    actor: ComplaintActor,
    /// What.
    kind: ComplaintEventKind,
    /// What was said.
    #[oai(skip_serializing_if_is_none)]
    text: Option<String>,
    /// Files that were sent along.
    #[oai(validator(max_items = 10))]
    attachments: Vec<Uuid>,
}

/// A complaint in a list.
#[derive(Object)]
struct OwnerComplaintSummary {
    /// Id.
    id: Uuid,
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
    /// How it ended or was answered.
    #[oai(skip_serializing_if_is_none)]
    outcome: Option<ComplaintOutcome>,
    /// How content you were, 1 to 5.
    #[oai(skip_serializing_if_is_none, validator(minimum(value = "1"), maximum(value = "5")))]
    satisfaction: Option<u8>,
    /// When it was answered.
    #[oai(skip_serializing_if_is_none)]
    replied_at: Option<DateTime<Utc>>,
    /// When it was closed.
    #[oai(skip_serializing_if_is_none)]
    closed_at: Option<DateTime<Utc>>,
}

/// Complaints.
#[derive(Object)]
struct OwnerComplaintList {
    /// Newest first.
    #[oai(validator(max_items = 100))]
    items: Vec<OwnerComplaintSummary>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

/// A complaint.
#[derive(Object)]
struct OwnerComplaint {
    /// What a list shows of it.
    complaint: OwnerComplaintSummary,
    /// What was said and done, oldest first.
    #[oai(validator(max_items = 1000))]
    lines: Vec<OwnerComplaintLine>,
    /// Until when you can say that the answer is not good enough; missing when you cannot.
    #[oai(skip_serializing_if_is_none)]
    reopen_until: Option<DateTime<Utc>>,
}

fn summary(complaint: Complaint, state: ComplaintState) -> OwnerComplaintSummary {
    let answered = complaint.replied_at_ms.is_some() || complaint.closed_at_ms.is_some();
    OwnerComplaintSummary {
        id: complaint.id,
        number: complaint.number,
        kind: complaint.kind.into(),
        state,
        next_actor: complaint.next_actor.into(),
        received_at: time(complaint.received_at_ms),
        answer_by: time(complaint.statutory_due_ms),
        outcome: complaint.case.outcome.filter(|_| answered).map(ComplaintOutcome::from),
        satisfaction: complaint.satisfaction,
        replied_at: complaint.replied_at_ms.map(time),
        closed_at: complaint.closed_at_ms.map(time),
    }
}

fn line(line: ComplaintLine) -> OwnerComplaintLine {
    OwnerComplaintLine {
        seq: line.seq,
        at: time(line.moment.at_ms),
        actor: line.moment.by.into(),
        kind: line.moment.event.into(),
        attachments: line.words.as_ref().map(|words| words.attachments.clone()).unwrap_or_default(),
        text: line.words.map(|words| words.text),
    }
}

#[OpenApi]
impl Complaints {
    /// Say that something is wrong.
    #[oai(
        path = "/owner/complaints",
        method = "post",
        operation_id = "complaint_file",
        tag = "Group::Complaint"
    )]
    async fn file(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<ComplaintRequest>,
    ) -> Result<Filed, Problem> {
        let channel = match body.channel {
            OwnChannel::App => Channel::App,
            OwnChannel::Portal => Channel::Portal,
        };
        let new = body.details.filed(channel);
        let receipt = complaints::by_owner(&app, owner.0.subject_id, new).await?;
        Ok(Filed::Filed(Json(ComplaintReceipt::from(receipt))))
    }

    /// Your complaints.
    #[oai(path = "/owner/complaints", method = "get", operation_id = "complaints", tag = "Group::Complaint")]
    async fn list(
        &self,
        owner: Owner,
        app: Data<&App>,
        /// Where the page starts.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Most rows, 1 to 100.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<OwnerComplaintList>, Problem> {
        let account = owner.0.subject_id;
        let list = List::new(&app, "complaints", account, true);
        let page = complaints::mine(&app, account, list.span(cursor.0.as_deref(), limit.0)?).await?;
        let show = |Status { complaint, state }| summary(complaint, state.into());
        let (items, next) = list.shown(page, show);
        Ok(Json(OwnerComplaintList { items, next }))
    }

    /// One of your complaints, with what was said.
    #[oai(
        path = "/owner/complaints/:id",
        method = "get",
        operation_id = "complaint",
        tag = "Group::Complaint"
    )]
    async fn find(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<OwnerComplaint>, Problem> {
        let OwnerView { complaint, state, lines, reopen_until_ms } =
            complaints::find(&app, owner.0.subject_id, id.0).await?;
        Ok(Json(OwnerComplaint {
            complaint: summary(complaint, state.into()),
            lines: lines.into_iter().map(line).collect(),
            reopen_until: reopen_until_ms.map(time),
        }))
    }

    /// Say something, or answer a question.
    #[oai(
        path = "/owner/complaints/:id/messages",
        method = "post",
        operation_id = "complaint_speak",
        tag = "Group::Complaint"
    )]
    async fn speak(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::speak(&app, owner.0.subject_id, id.0, &body.text).await?;
        Ok(Done::Done)
    }

    /// Say how content you are with the answer. That ends it.
    #[oai(
        path = "/owner/complaints/:id/satisfaction",
        method = "post",
        operation_id = "complaint_satisfied",
        tag = "Group::Complaint"
    )]
    async fn satisfied(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<SatisfactionRequest>,
    ) -> Result<Done, Problem> {
        let text = body.text.as_deref().filter(|text| !text.trim().is_empty());
        complaints::satisfied(&app, owner.0.subject_id, id.0, body.score, text).await?;
        Ok(Done::Done)
    }

    /// Say that the answer is not good enough. It is worked on again, with 15 days from now.
    #[oai(
        path = "/owner/complaints/:id/reopening",
        method = "post",
        operation_id = "complaint_reopen",
        tag = "Group::Complaint"
    )]
    async fn reopen(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::reopen_as_owner(&app, owner.0.subject_id, id.0, &body.text).await?;
        Ok(Done::Done)
    }

    /// Take it back.
    #[oai(
        path = "/owner/complaints/:id/withdrawal",
        method = "post",
        operation_id = "complaint_withdraw",
        tag = "Group::Complaint"
    )]
    async fn withdraw(&self, owner: Owner, app: Data<&App>, id: Path<Uuid>) -> Result<Done, Problem> {
        complaints::withdraw(&app, owner.0.subject_id, id.0).await?;
        Ok(Done::Done)
    }

    /// Tell that you went to the authority for appeals (电信用户申诉受理机构).
    #[oai(
        path = "/owner/complaints/:id/appeal",
        method = "post",
        operation_id = "complaint_appeal",
        tag = "Group::Complaint"
    )]
    async fn appeal(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<ComplaintText>,
    ) -> Result<Done, Problem> {
        complaints::appeal_as_owner(&app, owner.0.subject_id, id.0, &body.text).await?;
        Ok(Done::Done)
    }
}
