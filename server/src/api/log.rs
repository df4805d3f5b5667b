//! One line per request: what was asked for and how long it took, never for whom. Paths can hold ids and tokens, so
//! the line names the operation instead.

use std::{sync::Arc, time::Instant};

use poem::{Endpoint, Request, Response, Result, http::HeaderValue};
use poem_openapi::OperationId;
use uuid::Uuid;

/// Logs each request under a fresh id, which the answer carries too.
pub(super) async fn requests<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let (start, id, method) = (Instant::now(), Uuid::now_v7(), request.method().clone());
    let area = area(request.uri().path());
    let mut response = next.get_response(request).await;
    let operation = response.data::<OperationId>().map_or(area, |operation| operation.0);
    let status = response.status().as_u16();
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request_id = %id, %method, operation, status, ms, "request");
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    Ok(response)
}

/// The first part of the path, if it is one of ours.
fn area(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    ["api", "owner", "console", "models", "engine", "docs", "healthz", "openapi.json"]
        .into_iter()
        .find(|area| *area == first)
        .unwrap_or("other")
}
