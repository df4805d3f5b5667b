//! Verifying a person.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;
use verify::challenge;

use crate::{
    api::{
        Group,
        auth::Owner,
        objects::{DocumentType, time},
        problem::Problem,
    },
    service::{App, Refusal},
    verification::{self, Issued, Outcome, Upload},
};

/// Operations.
pub struct Verifications;

/// Who wants to be verified.
#[derive(Object)]
struct VerificationRequest {
    /// The request it is for.
    request_id: Uuid,
    /// Name on the document.
    name: String,
    /// Kind of document.
    document_type: DocumentType,
    /// Number of the document.
    document_number: String,
    /// Public key of the device: raw uncompressed P-256 point, 65 bytes, base64.
    device_key: String,
}

/// One thing to do in front of the camera.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Step {
    /// Close both eyes shortly.
    Blink,
    /// Open the mouth.
    OpenMouth,
    /// Smile, the mouth closed or nearly so.
    Smile,
    /// Turn the head to the left.
    TurnLeft,
    /// Turn the head to the right.
    TurnRight,
    /// Lower the head and raise it.
    Nod,
    /// Bring the face closer to the camera.
    ComeCloser,
}

impl From<challenge::Step> for Step {
    fn from(step: challenge::Step) -> Self {
        match step {
            challenge::Step::Blink => Self::Blink,
            challenge::Step::OpenMouth => Self::OpenMouth,
            challenge::Step::TurnLeft => Self::TurnLeft,
            challenge::Step::TurnRight => Self::TurnRight,
            challenge::Step::Nod => Self::Nod,
            challenge::Step::Smile => Self::Smile,
            challenge::Step::ComeCloser => Self::ComeCloser,
        }
    }
}

/// One step of a challenge.
#[derive(Object)]
struct Task {
    /// What is asked.
    step: Step,
    /// What a person who cannot do it may do in its place, on asking for another movement.
    #[oai(skip_serializing_if_is_none)]
    alternative: Option<Step>,
}

impl From<challenge::Task> for Task {
    fn from(task: challenge::Task) -> Self {
        Self { step: task.step.into(), alternative: task.alternative.map(Step::from) }
    }
}

/// An opened verification.
#[derive(Object)]
struct Challenge {
    /// Id.
    id: Uuid,
    /// Binds the report to this verification; used once.
    nonce: String,
    /// What to do, in this order.
    steps: Vec<Task>,
    /// Milliseconds for one step.
    step_timeout_ms: u32,
    /// Latest moment the report is taken.
    expires_at: DateTime<Utc>,
    /// Policy it was opened under.
    policy_version: u32,
}

/// A verification as it stands.
#[derive(Object)]
struct Verification {
    /// Id.
    id: Uuid,
    /// `open`, `assessing`, `done` or `expired`.
    state: String,
    /// `passed`, `manual_review` or `failed`, once done.
    #[oai(skip_serializing_if_is_none)]
    outcome: Option<String>,
    /// What was asked.
    steps: Vec<Task>,
    /// Latest moment the report is taken.
    expires_at: DateTime<Utc>,
}

/// What the device found, signed. All in base64, standard alphabet, padded.
#[derive(Object)]
struct ReportRequest {
    /// Canonical bytes from the engine.
    report: String,
    /// ECDSA P-256 with SHA-256 over the report, IEEE P1363, 64 bytes.
    signature: String,
    /// JPEG or PNG, in the order of the report; only with consent.
    keyframes: Vec<String>,
    /// JPEG or PNG; only with consent.
    #[oai(skip_serializing_if_is_none)]
    document_portrait: Option<String>,
}

/// How a verification ends.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum VerdictOutcome {
    /// Verified.
    Passed,
    /// Staff decide.
    ManualReview,
    /// Not verified.
    Failed,
}

/// The server's decision. Scores are never shown.
#[derive(Object)]
struct Verdict {
    /// How it ends.
    outcome: VerdictOutcome,
    /// A kind sentence in Chinese.
    message_zh: String,
    /// The same in English.
    message_en: String,
    /// A new verification can be started now.
    may_retry: bool,
}

#[derive(ApiResponse)]
enum Created {
    /// Opened.
    #[oai(status = 201)]
    Created(Json<Challenge>),
}

impl From<Issued> for Challenge {
    fn from(Issued { challenge, id, expires_at_ms }: Issued) -> Self {
        Self {
            id,
            nonce: challenge.nonce,
            steps: challenge.steps.into_iter().map(Task::from).collect(),
            step_timeout_ms: challenge.step_timeout_ms,
            expires_at: time(expires_at_ms),
            policy_version: challenge.policy_version,
        }
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome: match outcome.outcome {
                "passed" => VerdictOutcome::Passed,
                "manual_review" => VerdictOutcome::ManualReview,
                _ => VerdictOutcome::Failed,
            },
            message_zh: outcome.message_zh.to_owned(),
            message_en: outcome.message_en.to_owned(),
            may_retry: outcome.may_retry,
        }
    }
}

#[OpenApi]
impl Verifications {
    /// Open a verification for your side of a request.
    #[oai(
        path = "/owner/verifications",
        method = "post",
        operation_id = "verification_open",
        tag = "Group::Verification"
    )]
    async fn open(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<VerificationRequest>,
    ) -> Result<Created, Problem> {
        if !matches!(body.document_type, DocumentType::ResidentId) {
            return Err(Refusal::DocumentTypeInvalid.into());
        }
        let request = verification::Request {
            request_id: body.request_id,
            name: &body.name,
            document_number: &body.document_number,
            device_key: &body.device_key,
        };
        Ok(Created::Created(Json(verification::issue(&app, owner.0.subject_id, request).await?.into())))
    }

    /// How a verification stands.
    #[oai(
        path = "/owner/verifications/:id",
        method = "get",
        operation_id = "verification",
        tag = "Group::Verification"
    )]
    async fn get(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<Verification>, Problem> {
        let found = verification::status(&app, owner.0.subject_id, id.0).await?;
        Ok(Json(Verification {
            id: found.id,
            state: found.state,
            outcome: found.outcome,
            steps: found.challenge.steps.into_iter().map(Task::from).collect(),
            expires_at: time(found.expires_at_ms),
        }))
    }

    /// Send the report of a verification. Bad input changes nothing: the verification stays open.
    #[oai(
        path = "/owner/verifications/:id/report",
        method = "post",
        operation_id = "verification_report",
        tag = "Group::Verification"
    )]
    async fn report(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<ReportRequest>,
    ) -> Result<Json<Verdict>, Problem> {
        let upload = Upload {
            report: &body.report,
            signature: &body.signature,
            keyframes: &body.keyframes,
            document_portrait: body.document_portrait.as_deref(),
        };
        Ok(Json(verification::report(&app, owner.0.subject_id, id.0, upload).await?.into()))
    }
}
