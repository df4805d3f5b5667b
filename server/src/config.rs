//! The one place for configuration.
//!
//! Defaults, then the TOML file given by `--config` (by default `ownerproof.toml`, if it is there), then the
//! environment: `OWNERPROOF_DATABASE__URL` sets `database.url` (values are read as TOML where they parse, so quote
//! a password made of digits: `'"12345678"'`). Secrets are never printed.

use std::path::{Path, PathBuf};

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use secrecy::SecretString;
use serde::Deserialize;
use verify::challenge::Step;

use crate::rules::rights::Role;

/// Everything that can be set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens and what it is called.
    pub http: Http,
    /// Where data is kept.
    pub database: Database,
    /// Folders served or loaded.
    pub files: Files,
    /// Keys of stored data.
    pub keys: Keys,
    /// The OEM platform.
    pub oem: Oem,
    /// How a person is verified.
    pub verification: Verification,
    /// How a request runs.
    pub transfer: Transfer,
    /// How a claim of a vehicle whose owner cannot be reached runs.
    pub claim: Claim,
    /// How service ends.
    pub cancellation: Cancellation,
    /// How records are sampled, and people told to register.
    pub sampling: Sampling,
    /// Signing in.
    pub sign_in: SignIn,
    /// How texts reach people.
    pub notify: Notify,
    /// Manual review.
    pub review: Review,
    /// The first member of staff, created when missing.
    pub staff_seed: StaffSeed,
}

/// Where the server listens and what it is called.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port; port 0 takes a free one.
    pub listen: String,
    /// The address people and the OEM platform reach us under, without a final slash.
    pub public_url: String,
    /// Take the client's address from `X-Forwarded-For`: only behind a proxy that overwrites it.
    pub trust_proxy: bool,
    /// Seconds given to open requests when the server is told to stop.
    pub shutdown_s: u64,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: "http://localhost:8080".into(),
            trust_proxy: false,
            shutdown_s: 20,
        }
    }
}

/// Where data is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://FILE?mode=rwc` or `postgres://…`. May hold a password.
    pub url: SecretString,
    /// Most connections held at once.
    pub max_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: "sqlite://var/ownerproof.sqlite?mode=rwc".into(), max_connections: 8 }
    }
}

/// Folders served or loaded. One that is missing is simply not served.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// Networks and `models.json`, as `cargo xtask models` writes them.
    pub models: PathBuf,
    /// The built owner app.
    pub owner: PathBuf,
    /// The built console app.
    pub console: PathBuf,
    /// The built WebAssembly engine.
    pub engine: PathBuf,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            models: "models/build".into(),
            owner: "web-demo/dist/owner".into(),
            console: "web-demo/dist/console".into(),
            engine: "web-demo/packages/verify-element/engine".into(),
        }
    }
}

/// Keys of stored data. `ownerproof keys generate` prints a fresh set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// Column keys, newest first: the first one seals, all of them open.
    pub column: Vec<ColumnKey>,
    /// 32 bytes in base64. Changing it makes stored people unfindable: rebuild the indexes first.
    pub blind_index: SecretString,
}

/// One column key.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnKey {
    /// Stored in front of each value it sealed; 1 to 255 bytes.
    pub id: String,
    /// 32 bytes in base64.
    pub secret: SecretString,
}

/// The OEM platform.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oem {
    /// Base address of the platform, without a final slash. Empty: nothing is delivered, messages wait.
    pub url: String,
    /// Secret that signs what we send (Standard Webhooks: base64, with or without `whsec_`).
    pub webhook_secret: SecretString,
    /// Secret that signs the platform's callbacks, same form.
    pub callback_secret: SecretString,
    /// The platform's X25519 public key, 32 bytes in base64: personal data is sealed to it.
    pub public_key: String,
    /// Milliseconds between looks into the outbox.
    pub poll_ms: u64,
}

impl Default for Oem {
    fn default() -> Self {
        Self {
            url: String::new(),
            webhook_secret: SecretString::default(),
            callback_secret: SecretString::default(),
            public_key: String::new(),
            poll_ms: 1_000,
        }
    }
}

/// How a person is verified. Raise `policy_version` with every change: each verdict records it.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Verification {
    /// Stored with each verdict.
    pub policy_version: u32,
    /// The steps a challenge is drawn from.
    pub step_pool: Vec<Step>,
    /// How many different steps a challenge has; at most the size of the pool.
    pub steps_per_challenge: usize,
    /// Milliseconds the person has for one step.
    pub step_timeout_ms: u32,
    /// Seconds from the challenge to the latest moment its report is taken.
    pub ttl_s: u64,
    /// Failures within `lockout_window_s` that lock one account for one document.
    pub lockout_failures: usize,
    /// Seconds in which failures are counted.
    pub lockout_window_s: u64,
    /// Seconds a lock lasts.
    pub lockout_s: u64,
    /// Challenges one account may start in 24 hours.
    pub daily_cap: u64,
    /// Verifications one account may ask for per hour, counting those refused for a wrong document.
    pub per_account_per_hour: u32,
    /// Pass a report without pictures on the device's word. Off: such a report goes to manual review.
    pub accept_device_only: bool,
    /// Reports assessed at the same time; each takes one core for seconds.
    pub concurrency: usize,
}

impl Default for Verification {
    fn default() -> Self {
        Self {
            policy_version: 1,
            step_pool: Step::ALL.to_vec(),
            steps_per_challenge: 3,
            step_timeout_ms: 10_000,
            ttl_s: 300,
            lockout_failures: 5,
            lockout_window_s: 180,
            lockout_s: 1_800,
            daily_cap: 30,
            per_account_per_hour: 30,
            accept_device_only: false,
            concurrency: 1,
        }
    }
}

/// How a request runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Transfer {
    /// Days from the start until an unfinished request expires.
    pub ttl_days: u32,
    /// Cards one person may hold at one carrier before the carrier's shop must take over (Art 11).
    pub card_limit: usize,
}

impl Default for Transfer {
    fn default() -> Self {
        Self { ttl_days: 7, card_limit: 10 }
    }
}

/// How a claim runs.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Claim {
    /// Days the owner on record has to answer before staff decide without.
    pub silence_days: u32,
}

impl Default for Claim {
    fn default() -> Self {
        Self { silence_days: 15 }
    }
}

/// How records are sampled (Art 10), and people told to register (Art 22).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sampling {
    /// Days to put a record right before its cards keep emergency calls only.
    pub rectify_days: u32,
    /// Days the link of a notice works.
    pub notice_days: u32,
}

impl Default for Sampling {
    fn default() -> Self {
        Self { rectify_days: 30, notice_days: 90 }
    }
}

/// How service ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cancellation {
    /// Days from the platform's confirmation, when the cards become emergency-only, until they are closed.
    pub close_after_days: u32,
}

impl Default for Cancellation {
    fn default() -> Self {
        Self { close_after_days: 30 }
    }
}

/// Signing in.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// Seconds a one-time code works.
    pub code_ttl_s: u64,
    /// Seconds before another code goes to the same phone.
    pub resend_s: u64,
    /// Wrong guesses that use up a code.
    pub code_attempts: i32,
    /// Hours an owner stays signed in.
    pub owner_hours: u32,
    /// Hours a member of staff stays signed in.
    pub staff_hours: u32,
    /// Requests one client address may make per minute to the operations that need no token.
    pub per_address_per_minute: u32,
    /// Codes one phone may ask for per hour.
    pub per_phone_per_hour: u32,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            code_ttl_s: 300,
            resend_s: 60,
            code_attempts: 5,
            owner_hours: 12,
            staff_hours: 8,
            per_address_per_minute: 60,
            per_phone_per_hour: 10,
        }
    }
}

/// How texts reach people.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notify {
    /// `message_centre` keeps texts where staff can read them; there is no other yet.
    pub gateway: String,
}

impl Default for Notify {
    fn default() -> Self {
        Self { gateway: "message_centre".into() }
    }
}

/// Manual review.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Review {
    /// Hours within which someone looks; shown to the person who waits.
    pub due_hours: u32,
    /// Two people must agree to let someone pass.
    pub two_people: bool,
}

impl Default for Review {
    fn default() -> Self {
        Self { due_hours: 24, two_people: false }
    }
}

/// The first member of staff, created when missing. An empty password creates nobody.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StaffSeed {
    /// Sign-in name.
    pub username: String,
    /// Password, 8 characters or more.
    pub password: SecretString,
    /// `handler`, `reviewer`, `supervisor`, `auditor`, `administrator`: any of them.
    pub roles: Vec<Role>,
}

impl Default for StaffSeed {
    fn default() -> Self {
        Self { username: "admin".into(), password: SecretString::default(), roles: vec![Role::Administrator] }
    }
}

impl Config {
    /// Reads the file (if any) and the environment.
    ///
    /// # Errors
    /// Names the setting that is unknown or of the wrong type.
    pub fn load(file: Option<&Path>) -> Result<Self, Box<figment::Error>> {
        let toml = match file {
            Some(path) => Toml::file_exact(path),
            None => Toml::file("ownerproof.toml"),
        };
        Figment::new()
            .merge(toml)
            .merge(Env::prefixed("OWNERPROOF_").filter(|key| key.as_str().contains("__")).split("__"))
            .extract()
            .map_err(Box::new)
    }
}
