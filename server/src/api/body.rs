//! Bodies are read whole, under our own cap: a declared length proves nothing. Within a body, texts and lists have a
//! most that holds everywhere; what an operation says of its own members is narrower.

use std::{sync::Arc, time::Duration};

use poem::{Endpoint, Request, Response, error::ReadBodyError, http::StatusCode};
use serde_json::Value;

use super::problem::Status;

/// A verification report with its pictures, a paper, or files of a complaint.
const PICTURES: usize = 8 * 1024 * 1024;
/// Anything else.
const OTHER: usize = 64 * 1024;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest text in a body, in characters, and in an answer.
pub(super) const LONGEST_TEXT: usize = 4_000;
/// Most items of a list in a body, and in an answer.
pub(super) const MOST_ITEMS: usize = 1_000;

/// Reads the body before the operation sees it.
pub(super) async fn capped<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    mut request: Request,
) -> poem::Result<Response> {
    let pictures = ["/report", "/photographs", "/papers", "/attachments"]
        .iter()
        .any(|end| request.uri().path().ends_with(end));
    let limit = if pictures { PICTURES } else { OTHER };
    let read = tokio::time::timeout(PATIENCE, request.take_body().into_bytes_limit(limit)).await;
    let bytes = read.map_err(|_| Status(StatusCode::REQUEST_TIMEOUT))?.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => Status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Status(StatusCode::BAD_REQUEST),
    })?;
    // Pictures have limits of their own. What is no JSON, the operation refuses.
    let value = if pictures { None } else { serde_json::from_slice(&bytes).ok() };
    if value.is_some_and(|value| !is_moderate(&value)) {
        return Err(Status(StatusCode::BAD_REQUEST).into());
    }
    request.set_body(bytes);
    next.call(request).await
}

/// Whether no text and no list in it is too long.
fn is_moderate(value: &Value) -> bool {
    match value {
        Value::String(text) => text.chars().count() <= LONGEST_TEXT,
        Value::Array(items) => items.len() <= MOST_ITEMS && items.iter().all(is_moderate),
        Value::Object(members) => members.values().all(is_moderate),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_most_is_allowed_and_one_more_is_not() {
        for (text, fits) in [("字".repeat(LONGEST_TEXT), true), ("字".repeat(LONGEST_TEXT + 1), false)] {
            assert_eq!(is_moderate(&json!({"a": [{"b": text}]})), fits);
        }
        for (items, fits) in [(vec![0; MOST_ITEMS], true), (vec![0; MOST_ITEMS + 1], false)] {
            assert_eq!(is_moderate(&json!({"a": items})), fits);
        }
    }
}
