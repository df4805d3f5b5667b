//! The one place for configuration.
//!
//! Defaults, then the TOML file given by `--config` (by default `ownerproof.toml`, if it is there), then the
//! environment: `OWNERPROOF_DATABASE__URL` sets `database.url` (values are read as TOML where they parse, so quote
//! a password made of digits: `'"12345678"'`). `OWNERPROOF_POLICY` sets the list of policies:
//! `[{challenge = {steps = 2}}]`. Secrets are never printed.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    providers::{Env, Format, Toml},
};
use secrecy::SecretString;
use serde::Deserialize;
use verify::document::NumberRange;

use crate::rules::{
    calendar::Office,
    complaint::{self, clocks},
    policy::Policies,
    rights::Role,
    sign_in::SecondFactor,
};

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
    /// The work of verifying.
    pub verification: Verification,
    /// What must be proved, and how: one or several versions, `[[policy]]`.
    pub policy: Policies,
    /// The outside authority that vouches for people.
    pub authority: Authority,
    /// Cards.
    pub card: Card,
    /// How a request runs.
    pub transfer: Transfer,
    /// How a claim of a vehicle whose owner cannot be reached runs.
    pub claim: Claim,
    /// How service ends.
    pub cancellation: Cancellation,
    /// How complaints run.
    pub complaint: Complaint,
    /// How records are sampled, and people told to register.
    pub sampling: Sampling,
    /// Signing in.
    pub sign_in: SignIn,
    /// How texts reach people.
    pub notify: Notify,
    /// Manual review.
    pub review: Review,
    /// What the server tells those who run it.
    pub telemetry: Telemetry,
    /// Looks at personal data, and how many faces are held.
    pub privacy: Privacy,
    /// How long what is held is kept.
    pub retention: Retention,
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
    /// Refuse a POST of somebody signed in that brings no `Idempotency-Key`.
    pub require_idempotency_key: bool,
}

impl Default for Http {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            public_url: "http://localhost:8080".into(),
            trust_proxy: false,
            shutdown_s: 20,
            require_idempotency_key: false,
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

/// Keys of stored data. `ownerproof keys generate` prints a fresh set; `docs/privacy.md` says how to change them.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// Column keys, newest first: the first one seals, all of them open.
    pub column: Vec<ColumnKey>,
    /// 32 bytes in base64. It stays for the life of an installation: another one makes stored people unfindable.
    pub blind_index: SecretString,
    /// 32 bytes in base64. Chains the audit, so that who can write the database cannot rewrite its history. It stays
    /// for the life of an installation.
    pub audit: SecretString,
    /// The database that holds the keys of single pieces of evidence: `sqlite://FILE?mode=rwc` or `postgres://…`. Another one
    /// than `database.url`, and left out of its backups: what is deleted here cannot be read from any of them.
    pub vault: SecretString,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            column: Vec::new(),
            blind_index: SecretString::default(),
            audit: SecretString::default(),
            vault: "sqlite://var/vault.sqlite?mode=rwc".into(),
        }
    }
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

/// The work of verifying; what decides is the [`policy`](Config::policy).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Verification {
    /// Verifications one account may ask for per hour, counting those refused for a wrong document.
    pub per_account_per_hour: u32,
    /// Reports assessed at the same time; each takes one core for seconds.
    pub concurrency: usize,
}

impl Default for Verification {
    fn default() -> Self {
        Self { per_account_per_hour: 30, concurrency: 1 }
    }
}

/// The outside authority that vouches for people (网号, 网证, ID photo service).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authority {
    /// Base address, without a final slash. Empty: this way is closed.
    pub url: String,
    /// Secret that signs what we ask (Standard Webhooks: base64, with or without `whsec_`).
    pub request_secret: SecretString,
    /// Secret that signs the authority's answers, same form.
    pub answer_secret: SecretString,
}

/// Cards.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Card {
    /// Ranges of numbers dedicated to cards of vehicles; they change (Art 15). The first one that fits names the
    /// carrier where the ICCID does not.
    pub number_ranges: Vec<NumberRange>,
}

impl Default for Card {
    fn default() -> Self {
        Self { number_ranges: NumberRange::known() }
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

/// How complaints run (Art 21).
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Complaint {
    /// Kinds whose answer a second person must agree to.
    pub second_approval: Vec<complaint::Kind>,
    /// Days after the answer or the end in which the person can reopen it.
    pub reopen_days: u32,
    /// Days after its end in which its phone number still finds it: numbers are given to other people.
    pub visible_days: u32,
    /// Complaints one phone may file in 24 hours.
    pub per_phone_per_day: u64,
    /// Milliseconds between two looks for what other server processes did, 50 to 900: consoles learn of it then.
    pub live_poll_ms: u64,
    /// Seconds between two signs of life to a console; a session that ended loses the live feed by then. 1 to 30.
    pub live_heartbeat_s: u64,
    /// When people are at work.
    pub office: Office,
    /// A file like `server/calendars/cn.toml`, if the one this program was built with is too old. Read at the start.
    pub calendar: Option<PathBuf>,
    /// How long things may take.
    pub target: Target,
    /// For these kinds, instead of `target`.
    pub targets: BTreeMap<complaint::Kind, Target>,
    /// Calendar days between the warning and the last day for an answer by law.
    pub warn_days: u32,
    /// Percentage of a target's working time that is used up when staff are warned, 1 to 99.
    pub warn_percent: u8,
    /// Days after an answer in which the person says nothing, until the complaint closes by itself.
    pub close_days: u32,
}

/// How long things may take, in working time. The 15 calendar days of the law are no setting.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// Minutes until the first words of staff; no such target, if not given.
    pub first_response_minutes: Option<u32>,
    /// Minutes until the answer; no such target, if not given.
    pub resolution_minutes: Option<u32>,
}

impl Complaint {
    /// What counts for complaints of this kind.
    pub fn targets(&self, kind: complaint::Kind) -> clocks::Targets {
        let target = self.targets.get(&kind).unwrap_or(&self.target);
        let ms = |minutes: Option<u32>| minutes.map(|minutes| i64::from(minutes) * 60_000);
        clocks::Targets {
            first_response_ms: ms(target.first_response_minutes),
            resolution_ms: ms(target.resolution_minutes),
            warn_days: self.warn_days,
            warn_percent: self.warn_percent.clamp(1, 99),
            close_days: self.close_days,
        }
    }
}

impl Default for Complaint {
    fn default() -> Self {
        use complaint::Kind;
        Self {
            second_approval: vec![Kind::RegisteredWithoutKnowledge, Kind::PersonalData, Kind::Staff],
            reopen_days: 30,
            visible_days: 180,
            per_phone_per_day: 10,
            live_poll_ms: 400,
            live_heartbeat_s: 15,
            office: Office::default(),
            calendar: None,
            // Four hours; five days of eight.
            target: Target { first_response_minutes: Some(240), resolution_minutes: Some(2400) },
            targets: BTreeMap::new(),
            warn_days: 3,
            warn_percent: 75,
            close_days: 7,
        }
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
    /// Minutes after which an owner who does nothing is signed out.
    pub owner_idle_minutes: u32,
    /// Minutes after which a member of staff who does nothing is signed out.
    pub staff_idle_minutes: u32,
    /// Minutes a token of an OEM's system works.
    pub client_minutes: u32,
    /// Failed sign-ins of staff under one name within `lockout_window_s` that lock the name.
    pub lockout_failures: usize,
    /// Seconds in which failures are counted.
    pub lockout_window_s: u64,
    /// Seconds a lock lasts.
    pub lockout_s: u64,
    /// `required` of all staff, or `when_enrolled`: only of those who have one. The latter is for demonstrations.
    pub staff_second_factor: SecondFactor,
    /// Staff sign in at the OEM's own identity provider.
    pub oidc: Oidc,
}

/// Staff sign in at the OEM's own identity provider (OpenID Connect). It answers for their second factor.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// Issuer, exactly as the provider writes it. Empty: off.
    pub issuer: String,
    /// What the provider calls us. `http.public_url` + `/console/` is where it sends people back to.
    pub client_id: String,
    /// Our secret there; empty for a public client.
    pub client_secret: SecretString,
    /// Scopes to ask for, with spaces between.
    pub scopes: String,
    /// The claim of the ID token that gives roles: a list of texts, or one text with spaces between.
    pub roles_claim: String,
    /// For each role the values of that claim that give it. Who has none is refused.
    pub roles: BTreeMap<Role, Vec<String>>,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            client_id: String::new(),
            client_secret: SecretString::default(),
            scopes: "openid profile".into(),
            roles_claim: "groups".into(),
            roles: BTreeMap::new(),
        }
    }
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
            owner_idle_minutes: 120,
            staff_idle_minutes: 60,
            client_minutes: 15,
            lockout_failures: 5,
            lockout_window_s: 900,
            lockout_s: 900,
            staff_second_factor: SecondFactor::Required,
            oidc: Oidc::default(),
        }
    }
}

/// How texts reach people.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notify {
    /// `message_centre` keeps texts where staff can read them; there is no other yet.
    pub gateway: String,
    /// Let the message centre keep one-time codes readable. For demonstrations and tests: whoever reads a code can
    /// sign in as its owner.
    pub show_codes: bool,
}

impl Default for Notify {
    fn default() -> Self {
        Self { gateway: "message_centre".into(), show_codes: false }
    }
}

/// Manual review.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Review {
    /// Hours within which someone looks; shown to the person who waits.
    pub due_hours: u32,
}

impl Default for Review {
    fn default() -> Self {
        Self { due_hours: 24 }
    }
}

/// What the server tells those who run it. Neither figures nor traces hold personal data.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// Address and port of `/metrics` (Prometheus), apart from the public ones. Empty: nowhere.
    pub metrics_listen: String,
    /// Base address of an OpenTelemetry collector that takes OTLP over HTTP, without a final slash:
    /// `http://localhost:4318`. Empty: no traces.
    pub otlp_endpoint: String,
    /// Share of requests that are traced, 0 to 1.
    pub trace_ratio: f64,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self { metrics_listen: String::new(), otlp_endpoint: String::new(), trace_ratio: 1.0 }
    }
}

/// Looks at personal data, and how many faces are held.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Privacy {
    /// Times one member of staff may have personal data shown in 24 hours.
    pub reveals_per_day: u64,
    /// People whose face is held, from which on the console warns.
    pub faces_warn: u64,
    /// People whose face is held, from which on the filing is due (人脸识别技术应用安全管理办法).
    pub faces_filing: u64,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { reveals_per_day: 50, faces_warn: 80_000, faces_filing: 100_000 }
    }
}

/// How long what is held is kept. The two years after the end of service (Art 18) are no setting.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Purge in the background too, not only by `ownerproof purge`.
    pub automatic: bool,
    /// Days after which a request that never became a registration goes, with everything given for it.
    pub unfinished_days: u32,
    /// Days after which texts to people, and messages the OEM platform has taken, go.
    pub messages_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self { automatic: false, unfinished_days: 90, messages_days: 30 }
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
            .merge(
                Env::prefixed("OWNERPROOF_")
                    .filter(|key| key == "policy" || key.as_str().contains("__"))
                    .split("__"),
            )
            .extract()
            .map_err(Box::new)
    }
}

#[cfg(test)]
mod tests {
    use verify::challenge::Step;

    use super::*;

    #[test]
    fn policies_can_come_from_the_environment() {
        let value = r#"[{challenge={step_timeout_ms=25000,step_pool=["blink","nod"],steps=2}}, {version=2, valid_from="2027-01-01T00:00:00+08:00"}]"#;
        let value: figment::value::Value = value.parse().unwrap();
        let policies: Policies = value.deserialize().unwrap();
        assert_eq!(policies.check(), Ok(()));
        let first = policies.in_force(0).unwrap();
        assert_eq!((first.version, first.challenge.steps), (1, 2));
        assert_eq!(first.challenge.step_pool, [Step::Blink, Step::Nod]);
        assert_eq!(policies.in_force(i64::MAX).unwrap().version, 2);
    }

    #[test]
    fn a_rule_is_written_in_a_few_words() {
        let toml = r#"
            [[policy]]
            version = 2
            thresholds = { match_pass = 0.5 }
            [[policy.rules]]
            kinds = ["transfer", "claim"]
            parties = ["counterparty"]
            holder = "unit"
            methods = ["documents"]
            two_people = true
            [[policy.rules]]
            methods = ["face", "documents"]
        "#;
        let config: Config = Figment::new().merge(Toml::string(toml)).extract().unwrap();
        assert_eq!(config.policy.check(), Ok(()));
        let policy = config.policy.find(2).unwrap();
        assert_eq!(policy.rules.len(), 2);
        assert_eq!((policy.thresholds.match_pass, policy.thresholds.match_review), (0.5, 0.36));
    }
}
