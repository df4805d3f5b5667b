//! `Idempotency-Key`: a POST repeated under the same key gets the first answer again.

use std::sync::Arc;

use poem::{
    Endpoint, Request, Response, Result,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
};
use tracing::Instrument;

use super::problem;
use crate::{
    service::{
        App, Refusal,
        idempotency::{Attempt, Begun, begin, finish},
    },
    store::Answer,
};

/// Names the key.
pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer is a repeated one.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// Runs a request unless its key has an answer. Once begun it runs to its end, even if the client has left: that is
/// when a client repeats.
pub(super) async fn once<E: Endpoint<Output = Response> + 'static>(
    next: Arc<E>,
    mut request: Request,
) -> Result<Response> {
    let app = request.data::<App>().ok_or_else(|| problem::error(Refusal::Internal))?.clone();
    let Some(token) = bearer(request.headers()).filter(|_| *request.method() == Method::POST) else {
        return next.call(request).await;
    };
    let token = token.to_owned();
    let Some(key) = request.headers().get(KEY).cloned() else {
        return if app.config.http.require_idempotency_key {
            Err(problem::error(Refusal::IdempotencyKeyMissing))
        } else {
            next.call(request).await
        };
    };
    let body = request.take_body().into_bytes().await?;
    request.set_body(body.clone());
    let attempt = Attempt {
        token: &token,
        key: key.to_str().unwrap_or_default(),
        operation: &request.uri().to_string(),
        body: &body,
    };
    match begin(&app, attempt).await.map_err(problem::error)? {
        Begun::Stranger => next.call(request).await,
        Begun::Repeated(answer) => Ok(repeated(answer)),
        Begun::First(id) => {
            let work = async move {
                let mut result = next.call(request).await;
                let answer = match &mut result {
                    Ok(response) if response.status().is_success() && !is_file(response) => {
                        Some(copied(response).await?)
                    }
                    _ => None,
                };
                if let Err(error) = finish(&app, id, answer).await {
                    tracing::error!(%error, "an answer could not be kept for repeats");
                }
                result
            };
            let done = tokio::spawn(work.in_current_span()).await;
            done.unwrap_or_else(|_| Err(problem::error(Refusal::Internal)))
        }
    }
}

/// Files of personal data are not kept a second time: a repeat makes them again.
fn is_file(response: &Response) -> bool {
    response.headers().contains_key(header::CONTENT_DISPOSITION)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

/// What is kept of a response, whose body is put back.
async fn copied(response: &mut Response) -> Result<Answer> {
    let body = response.take_body().into_bytes().await?;
    response.set_body(body.clone());
    let text = |name| {
        response.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::to_owned)
    };
    Ok(Answer {
        status: response.status().as_u16(),
        content_type: text(header::CONTENT_TYPE),
        etag: text(header::ETAG),
        body: body.into(),
    })
}

fn repeated(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = Response::builder().status(status).header(REPLAYED, "true");
    for (name, value) in [(header::CONTENT_TYPE, answer.content_type), (header::ETAG, answer.etag)] {
        if let Some(value) = value {
            response = response.header(name, value);
        }
    }
    response.body(answer.body)
}
