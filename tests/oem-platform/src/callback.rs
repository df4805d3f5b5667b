//! Confirms records to the server: one at a time, in order of time, each a few times.
//!
//! What is due lives in the ledger, so a platform that was stopped goes on where it ended.

use std::{sync::Arc, time::Duration};

use chrono::DateTime;
use serde_json::json;
use tokio::time::sleep;

use crate::{Platform, ledger::Due};

/// Wait after the first failed callback, the second, and so on; then the platform gives up.
const WAITS: [Duration; 7] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_secs(60),
    Duration::from_secs(120),
];
/// How long one callback may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// How long to leave a broken database alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Confirms until it is aborted.
pub async fn run(platform: Arc<Platform>) {
    let http = match reqwest::Client::builder().timeout(TIMEOUT).build() {
        Ok(http) => http,
        Err(error) => return tracing::error!(%error, "no HTTP client: nothing will be confirmed"),
    };
    loop {
        let url = platform.behaviour().callback_url.clone();
        let next = platform.ledger.next_callback().await;
        let (url, due) = match (url, next) {
            (Some(url), Ok(Some(due))) => (url, due),
            (_, Err(error)) => {
                tracing::error!(%error, "ledger");
                sleep(PAUSE).await;
                continue;
            }
            _ => {
                platform.wake.notified().await;
                continue;
            }
        };
        let wait_ms = u64::try_from(due.due_ms.saturating_sub(platform.now_ms())).unwrap_or(0);
        if wait_ms > 0 {
            tokio::select! {
                () = sleep(Duration::from_millis(wait_ms)) => {}
                () = platform.wake.notified() => {}
            }
            continue;
        }
        let taken = call_back(&platform, &http, &url, &due).await;
        let written = if taken {
            platform.ledger.called_back(&due.message_id).await
        } else {
            let wait = usize::try_from(due.attempts).ok().and_then(|attempts| WAITS.get(attempts));
            let again = wait.map(|wait| platform.now_ms().saturating_add(wait.as_millis() as i64));
            platform.ledger.not_called_back(&due.message_id, again).await
        };
        if let Err(error) = written {
            tracing::error!(%error, "ledger");
            sleep(PAUSE).await;
        }
    }
}

/// One attempt; true when the server took it.
async fn call_back(platform: &Platform, http: &reqwest::Client, url: &str, due: &Due) -> bool {
    let now_ms = platform.now_ms();
    let body = json!({
        "message_id": due.message_id,
        "request_id": due.request_id,
        "vin": due.vin,
        "status": due.verdict,
        "reason": (due.verdict == "rejected").then_some("the platform was told to reject"),
        "at": DateTime::from_timestamp_millis(now_ms).unwrap_or_default().to_rfc3339(),
    })
    .to_string();
    // The id of the callback stays the same over its attempts, so that the server can tell repetitions.
    let id = format!("{}-{}", due.verdict, due.message_id);
    let timestamp_s = now_ms.div_euclid(1000);
    let answer = http
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-signature", platform.callback_secret.sign(&id, timestamp_s, body.as_bytes()))
        .header("webhook-timestamp", timestamp_s)
        .header("webhook-id", id)
        .body(body)
        .send()
        .await;
    match answer {
        Ok(answer) if answer.status().is_success() => {
            tracing::info!(message_id = due.message_id, verdict = due.verdict, "called back");
            true
        }
        Ok(answer) => {
            tracing::warn!(
                message_id = due.message_id,
                status = answer.status().as_u16(),
                "callback refused"
            );
            false
        }
        Err(error) => {
            tracing::warn!(message_id = due.message_id, error = %error.without_url(), "callback not delivered");
            false
        }
    }
}
