//! The one shape of an error: a problem (RFC 9457).

use poem::{IntoResponse, Response, error::ResponseError, http::StatusCode};
use poem_openapi::{ApiResponse, Object, payload::Json};

use crate::{
    metrics::METRICS,
    service::{Error, Refusal},
};

/// What went wrong and what to do next.
#[derive(Clone, Debug, Object)]
#[oai(rename = "Problem")]
pub struct Body {
    /// `/problems/<slug>`; stable, listed in docs/problems.md.
    #[oai(rename = "type")]
    kind: String,
    /// The same for every occurrence.
    title: String,
    /// HTTP status.
    status: u16,
    /// What to do next.
    detail: String,
    /// Seconds until it is worth trying again.
    #[oai(skip_serializing_if_is_none)]
    retry_after_s: Option<u64>,
    /// The same as OAuth 2.0 names it (RFC 6749, section 5.2; RFC 6750, section 3.1).
    #[oai(skip_serializing_if_is_none)]
    error: Option<String>,
}

/// What OAuth 2.0 calls a refusal, where it has a name for it.
fn oauth(refusal: Refusal) -> Option<String> {
    let name = match refusal {
        Refusal::ClientUnknown => "invalid_client",
        Refusal::GrantUnknown => "unsupported_grant_type",
        Refusal::ScopeUnknown => "invalid_scope",
        Refusal::ScopeMissing => "insufficient_scope",
        _ => return None,
    };
    Some(name.to_owned())
}

macro_rules! problems {
    ($($name:ident = $status:literal $doc:literal;)*) => {
        /// A refusal: nothing was changed.
        #[derive(Debug, ApiResponse)]
        pub enum Problem {
            $(
                #[doc = $doc]
                #[oai(status = $status, content_type = "application/problem+json")]
                $name(Json<Body>, #[oai(header = "Retry-After")] Option<u64>),
            )*
        }

        impl From<Body> for Problem {
            fn from(body: Body) -> Self {
                let retry = body.retry_after_s;
                match body.status {
                    $($status => Self::$name(Json(body), retry),)*
                    _ => Self::Internal(Json(body), retry),
                }
            }
        }
    };
}

problems! {
    BadRequest = 400 "The request cannot be read.";
    SignInNeeded = 401 "Not signed in, or the credentials do not fit.";
    Forbidden = 403 "Not allowed.";
    NotFound = 404 "Not there, or someone else's.";
    MethodNotAllowed = 405 "The method is not allowed here.";
    Conflict = 409 "Someone was faster, or the state has changed.";
    Gone = 410 "Its time is over.";
    PreconditionFailed = 412 "The record has changed since it was read.";
    TooLarge = 413 "The body is too large.";
    MediaType = 415 "The media type is not supported.";
    Unprocessable = 422 "The content cannot be accepted.";
    TooMany = 429 "Too many requests or failures.";
    Internal = 500 "Our fault.";
    Unavailable = 503 "Not right now.";
}

impl From<Refusal> for Body {
    fn from(refusal: Refusal) -> Self {
        Self {
            kind: format!("/problems/{}", refusal.slug()),
            title: refusal.title().to_owned(),
            status: refusal.status(),
            detail: refusal.detail().to_owned(),
            retry_after_s: None,
            error: oauth(refusal),
        }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let body = match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Later { refusal, retry_after_s } => {
                Body { retry_after_s: Some(retry_after_s), ..refusal.into() }
            }
            Error::Evidence { slug, detail } => Body {
                kind: format!("/problems/{slug}"),
                title: "The evidence cannot be used".to_owned(),
                status: if slug == "engine-failed" { 503 } else { 422 },
                detail,
                retry_after_s: None,
                error: None,
            },
            Error::Store(error) => {
                tracing::error!(%error, "the store failed");
                METRICS.store_failed();
                Refusal::Internal.into()
            }
        };
        body.into()
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Body::from(refusal).into()
    }
}

/// Renders what poem and poem-openapi refuse by themselves.
pub(super) async fn catch_all(error: poem::Error) -> Response {
    if error.is_from_response() {
        return error.into_response();
    }
    let refusal = match error.status() {
        StatusCode::UNAUTHORIZED => Refusal::SignInNeeded,
        StatusCode::NOT_FOUND => Refusal::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Refusal::MethodNotAllowed,
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refusal::MediaType,
        status if status.is_client_error() => Refusal::BadRequest,
        status => {
            // The text of an unforeseen error may quote input: the log gets its status only.
            tracing::error!(%status, "unforeseen error");
            Refusal::Internal
        }
    };
    Problem::from(refusal).into_response()
}

/// Wraps a problem as the error of an extractor or middleware.
pub(super) fn error(problem: impl Into<Problem>) -> poem::Error {
    poem::Error::from_response(problem.into().into_response())
}

/// A status by itself, for middleware that has no problem to tell.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Status(pub StatusCode);

impl ResponseError for Status {
    fn status(&self) -> StatusCode {
        self.0
    }
}
