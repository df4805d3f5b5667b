//! Files an owner sends with a complaint.

use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        attachment::{Attached, Download, UploadedFile, contents},
        auth::Owner,
        problem::Problem,
    },
    service::{App, complaints},
};

/// Operations.
pub struct Attachments;

/// Files, and words that go with them.
#[derive(Object)]
struct AttachmentRequest {
    /// What is sent, 8 MiB at most together.
    #[oai(validator(min_items = 1, max_items = 10))]
    files: Vec<UploadedFile>,
    /// What they show, 1 to 2,000 characters.
    #[oai(skip_serializing_if_is_none, validator(min_length = 1, max_length = 2000))]
    text: Option<String>,
}

#[OpenApi]
impl Attachments {
    /// Send files with one of your complaints. They are a message of yours.
    #[oai(
        path = "/owner/complaints/:id/attachments",
        method = "post",
        operation_id = "complaint_attach",
        tag = "Group::Complaint"
    )]
    async fn attach(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<AttachmentRequest>,
    ) -> Result<Attached, Problem> {
        let AttachmentRequest { files, text } = body.0;
        let files = contents(files);
        Ok(complaints::attach(&app, owner.0.subject_id, id.0, &files, text.as_deref()).await?.into())
    }

    /// A file of one of your complaints.
    #[oai(
        path = "/owner/complaints/:id/attachments/:attachment_id",
        method = "get",
        operation_id = "complaint_attachment",
        tag = "Group::Complaint"
    )]
    async fn find(
        &self,
        owner: Owner,
        app: Data<&App>,
        id: Path<Uuid>,
        /// Id of the file.
        attachment_id: Path<Uuid>,
    ) -> Result<Download, Problem> {
        let account = owner.0.subject_id;
        Ok(complaints::attachment(&app, account, id.0, attachment_id.0).await?.into())
    }
}
