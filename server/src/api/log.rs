//! One line, one figure and, if wanted, one span per request: what was asked for and how long it took, never for whom.
//! Paths can hold ids and tokens, so each names the operation instead.

use std::{sync::Arc, time::Instant};

use poem::{
    Endpoint, Request, Response, Result,
    http::{HeaderValue, Method},
};
use poem_openapi::OperationId;
use tracing::Instrument;
use uuid::Uuid;

use crate::metrics::METRICS;

/// Logs each request under a fresh id, which the answer carries too.
pub(super) async fn requests<E: Endpoint<Output = Response>>(
    next: Arc<E>,
    request: Request,
) -> Result<Response> {
    let (start, id, method) = (Instant::now(), Uuid::now_v7(), request.method().clone());
    let area = area(request.uri().path());
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        otel.name = area,
        otel.kind = "server",
        otel.status_code = tracing::field::Empty,
        http.request.method = method_name(&method),
        http.response.status_code = tracing::field::Empty,
    );
    let mut response = next.get_response(request).instrument(span.clone()).await;
    let operation = response.data::<OperationId>().map_or(area, |operation| operation.0);
    let status = response.status().as_u16();
    span.record("otel.name", operation).record("http.response.status_code", status);
    if status >= 500 {
        span.record("otel.status_code", "ERROR");
    }
    METRICS.request(operation, method_name(&method), status, start.elapsed());
    let ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(request_id = %id, %method, operation, status, ms, "request");
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    Ok(response)
}

/// A method anybody may invent is counted as one.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The first part of the path, if it is one of ours.
fn area(path: &str) -> &'static str {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    ["api", "owner", "console", "models", "engine", "docs", "healthz", "openapi.json"]
        .into_iter()
        .find(|area| *area == first)
        .unwrap_or("other")
}
