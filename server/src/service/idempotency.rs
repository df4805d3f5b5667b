//! Repeating a request without repeating its effect (draft-ietf-httpapi-idempotency-key-header).
//!
//! The answer is kept after the effect was committed, not with it. Should the server die between the two, the key
//! stays locked for [`LOCK_S`] and the repeat then runs for real; it finds a record that has moved on and says so,
//! since every operation checks the state it starts from. A refusal changed nothing, so it is not kept: the repeat is
//! judged anew.

use uuid::Uuid;
use verify::digest::sha256_hex;

use super::{App, Refusal, Result};
use crate::{
    rules::clocks,
    service::Error,
    store::{Answer, Remembered, StoreError},
};

/// Seconds an answer is kept.
const KEPT_S: u64 = 24 * 3600;
/// Seconds after which a request that never answered is believed dead; far longer than any runs.
const LOCK_S: u64 = 120;
/// Seconds until it is worth asking again for the answer of a request that runs.
const RETRY_S: u64 = 1;

/// A request that came with a key.
#[derive(Clone, Copy, Debug)]
pub struct Attempt<'a> {
    /// Bearer token it came with.
    pub token: &'a str,
    /// The key: 1 to 255 visible characters.
    pub key: &'a str,
    /// Method and address.
    pub operation: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// What to do with it.
#[derive(Debug)]
pub enum Begun {
    /// Run it, and tell [`finish`] under this id.
    First(Uuid),
    /// It ran before: this was the answer.
    Repeated(Answer),
    /// Run it; nobody is signed in, so there is nobody to remember an answer for.
    Stranger,
}

/// Takes the key, or finds the answer it got.
///
/// # Errors
/// [`Refusal::IdempotencyKeyInvalid`]; [`Refusal::IdempotencyKeyInUse`] while the first request runs;
/// [`Refusal::IdempotencyKeyReused`] when it was another one.
pub async fn begin(app: &App, attempt: Attempt<'_>) -> Result<Begun> {
    let visible = attempt.key.bytes().all(|byte| byte.is_ascii_graphic());
    if !visible || !(1..=255).contains(&attempt.key.len()) {
        return Err(Refusal::IdempotencyKeyInvalid.into());
    }
    let now_ms = app.now_ms();
    let tx = app.store.begin().await?;
    let Some(caller) = tx.sessions().subject(attempt.token, now_ms).await? else {
        return Ok(Begun::Stranger);
    };
    let key_index = tx.idempotency().key_index(caller, attempt.key);
    let fingerprint = tx.idempotency().fingerprint(attempt.operation, &sha256_hex(attempt.body));
    if let Some(known) = tx.idempotency().find(&key_index).await? {
        let dead = known.answer.is_none() && clocks::is_over(known.locked_until_ms, now_ms);
        if dead || clocks::is_over(known.expires_at_ms, now_ms) {
            tx.idempotency().forget(known.id).await?;
        } else if known.fingerprint != fingerprint {
            return Err(Refusal::IdempotencyKeyReused.into());
        } else {
            return known.answer.map(Begun::Repeated).ok_or_else(in_use);
        }
    }
    let new = Remembered {
        id: app.id(),
        fingerprint,
        locked_until_ms: clocks::deadline(now_ms, LOCK_S),
        answer: None,
        expires_at_ms: clocks::deadline(now_ms, KEPT_S),
    };
    match tx.idempotency().insert(key_index, &new).await {
        Err(StoreError::Conflict) => return Err(in_use()),
        inserted => inserted?,
    }
    tx.commit().await?;
    Ok(Begun::First(new.id))
}

/// Keeps the answer of a request that had an effect; without one, frees the key.
///
/// # Errors
/// The store failed.
pub async fn finish(app: &App, id: Uuid, answer: Option<Answer>) -> Result<()> {
    let tx = app.store.begin().await?;
    match answer {
        Some(answer) => tx.idempotency().answer(id, answer).await?,
        None => tx.idempotency().forget(id).await?,
    }
    Ok(tx.commit().await?)
}

/// Forgets the answers whose time is over.
///
/// # Errors
/// The store failed.
pub async fn purge(app: &App) -> Result<()> {
    let tx = app.store.begin().await?;
    tx.idempotency().purge(app.now_ms()).await?;
    Ok(tx.commit().await?)
}

fn in_use() -> Error {
    Error::Later { refusal: Refusal::IdempotencyKeyInUse, retry_after_s: RETRY_S }
}
