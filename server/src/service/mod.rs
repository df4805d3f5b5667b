//! Use cases. Each loads, asks the rules, writes and enqueues within one transaction.

use std::sync::Arc;

use chrono::Utc;
use hmac::digest::CtOutput;
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    authority::{self, Authority},
    config::Config,
    notify::{Gateway, Text, gateway},
    rules::{calendar::Calendar, policy::Wrong},
    store::{Actor, Entry, Store, StoreError, Tx},
    verification::Desk,
};

mod attempts;
pub mod audit;
pub mod clients;
pub mod codes;
pub mod complaints;
pub mod consents;
pub mod corrections;
mod expected;
pub mod faces;
pub mod housekeeping;
pub mod idempotency;
pub mod identity;
pub mod import;
pub mod keys;
mod limits;
pub mod lists;
pub mod live;
pub mod messages;
pub mod notices;
pub mod oidc;
pub mod owner;
pub mod passkeys;
pub mod passwords;
pub mod pdf;
pub(crate) mod picture;
pub mod policies;
pub mod purge;
pub(crate) mod record;
mod refusal;
pub mod requests;
pub mod reveals;
pub mod reviews;
pub mod samples;
pub mod seed;
pub mod sessions;
pub mod staff;
pub mod staff_sign_in;
pub mod stock;
pub mod supplementary;
mod text;
pub mod texts;
pub mod vitals;

pub use expected::Expected;
pub use limits::Limits;
pub use live::Live;

pub use refusal::{Error, Refusal, Result};

/// Tells the time, in Unix milliseconds.
pub trait Clock: Send + Sync {
    /// Now.
    fn now_ms(&self) -> i64;
}

/// Makes random bytes fit for secrets.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// The clock of the machine.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        Utc::now().timestamp_millis()
    }
}

/// The random source of the thread, seeded by the operating system.
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        rand::RngCore::fill_bytes(&mut rand::rng(), bytes);
    }
}

/// What every use case works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// The configuration.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The random source.
    pub entropy: Arc<dyn Entropy>,
    /// How texts reach people.
    pub gateway: Arc<dyn Gateway>,
    /// Who vouches for people, if anybody does.
    pub authority: Option<Arc<dyn Authority>>,
    /// Where reports are assessed.
    pub desk: Arc<Desk>,
    /// Who asked how often.
    pub limits: Arc<Limits>,
    /// Which time is working time.
    pub calendar: Arc<Calendar>,
    /// Rung after a commit that put something into the outbox.
    pub wake: Arc<Notify>,
    /// What happens to complaints, told to consoles.
    pub live: Arc<Live>,
}

/// Why the parts do not fit together.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// `notify.gateway` names none.
    #[error("notify.gateway: there is no gateway {0:?}")]
    Gateway(String),
    /// A policy has settings that cannot be.
    #[error(transparent)]
    Policy(#[from] Wrong),
    /// The rules of a policy were changed, its number was not.
    #[error("policy {0}: other rules were in use under this version; give the changed ones a new version")]
    PolicyChanged(u32),
    /// The office hours or the file of days off cannot be used.
    #[error("complaint.{0}")]
    Calendar(String),
    /// The outside authority cannot be asked.
    #[error(transparent)]
    Authority(#[from] authority::SetupError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Connects the parts, with the machine's clock and random source.
    ///
    /// # Errors
    /// [`SetupError`].
    pub async fn connect(config: Config) -> std::result::Result<Self, SetupError> {
        config.policy.check()?;
        let calendar = complaints::calendar(&config.complaint)?;
        let authority = authority::Http::configured(&config.authority)?;
        let name = &config.notify.gateway;
        let gateway = gateway(&config.notify).ok_or_else(|| SetupError::Gateway(name.clone()))?;
        Ok(Self {
            store: Store::connect(&config.database, &config.keys).await?,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            gateway: gateway.into(),
            authority: authority.map(|authority| Arc::new(authority) as Arc<dyn Authority>),
            desk: Arc::new(Desk::new(config.verification.concurrency)),
            limits: Arc::new(Limits::new(&config)),
            calendar: Arc::new(calendar),
            wake: Arc::default(),
            live: Arc::default(),
            config: Arc::new(config),
        })
    }

    /// Now, in Unix milliseconds.
    pub fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// A fresh UUIDv7.
    pub fn id(&self) -> Uuid {
        let millis = u64::try_from(self.now_ms()).unwrap_or_default();
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }

    /// A fresh bearer secret: 32 random bytes in URL-safe base64.
    pub fn token(&self) -> String {
        use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
        BASE64_URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }

    /// A number below `bound`, every one equally likely.
    pub fn below(&self, bound: u32) -> u32 {
        // Values at the ragged end would make small numbers likelier.
        let whole = u32::MAX - u32::MAX % bound.max(1);
        loop {
            let value = u32::from_le_bytes(self.bytes());
            if value < whole {
                return value % bound.max(1);
            }
        }
    }

    /// Writes down who did what to which record (its kind and id), in the transaction that did it.
    pub(crate) fn audit(
        &self,
        tx: &Tx,
        actor: Actor,
        action: &str,
        (subject_kind, subject_id): (&str, Uuid),
        detail: Option<&str>,
    ) {
        let entry = Entry { actor, action, subject_kind, subject_id, detail };
        tx.audit().record(entry, self.now_ms());
    }

    /// Sends a text to a person, if and only if the transaction commits.
    pub(crate) async fn tell(&self, tx: &Tx, phone: &str, told: &str) -> Result<()> {
        let body = format!("【车主认证】{told}");
        Ok(self.gateway.send(tx, Text { id: self.id(), phone, body: &body }, self.now_ms()).await?)
    }

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

/// Compares in constant time.
fn same(a: &[u8], b: &[u8]) -> bool {
    CtOutput::<Sha256>::new(Sha256::digest(a)) == CtOutput::new(Sha256::digest(b))
}
