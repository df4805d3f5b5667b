//! Empties the outbox: claims messages by lease, delivers them, and writes down what came of it.
//!
//! A worker that dies keeps nothing but its leases, and those run out: the message is claimed again and the
//! platform tells the repetition by its id. Several workers may run at once, in one process or in many.

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret;
use tokio::{task::JoinSet, time::sleep};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    adapter::{Adapter, Incoming, Outcome},
    envelope::{self, Letter},
    schedule,
    signature::SecretError,
    standard::Standard,
};
use crate::{
    config::Oem,
    service::{
        App, Error, Result, corrections,
        requests::{delivery, platform_accepted},
    },
    store::Message,
};

/// Longest part of an answer that is read, in bytes.
const LONGEST_ANSWER: usize = 8 * 1024;
/// How long a connection may take to open.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How a worker works.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Between two looks into the outbox when nobody rings.
    pub poll: Duration,
    /// For one attempt, from connecting to the end of the answer.
    pub timeout: Duration,
    /// How long a claim lasts; well above `timeout`, or messages are sent twice without need.
    pub lease: Duration,
    /// Most messages under way at once.
    pub at_once: u64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(1),
            timeout: Duration::from_secs(10),
            lease: Duration::from_secs(60),
            at_once: 16,
        }
    }
}

/// Why a worker cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The secret that signs.
    #[error("oem.webhook_secret: {0}")]
    Secret(#[from] SecretError),
    /// The key that seals.
    #[error("oem.public_key is not 32 bytes in base64")]
    PublicKey,
    /// The address of the platform.
    #[error("oem.url is not an http or https address")]
    Url,
    /// The HTTP client.
    #[error("HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// Delivers messages to one platform.
pub struct Worker {
    app: App,
    adapter: Box<dyn Adapter>,
    http: reqwest::Client,
    pace: Pace,
    /// Name on its leases; another one in every process.
    name: String,
}

impl Worker {
    /// A worker for the platform of the configuration; `None` when there is no platform.
    ///
    /// # Errors
    /// A setting that cannot be used.
    pub fn configured(app: App) -> std::result::Result<Option<Self>, SetupError> {
        let Oem { url, webhook_secret, public_key, poll_ms, .. } = &app.config.oem;
        if url.is_empty() {
            return Ok(None);
        }
        let usable = reqwest::Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !usable {
            return Err(SetupError::Url);
        }
        let secrets = webhook_secret.expose_secret().parse()?;
        let key = envelope::public_key(public_key).ok_or(SetupError::PublicKey)?;
        let adapter = Standard::new(url, &app.config.http.public_url, secrets, key);
        let pace = Pace { poll: Duration::from_millis((*poll_ms).max(10)), ..Pace::default() };
        Ok(Some(Self::new(app, Box::new(adapter), pace)?))
    }

    /// A worker for any platform.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(app: App, adapter: Box<dyn Adapter>, pace: Pace) -> std::result::Result<Self, SetupError> {
        super::install_tls();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(pace.timeout)
            // A signed message goes where it was addressed, or nowhere.
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { app, adapter, http, pace, name: Uuid::new_v4().to_string() })
    }

    /// Works until told to stop, looking into the outbox when `app.wake` rings or `poll` is over; then ends what is under way (at most one `timeout`) and returns.
    pub async fn run(self, stop: CancellationToken) {
        let worker = Arc::new(self);
        while !stop.is_cancelled() {
            match Arc::clone(&worker).round().await {
                Ok(0) => {}
                Ok(_) => continue,
                Err(error) => tracing::error!(%error, "the outbox cannot be read"),
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = worker.app.wake.notified() => {}
                () = sleep(worker.pace.poll) => {}
            }
        }
    }

    /// Claims what is due and makes one attempt at each message; how many there were.
    ///
    /// # Errors
    /// The outbox cannot be read. What happens to single messages is written in the outbox and the log.
    pub async fn round(self: Arc<Self>) -> Result<usize> {
        let lease_ms = millis(self.pace.lease);
        let messages =
            self.app.store.outbox_claim(&self.name, self.app.now_ms(), lease_ms, self.pace.at_once).await?;
        let count = messages.len();
        let mut attempts = JoinSet::new();
        for message in messages {
            let worker = Arc::clone(&self);
            attempts.spawn(async move {
                // Left to its lease: it will be claimed again.
                if let Err(error) = worker.deliver(&message).await {
                    tracing::error!(message_id = %message.id, %error, "delivery not written down");
                }
            });
        }
        while let Some(ended) = attempts.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "delivery broke off");
            }
        }
        Ok(count)
    }

    /// One attempt at one message, and its record.
    async fn deliver(&self, message: &Message) -> Result<()> {
        let outcome = self.attempt(message).await?;
        let now_ms = self.app.now_ms();
        let attempt = u32::try_from(message.attempts).unwrap_or(0).saturating_add(1);
        let (reason, again) = match outcome {
            Outcome::Accepted => {
                tracing::info!(message_id = %message.id, attempt, "accepted by the platform");
                return platform_accepted(&self.app, message).await;
            }
            Outcome::Retry { reason, after } => (reason, schedule::wait(attempt, after, self.chance())),
            Outcome::Refused { reason } => (reason, None),
        };
        let tx = self.app.store.begin().await?;
        match again {
            Some(wait) => {
                tracing::warn!(message_id = %message.id, attempt, reason, wait_s = wait.as_secs(), "will try again");
                tx.outbox().retry(message, now_ms.saturating_add(millis(wait)), &reason).await?;
            }
            None => {
                tracing::error!(message_id = %message.id, attempt, reason, "given up until replayed");
                tx.outbox().dead(message, &reason).await?;
            }
        }
        Ok(tx.commit().await?)
    }

    /// Writes, sends, and reads the answer. An error means that our own database failed.
    async fn attempt(&self, message: &Message) -> Result<Outcome> {
        let refused = |reason: String| Ok(Outcome::Refused { reason });
        let tx = self.app.store.read().await?;
        let (about, vehicle) = (message.aggregate_id, message.vehicle_id);
        let delivery = match message.aggregate.as_str() {
            "request" => delivery(&tx, about, vehicle).await,
            corrections::AGGREGATE => corrections::delivery(&tx, about, vehicle).await,
            _ => return refused(format!("no dialect for {}", message.kind)),
        };
        let delivery = match delivery {
            Ok(delivery) => delivery,
            Err(Error::Refused(refusal)) => return refused(format!("record incomplete: {}", refusal.slug())),
            Err(error) => return Err(error),
        };
        // The transaction must not stay open while the platform thinks.
        drop(tx);

        let letter = Letter { message_id: message.id, approved_at_ms: message.created_at_ms, delivery };
        let outgoing = match self.adapter.encode(&letter, self.app.now_ms().div_euclid(1000)) {
            Ok(outgoing) => outgoing,
            Err(error) => return refused(error.to_string()),
        };
        let mut request = self.http.post(outgoing.url).body(outgoing.body);
        for (name, value) in outgoing.headers {
            request = request.header(name, value);
        }
        Ok(match self.answer(request).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome::Retry { reason: broken(&error).to_owned(), after: None },
        })
    }

    async fn answer(&self, request: reqwest::RequestBuilder) -> reqwest::Result<Outcome> {
        let mut response = request.send().await?;
        let mut body = Vec::new();
        while body.len() < LONGEST_ANSWER
            && let Some(chunk) = response.chunk().await?
        {
            body.extend_from_slice(&chunk);
        }
        body.truncate(LONGEST_ANSWER);
        let retry_after = response.headers().get(reqwest::header::RETRY_AFTER);
        let answer = Incoming {
            status: response.status().as_u16(),
            retry_after: retry_after.and_then(|value| value.to_str().ok()),
            body: &body,
        };
        Ok(self.adapter.decode(&answer, self.app.now_ms().div_euclid(1000)))
    }

    /// Uniform in 0..1.
    fn chance(&self) -> f64 {
        f64::from(self.app.below(1 << 20)) / f64::from(1 << 20)
    }
}

/// What kept an attempt from an answer, in words that fit a log; the error's own text may hold the address.
fn broken(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "connection broken"
    }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
