//! Files of complaints, as owners and staff send and get them.

use poem_openapi::{
    ApiResponse, Object,
    payload::{Binary, Json},
};
use uuid::Uuid;

use crate::service::complaints;

/// A file.
#[derive(Object)]
pub(super) struct UploadedFile {
    /// JPEG, PNG or PDF in base64, 5 MiB at most.
    #[oai(validator(min_length = 1, max_length = 7_000_000))]
    content: String,
}

/// The files as the use cases take them.
pub(super) fn contents(files: Vec<UploadedFile>) -> Vec<String> {
    files.into_iter().map(|file| file.content).collect()
}

/// Files that were kept.
#[derive(Object)]
pub(super) struct AttachmentList {
    /// Their ids, in the order they were sent.
    #[oai(validator(max_items = 10))]
    ids: Vec<Uuid>,
}

/// The answer to sending files.
#[derive(ApiResponse)]
pub(super) enum Attached {
    /// Kept, and part of the history.
    #[oai(status = 201)]
    Attached(Json<AttachmentList>),
}

impl From<Vec<Uuid>> for Attached {
    fn from(ids: Vec<Uuid>) -> Self {
        Self::Attached(Json(AttachmentList { ids }))
    }
}

/// A file to be saved, never shown in place.
#[derive(ApiResponse)]
pub(super) enum Download {
    /// A JPEG picture or a PDF document, as `Content-Type` says.
    #[oai(status = 200)]
    File(
        Binary<Vec<u8>>,
        #[oai(header = "Content-Disposition")] String,
        #[oai(header = "Content-Type")] String,
    ),
}

impl From<complaints::Attachment> for Download {
    fn from(file: complaints::Attachment) -> Self {
        let disposition = format!("attachment; filename=\"{}\"", file.name);
        Self::File(Binary(file.content), disposition, file.media.media_type().to_owned())
    }
}
