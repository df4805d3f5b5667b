//! Opening a verification: who asks, for which side, and what they must do in front of the camera.

use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use p256::ecdsa::VerifyingKey;
use uuid::Uuid;
use verify::{
    challenge::{Challenge, Step, Task},
    document::ResidentId,
};

use super::{RESIDENT_ID, check_lock};
use crate::{
    rules::{
        application::{Applicant, Way},
        clocks,
        request::{Event, Kind, Party},
    },
    service::{
        App, Refusal, Result,
        requests::{self, By, acting, advance, keep_time},
    },
    store::{Detail, NewVerification, Person, Request as Asked, Tx, Verification},
};

/// Under this age a guardian must consent (PIPL 31).
const AGE_OF_CONSENT: i32 = 14;
/// No assessment ends so long after the deadline of its report.
const ABANDONED_MS: i64 = 10 * 60 * 1000;

/// Who wants to be verified.
pub struct Request<'a> {
    /// The request it is for.
    pub request_id: Uuid,
    /// Name on the document.
    pub name: &'a str,
    /// Resident ID number.
    pub document_number: &'a str,
    /// Raw uncompressed P-256 point in base64.
    pub device_key: &'a str,
}

/// An opened verification.
pub struct Issued {
    /// What must be done.
    pub challenge: Challenge,
    /// Id.
    pub id: Uuid,
    /// Latest moment the report is taken.
    pub expires_at_ms: i64,
}

/// Opens a verification.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::NameInvalid`], [`Refusal::DocumentNumberInvalid`],
/// [`Refusal::DocumentMismatch`], [`Refusal::SamePerson`], [`Refusal::GuardianNeeded`],
/// [`Refusal::DeviceKeyInvalid`], [`Refusal::LockedOut`], [`Refusal::DailyCap`], [`Refusal::TooMany`],
/// [`Refusal::RequestExpired`], [`Refusal::PaperMissing`], [`Refusal::Conflict`]; [`Refusal::EngineLoading`] while reports cannot be assessed.
pub async fn issue(app: &App, account: Uuid, request: Request<'_>) -> Result<Issued> {
    app.desk.assessor()?;
    keep_time(app).await?;
    let (policy, now_ms) = (&app.config.verification, app.now_ms());
    let name = request.name.trim();
    if !(1..=50).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Refusal::NameInvalid.into());
    }
    let document = resident_id(request.document_number, now_ms)?;
    let device_key = device_key(request.device_key)?;

    let tx = app.store.begin().await?;
    let (mut asked, party) = acting(&tx, request.request_id, account, Party::ALL).await?;
    // Asked for before the record is looked at: guessing costs, whether right or wrong.
    app.limits.account(account)?;
    check_lock(app, &tx, account, document.as_str()).await?;
    asked.state.next(Event::VerificationStarted(party))?;
    check_record(&tx, &asked, party, name, document.as_str()).await?;
    // The end of service shows its proof with its last word.
    if asked.kind != Kind::Cancellation {
        requests::papers_complete(&tx, &asked).await?;
    }
    if tx.verifications().count_since(account, now_ms - clocks::DAY_MS).await? >= policy.daily_cap {
        return Err(Refusal::DailyCap.into());
    }
    advance(app, &tx, &mut asked, Event::VerificationStarted(party), By::Party(party), None).await?;

    let id = app.id();
    let challenge = Challenge {
        verification_id: id.to_string(),
        nonce: app.token(),
        steps: draw(&policy.step_pool, policy.steps_per_challenge, |bound| app.below(bound)),
        policy_version: policy.policy_version,
        step_timeout_ms: policy.step_timeout_ms,
    };
    let expires_at_ms = clocks::deadline(now_ms, policy.ttl_s);
    let new = NewVerification {
        id,
        request_id: asked.id,
        account_id: account,
        party,
        name,
        document_type: RESIDENT_ID,
        document_number: document.as_str(),
        device_key: &device_key,
        challenge: &challenge,
        expires_at_ms,
    };
    tx.verifications().insert(new, now_ms).await?;
    tx.commit().await?;
    Ok(Issued { challenge, id, expires_at_ms })
}

/// How a verification of this account stands. An open one is expired from its deadline on, even if
/// [`expire_overdue`] has not come by yet.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn status(app: &App, account: Uuid, id: Uuid) -> Result<Verification> {
    let found = app.store.read().await?.verifications().find(id).await?;
    let mut found =
        found.filter(|verification| verification.account_id == account).ok_or(Refusal::NotFound)?;
    if found.state == "open" && clocks::is_over(found.expires_at_ms, app.now_ms()) {
        found.state = "expired".to_owned();
    }
    Ok(found)
}

/// Closes every verification whose time is over. One in assessment has been given up when the server that assessed
/// it is long gone.
///
/// # Errors
/// The store failed.
pub async fn expire_overdue(app: &App) -> Result<()> {
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    tx.verifications().expire(now_ms, now_ms.saturating_sub(ABANDONED_MS)).await?;
    Ok(tx.commit().await?)
}

/// The owner must be the person on record, or answer for the unit on record; a new owner must be someone else
/// (Art 2: verified like a first owner, who has no record yet); an agent is not the principal (Art 12).
async fn check_record(tx: &Tx, asked: &Asked, party: Party, name: &str, document: &str) -> Result<()> {
    let index = tx.document_index(RESIDENT_ID, document);
    let on_record = match asked.owner_person_id {
        Some(owner) => Some(natural(tx, owner).await?),
        None => None,
    };
    let is_on_record = on_record.as_ref().is_some_and(|person| person.document_index == index);
    let must_be_on_record = match (&asked.detail, party) {
        (Detail::Registration(application), Party::Agent) => {
            if let Applicant::Principal(principal) = &application.applicant
                && tx.document_index(&principal.document_type, &principal.document_number) == index
            {
                return Err(Refusal::SamePerson.into());
            }
            false
        }
        (Detail::Registration(application), _) => application.way == Way::Rectification,
        (_, Party::Owner) => true,
        (_, Party::Counterparty | Party::Agent) => {
            if is_on_record {
                return Err(Refusal::SamePerson.into());
            }
            false
        }
    };
    let fits = is_on_record && on_record.is_some_and(|person| person.name == name);
    if must_be_on_record && !fits { Err(Refusal::DocumentMismatch.into()) } else { Ok(()) }
}

/// The person, or who answers for the unit.
async fn natural(tx: &Tx, owner: Uuid) -> Result<Person> {
    let person = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
    match person.responsible_person_id {
        Some(responsible) => Ok(tx.people().find(responsible).await?.ok_or(Refusal::NotFound)?),
        None => Ok(person),
    }
}

fn resident_id(number: &str, now_ms: i64) -> Result<ResidentId> {
    let document: ResidentId = number.parse().map_err(|_| Refusal::DocumentNumberInvalid)?;
    let today = DateTime::<Utc>::from_timestamp_millis(now_ms).unwrap_or_default().date_naive();
    match age(document.birth_date(), today) {
        ..0 => Err(Refusal::DocumentNumberInvalid.into()),
        0..AGE_OF_CONSENT => Err(Refusal::GuardianNeeded.into()),
        _ => Ok(document),
    }
}

/// Full years; negative when the birth date lies in the future.
fn age(birth: NaiveDate, today: NaiveDate) -> i32 {
    let before_birthday = (today.month(), today.day()) < (birth.month(), birth.day());
    today.year() - birth.year() - i32::from(before_birthday)
}

fn device_key(base64: &str) -> Result<Vec<u8>> {
    let point = BASE64_STANDARD.decode(base64).map_err(|_| Refusal::DeviceKeyInvalid)?;
    let usable = point.len() == 65 && VerifyingKey::from_sec1_bytes(&point).is_ok();
    if usable { Ok(point) } else { Err(Refusal::DeviceKeyInvalid.into()) }
}

/// Different steps in an order drawn at random, each with an alternative drawn at random.
fn draw(pool: &[Step], count: usize, mut below: impl FnMut(u32) -> u32) -> Vec<Task> {
    let mut pick = |from: &[Step]| {
        let index = below(u32::try_from(from.len()).unwrap_or(1)) as usize;
        from.get(index).copied()
    };
    let mut steps = Vec::new();
    while steps.len() < count.max(1) {
        let left: Vec<Step> = pool.iter().copied().filter(|step| !steps.contains(step)).collect();
        match left.as_slice() {
            [] => break,
            left => steps.extend(pick(left)),
        }
    }
    let mut drawn = Vec::new();
    let task = |step: &Step| {
        let others = alternatives(pool, *step, &steps, &drawn);
        let alternative = if others.is_empty() { None } else { pick(&others) };
        drawn.extend(alternative);
        Task { step: *step, alternative }
    };
    steps.iter().map(task).collect()
}

/// What may be done instead of `step`, as far as the pool has it: something that moves another part of the body, that
/// is not asked anyway (`steps`), and that is not another step's alternative (`drawn`).
fn alternatives(pool: &[Step], step: Step, steps: &[Step], drawn: &[Step]) -> Vec<Step> {
    let of = |wanted: &dyn Fn(&Step) -> bool| -> Vec<Step> {
        pool.iter().copied().filter(|other| *other != step && wanted(other)).collect()
    };
    let moves_other = |other: &Step| other.part() != step.part();
    let not_asked = |other: &Step| moves_other(other) && !steps.contains(other);
    let fresh = |other: &Step| not_asked(other) && !drawn.contains(other);
    let choices = [of(&fresh), of(&not_asked), of(&moves_other), of(&|_| true)];
    choices.into_iter().find(|choice| !choice.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// A source of numbers that is different every time and the same in every run.
    fn counter() -> impl FnMut(u32) -> u32 {
        let mut next = 0u32;
        move |bound| {
            next = next.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (next >> 16) % bound
        }
    }

    #[test]
    fn steps_differ_and_so_do_their_alternatives() {
        let mut below = counter();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..500 {
            let tasks = draw(&Step::ALL, 3, &mut below);
            let mut all: Vec<Step> = tasks.iter().map(|task| task.step).collect();
            for task in &tasks {
                let other = task.alternative.unwrap();
                assert_ne!(other.part(), task.step.part(), "{tasks:?}");
                seen.insert((task.step, other));
                all.push(other);
            }
            let steps: std::collections::HashSet<Step> = all[..3].iter().copied().collect();
            assert_eq!(steps.len(), 3);
            assert!(all[3..].iter().all(|other| !steps.contains(other)), "{tasks:?}");
        }
        assert!(seen.len() > 25, "alternatives are drawn, not fixed: {}", seen.len());
    }

    #[test]
    fn a_small_pool_gives_what_it_has() {
        let mut below = counter();
        let one = draw(&[Step::TurnLeft], 3, &mut below);
        assert_eq!(one, [Task::from(Step::TurnLeft)]);
        for task in draw(&[Step::TurnLeft, Step::Blink], 2, &mut below) {
            assert!(task.alternative.is_some_and(|other| other != task.step));
        }
        assert_eq!(draw(&[], 3, &mut below), []);
        assert_eq!(draw(&Step::ALL, 0, &mut below).len(), 1);
    }

    #[test]
    fn age_counts_full_years() {
        assert_eq!(age(day("2012-11-23"), day("2026-11-22")), 13);
        assert_eq!(age(day("2012-11-22"), day("2026-11-22")), 14);
        assert!(age(day("2026-11-23"), day("2026-11-22")) < 0);
    }

    #[test]
    fn device_keys_are_points_of_the_curve() {
        assert!(device_key("").is_err());
        assert!(device_key(&BASE64_STANDARD.encode([4u8; 65])).is_err());
        let key = p256::ecdsa::SigningKey::random(&mut p256::elliptic_curve::rand_core::OsRng);
        let point = key.verifying_key().to_encoded_point(false);
        assert!(device_key(&BASE64_STANDARD.encode(point.as_bytes())).is_ok());
        let compressed = key.verifying_key().to_encoded_point(true);
        assert!(device_key(&BASE64_STANDARD.encode(compressed.as_bytes())).is_err());
    }
}
