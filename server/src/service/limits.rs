//! Rate limits, kept in memory: they slow guessing down, the rules in the database decide.

use std::{hash::Hash, net::IpAddr, num::NonZeroU32, time::Duration};

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock, clock::DefaultClock};
use uuid::Uuid;

use super::{Error, Refusal, Result};
use crate::config::Config;

/// Who asked how often.
pub struct Limits {
    address: DefaultKeyedRateLimiter<IpAddr>,
    phone: DefaultKeyedRateLimiter<Vec<u8>>,
    account: DefaultKeyedRateLimiter<Uuid>,
}

impl Limits {
    /// Limits as configured; a limit of 0 counts as 1.
    pub fn new(config: &Config) -> Self {
        let at_least_one = |count| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
        let sign_in = &config.sign_in;
        Self {
            address: RateLimiter::keyed(Quota::per_minute(at_least_one(sign_in.per_address_per_minute))),
            phone: RateLimiter::keyed(Quota::per_hour(at_least_one(sign_in.per_phone_per_hour))),
            account: RateLimiter::keyed(Quota::per_hour(at_least_one(
                config.verification.per_account_per_hour,
            ))),
        }
    }

    /// Counts a request without a token.
    ///
    /// # Errors
    /// [`Refusal::TooMany`], as for all of them.
    pub fn address(&self, address: IpAddr) -> Result<()> {
        count(&self.address, &address)
    }

    /// Counts a code for a phone, given by its blind index.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub fn phone(&self, index: &Vec<u8>) -> Result<()> {
        count(&self.phone, index)
    }

    /// Counts a verification asked for by an account.
    ///
    /// # Errors
    /// [`Refusal::TooMany`].
    pub fn account(&self, account: Uuid) -> Result<()> {
        count(&self.account, &account)
    }

    /// Forgets everyone whose count is back at zero.
    pub fn shrink(&self) {
        self.address.retain_recent();
        self.phone.retain_recent();
        self.account.retain_recent();
    }
}

fn count<K: Clone + Eq + Hash>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<()> {
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now()) + Duration::from_millis(999);
        Error::Later { refusal: Refusal::TooMany, retry_after_s: wait.as_secs().max(1) }
    })
}
