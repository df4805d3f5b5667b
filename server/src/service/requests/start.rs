//! What starts a request.

use std::collections::BTreeSet;

use uuid::Uuid;
use verify::document::{Iccid, Msisdn};

use super::{By, keep_time, line, side};
use crate::{
    rules::{
        application::{ActualUser, Applicant, Application, Identity, Way},
        clocks,
        proof::Reason,
        record,
        request::{Kind, Party},
    },
    service::{
        App, Refusal, Result,
        identity::{self, Stated},
        notices,
        owner::{self, owned},
        text,
    },
    store::{Actor, Detail, NewRequest, Request, StaffMember, StoreError, Tx, Vehicle},
};

/// A vehicle named by someone who has its papers: both numbers stand on them.
pub struct Proved<'a> {
    /// Vehicle identification number.
    pub vin: &'a str,
    /// Engine or motor number.
    pub engine_number: &'a str,
}

/// Who is to be registered for which vehicles.
pub struct NewApplication<'a> {
    /// The vehicles: one, or the batch of a unit; none where a notice names it.
    pub vehicles: &'a [Proved<'a>],
    /// Token of a notice (Art 22): its vehicle is filled in (Art 23).
    pub notice: Option<&'a str>,
    /// Address of the owner (Art 5).
    pub address: &'a str,
    /// Who becomes the owner, if it is not who verifies.
    pub on_behalf: Option<OnBehalf<'a>>,
    /// Who really uses a unit's vehicles (Art 9): place in `vehicles`, and who.
    pub actual_users: Vec<(usize, Stated<'a>)>,
}

/// Who becomes the owner in the place of who verifies.
pub enum OnBehalf<'a> {
    /// A unit, whose responsible person verifies (Art 9).
    Unit(Stated<'a>),
    /// A person, whose agent verifies (Art 12).
    Principal(Stated<'a>),
}

/// Starts a transfer of a vehicle this account owns.
///
/// # Errors
/// [`Refusal::NotFound`] for another's vehicle, [`Refusal::RequestOpen`], [`Refusal::RecordClosed`].
pub async fn transfer(app: &App, account: Uuid, vehicle: Uuid) -> Result<Uuid> {
    let token = app.token();
    let (tx, vehicle) = own(app, account, vehicle).await?;
    let new = NewRequest {
        invitation: Some(&token),
        ..of_owner(app, Kind::Transfer, account, &vehicle, Detail::None)
    };
    begin(app, tx, account, NewRequest { vehicles: &[vehicle.id], ..new }).await
}

/// Starts the end of service of a vehicle this account owns (Art 13).
///
/// # Errors
/// As [`transfer`]; [`Refusal::SentenceInvalid`] for a note that is too long, or missing where the reason is "other";
/// [`Refusal::BadRequest`] for "not own": whoever does not own the vehicle complains.
pub async fn cancellation(
    app: &App,
    account: Uuid,
    vehicle: Uuid,
    reason: Reason,
    note: Option<&str>,
) -> Result<Uuid> {
    let note = note.map(text::sentence).transpose()?;
    match reason {
        Reason::Other if note.is_none() => return Err(Refusal::SentenceInvalid.into()),
        Reason::NotOwn => return Err(Refusal::BadRequest.into()),
        _ => {}
    }
    let (tx, vehicle) = own(app, account, vehicle).await?;
    let detail = Detail::Cancellation { reason, note };
    let new = of_owner(app, Kind::Cancellation, account, &vehicle, detail);
    begin(app, tx, account, NewRequest { vehicles: &[vehicle.id], ..new }).await
}

/// Starts the replacement of a card in a vehicle this account owns (Art 13).
///
/// # Errors
/// As [`transfer`]; [`Refusal::CardInvalid`] for numbers that cannot be, [`Refusal::CardTaken`] for a card in use.
pub async fn replacement(app: &App, account: Uuid, card: Uuid, iccid: &str, msisdn: &str) -> Result<Uuid> {
    let iccid: Iccid = iccid.parse().map_err(|_| Refusal::CardInvalid)?;
    let msisdn: Msisdn = msisdn.parse().map_err(|_| Refusal::CardInvalid)?;
    let old = app.store.read().await?.cards().find(card).await?.ok_or(Refusal::NotFound)?;
    let (tx, vehicle) = own(app, account, old.vehicle_id.ok_or(Refusal::NotFound)?).await?;
    let is_in_use = match tx.cards().by_iccid(iccid.as_str()).await? {
        Some(card) => card.state != crate::rules::card::State::Stocked || card.msisdn != msisdn.as_str(),
        None => tx.cards().by_msisdn(msisdn.as_str()).await?.is_some(),
    };
    if is_in_use {
        return Err(Refusal::CardTaken.into());
    }
    let (iccid, msisdn) = (iccid.as_str().to_owned(), msisdn.as_str().to_owned());
    let detail = Detail::Replacement { card_id: card, iccid, msisdn };
    let new = of_owner(app, Kind::Replacement, account, &vehicle, detail);
    begin(app, tx, account, NewRequest { vehicles: &[vehicle.id], ..new }).await
}

/// Claims a vehicle whose owner on record cannot be reached.
///
/// # Errors
/// [`Refusal::VehicleUnknown`] when the numbers do not belong together, [`Refusal::NotFound`] when nobody is
/// registered, [`Refusal::SamePerson`] for the owner, [`Refusal::RequestOpen`].
pub async fn claim(app: &App, account: Uuid, vehicle: Proved<'_>) -> Result<Uuid> {
    keep_time(app).await?;
    app.limits.account(account)?;
    let tx = app.store.begin().await?;
    let request = claim_for(app, &tx, Actor::Account(account), account, vehicle).await?;
    tx.commit().await?;
    Ok(request.id)
}

/// As [`claim`], within a transaction, by whoever opens it for this account.
pub(crate) async fn claim_for(
    app: &App,
    tx: &Tx,
    actor: Actor,
    account: Uuid,
    vehicle: Proved<'_>,
) -> Result<Request> {
    let vehicle = named(tx, &vehicle).await?;
    let owner = vehicle.owner_person_id.filter(|_| is_registered(&vehicle)).ok_or(Refusal::NotFound)?;
    if owner::people(tx, account).await?.contains(&owner) {
        return Err(Refusal::SamePerson.into());
    }
    let new = NewRequest {
        owner_account_id: None,
        counterparty_account_id: Some(account),
        vehicles: &[vehicle.id],
        ..of_owner(app, Kind::Claim, account, &vehicle, Detail::None)
    };
    insert(app, tx, actor, new).await
}

/// Starts the end of a registration that is not the person's own, for the account of who complains: it verifies as the
/// person named on the record, and staff decide without papers.
///
/// # Errors
/// [`Refusal::RecordClosed`], [`Refusal::RequestOpen`].
pub(crate) async fn not_own(
    app: &App,
    tx: &Tx,
    who: &StaffMember,
    account: Uuid,
    vehicle: &Vehicle,
    note: String,
) -> Result<Request> {
    if !is_registered(vehicle) || vehicle.owner_person_id.is_none() {
        return Err(Refusal::RecordClosed.into());
    }
    let detail = Detail::Cancellation { reason: Reason::NotOwn, note: Some(note) };
    let new = of_owner(app, Kind::Cancellation, account, vehicle, detail);
    insert(app, tx, Actor::Staff(who.id), NewRequest { vehicles: &[vehicle.id], ..new }).await
}

/// Starts a registration of vehicles nobody is registered for (Art 8, 9, 12, 22).
///
/// # Errors
/// [`Refusal::VehicleUnknown`] when a vehicle's numbers do not belong together, [`Refusal::NotFound`] for a notice
/// that is over, [`Refusal::VehicleRegistered`], [`Refusal::RequestOpen`]; [`Refusal::BadRequest`] for no vehicle, the
/// same one twice, or several for a person; those of an identity.
pub async fn registration(app: &App, account: Uuid, new: NewApplication<'_>) -> Result<Uuid> {
    let address = identity::address(new.address)?.to_owned();
    let applicant = match &new.on_behalf {
        None => Applicant::Person,
        Some(OnBehalf::Unit(stated)) => Applicant::Unit(identity::checked(app, stated, true)?),
        Some(OnBehalf::Principal(stated)) => Applicant::Principal(identity::checked(app, stated, false)?),
    };
    let is_unit = matches!(applicant, Applicant::Unit(_));
    if !is_unit && (new.vehicles.len() > 1 || !new.actual_users.is_empty()) {
        return Err(Refusal::BadRequest.into());
    }
    keep_time(app).await?;
    app.limits.account(account)?;
    let tx = app.store.begin().await?;
    let mut vehicles = Vec::new();
    for vehicle in new.vehicles {
        vehicles.push(named(&tx, vehicle).await?);
    }
    if let Some(token) = new.notice {
        vehicles.push(notices::vehicle_of(app, &tx, token).await?);
    }
    let ids: BTreeSet<Uuid> = vehicles.iter().map(|vehicle| vehicle.id).collect();
    if ids.is_empty() || ids.len() < vehicles.len() {
        return Err(Refusal::BadRequest.into());
    }
    if vehicles.iter().any(|vehicle| vehicle.record != record::State::Unregistered) {
        return Err(Refusal::VehicleRegistered.into());
    }
    let mut actual_users = Vec::new();
    for (place, stated) in &new.actual_users {
        let vehicle_id = vehicles.get(*place).ok_or(Refusal::BadRequest)?.id;
        actual_users.push(ActualUser { vehicle_id, identity: identity::checked(app, stated, false)? });
    }
    let way = if new.notice.is_some() { Way::Supplementary } else { Way::FirstSale };
    let application = Application { way, applicant, address, actual_users };
    let ids: Vec<Uuid> = vehicles.iter().map(|vehicle| vehicle.id).collect();
    let request = NewRequest {
        id: app.id(),
        kind: Kind::Registration,
        vehicles: &ids,
        detail: Detail::Registration(Box::new(application)),
        owner_account_id: Some(account),
        owner_person_id: None,
        counterparty_account_id: None,
        invitation: None,
        expires_at_ms: expiry(app),
    };
    begin(app, tx, account, request).await
}

/// Starts putting a record right that failed a sample (Art 10), or that was not put right in time.
///
/// # Errors
/// [`Refusal::NotFound`] for another's vehicle, [`Refusal::Conflict`] for a record that is in order,
/// [`Refusal::RequestOpen`], [`Refusal::AddressNeeded`].
pub async fn rectification(app: &App, account: Uuid, vehicle: Uuid, address: &str) -> Result<Uuid> {
    let address = identity::address(address)?.to_owned();
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    let mut owned = owned(&tx, account).await?.into_iter();
    let vehicle = owned.find(|owned| owned.id == vehicle).ok_or(Refusal::NotFound)?;
    if !matches!(vehicle.record, record::State::Rectifying | record::State::EmergencyOnly) {
        return Err(Refusal::Conflict.into());
    }
    let owner = vehicle.owner_person_id.ok_or(Refusal::NotFound)?;
    let owner = tx.people().find(owner).await?.ok_or(Refusal::NotFound)?;
    let applicant = match owner.responsible_person_id {
        None => Applicant::Person,
        Some(_) => Applicant::Unit(Identity {
            name: owner.name,
            document_type: owner.document_type,
            document_number: owner.document_number,
            phone: owner.phone,
        }),
    };
    let application = Application { way: Way::Rectification, applicant, address, actual_users: Vec::new() };
    let detail = Detail::Registration(Box::new(application));
    let new = of_owner(app, Kind::Registration, account, &vehicle, detail);
    begin(app, tx, account, NewRequest { vehicles: &[vehicle.id], ..new }).await
}

/// A vehicle of this account, whose record lives.
async fn own(app: &App, account: Uuid, vehicle: Uuid) -> Result<(Tx, Vehicle)> {
    keep_time(app).await?;
    let tx = app.store.begin().await?;
    let mut owned = owned(&tx, account).await?.into_iter();
    let vehicle = owned.find(|owned| owned.id == vehicle).ok_or(Refusal::NotFound)?;
    if is_registered(&vehicle) { Ok((tx, vehicle)) } else { Err(Refusal::RecordClosed.into()) }
}

/// The vehicle both numbers belong to. Which of them is wrong is not said.
async fn named(tx: &Tx, proved: &Proved<'_>) -> Result<Vehicle> {
    let vin = proved.vin.trim().to_ascii_uppercase();
    let vehicle = tx.vehicles().by_vin(&vin).await?.ok_or(Refusal::VehicleUnknown)?;
    let engine_number = tx.vehicles().engine_number(vehicle.id).await?;
    let fits = engine_number.is_some_and(|number| number.eq_ignore_ascii_case(proved.engine_number.trim()));
    if fits { Ok(vehicle) } else { Err(Refusal::VehicleUnknown.into()) }
}

fn is_registered(vehicle: &Vehicle) -> bool {
    vehicle.record.service() == record::Service::Open
}

fn of_owner<'a>(app: &App, kind: Kind, account: Uuid, vehicle: &Vehicle, detail: Detail) -> NewRequest<'a> {
    NewRequest {
        id: app.id(),
        kind,
        vehicles: &[],
        detail,
        owner_account_id: Some(account),
        owner_person_id: vehicle.owner_person_id,
        counterparty_account_id: None,
        invitation: None,
        expires_at_ms: expiry(app),
    }
}

fn expiry(app: &App) -> i64 {
    clocks::days_after(app.now_ms(), app.config.transfer.ttl_days)
}

async fn begin(app: &App, tx: Tx, account: Uuid, new: NewRequest<'_>) -> Result<Uuid> {
    let request = insert(app, &tx, Actor::Account(account), new).await?;
    tx.commit().await?;
    Ok(request.id)
}

async fn insert(app: &App, tx: &Tx, actor: Actor, new: NewRequest<'_>) -> Result<Request> {
    let action = format!("{}.start", new.kind.as_str());
    let request = match tx.requests().insert(new, app.now_ms()).await {
        Err(StoreError::Conflict) => return Err(Refusal::RequestOpen.into()),
        other => other?,
    };
    let by = match actor {
        Actor::Account(account) => By::Party(side(&request, account, &[]).unwrap_or(Party::Owner)),
        _ => By::Staff,
    };
    line(app, tx, &request, by, None).await?;
    app.audit(tx, actor, &action, ("request", request.id), None);
    Ok(request)
}
