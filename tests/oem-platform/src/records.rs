//! `POST /v1/records`.

use std::{sync::Arc, time::Duration};

use poem::{
    Body, IntoResponse, Request, Response,
    error::ReadBodyError,
    handler,
    http::{StatusCode, header::CONTENT_TYPE},
    web::Data,
};
use serde_json::json;

use crate::{
    Failure, Platform,
    event::Event,
    ledger::{NewRow, Recorded},
    problem::Problem,
};

/// Largest body read, in bytes.
const LIMIT: usize = 64 * 1024;
/// How long a request is left without an answer in failure mode `timeout`: longer than anybody waits.
const FOREVER: Duration = Duration::from_secs(600);

/// Takes one record, once.
#[handler]
pub async fn receive(
    request: &Request,
    body: Body,
    Data(platform): Data<&Arc<Platform>>,
) -> Result<Response, Problem> {
    let result = take(request, body, platform).await;
    if let Err(problem) = &result {
        tracing::warn!(%problem, "record not taken");
    }
    result
}

async fn take(request: &Request, body: Body, platform: &Platform) -> Result<Response, Problem> {
    let now_ms = platform.now_ms();
    let body = body.into_bytes_limit(LIMIT).await.map_err(|error| match error {
        ReadBodyError::PayloadTooLarge => Problem::TooLarge,
        _ => Problem::Event("Send the whole body."),
    })?;
    let signed_id = platform.secret.verify(request.headers(), &body, now_ms.div_euclid(1000))?;
    let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if media_type.is_none_or(|value| value.split(';').next() != Some("application/cloudevents+json")) {
        return Err(Problem::MediaType);
    }
    let event = Event::read(&body)?;
    if event.id != signed_id {
        return Err(Problem::Event("Make the signed webhook-id the id of the event."));
    }
    let person = event.data.open(&platform.private_key)?;

    // Bound first: the lock must not live through an await.
    let failure = platform.behaviour().next_failure();
    let confirm_after = platform.behaviour().confirm_after;
    match failure {
        Some(Failure::Refuse) => return Err(Problem::Refused),
        Some(Failure::Error) => return Err(Problem::Broken),
        _ => {}
    }
    let row = NewRow {
        digest: event.data.digest(&person),
        message_id: &event.id,
        data: &event.data,
        person: &person,
        received_at_ms: now_ms,
        confirm_at_ms: now_ms.saturating_add(i64::try_from(confirm_after.as_millis()).unwrap_or(i64::MAX)),
        verdict: if failure == Some(Failure::Reject) { "rejected" } else { "confirmed" },
        callbacks: if failure == Some(Failure::Twice) { 2 } else { 1 },
    };
    match platform.ledger.record(row).await {
        Ok(Recorded::New | Recorded::Again) => {}
        Ok(Recorded::Changed) => return Err(Problem::Changed),
        Err(error) => {
            tracing::error!(%error, "ledger");
            return Err(Problem::Broken);
        }
    }
    platform.wake.notify_one();
    if failure == Some(Failure::Timeout) {
        tokio::time::sleep(FOREVER).await;
    }
    tracing::info!(message_id = event.id, "record taken");
    let answer = json!({ "message_id": event.id }).to_string();
    Ok((StatusCode::ACCEPTED, answer).with_content_type("application/json").into_response())
}
