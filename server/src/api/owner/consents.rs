//! Consents of the signed-in owner.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{Group, auth::Owner, objects::time, problem::Problem},
    service::{App, consents},
    store,
};

/// Operations.
pub struct Consents;

/// What a consent is for.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum Purpose {
    /// Sending pictures of the face and the document portrait.
    FaceEvidenceUpload,
    /// Sending photographs of documents to be looked at by staff.
    DocumentReview,
}

/// A consent to give.
#[derive(Object)]
struct ConsentRequest {
    /// What for.
    purpose: Purpose,
    /// Version of the text that was shown.
    #[oai(validator(max_length = 40))]
    text_version: String,
}

/// A consent in force.
#[derive(Object)]
struct Consent {
    /// Id.
    id: Uuid,
    /// What for.
    purpose: String,
    /// Version of the text that was shown.
    text_version: String,
    /// When it was given.
    given_at: DateTime<Utc>,
}

/// Consents.
#[derive(Object)]
struct ConsentList {
    /// Newest first.
    items: Vec<Consent>,
}

#[derive(ApiResponse)]
enum Created {
    /// Recorded.
    #[oai(status = 201)]
    Created(Json<Consent>),
}

#[derive(ApiResponse)]
enum Deleted {
    /// Withdrawn; what was kept under it is deleted.
    #[oai(status = 204)]
    Deleted,
}

impl From<store::Consent> for Consent {
    fn from(consent: store::Consent) -> Self {
        Self {
            id: consent.id,
            purpose: consent.purpose,
            text_version: consent.text_version,
            given_at: time(consent.given_at_ms),
        }
    }
}

#[OpenApi]
impl Consents {
    /// The consents in force.
    #[oai(
        path = "/owner/consents",
        method = "get",
        operation_id = "owner_consents",
        tag = "Group::OwnerRecord"
    )]
    async fn list(&self, owner: Owner, app: Data<&App>) -> Result<Json<ConsentList>, Problem> {
        let consents = consents::list(&app, owner.0.subject_id).await?;
        Ok(Json(ConsentList { items: consents.into_iter().map(Consent::from).collect() }))
    }

    /// Give a consent.
    #[oai(
        path = "/owner/consents",
        method = "post",
        operation_id = "owner_consent",
        tag = "Group::OwnerRecord"
    )]
    async fn give(
        &self,
        owner: Owner,
        app: Data<&App>,
        body: Json<ConsentRequest>,
    ) -> Result<Created, Problem> {
        let purpose = match body.purpose {
            Purpose::FaceEvidenceUpload => consents::FACE_EVIDENCE,
            Purpose::DocumentReview => consents::DOCUMENT_REVIEW,
        };
        let account = owner.0.subject_id;
        let consent = consents::give(&app, account, purpose, &body.text_version).await?;
        Ok(Created::Created(Json(consent.into())))
    }

    /// Withdraw a consent and delete what was kept under it.
    #[oai(
        path = "/owner/consents/:id",
        method = "delete",
        operation_id = "owner_withdraw",
        tag = "Group::OwnerRecord"
    )]
    async fn withdraw(&self, owner: Owner, app: Data<&App>, id: Path<Uuid>) -> Result<Deleted, Problem> {
        consents::withdraw(&app, owner.0.subject_id, id.0).await?;
        Ok(Deleted::Deleted)
    }
}
