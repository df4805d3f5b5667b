//! What must happen now and then even if nobody asks.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::{
    App, Result, attempts, codes, complaints, corrections, idempotency, passkeys, purge, requests, samples,
    sessions, stock,
};
use crate::verification;

/// Keeps house every `pause` until told to stop; ends what is under way first.
pub async fn run(app: App, pause: Duration, stop: CancellationToken) {
    if let Err(error) = complaints::catch_up(&app).await {
        tracing::error!(%error, what = "clocks", "housekeeping");
    }
    let mut round = interval(pause);
    round.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = round.tick() => tidy(&app).await,
        }
    }
}

/// One round. What fails is logged and left to the next round; the rest goes on.
pub async fn tidy(app: &App) {
    let log = |what: &str, done: Result<()>| {
        if let Err(error) = done {
            tracing::error!(%error, what, "housekeeping");
        }
    };
    log("requests", requests::keep_time(app).await);
    log("corrections", corrections::keep_time(app).await);
    log("complaints", complaints::keep_time(app).await);
    log("samples", samples::keep_time(app).await);
    log("tests", stock::keep_time(app).await);
    log("verifications", verification::expire_overdue(app).await);
    log("codes", codes::purge(app).await);
    log("vault", purge::sweep(app).await);
    if app.config.retention.automatic {
        log("purge", purge::purge(app, |_| ()).await.map(drop));
    }
    log("sessions", sessions::purge(app).await);
    log("challenges", passkeys::purge(app).await);
    log("attempts", attempts::purge(app).await);
    log("idempotency keys", idempotency::purge(app).await);
    app.limits.shrink();
}
