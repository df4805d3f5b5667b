//! The reference OEM platform: a real receiver with its own database, its own checks and its own keys.
//!
//! It shares no code with the server on purpose: what the server sends must hold against an independent
//! reading of the contract. It checks signature, time window, CloudEvents shape and the well-formedness of
//! vehicle, cards and person, opens the sealed box, keeps one ledger row per message, answers 202, and later
//! calls back with a signature of its own.
//!
//! | Request | Answer |
//! |---|---|
//! | `POST /v1/records` | 202 `{message_id}`, or a problem (RFC 9457) |
//! | `GET /ledger` | the ledger as JSON, personal data masked |
//! | `GET /` | the ledger as a page |
//! | `GET /healthz` | 200 |

mod callback;
mod event;
mod format;
mod ledger;
mod page;
mod problem;
mod records;
mod webhook;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use anyhow::Context as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use crypto_box::{SecretKey, aead::OsRng};
use poem::{
    Endpoint, EndpointExt, Route, Server, get, handler,
    listener::{Acceptor as _, Listener as _, TcpListener},
    post,
    web::{Data, Json},
};
use serde::Serialize;
use tokio::{sync::Notify, task::JoinHandle};

pub use crate::ledger::Row;
use crate::{ledger::Ledger, webhook::Secret};

/// Our clock: Unix milliseconds.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What the platform needs to start.
pub struct Config {
    /// Address to listen on; port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The SQLite file of the ledger, created when missing.
    pub database: PathBuf,
    /// The secret (`whsec_…`) the server signs deliveries with.
    pub secret: String,
    /// The secret (`whsec_…`) this platform signs callbacks with.
    pub callback_secret: String,
    /// The X25519 private key personal data is sealed to, 32 bytes in base64.
    pub private_key: String,
    /// How it behaves.
    pub behaviour: Behaviour,
    /// The time.
    pub clock: Clock,
}

/// How the platform behaves; can change while it runs.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    /// Where confirmations go; without it they wait.
    pub callback_url: Option<String>,
    /// How long after a record was accepted it is confirmed.
    pub confirm_after: Duration,
    /// What goes wrong.
    pub failure: Option<Failure>,
    /// How many more deliveries it goes wrong for; `None` for all.
    pub failures_left: Option<u32>,
}

/// A way for a platform to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Failure {
    /// Answers 422 to every record.
    Refuse,
    /// Answers 500 to every record.
    #[value(name = "500")]
    Error,
    /// Keeps the record, and never answers.
    Timeout,
    /// Confirms every record twice.
    Twice,
    /// Accepts every record, and rejects it by callback.
    Reject,
}

impl Behaviour {
    /// The failure that applies to the delivery at hand; counts it.
    fn next_failure(&mut self) -> Option<Failure> {
        match &mut self.failures_left {
            Some(0) => None,
            Some(left) => {
                *left -= 1;
                self.failure
            }
            None => self.failure,
        }
    }
}

/// A fresh set of keys for one platform.
#[derive(Debug, Serialize)]
pub struct Keys {
    /// For the platform: opens the sealed personal data.
    pub private_key: String,
    /// For the server: seals the personal data.
    pub public_key: String,
    /// For both: signs deliveries.
    pub secret: String,
    /// For both: signs callbacks.
    pub callback_secret: String,
}

impl Keys {
    /// Draws all keys from the system's random source.
    pub fn generate() -> Self {
        let key = SecretKey::generate(&mut OsRng);
        // The bytes of a fresh private key are 32 random bytes: as good a secret as any.
        let secret =
            || format!("whsec_{}", BASE64_STANDARD.encode(SecretKey::generate(&mut OsRng).to_bytes()));
        Self {
            private_key: BASE64_STANDARD.encode(key.to_bytes()),
            public_key: BASE64_STANDARD.encode(key.public_key().as_bytes()),
            secret: secret(),
            callback_secret: secret(),
        }
    }
}

/// What all parts of the running platform share.
struct Platform {
    ledger: Ledger,
    secret: Secret,
    callback_secret: Secret,
    private_key: SecretKey,
    behaviour: Mutex<Behaviour>,
    clock: Clock,
    /// Rung when there may be something to confirm.
    wake: Notify,
}

impl Platform {
    fn now_ms(&self) -> i64 {
        (self.clock)()
    }

    fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A platform at work. Dropping it stops it at once; [`Running::stop`] lets requests in flight end.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    platform: Arc<Platform>,
    stop: Arc<Notify>,
    server: JoinHandle<std::io::Result<()>>,
    confirmer: JoinHandle<()>,
}

impl Running {
    /// Its base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Changes how it behaves from now on.
    pub fn behave(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.platform.behaviour());
        self.platform.wake.notify_one();
    }

    /// The ledger, oldest row first.
    ///
    /// # Errors
    /// When its database cannot be read.
    pub async fn ledger(&self) -> anyhow::Result<Vec<Row>> {
        Ok(self.platform.ledger.rows().await?)
    }

    /// Stops it, giving requests in flight a second to end.
    ///
    /// # Errors
    /// When the server had failed.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.stop.notify_one();
        (&mut self.server).await??;
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.server.abort();
        self.confirmer.abort();
    }
}

/// Starts the platform in this process.
///
/// # Errors
/// A key that cannot be read, a database that cannot be opened, an address that is taken.
pub async fn start(config: Config) -> anyhow::Result<Running> {
    webhook::install_tls();
    let private_key = BASE64_STANDARD.decode(config.private_key.trim()).context("private key: not base64")?;
    let platform = Arc::new(Platform {
        ledger: Ledger::open(&config.database).await.context("ledger")?,
        secret: config.secret.parse().context("secret")?,
        callback_secret: config.callback_secret.parse().context("callback secret")?,
        private_key: SecretKey::from_slice(&private_key).context("private key: not 32 bytes")?,
        behaviour: Mutex::new(config.behaviour),
        clock: config.clock,
        wake: Notify::new(),
    });

    let acceptor = TcpListener::bind(config.listen).into_acceptor().await.context("listen")?;
    let addr = acceptor
        .local_addr()
        .first()
        .and_then(|addr| addr.as_socket_addr().copied())
        .context("listen: no local address")?;
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let server = Server::new_with_acceptor(acceptor).run_with_graceful_shutdown(
        routes(Arc::clone(&platform)),
        async move { stopped.notified().await },
        Some(Duration::from_secs(1)),
    );
    Ok(Running {
        addr,
        server: tokio::spawn(server),
        confirmer: tokio::spawn(callback::run(Arc::clone(&platform))),
        platform,
        stop,
    })
}

fn routes(platform: Arc<Platform>) -> impl Endpoint {
    Route::new()
        .at("/v1/records", post(records::receive))
        .at("/ledger", get(ledger_json))
        .at("/", get(page::page))
        .at("/style.css", get(page::style))
        .at("/healthz", get(healthz))
        .data(platform)
}

#[handler]
async fn ledger_json(platform: Data<&Arc<Platform>>) -> poem::Result<Json<Vec<Row>>> {
    let rows = platform.ledger.rows().await.map_err(poem::error::InternalServerError)?;
    Ok(Json(rows))
}

#[handler]
fn healthz() -> &'static str {
    "ok"
}
