//! The verification policy: which requests need which proof, and where its lines are drawn.
//!
//! Policies have numbers. A verification is opened under the newest policy in force and judged under the same one,
//! whatever the configuration says by then. Settings that would weaken a policy below what is safe, or take away the
//! way without a face, are refused ([`Policies::check`]).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use verify::{
    assess::{Grade, Thresholds},
    challenge::Step,
    document::{DocumentType, Holder},
};

use super::{
    lockout,
    request::{Kind, Party},
};

named! {
    /// A way to prove who one is.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    Method {
        /// A live face, compared with the portrait on the document.
        Face = "face",
        /// Photographs of the documents, which a member of staff looks at.
        Documents = "documents",
        /// An outside authority vouches: 网号, 网证, ID photo service.
        Authority = "authority",
    }
}

/// Everything a verification is opened and judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// From 1. Other rules need another number: what was decided under this one stays explainable.
    pub version: u32,
    /// When it comes into force; from the beginning, if not given.
    pub valid_from: Option<DateTime<Utc>>,
    /// Which proof is needed. The first rule that fits a request decides.
    pub rules: Vec<Rule>,
    /// Which documents are taken.
    pub documents: Documents,
    /// What is asked in front of the camera.
    pub challenge: Challenge,
    /// Where the assessment draws its lines. They never leave the server.
    pub thresholds: Thresholds,
    /// Pass a report without pictures on the device's word. Off: such a report goes to manual review.
    pub accept_device_only: bool,
    /// What follows from an authority's word.
    pub authority: Authority,
    /// Failures that lock one account for one document.
    pub lockout: Lockout,
    /// Verifications one account may start in 24 hours.
    pub daily_cap: u64,
    /// Who is too young to act alone.
    pub minors: Minors,
}

/// Which proof a request needs from one of its parties.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// The kinds of request it is for; all, if empty.
    pub kinds: Vec<Kind>,
    /// The parties it is for; all, if empty.
    pub parties: Vec<Party>,
    /// For persons or for the responsible persons of units (Art 9); for both, if not given.
    pub holder: Option<Holder>,
    /// The ways to choose from. One of them must be without a face.
    pub methods: Vec<Method>,
    /// A member of staff decides even where the machine is sure.
    pub always_review: bool,
    /// Two members of staff must agree to let the party pass.
    pub two_people: bool,
}

/// Which documents are taken, and how long their photographs are waited for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Documents {
    /// From persons, responsible persons and agents.
    pub person: Vec<DocumentType>,
    /// From units.
    pub unit: Vec<DocumentType>,
    /// Seconds from the opening until the photographs must be there.
    pub ttl_s: u64,
}

/// What is asked in front of the camera.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Challenge {
    /// The steps a challenge is drawn from.
    pub step_pool: Vec<Step>,
    /// How many different steps a challenge has.
    pub steps: usize,
    /// Milliseconds the person has for one step.
    pub step_timeout_ms: u32,
    /// Seconds from the challenge to the latest moment its report is taken.
    pub ttl_s: u64,
}

/// What follows from an authority's word.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Authority {
    /// It vouches for the person.
    pub confirmed: Grade,
    /// It says this is not the person.
    pub denied: Grade,
    /// It cannot say.
    pub undecided: Grade,
    /// Seconds the person has to go there and come back.
    pub ttl_s: u64,
}

/// Failures within `window_s` that lock one account for one document, for `lock_s` (seconds).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lockout {
    /// How many.
    pub failures: usize,
    /// Seconds in which they must fall.
    pub window_s: u64,
    /// Seconds the lock lasts.
    pub lock_s: u64,
}

/// Who is too young to act alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Minors {
    /// Full years from which on a person acts alone; 14 at least (PIPL 31).
    pub age: u32,
    /// A younger one may send the guardian's document along and is looked at by staff. Off: only at the counter.
    pub guardian: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            version: 1,
            valid_from: None,
            rules: vec![Rule { methods: Method::ALL.to_vec(), ..Rule::default() }],
            documents: Documents::default(),
            challenge: Challenge::default(),
            thresholds: Thresholds::default(),
            accept_device_only: false,
            authority: Authority::default(),
            lockout: Lockout::default(),
            daily_cap: 30,
            minors: Minors::default(),
        }
    }
}

impl Default for Documents {
    fn default() -> Self {
        let held_by =
            |holder| DocumentType::ALL.iter().copied().filter(|kind| kind.holder() == holder).collect();
        Self { person: held_by(Holder::Person), unit: held_by(Holder::Unit), ttl_s: 3_600 }
    }
}

impl Default for Challenge {
    fn default() -> Self {
        Self { step_pool: Step::ALL.to_vec(), steps: 3, step_timeout_ms: 10_000, ttl_s: 300 }
    }
}

impl Default for Authority {
    fn default() -> Self {
        Self { confirmed: Grade::Pass, denied: Grade::Fail, undecided: Grade::ManualReview, ttl_s: 900 }
    }
}

impl Default for Lockout {
    fn default() -> Self {
        Self { failures: 5, window_s: 180, lock_s: 1_800 }
    }
}

impl Default for Minors {
    fn default() -> Self {
        Self { age: 14, guardian: true }
    }
}

impl Policy {
    /// The rule for a party of a request.
    pub fn rule(&self, kind: Kind, party: Party, holder: Holder) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.fits(kind, party, holder))
    }

    /// Whether documents of this type are taken.
    pub fn takes(&self, document: DocumentType) -> bool {
        self.documents.person.contains(&document) || self.documents.unit.contains(&document)
    }

    /// The lock after repeated failures.
    pub fn lock(&self) -> lockout::Lockout {
        let ms = |seconds| super::clocks::deadline(0, seconds);
        let Lockout { failures, window_s, lock_s } = self.lockout;
        lockout::Lockout { failures, window_ms: ms(window_s), lock_ms: ms(lock_s) }
    }

    fn check(&self) -> Result<(), Wrong> {
        let wrong = |setting, must| Err(Wrong { version: self.version, setting, must });
        let (challenge, limits) = (&self.challenge, &self.thresholds);
        let ordered =
            |low: f32, review: f32, pass: f32, high: f32| low <= review && review <= pass && pass <= high;
        let of = |kinds: &[DocumentType], holder| {
            !kinds.is_empty() && kinds.iter().all(|kind| kind.holder() == holder)
        };
        let checks = [
            (self.version >= 1, "version", "must be 1 or more"),
            (
                of(&self.documents.person, Holder::Person),
                "documents.person",
                "must list documents of persons",
            ),
            (of(&self.documents.unit, Holder::Unit), "documents.unit", "must list documents of units"),
            ((300..=604_800).contains(&self.documents.ttl_s), "documents.ttl_s", "must be 300 to 604800"),
            (all_differ(&challenge.step_pool), "challenge.step_pool", "must list different steps"),
            (
                (1..=challenge.step_pool.len()).contains(&challenge.steps),
                "challenge.steps",
                "must be 1 to the number of steps in the pool",
            ),
            (
                (2_000..=120_000).contains(&challenge.step_timeout_ms),
                "challenge.step_timeout_ms",
                "must be 2000 to 120000",
            ),
            ((30..=3_600).contains(&challenge.ttl_s), "challenge.ttl_s", "must be 30 to 3600"),
            (
                ordered(0.25, limits.match_review, limits.match_pass, 0.95),
                "thresholds.match_review, match_pass",
                "must ascend within 0.25 to 0.95",
            ),
            (
                ordered(0.1, limits.live_review, limits.live_pass, 0.99),
                "thresholds.live_review, live_pass",
                "must ascend within 0.1 to 0.99",
            ),
            (
                ordered(6.0, limits.flat_review, limits.flat, 30.0),
                "thresholds.flat_review, flat",
                "must ascend within 6 to 30 degrees",
            ),
            ((0.1..=0.9).contains(&limits.continuity), "thresholds.continuity", "must be 0.1 to 0.9"),
            (
                (0.01..=0.3).contains(&limits.claim_tolerance),
                "thresholds.claim_tolerance",
                "must be 0.01 to 0.3",
            ),
            (self.authority.denied != Grade::Pass, "authority.denied", "must not be pass"),
            (self.authority.undecided != Grade::Pass, "authority.undecided", "must not be pass"),
            ((60..=86_400).contains(&self.authority.ttl_s), "authority.ttl_s", "must be 60 to 86400"),
            ((1..=20).contains(&self.lockout.failures), "lockout.failures", "must be 1 to 20"),
            ((10..=86_400).contains(&self.lockout.window_s), "lockout.window_s", "must be 10 to 86400"),
            ((60..=604_800).contains(&self.lockout.lock_s), "lockout.lock_s", "must be 60 to 604800"),
            ((1..=1_000).contains(&self.daily_cap), "daily_cap", "must be 1 to 1000"),
            ((14..=18).contains(&self.minors.age), "minors.age", "must be 14 to 18 (PIPL 31)"),
        ];
        if let Some((_, setting, must)) = checks.into_iter().find(|(holds, ..)| !holds) {
            return wrong(setting, must);
        }
        for (kind, party, holder) in cases() {
            match self.rule(kind, party, holder) {
                None => return wrong("rules", "must fit every kind of request, party and holder"),
                // 人脸识别技术应用安全管理办法: who declines must have another way.
                Some(rule) if rule.methods.iter().all(|method| *method == Method::Face) => {
                    return wrong("rules.methods", "must offer a way without a face");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

impl Rule {
    fn fits(&self, kind: Kind, party: Party, holder: Holder) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.parties.is_empty() || self.parties.contains(&party))
            && self.holder.is_none_or(|wanted| wanted == holder)
    }
}

/// Every kind of request, party and holder.
pub fn cases() -> impl Iterator<Item = (Kind, Party, Holder)> {
    let holders = |party: Party| {
        // An agent is a person, whoever they act for.
        let unit = (party != Party::Agent).then_some(Holder::Unit);
        [Some(Holder::Person), unit].into_iter().flatten()
    };
    Kind::ALL.iter().flat_map(move |kind| {
        Party::ALL.iter().flat_map(move |party| holders(*party).map(move |holder| (*kind, *party, holder)))
    })
}

fn all_differ(steps: &[Step]) -> bool {
    !steps.is_empty() && (1..steps.len()).all(|at| !steps[..at].contains(&steps[at]))
}

/// A setting that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("policy {version}: {setting} {must}")]
pub struct Wrong {
    /// The version of the policy.
    pub version: u32,
    /// The setting.
    pub setting: &'static str,
    /// What it must be.
    pub must: &'static str,
}

/// All policies that stand in the configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Policies(Vec<Policy>);

impl Default for Policies {
    fn default() -> Self {
        Self(vec![Policy::default()])
    }
}

impl Policies {
    /// Whether they can be worked with.
    ///
    /// # Errors
    /// The first setting that is unsafe, says nothing or contradicts another.
    pub fn check(&self) -> Result<(), Wrong> {
        self.0.iter().try_for_each(Policy::check)?;
        let wrong = |version, setting, must| Err(Wrong { version, setting, must });
        if !self.0.iter().any(|policy| policy.valid_from.is_none()) {
            return wrong(0, "valid_from", "must be missing from the first policy: one is always in force");
        }
        let mut versions: Vec<u32> = self.0.iter().map(|policy| policy.version).collect();
        versions.sort_unstable();
        match versions.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => wrong(pair[0], "version", "must be given to one policy only"),
            None => Ok(()),
        }
    }

    /// The policy for verifications opened at `now_ms` (Unix milliseconds): of those in force the one with the highest
    /// number.
    pub fn in_force(&self, now_ms: i64) -> Option<&Policy> {
        let started =
            |policy: &&Policy| policy.valid_from.is_none_or(|from| from.timestamp_millis() <= now_ms);
        self.0.iter().filter(started).max_by_key(|policy| policy.version)
    }

    /// The policy with this number.
    pub fn find(&self, version: u32) -> Option<&Policy> {
        self.0.iter().find(|policy| policy.version == version)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.0.iter()
    }

    /// The first one, to change settings one by one.
    pub fn first_mut(&mut self) -> Option<&mut Policy> {
        self.0.first_mut()
    }
}

impl<const N: usize> From<[Policy; N]> for Policies {
    fn from(policies: [Policy; N]) -> Self {
        Self(policies.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(change: impl FnOnce(&mut Policy)) -> Policies {
        let mut policy = Policy::default();
        change(&mut policy);
        Policies(vec![policy])
    }

    #[test]
    fn the_default_is_safe_and_leaves_everyone_a_way() {
        assert_eq!(Policies::default().check(), Ok(()));
        let policy = Policy::default();
        for (kind, party, holder) in cases() {
            assert_eq!(policy.rule(kind, party, holder).unwrap().methods, Method::ALL);
        }
        assert!(DocumentType::ALL.iter().all(|kind| policy.takes(*kind)));
    }

    #[test]
    fn unsafe_settings_are_refused() {
        type Case = (fn(&mut Policy), &'static str);
        let cases: [Case; 19] = [
            (|p| p.version = 0, "version"),
            (|p| p.thresholds.match_pass = 0.2, "thresholds.match_review, match_pass"),
            (|p| p.thresholds.match_review = f32::NAN, "thresholds.match_review, match_pass"),
            (|p| p.thresholds.live_review = 0.6, "thresholds.live_review, live_pass"),
            (|p| p.thresholds.flat = 90.0, "thresholds.flat_review, flat"),
            (|p| p.thresholds.claim_tolerance = 1.0, "thresholds.claim_tolerance"),
            (|p| p.challenge.step_pool.push(Step::Blink), "challenge.step_pool"),
            (|p| p.challenge.steps = 8, "challenge.steps"),
            (|p| p.challenge.ttl_s = 86_400, "challenge.ttl_s"),
            (|p| p.documents.person.clear(), "documents.person"),
            (|p| p.documents.person.push(DocumentType::BusinessLicence), "documents.person"),
            (|p| p.authority.denied = Grade::Pass, "authority.denied"),
            (|p| p.lockout.failures = 1_000, "lockout.failures"),
            (|p| p.daily_cap = 0, "daily_cap"),
            (|p| p.minors.age = 12, "minors.age"),
            (|p| p.rules.clear(), "rules"),
            (|p| p.rules[0].kinds = vec![Kind::Transfer], "rules"),
            (|p| p.rules[0].methods = vec![Method::Face], "rules.methods"),
            (|p| p.rules[0].methods.clear(), "rules.methods"),
        ];
        for (change, setting) in cases {
            assert_eq!(with(change).check().unwrap_err().setting, setting);
        }
    }

    #[test]
    fn the_first_rule_that_fits_decides() {
        let policies = with(|policy| {
            let cautious = Rule {
                kinds: vec![Kind::Transfer],
                parties: vec![Party::Counterparty],
                holder: Some(Holder::Unit),
                methods: vec![Method::Documents],
                always_review: true,
                two_people: true,
            };
            policy.rules.insert(0, cautious);
        });
        assert_eq!(policies.check(), Ok(()));
        let policy = policies.find(1).unwrap();
        let two = |kind, party, holder| policy.rule(kind, party, holder).unwrap().two_people;
        assert!(two(Kind::Transfer, Party::Counterparty, Holder::Unit));
        assert!(!two(Kind::Transfer, Party::Counterparty, Holder::Person));
        assert!(!two(Kind::Transfer, Party::Owner, Holder::Unit));
        assert!(!two(Kind::Cancellation, Party::Counterparty, Holder::Unit));
    }

    #[test]
    fn the_newest_in_force_is_used() {
        let at = |text: &str| Some(text.parse().unwrap());
        let later = |version, valid_from| Policy { version, valid_from, ..Policy::default() };
        let policies = Policies(vec![
            later(3, at("2026-12-01T00:00:00+08:00")),
            later(1, None),
            later(2, at("2026-06-01T00:00:00+08:00")),
        ]);
        assert_eq!(policies.check(), Ok(()));
        let version = |text: &str| {
            policies.in_force(text.parse::<DateTime<Utc>>().unwrap().timestamp_millis()).unwrap().version
        };
        assert_eq!(version("2026-05-31T15:59:59Z"), 1);
        assert_eq!(version("2026-05-31T16:00:00Z"), 2);
        assert_eq!(version("2027-01-01T00:00:00Z"), 3);
        let twice = Policies(vec![later(1, None), later(1, None)]);
        assert_eq!(twice.check().unwrap_err().setting, "version");
        let never = Policies(vec![later(1, at("2026-12-01T00:00:00+08:00"))]);
        assert_eq!(never.check().unwrap_err().setting, "valid_from");
    }

    #[test]
    fn reads_what_it_wrote() {
        let policy =
            Policy { valid_from: Some("2026-12-01T00:00:00+08:00".parse().unwrap()), ..Policy::default() };
        let json = serde_json::to_string(&policy).unwrap();
        assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
        assert!(serde_json::from_str::<Policy>(r#"{"challange": {}}"#).is_err());
    }
}
