//! Use cases. Each loads, asks the rules, writes and enqueues within one transaction.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use uuid::Uuid;

use crate::{config::Config, store::Store};

mod refusal;
pub mod transfers;

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
}

impl App {
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

    fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.entropy.fill(&mut bytes);
        bytes
    }
}

/// Unix milliseconds as RFC 3339 in UTC.
pub fn rfc3339(ms: i64) -> String {
    DateTime::from_timestamp_millis(ms).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}
