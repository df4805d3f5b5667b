//! Verifying a person.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, Union, param::Path, payload::Json};
use uuid::Uuid;
use verify::{assess::Grade, challenge};

use crate::{
    api::{
        Group,
        auth::Owner,
        objects::{DocumentType, Method, time},
        problem::Problem,
    },
    service::App,
    verification::{self, Issued, Outcome, Stated, Upload, Way},
};

/// Operations.
pub struct Verifications;

/// Who someone is.
#[derive(Object)]
struct GuardianRequest {
    /// Name on the document.
    #[oai(validator(max_length = 50))]
    name: String,
    /// Type of document.
    document_type: DocumentType,
    /// Number of the document.
    #[oai(validator(max_length = 40))]
    document_number: String,
}

/// Who wants to be verified, and how.
#[derive(Object)]
struct VerificationRequest {
    /// The request it is for.
    request_id: Uuid,
    /// The way; see the policy for those open to you.
    #[oai(default = "face")]
    method: Method,
    /// Name on the document.
    #[oai(validator(max_length = 50))]
    name: String,
    /// Type of document.
    document_type: DocumentType,
    /// Number of the document.
    #[oai(validator(max_length = 40))]
    document_number: String,
    /// Public key of the device: raw uncompressed P-256 point, 65 bytes, base64. For `face` only.
    #[oai(skip_serializing_if_is_none, validator(max_length = 100))]
    device_key: Option<String>,
    /// The guardian of a person too young to act alone. For `documents` only.
    #[oai(skip_serializing_if_is_none)]
    guardian: Option<GuardianRequest>,
}

fn face() -> Method {
    Method::Face
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

/// A verification before the camera.
#[derive(Object)]
struct Challenge {
    /// Id.
    id: Uuid,
    /// Binds the report to this verification; used once.
    nonce: String,
    /// What to do, in this order.
    #[oai(validator(max_items = 7))]
    steps: Vec<Task>,
    /// Milliseconds for one step.
    step_timeout_ms: u32,
    /// Latest moment the report is taken.
    expires_at: DateTime<Utc>,
    /// Policy it was opened under.
    policy_version: u32,
}

/// A verification by photographs.
#[derive(Object)]
struct PhotographsAsked {
    /// Id.
    id: Uuid,
    /// Photographs of the guardian's document are needed, too.
    guardian: bool,
    /// Latest moment the photographs are taken.
    expires_at: DateTime<Utc>,
    /// Policy it was opened under.
    policy_version: u32,
}

/// A verification through the identity service.
#[derive(Object)]
struct Visit {
    /// Id.
    id: Uuid,
    /// Page of the service, to be opened or shown as a QR code.
    url: String,
    /// Latest moment its word is asked for.
    expires_at: DateTime<Utc>,
    /// Policy it was opened under.
    policy_version: u32,
}

/// An opened verification: what to do next depends on the way.
#[derive(Union)]
#[oai(discriminator_name = "method")]
enum Opened {
    /// Perform the steps, then send the report.
    #[oai(mapping = "face")]
    Face(Challenge),
    /// Send photographs.
    #[oai(mapping = "documents")]
    Documents(PhotographsAsked),
    /// Visit the page, come back, and ask for the outcome.
    #[oai(mapping = "authority")]
    Authority(Visit),
}

/// A verification as it stands.
#[derive(Object)]
struct Verification {
    /// Id.
    id: Uuid,
    /// The way.
    method: Method,
    /// `open`, `assessing`, `done` or `expired`.
    state: String,
    /// `passed`, `manual_review` or `failed`, once done.
    #[oai(skip_serializing_if_is_none)]
    outcome: Option<String>,
    /// What was asked before the camera.
    #[oai(validator(max_items = 7))]
    steps: Vec<Task>,
    /// Latest moment the rest is waited for.
    expires_at: DateTime<Utc>,
    /// Policy it was opened under.
    policy_version: u32,
}

/// What the device found, signed. All in base64, standard alphabet, padded.
#[derive(Object)]
struct ReportRequest {
    /// Canonical bytes from the engine.
    #[oai(validator(max_length = 8_000_000))]
    report: String,
    /// ECDSA P-256 with SHA-256 over the report, IEEE P1363, 64 bytes.
    #[oai(validator(max_length = 100))]
    signature: String,
    /// JPEG or PNG, in the order of the report; only with consent.
    #[oai(validator(max_items = 16))]
    keyframes: Vec<String>,
    /// JPEG or PNG; only with consent.
    #[oai(skip_serializing_if_is_none, validator(max_length = 6_000_000))]
    document_portrait: Option<String>,
}

/// What a photograph shows.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Shows {
    /// A side or page of the person's document.
    Document,
    /// A side or page of the guardian's document.
    GuardianDocument,
}

/// A photograph of a document.
#[derive(Object)]
struct Photograph {
    /// What it shows.
    shows: Shows,
    /// JPEG or PNG, 4 MiB and 4096 pixels a side at most, in base64.
    #[oai(validator(max_length = 6_000_000))]
    picture: String,
}

/// Photographs of documents; only with the consent `document_review`.
#[derive(Object)]
struct PhotographsRequest {
    /// All of them at once.
    #[oai(validator(min_items = 1, max_items = 6))]
    photographs: Vec<Photograph>,
    /// Take them even if they cannot be read well: there are no better ones.
    #[oai(default)]
    as_they_are: bool,
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
    Created(Json<Opened>),
}

impl From<Issued> for Opened {
    fn from(Issued { id, policy_version, expires_at_ms, way }: Issued) -> Self {
        let expires_at = time(expires_at_ms);
        match way {
            Way::Face(challenge) => Self::Face(Challenge {
                id,
                nonce: challenge.nonce,
                steps: challenge.steps.into_iter().map(Task::from).collect(),
                step_timeout_ms: challenge.step_timeout_ms,
                expires_at,
                policy_version,
            }),
            Way::Documents { guardian } => {
                Self::Documents(PhotographsAsked { id, guardian, expires_at, policy_version })
            }
            Way::Authority { url } => Self::Authority(Visit { id, url, expires_at, policy_version }),
        }
    }
}

impl From<Outcome> for Verdict {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome: match outcome.grade {
                Grade::Pass => VerdictOutcome::Passed,
                Grade::ManualReview => VerdictOutcome::ManualReview,
                Grade::Fail => VerdictOutcome::Failed,
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
        let VerificationRequest {
            request_id,
            method,
            name,
            document_type,
            document_number,
            device_key,
            guardian,
        } = body.0;
        let person =
            Stated { name: &name, document_type: document_type.into(), document_number: &document_number };
        let guardian = guardian.as_ref().map(|guardian| Stated {
            name: &guardian.name,
            document_type: guardian.document_type.into(),
            document_number: &guardian.document_number,
        });
        let request = verification::Request {
            request_id,
            method: method.into(),
            person,
            guardian,
            device_key: device_key.as_deref(),
        };
        Ok(Created::Created(Json(verification::issue(&app, owner.0.subject_id, request).await?.into())))
    }

    /// How one of your verifications stands.
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
            method: found.method.into(),
            state: found.state,
            outcome: found.outcome,
            steps: found.challenge.steps.into_iter().map(Task::from).collect(),
            expires_at: time(found.expires_at_ms),
            policy_version: found.challenge.policy_version,
        }))
    }

    /// Hand in what the device found; the server computes everything again.
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

    /// Hand in photographs of documents; a member of staff looks at them.
    #[oai(
        path = "/owner/verifications/:id/photographs",
        method = "post",
        operation_id = "verification_photographs",
        tag = "Group::Verification"
    )]
    async fn photographs(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<PhotographsRequest>,
    ) -> Result<Json<Verdict>, Problem> {
        let shown = |photograph: &Photograph| match photograph.shows {
            Shows::Document => verification::Shows::Document,
            Shows::GuardianDocument => verification::Shows::GuardianDocument,
        };
        let photographs: Vec<_> = body
            .photographs
            .iter()
            .map(|one| verification::Photograph { shows: shown(one), picture: &one.picture })
            .collect();
        let account = owner.0.subject_id;
        let outcome = verification::photographs(&app, account, id.0, &photographs, body.as_they_are).await?;
        Ok(Json(outcome.into()))
    }

    /// After the visit to the identity service, ask what came of it. Ask again while it is pending.
    #[oai(
        path = "/owner/verifications/:id/outcome",
        method = "post",
        operation_id = "verification_outcome",
        tag = "Group::Verification"
    )]
    async fn outcome(&self, owner: Owner, app: Data<&App>, id: Path<Uuid>) -> Result<Json<Verdict>, Problem> {
        Ok(Json(verification::outcome(&app, owner.0.subject_id, id.0).await?.into()))
    }
}
