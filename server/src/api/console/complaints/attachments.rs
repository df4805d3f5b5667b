//! Files of a complaint, for staff.

use poem::web::Data;
use poem_openapi::{Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        attachment::{Attached, Download, UploadedFile, contents},
        auth::{ComplaintHandler, ComplaintReader},
        problem::Problem,
    },
    service::{
        App,
        complaints::{self, Voice},
    },
};

/// Operations.
pub struct Attachments;

/// Whose words go with files.
#[derive(Enum)]
#[oai(rename_all = "snake_case")]
enum AttachmentVoice {
    /// Staff say it to the person.
    Said,
    /// Staff keep it to themselves.
    Noted,
    /// The person said or handed it over, and a handler writes it down.
    Heard,
}

/// Files, and words that go with them.
#[derive(Object)]
struct CaseAttachmentRequest {
    /// What is sent, 8 MiB at most together.
    #[oai(validator(min_items = 1, max_items = 10))]
    files: Vec<UploadedFile>,
    /// Whose they are.
    voice: AttachmentVoice,
    /// What they show, 1 to 2,000 characters.
    #[oai(skip_serializing_if_is_none, validator(min_length = 1, max_length = 2000))]
    text: Option<String>,
}

#[OpenApi]
impl Attachments {
    /// Send or keep files with a complaint.
    #[oai(
        path = "/console/complaints/:id/attachments",
        method = "post",
        operation_id = "case_attach",
        tag = "Group::Complaint"
    )]
    async fn attach(
        &self,
        staff: ComplaintHandler,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<CaseAttachmentRequest>,
    ) -> Result<Attached, Problem> {
        let CaseAttachmentRequest { files, voice, text } = body.0;
        let voice = match voice {
            AttachmentVoice::Said => Voice::Said,
            AttachmentVoice::Noted => Voice::Noted,
            AttachmentVoice::Heard => Voice::Heard,
        };
        let (files, with) = (contents(files), (voice, text.as_deref()));
        Ok(complaints::attach_as_staff(&app, &staff.0, id.0, &files, with).await?.into())
    }

    /// A file of a complaint, to be saved. Every look is audited.
    #[oai(
        path = "/console/complaints/:id/attachments/:attachment_id",
        method = "get",
        operation_id = "case_attachment",
        tag = "Group::Complaint"
    )]
    async fn find(
        &self,
        staff: ComplaintReader,
        app: Data<&App>,
        id: Path<Uuid>,
        /// Id of the file.
        attachment_id: Path<Uuid>,
    ) -> Result<Download, Problem> {
        Ok(complaints::attachment_as_staff(&app, &staff.0, id.0, attachment_id.0).await?.into())
    }
}
