//! What passes between a request and the OEM platform, one vehicle at a time.

use uuid::Uuid;

use super::{By, advance};
use crate::{
    rules::{
        proof::Reason,
        request::{Event, Phase, SyncStage},
    },
    service::{App, Refusal, Result, corrections, record},
    store::{Card, Detail, Message, Person, Request, RequestVehicle, Tx, Vehicle},
};

/// Everything the platform must hear about an approved request, or about a corrected record. Holds personal data: no `Debug`.
#[derive(Clone)]
pub struct Delivery {
    /// What happened: `transfer.approved`, `record.corrected`.
    pub event: String,
    /// Id of the request, or of the correction.
    pub request_id: Uuid,
    /// Vehicle identification number.
    pub vin: String,
    /// All cards of the vehicle.
    pub cards: Vec<Card>,
    /// The owner: the new one, or the one on record where that does not change.
    pub owner: Person,
    /// Who answers for a unit (Art 9).
    pub responsible: Option<Person>,
    /// Who acted for the owner (Art 12).
    pub agent: Option<Person>,
    /// Why the service ends.
    pub reason: Option<Reason>,
    /// Which card comes in the place of which.
    pub renewal: Option<Renewal>,
    /// What the vehicle is, where that was corrected.
    pub vehicle: Option<Particulars>,
    /// The verification a request was approved after.
    pub verified: Option<Verified>,
}

/// What a vehicle is, besides its number (Art 5).
#[derive(Clone)]
pub struct Particulars {
    /// Engine or motor number.
    pub engine_number: Option<String>,
    /// Brand.
    pub brand: String,
    /// Model.
    pub model: String,
    /// Body colour.
    pub body_colour: String,
}

/// A verification a person passed.
#[derive(Clone, Copy)]
pub struct Verified {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// The policy it was passed under.
    pub policy_version: u32,
}

/// A card in the place of another.
#[derive(Clone)]
pub struct Renewal {
    /// The card that goes.
    pub old: Card,
    /// ICCID of the one that comes.
    pub iccid: String,
    /// Number of the one that comes.
    pub msisdn: String,
}

/// What the platform said in a callback whose signature was checked.
#[derive(Clone, Debug)]
pub struct Received<'a> {
    /// `webhook-id` header: a repeated one changes nothing.
    pub webhook_id: &'a str,
    /// The request, or the correction.
    pub request_id: Uuid,
    /// Vehicle identification number; must be one of the request's.
    pub vin: &'a str,
}

/// A request the platform was sent something about, however far it got there.
///
/// # Errors
/// [`Refusal::NotFound`], also for one that was not sent.
pub async fn delivered(app: &App, id: Uuid) -> Result<Request> {
    let tx = app.store.read().await?;
    if !tx.outbox().has(id).await? {
        return Err(Refusal::NotFound.into());
    }
    Ok(tx.requests().find(id).await?.ok_or(Refusal::NotFound)?)
}

/// Reads what the platform must hear about one vehicle of a request.
///
/// # Errors
/// [`Refusal::NotFound`] when the request or a part of it is missing.
pub async fn delivery(tx: &Tx, request: Uuid, vehicle: Uuid) -> Result<Delivery> {
    let request = tx.requests().find(request).await?.ok_or(Refusal::NotFound)?;
    let owner = request.new_owner_person_id.or(request.owner_person_id).ok_or(Refusal::NotFound)?;
    let owner = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
    let vehicle = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
    let (mut reason, mut renewal) = (None, None);
    match &request.detail {
        Detail::Cancellation { reason: why, .. } => reason = Some(*why),
        Detail::Replacement { card_id, iccid, msisdn } => {
            let old = tx.cards().find(*card_id).await?.ok_or(Refusal::NotFound)?;
            renewal = Some(Renewal { old, iccid: iccid.clone(), msisdn: msisdn.clone() });
        }
        Detail::None | Detail::Registration(_) => {}
    }
    Ok(Delivery {
        event: format!("{}.approved", request.kind.as_str()),
        request_id: request.id,
        vin: vehicle.vin,
        cards: tx.cards().of_vehicle(vehicle.id).await?,
        responsible: maybe(tx, owner.responsible_person_id).await?,
        agent: maybe(tx, request.agent_person_id).await?,
        owner,
        reason,
        renewal,
        vehicle: None,
        verified: Some(Verified {
            at_ms: request.verified_at_ms.ok_or(Refusal::NotFound)?,
            policy_version: request.policy_version.ok_or(Refusal::NotFound)?,
        }),
    })
}

pub(crate) async fn maybe(tx: &Tx, person: Option<Uuid>) -> Result<Option<Person>> {
    match person {
        Some(id) => Ok(tx.people().find(id).await?),
        None => Ok(None),
    }
}

/// The platform took a delivery: settles the outbox row and the request in one transaction. A second call, one
/// that a callback overtook, or one by a worker whose claim was lost (the one who has it now will hear the same)
/// changes nothing.
///
/// # Errors
/// The store failed.
pub async fn platform_accepted(app: &App, message: &Message) -> Result<()> {
    let tx = app.store.begin().await?;
    if !tx.outbox().accepted(message, app.now_ms()).await? {
        return Ok(());
    }
    if message.aggregate == corrections::AGGREGATE {
        corrections::platform_accepted(&tx, message).await?;
    } else if let Some(mut request) = tx.requests().find(message.aggregate_id).await? {
        let waits =
            |link: &RequestVehicle| link.vehicle_id == message.vehicle_id && link.sync == SyncStage::Pending;
        if request.vehicles.iter().any(waits) {
            tx.requests().set_sync(&mut request, message.vehicle_id, SyncStage::Accepted).await?;
            let all = request.vehicles.iter().all(|link| link.sync != SyncStage::Pending);
            if all && request.state.next(Event::PlatformAccepted).is_ok() {
                advance(app, &tx, &mut request, Event::PlatformAccepted, By::Platform, None).await?;
            }
        }
    }
    Ok(tx.commit().await?)
}

/// The platform confirmed the record of one vehicle: what was asked for is so. The request is confirmed once all
/// its vehicles are decided.
///
/// # Errors
/// [`Refusal::NotFound`] for an unknown request or another vehicle, [`Refusal::Conflict`] when the request does not
/// wait for the platform.
pub async fn platform_confirmed(app: &App, received: Received<'_>) -> Result<()> {
    decided(app, received, SyncStage::Confirmed, None).await
}

/// The platform refused the record of one vehicle. `reason` is shown to the sides and must hold no personal data.
///
/// # Errors
/// As [`platform_confirmed`].
pub async fn platform_rejected(app: &App, received: Received<'_>, reason: Option<String>) -> Result<()> {
    decided(app, received, SyncStage::Rejected, reason).await
}

async fn decided(app: &App, received: Received<'_>, sync: SyncStage, note: Option<String>) -> Result<()> {
    let tx = app.store.begin().await?;
    let Some(mut request) = tx.requests().find(received.request_id).await? else {
        return corrections::platform_decided(app, tx, &received, sync).await;
    };
    let mut vehicle = tx.vehicles().by_vin(received.vin).await?.ok_or(Refusal::NotFound)?;
    let link = request.vehicles.iter().find(|link| link.vehicle_id == vehicle.id);
    let link = *link.ok_or(Refusal::NotFound)?;
    let fresh = tx.inbox().receive("oem", received.webhook_id, app.now_ms()).await?;
    if !fresh || link.sync == sync {
        return Ok(tx.commit().await?);
    }
    if request.state.phase() != Phase::Agreed
        || !matches!(link.sync, SyncStage::Pending | SyncStage::Accepted)
    {
        return Err(Refusal::Conflict.into());
    }
    tx.requests().set_sync(&mut request, vehicle.id, sync).await?;
    if sync == SyncStage::Confirmed {
        apply(app, &tx, &request, &mut vehicle).await?;
    }
    if let Some(event) = outcome(&request) {
        advance(app, &tx, &mut request, event, By::Platform, note).await?;
    }
    Ok(tx.commit().await?)
}

async fn apply(app: &App, tx: &Tx, request: &Request, vehicle: &mut Vehicle) -> Result<()> {
    record::confirmed(app, tx, request, vehicle).await?;
    if let Detail::Registration(application) = &request.detail {
        let users = application.actual_users.iter().filter(|user| user.vehicle_id == vehicle.id);
        for user in users {
            tx.vehicles().used_by(app.id(), request.id, user, app.now_ms()).await?;
        }
    }
    Ok(())
}

/// What the request as a whole comes to, once every vehicle is decided: one that was confirmed is enough.
fn outcome(request: &Request) -> Option<Event> {
    let all = |sync| request.vehicles.iter().all(|link| link.sync == sync);
    let waits =
        request.vehicles.iter().any(|link| matches!(link.sync, SyncStage::Pending | SyncStage::Accepted));
    match (waits, all(SyncStage::Rejected)) {
        (true, _) => None,
        (false, true) => Some(Event::PlatformRejected),
        (false, false) => Some(Event::PlatformConfirmed),
    }
}
