//! Why a record is not taken, as an RFC 9457 problem. No answer quotes what was sent.

use poem::{IntoResponse, Response, error::ResponseError, http::StatusCode};
use serde_json::json;

/// Every reason for not taking a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The signature, its time or its id is wrong.
    Signature(&'static str),
    /// Not `application/cloudevents+json`.
    MediaType,
    /// More than 64 KiB.
    TooLarge,
    /// Not the event the contract describes.
    Event(&'static str),
    /// The sealed box does not open with our key, or holds something else than a person.
    Seal,
    /// A value that is not well formed; names the member.
    Value(&'static str),
    /// A known message id with other content.
    Changed,
    /// Failure mode.
    Refused,
    /// Failure mode, or our database.
    Broken,
}

impl Problem {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::Signature(detail) => (StatusCode::UNAUTHORIZED, "signature", detail),
            Self::MediaType => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", "Send application/cloudevents+json.")
            }
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "Send at most 64 KiB."),
            Self::Event(detail) => (StatusCode::UNPROCESSABLE_ENTITY, "event", detail),
            Self::Seal => {
                (StatusCode::UNPROCESSABLE_ENTITY, "seal", "Seal the person to our current public key.")
            }
            Self::Value(member) => (StatusCode::UNPROCESSABLE_ENTITY, "value", member),
            Self::Changed => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "message-changed",
                "Give other content another message id.",
            ),
            Self::Refused => {
                (StatusCode::UNPROCESSABLE_ENTITY, "refused", "This platform refuses everything.")
            }
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Try again later."),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (status, slug, detail) = self.parts();
        write!(formatter, "{} {slug}: {detail}", status.as_u16())
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status(&self) -> StatusCode {
        self.parts().0
    }

    fn as_response(&self) -> Response {
        let (status, slug, detail) = self.parts();
        let body = json!({
            "type": format!("/problems/{slug}"),
            "title": status.canonical_reason(),
            "status": status.as_u16(),
            "detail": detail,
        });
        (status, body.to_string()).with_content_type("application/problem+json").into_response()
    }
}
