//! Corrections of what is on record (PIPL Art 46): staff propose and the owner confirms, or the owner proposes and staff
//! confirm. Nothing changes before; then the record, the audit, the OEM platform and the owner hear of it together.

use uuid::Uuid;

use super::{
    App, Error, Refusal, Result,
    codes::{self, Phone},
    complaints::act::answered,
    identity,
    owner::owned,
    requests::{self, Delivery, Particulars, Received, maybe},
};
use crate::{
    rules::{
        clocks,
        correction::{Event, Field, Side, State},
        record::Service,
        request::SyncStage,
    },
    store::{Actor, Correction, Message, NewMessage, Person, Tx, Values, Vehicle},
};

/// What messages to the OEM platform about corrections are about.
pub const AGGREGATE: &str = "correction";

/// A correction with the vehicle it is about.
pub struct View {
    /// The correction.
    pub correction: Correction,
    /// The vehicle.
    pub vehicle: Vehicle,
}

/// The corrections of this account's vehicles, newest first, 100 at most.
///
/// # Errors
/// The store failed.
pub async fn list(app: &App, account: Uuid) -> Result<Vec<View>> {
    keep_time(app).await?;
    let tx = app.store.read().await?;
    let vehicles = owned(&tx, account).await?;
    let ids: Vec<Uuid> = vehicles.iter().map(|vehicle| vehicle.id).collect();
    let view = |correction: Correction| {
        let vehicle = vehicles.iter().find(|vehicle| vehicle.id == correction.vehicle_id)?.clone();
        Some(View { correction, vehicle })
    };
    Ok(tx.corrections().of_vehicles(&ids).await?.into_iter().filter_map(view).collect())
}

/// The owner confirms a correction that staff proposed: the record is changed now. A new phone number is proved with a
/// code sent to it.
///
/// # Errors
/// [`Refusal::NotFound`] for another's, [`Refusal::CodeWrong`], [`Refusal::RequestOpen`] while a request about a vehicle
/// is open, [`Refusal::Conflict`] for one that was decided, or when the record has changed since.
pub async fn confirm(app: &App, account: Uuid, id: Uuid, code: Option<&str>) -> Result<View> {
    keep_time(app).await?;
    requests::keep_time(app).await?;
    let tx = app.store.begin().await?;
    let (correction, _) = mine(&tx, account, id).await?;
    if correction.state != State::Proposed {
        return Err(Refusal::Conflict.into());
    }
    let tx = prove(app, tx, &correction.after, code).await?;
    let by = (Side::Owner, Actor::Account(account));
    let phone = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?.phone;
    let view = decide(app, &tx, correction, by, Event::Confirmed(Side::Owner)).await?;
    answered(app, &tx, &view.correction, Some(&phone)).await?;
    tx.commit().await?;
    Ok(view)
}

/// The owner declines a correction that staff proposed, or takes back their own.
///
/// # Errors
/// [`Refusal::NotFound`] for another's, [`Refusal::Conflict`] for one that was decided.
pub async fn decline(app: &App, account: Uuid, id: Uuid) -> Result<View> {
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    let (correction, _) = mine(&tx, account, id).await?;
    let by = (Side::Owner, Actor::Account(account));
    let phone = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?.phone;
    let view = decide(app, &tx, correction, by, Event::Declined(Side::Owner)).await?;
    answered(app, &tx, &view.correction, Some(&phone)).await?;
    tx.commit().await?;
    Ok(view)
}

/// Ends corrections that were not answered in time.
///
/// # Errors
/// The store failed to say which.
pub async fn keep_time(app: &App) -> Result<()> {
    let overdue = app.store.read().await?.corrections().overdue(app.now_ms()).await?;
    for id in overdue {
        let tx = app.store.begin().await?;
        let Some(correction) = tx.corrections().find(id).await? else { continue };
        match expire(app, &tx, correction).await {
            Ok(()) => tx.commit().await?,
            // Someone was faster.
            Err(Error::Refused(Refusal::Conflict)) => {}
            Err(error) => tracing::error!(correction_id = %id, %error, "not ended by the clock"),
        }
    }
    Ok(())
}

async fn expire(app: &App, tx: &Tx, correction: Correction) -> Result<()> {
    let view = decide(app, tx, correction, (Side::Staff, Actor::System), Event::Expired).await?;
    answered(app, tx, &view.correction, None).await
}

/// Proposes a correction, and tells the owner if it is theirs to confirm. Values the record has already are left out.
///
/// # Errors
/// [`Refusal::RecordClosed`], [`Refusal::CorrectionOpen`], [`Refusal::ValueInvalid`], [`Refusal::NothingToCorrect`].
pub(crate) async fn propose(
    app: &App,
    tx: &Tx,
    (side, proposer): (Side, Uuid),
    vehicle: &Vehicle,
    complaint: Option<Uuid>,
    wanted: &[(Field, String)],
) -> Result<Correction> {
    if vehicle.record.service() != Service::Open {
        return Err(Refusal::RecordClosed.into());
    }
    if tx.corrections().is_open(vehicle.id).await? {
        return Err(Refusal::CorrectionOpen.into());
    }
    let owner = owner_of(tx, vehicle).await?;
    let (mut before, mut after) = (Values::new(), Values::new());
    for (field, text) in wanted {
        let (old, new) = (current(tx, vehicle, &owner, *field).await?, checked(*field, text)?);
        if old.as_ref() != Some(&new) {
            before.extend(old.map(|old| (*field, old)));
            after.insert(*field, new);
        }
    }
    if after.is_empty() {
        return Err(Refusal::NothingToCorrect.into());
    }
    let (now_ms, days) = (app.now_ms(), app.config.sampling.rectify_days);
    let correction = Correction {
        id: app.id(),
        vehicle_id: vehicle.id,
        complaint_id: complaint,
        proposed_by: side,
        proposer_id: proposer,
        state: State::Proposed,
        before,
        after,
        sync: SyncStage::Pending,
        created_at_ms: now_ms,
        expires_at_ms: clocks::days_after(now_ms, days),
        decided_at_ms: None,
        decider_id: None,
    };
    tx.corrections().insert(&correction).await?;
    let actor = match side {
        Side::Owner => Actor::Account(proposer),
        Side::Staff => Actor::Staff(proposer),
    };
    audit(app, tx, actor, "correction.propose", &correction);
    if side == Side::Staff {
        let told = format!("客服建议更正您的车联网卡登记信息，请在{days}日内登录确认；未经您确认不会更改。");
        app.tell(tx, &owner.phone, &told).await?;
    }
    Ok(correction)
}

/// Decides a correction for one side, or for the clock.
///
/// # Errors
/// As [`confirm`].
pub(crate) async fn decide(
    app: &App,
    tx: &Tx,
    mut correction: Correction,
    (side, actor): (Side, Actor),
    event: Event,
) -> Result<View> {
    let before = correction.state;
    correction.state = before.next(correction.proposed_by, event).ok_or(Refusal::Conflict)?;
    correction.decided_at_ms = Some(app.now_ms());
    correction.decider_id = match actor {
        Actor::Account(id) | Actor::Staff(id) => Some(id),
        Actor::System | Actor::Platform => None,
    };
    let mut vehicle = tx.vehicles().find(correction.vehicle_id).await?.ok_or(Refusal::NotFound)?;
    tx.corrections().decide(&correction).await?;
    let action = match correction.state {
        State::Confirmed => {
            apply(app, tx, &correction, &mut vehicle).await?;
            "correction.confirm"
        }
        State::Expired => "correction.expire",
        State::Declined | State::Proposed => {
            if side == Side::Staff && correction.proposed_by == Side::Owner {
                let owner = owner_of(tx, &vehicle).await?;
                app.tell(tx, &owner.phone, "您申请的登记信息更正未被采纳，原因见投诉回复。").await?;
            }
            "correction.decline"
        }
    };
    audit(app, tx, actor, action, &correction);
    Ok(View { correction, vehicle })
}

/// Proves a new phone number, if there is one among the values, with a code sent to it. A miss counts.
///
/// # Errors
/// [`Refusal::CodeWrong`].
pub(crate) async fn prove(app: &App, tx: Tx, after: &Values, code: Option<&str>) -> Result<Tx> {
    if let Some(phone) = after.get(&Field::Phone)
        && !codes::take(app, &tx, &Phone::parse(phone)?, code.unwrap_or_default()).await?
    {
        tx.commit().await?;
        return Err(Refusal::CodeWrong.into());
    }
    Ok(tx)
}

/// What the platform must hear about one vehicle of a corrected record.
///
/// # Errors
/// [`Refusal::NotFound`] when a part of it is missing.
pub async fn delivery(tx: &Tx, correction: Uuid, vehicle: Uuid) -> Result<Delivery> {
    let vehicle = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
    let owner = owner_of(tx, &vehicle).await?;
    Ok(Delivery {
        event: "record.corrected".to_owned(),
        request_id: correction,
        cards: tx.cards().of_vehicle(vehicle.id).await?,
        responsible: maybe(tx, owner.responsible_person_id).await?,
        agent: None,
        owner,
        reason: None,
        renewal: None,
        verified: None,
        vehicle: Some(Particulars {
            engine_number: tx.vehicles().engine_number(vehicle.id).await?,
            brand: vehicle.brand,
            model: vehicle.model,
            body_colour: vehicle.body_colour,
        }),
        vin: vehicle.vin,
    })
}

/// The platform took a message about a correction.
pub(super) async fn platform_accepted(tx: &Tx, message: &Message) -> Result<()> {
    match tx.corrections().find(message.aggregate_id).await? {
        Some(correction)
            if correction.vehicle_id == message.vehicle_id && correction.sync == SyncStage::Pending =>
        {
            Ok(tx.corrections().set_sync(correction.id, SyncStage::Accepted).await?)
        }
        _ => Ok(()),
    }
}

/// The platform's word on a correction. The record stands as it is either way: staff see what the platform refused.
///
/// # Errors
/// [`Refusal::NotFound`] for an unknown correction or another vehicle.
pub(super) async fn platform_decided(
    app: &App,
    tx: Tx,
    received: &Received<'_>,
    sync: SyncStage,
) -> Result<()> {
    let correction = tx.corrections().find(received.request_id).await?.ok_or(Refusal::NotFound)?;
    let vehicle = tx.vehicles().by_vin(received.vin).await?.ok_or(Refusal::NotFound)?;
    if correction.state != State::Confirmed {
        return Err(Refusal::NotFound.into());
    }
    let fresh = tx.inbox().receive("oem", received.webhook_id, app.now_ms()).await?;
    if fresh && vehicle.id == correction.vehicle_id {
        tx.corrections().set_sync(correction.id, sync).await?;
        let action = format!("correction.{}", sync.as_str());
        audit(app, &tx, Actor::Platform, &action, &correction);
    }
    Ok(tx.commit().await?)
}

async fn mine(tx: &Tx, account: Uuid, id: Uuid) -> Result<(Correction, Vehicle)> {
    let correction = tx.corrections().find(id).await?.ok_or(Refusal::NotFound)?;
    let mut owned = owned(tx, account).await?.into_iter();
    let vehicle = owned.find(|vehicle| vehicle.id == correction.vehicle_id).ok_or(Refusal::NotFound)?;
    Ok((correction, vehicle))
}

/// Writes the new values, if the record still says what it said, and enqueues what the platform must hear.
async fn apply(app: &App, tx: &Tx, correction: &Correction, vehicle: &mut Vehicle) -> Result<()> {
    let owner = owner_of(tx, vehicle).await?;
    for field in correction.after.keys() {
        if current(tx, vehicle, &owner, *field).await?.as_ref() != correction.before.get(field) {
            return Err(Refusal::Conflict.into());
        }
    }
    let mut about = vec![vehicle.id];
    let of_owner = correction.after.keys().any(|field| field.is_of_owner());
    if of_owner {
        let rows = tx.people().rows_of(&owner).await?;
        about = tx.vehicles().of_people(&rows).await?.into_iter().map(|vehicle| vehicle.id).collect();
        for row in rows {
            tx.people().correct(row, &correction.after).await?;
        }
    }
    for id in &about {
        if tx.requests().open_of_vehicle(*id).await?.is_some() {
            return Err(Refusal::RequestOpen.into());
        }
    }
    tx.vehicles().correct(vehicle, &correction.after).await?;
    for vehicle_id in about {
        let message = NewMessage {
            id: app.id(),
            aggregate: AGGREGATE,
            aggregate_id: correction.id,
            vehicle_id,
            kind: "record.corrected",
            // The worker reads the record when it sends: personal data is not kept twice.
            payload: b"{}",
        };
        tx.outbox().enqueue(message, app.now_ms()).await?;
    }
    app.wake.notify_one();
    let told = "您的车联网卡登记信息已更正。如非您本人确认，请立即联系客服。";
    app.tell(tx, &owner.phone, told).await?;
    match correction.after.get(&Field::Phone) {
        // Both hear of it: the one who loses the record must be able to object.
        Some(phone) => app.tell(tx, phone, told).await,
        None => Ok(()),
    }
}

async fn owner_of(tx: &Tx, vehicle: &Vehicle) -> Result<Person> {
    let owner = vehicle.owner_person_id.ok_or(Refusal::RecordClosed)?;
    Ok(tx.people().find(owner).await?.ok_or(Refusal::NotFound)?)
}

/// What the record says now.
async fn current(tx: &Tx, vehicle: &Vehicle, owner: &Person, field: Field) -> Result<Option<String>> {
    Ok(match field {
        Field::EngineNumber => tx.vehicles().engine_number(vehicle.id).await?,
        Field::Brand => Some(vehicle.brand.clone()),
        Field::Model => Some(vehicle.model.clone()),
        Field::BodyColour => Some(vehicle.body_colour.clone()),
        Field::Phone => Some(owner.phone.clone()),
        Field::Address => owner.address.clone(),
    })
}

/// A value as it can stand on record.
fn checked(field: Field, text: &str) -> Result<String> {
    let text = text.trim();
    let plain = |most| (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    match field {
        Field::Phone => Ok(Phone::parse(text)?.as_str().to_owned()),
        Field::Address => Ok(identity::address(text)?.to_owned()),
        Field::EngineNumber if plain(40) && text.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(text.to_ascii_uppercase())
        }
        Field::Brand | Field::Model | Field::BodyColour if plain(60) => Ok(text.to_owned()),
        _ => Err(Refusal::ValueInvalid.into()),
    }
}

/// The audit names the fields, never the values.
fn audit(app: &App, tx: &Tx, actor: Actor, action: &str, correction: &Correction) {
    let fields: Vec<&str> = correction.after.keys().map(|field| field.as_str()).collect();
    app.audit(tx, actor, action, ("correction", correction.id), Some(&fields.join(" ")));
}
