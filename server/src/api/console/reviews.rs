//! The queue of manual reviews.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::{Binary, Json},
};
use uuid::Uuid;
use verify::document::mask_name;

use crate::{
    api::{
        Group,
        auth::{ReviewReader, Reviewer},
        mask,
        objects::{DocumentType, Method, Paper, RequestKind, ReviewState, ReviewSubject, time},
        page::List,
        problem::Problem,
        version::{IfMatch, Versioned},
    },
    rules::review::State,
    service::{
        App, requests,
        reviews::{self, View},
    },
    store::EvidenceKind,
};

/// Operations.
pub struct Reviews;

/// Which reviews.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Which {
    /// Those to be decided.
    Open,
    /// Those decided or gone.
    Closed,
}

/// What a picture shows.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Kind {
    /// The person, at rest or doing a step.
    Keyframe,
    /// The photographed document.
    Document,
    /// The photographed document of the guardian.
    GuardianDocument,
}

/// A picture that can be looked at.
#[derive(Object)]
struct Evidence {
    /// Id.
    id: Uuid,
    /// What it shows.
    kind: Kind,
}

/// Who consents for a person too young to act alone.
#[derive(Object)]
struct Guardian {
    /// Name, masked.
    name_masked: String,
    /// Type of document.
    document_type: DocumentType,
    /// Document number, masked.
    document_number_masked: String,
}

/// A review.
#[derive(Object)]
struct Review {
    /// Id.
    id: Uuid,
    /// Where it stands.
    state: ReviewState,
    /// You have it.
    mine: bool,
    /// A first person has agreed; you must be another one.
    second_look: bool,
    /// The request it is for.
    request_id: Uuid,
    /// What is asked for.
    request_kind: RequestKind,
    /// What is looked at.
    subject: ReviewSubject,
    /// Name the person gave, masked; none where only the papers are looked at.
    #[oai(skip_serializing_if_is_none)]
    name_masked: Option<String>,
    /// By which way the person verifies.
    #[oai(skip_serializing_if_is_none)]
    method: Option<Method>,
    /// Type of document the person gave.
    #[oai(skip_serializing_if_is_none)]
    document_type: Option<DocumentType>,
    /// Document number the person gave, masked.
    #[oai(skip_serializing_if_is_none)]
    document_number_masked: Option<String>,
    /// Who consents for a person too young to act alone.
    #[oai(skip_serializing_if_is_none)]
    guardian: Option<Guardian>,
    /// Of each vehicle, the last 6 characters shown.
    #[oai(validator(max_items = 500))]
    vins_masked: Vec<String>,
    /// Papers you can look at once you have claimed the review.
    #[oai(validator(max_items = 12))]
    papers: Vec<Paper>,
    /// What the machine had to say, by name; see docs/verification.md.
    reasons: Vec<String>,
    /// Pictures you can look at once you have claimed the review: none without the person's consent.
    evidence: Vec<Evidence>,
    /// When it was opened.
    opened_at: DateTime<Utc>,
    /// By when someone should have looked.
    due_at: DateTime<Utc>,
    /// When it was decided.
    #[oai(skip_serializing_if_is_none)]
    decided_at: Option<DateTime<Utc>>,
    /// What was said to the person.
    #[oai(skip_serializing_if_is_none)]
    message: Option<String>,
}

/// A page of reviews.
#[derive(Object)]
struct ReviewList {
    /// Oldest first.
    #[oai(validator(max_items = 100))]
    items: Vec<Review>,
    /// Goes into `cursor` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    next: Option<String>,
}

/// Why a person is refused or asked again.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Reason {
    /// The person is not the one on the document.
    FaceMismatch,
    /// Pictures or document cannot be made out.
    Unreadable,
    /// What was typed is not what the document says.
    DocumentMismatch,
    /// Someone tried to pass for someone else.
    SuspectedAttack,
    /// Something else, said in the sentence.
    Other,
}

/// A decision against a pass, with words for the person.
#[derive(Object)]
struct Answer {
    /// Why.
    reason: Reason,
    /// A sentence to the person, 1 to 200 characters. It is shown to them as it is.
    message: String,
}

#[derive(ApiResponse)]
enum Picture {
    /// The picture as the device sent it.
    #[oai(status = 200, content_type = "application/octet-stream")]
    Found(Binary<Vec<u8>>),
}

impl From<Reason> for reviews::Reason {
    fn from(reason: Reason) -> Self {
        match reason {
            Reason::FaceMismatch => Self::FaceMismatch,
            Reason::Unreadable => Self::Unreadable,
            Reason::DocumentMismatch => Self::DocumentMismatch,
            Reason::SuspectedAttack => Self::SuspectedAttack,
            Reason::Other => Self::Other,
        }
    }
}

/// What this member of staff sees of a review.
fn shown(view: View, viewer: Uuid) -> Review {
    let View { review, verification, reasons, request, vehicles, papers, evidence } = view;
    let stated = verification.as_ref();
    let guardian = stated.and_then(|stated| stated.guardian.as_ref());
    Review {
        id: review.id,
        state: review.rule.state.into(),
        mine: review.rule.state == State::Claimed(viewer),
        second_look: review.rule.first_pass.is_some(),
        request_id: request.id,
        request_kind: request.kind.into(),
        subject: review.subject.into(),
        name_masked: stated.map(|stated| mask_name(&stated.name)),
        method: stated.map(|stated| stated.method.into()),
        document_type: stated.map(|stated| stated.document_type.into()),
        document_number_masked: stated
            .map(|stated| mask::document(stated.document_type, &stated.document_number)),
        guardian: guardian.map(|guardian| Guardian {
            name_masked: mask_name(&guardian.name),
            document_type: guardian.document_type.into(),
            document_number_masked: mask::document(guardian.document_type, &guardian.document_number),
        }),
        vins_masked: vehicles.iter().map(|vehicle| mask::vin(&vehicle.vin)).collect(),
        papers: papers.into_iter().map(|(id, kind)| Paper { id, kind: kind.into() }).collect(),
        reasons,
        evidence: evidence
            .into_iter()
            .filter_map(|piece| {
                let kind = match piece.kind {
                    EvidenceKind::Keyframe => Kind::Keyframe,
                    EvidenceKind::DocumentPortrait | EvidenceKind::Document => Kind::Document,
                    EvidenceKind::GuardianDocument => Kind::GuardianDocument,
                    EvidenceKind::Report | EvidenceKind::Proof(_) | EvidenceKind::Attachment(_) => {
                        return None;
                    }
                };
                Some(Evidence { id: piece.id, kind })
            })
            .collect(),
        opened_at: time(review.created_at_ms),
        due_at: time(review.due_at_ms),
        decided_at: review.decided_at_ms.map(time),
        message: review.message,
    }
}

async fn show(app: &App, viewer: Uuid, id: Uuid) -> Result<Versioned<Review>, Problem> {
    let view = reviews::view(app, id).await?;
    let version = view.review.version;
    Ok(Versioned::new(shown(view, viewer), version))
}

#[OpenApi]
impl Reviews {
    /// The queue of reviews.
    #[oai(path = "/console/reviews", method = "get", operation_id = "reviews", tag = "Group::Console")]
    async fn list(
        &self,
        staff: ReviewReader,
        app: Data<&App>,
        /// Those to be decided, or those that were. By default the former.
        state: Query<Option<Which>>,
        /// `next` of the page before.
        #[oai(validator(max_length = 100))]
        cursor: Query<Option<String>>,
        /// Rows of a page; 50 if missing.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        limit: Query<Option<u64>>,
    ) -> Result<Json<ReviewList>, Problem> {
        let open = !matches!(state.0, Some(Which::Closed));
        let list = List::new(&app, "reviews", open, false);
        let page = reviews::page(&app, open, list.span(cursor.0.as_deref(), limit.0)?).await?;
        let (items, next) = list.shown(page, |view| shown(view, staff.0.id));
        Ok(Json(ReviewList { items, next }))
    }

    /// One review.
    #[oai(path = "/console/reviews/:id", method = "get", operation_id = "review", tag = "Group::Console")]
    async fn view(
        &self,
        staff: ReviewReader,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Versioned<Review>, Problem> {
        show(&app, staff.0.id, id.0).await
    }

    /// Take a review: until you release or decide it, nobody else can.
    #[oai(
        path = "/console/reviews/:id/claim",
        method = "post",
        operation_id = "review_claim",
        tag = "Group::Console"
    )]
    async fn claim(
        &self,
        staff: Reviewer,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Versioned<Review>, Problem> {
        reviews::claim(&app, &staff.0, id.0, &seen.0).await?;
        show(&app, staff.0.id, id.0).await
    }

    /// Give a review back undecided.
    #[oai(
        path = "/console/reviews/:id/release",
        method = "post",
        operation_id = "review_release",
        tag = "Group::Console"
    )]
    async fn release(
        &self,
        staff: Reviewer,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Versioned<Review>, Problem> {
        reviews::release(&app, &staff.0, id.0, &seen.0).await?;
        show(&app, staff.0.id, id.0).await
    }

    /// A picture of a review you have claimed. Every look is recorded.
    #[oai(
        path = "/console/reviews/:id/evidence/:evidence_id",
        method = "get",
        operation_id = "review_evidence",
        tag = "Group::Console"
    )]
    async fn evidence(
        &self,
        staff: Reviewer,
        app: Data<&App>,
        id: Path<Uuid>,
        evidence_id: Path<Uuid>,
    ) -> Result<Picture, Problem> {
        let content = reviews::evidence(&app, &staff.0, id.0, evidence_id.0).await?;
        Ok(Picture::Found(Binary(content)))
    }

    /// A paper of a request whose review you have claimed. Every look is recorded.
    #[oai(
        path = "/console/reviews/:id/papers/:paper_id",
        method = "get",
        operation_id = "review_paper",
        tag = "Group::Console"
    )]
    async fn paper(
        &self,
        staff: Reviewer,
        app: Data<&App>,
        id: Path<Uuid>,
        paper_id: Path<Uuid>,
    ) -> Result<Picture, Problem> {
        Ok(Picture::Found(Binary(requests::paper(&app, &staff.0, id.0, paper_id.0).await?)))
    }

    /// Let the person pass. Where two people must agree, the first agreement sends the review back to the queue.
    #[oai(
        path = "/console/reviews/:id/pass",
        method = "post",
        operation_id = "review_pass",
        tag = "Group::Console"
    )]
    async fn pass(
        &self,
        staff: Reviewer,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
    ) -> Result<Versioned<Review>, Problem> {
        reviews::decide(&app, &staff.0, id.0, &seen.0, reviews::Decision::Pass).await?;
        show(&app, staff.0.id, id.0).await
    }

    /// Refuse the person. The request ends.
    #[oai(
        path = "/console/reviews/:id/refuse",
        method = "post",
        operation_id = "review_refuse",
        tag = "Group::Console"
    )]
    async fn refuse(
        &self,
        staff: Reviewer,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<Answer>,
    ) -> Result<Versioned<Review>, Problem> {
        let Answer { reason, message } = body.0;
        reviews::decide(&app, &staff.0, id.0, &seen.0, reviews::Decision::Refuse(reason.into(), message))
            .await?;
        show(&app, staff.0.id, id.0).await
    }

    /// Ask the person for better pictures: they verify once more.
    #[oai(
        path = "/console/reviews/:id/send-back",
        method = "post",
        operation_id = "review_send_back",
        tag = "Group::Console"
    )]
    async fn send_back(
        &self,
        staff: Reviewer,
        app: Data<&App>,
        id: Path<Uuid>,
        #[oai(name = "If-Match")] seen: IfMatch,
        body: Json<Answer>,
    ) -> Result<Versioned<Review>, Problem> {
        let Answer { reason, message } = body.0;
        reviews::decide(&app, &staff.0, id.0, &seen.0, reviews::Decision::SendBack(reason.into(), message))
            .await?;
        show(&app, staff.0.id, id.0).await
    }
}
