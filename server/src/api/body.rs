//! Bodies are read whole, under our own cap: a declared length proves nothing.

use std::{sync::Arc, time::Duration};

use poem::{Endpoint, Request, Response, error::ReadBodyError, http::StatusCode};

use super::problem::Status;

/// A verification report with its pictures, or a paper.
const PICTURES: usize = 8 * 1024 * 1024;
/// Anything else.
const OTHER: usize = 64 * 1024;
/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Reads the body before the operation sees it.
pub(super) async fn capped<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    mut request: Request,
) -> poem::Result<Response> {
    let limit =
        if ["/report", "/photographs", "/papers"].iter().any(|end| request.uri().path().ends_with(end)) {
            PICTURES
        } else {
            OTHER
        };
    let read = tokio::time::timeout(PATIENCE, request.take_body().into_bytes_limit(limit)).await;
    let bytes = read.map_err(|_| Status(StatusCode::REQUEST_TIMEOUT))?.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => Status(StatusCode::PAYLOAD_TOO_LARGE),
        _ => Status(StatusCode::BAD_REQUEST),
    })?;
    request.set_body(bytes);
    next.call(request).await
}
