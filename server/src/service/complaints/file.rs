//! Filing: by the person, or by a handler for someone who calls or stands at the counter.

use chrono::{DateTime, FixedOffset};
use uuid::Uuid;
use verify::document::{Document, DocumentType, Iccid, Msisdn, Vin};

use super::{record, tell};
use crate::{
    rules::{
        calendar::ZONE_MS,
        clocks::DAY_MS,
        complaint::{By, Case, Channel, Event, Key, Kind, NextActor, Target, number::Number},
        region,
    },
    service::{App, Error, Refusal, Result, codes::Phone, owner, requests, text},
    store::{Actor, Complaint, StaffMember, Tx, Words},
};

/// Tries for a number nobody has.
const TRIES: usize = 8;

/// What is filed.
pub struct NewComplaint<'a> {
    /// What it is about.
    pub kind: Kind,
    /// Which way it came.
    pub channel: Channel,
    /// What happened.
    pub text: &'a str,
    /// How the person is called.
    pub name: Option<&'a str>,
    /// Province, two digits of GB/T 2260.
    pub region: Option<&'a str>,
    /// What it is about, as far as the person knows.
    pub about: About<'a>,
}

/// What a complaint is about, as far as the person knows.
#[derive(Default)]
pub struct About<'a> {
    /// One of the person's vehicles.
    pub vehicle: Option<Uuid>,
    /// One of the person's requests.
    pub request: Option<Uuid>,
    /// Vehicle identification number, as typed.
    pub vin: Option<&'a str>,
    /// ICCID of a card, as typed.
    pub iccid: Option<&'a str>,
    /// Number of a card, as typed.
    pub msisdn: Option<&'a str>,
    /// Document, as typed.
    pub document: Option<(DocumentType, &'a str)>,
}

/// What the person gets.
#[derive(Clone, Debug)]
pub struct Receipt {
    /// Id.
    pub id: Uuid,
    /// Receipt number.
    pub number: String,
    /// By when there must be an answer.
    pub answer_by_ms: i64,
}

/// Files the complaint of a signed-in person.
///
/// # Errors
/// [`Refusal::TextInvalid`], [`Refusal::NameInvalid`], [`Refusal::RegionInvalid`]; [`Refusal::NotFound`] for a vehicle
/// or request of someone else; [`Refusal::FilterInvalid`], [`Refusal::DocumentNumberInvalid`] for numbers that cannot
/// be; [`Refusal::TooMany`].
pub async fn by_owner(app: &App, account: Uuid, new: NewComplaint<'_>) -> Result<Receipt> {
    let words = checked(&new)?;
    let tx = app.store.begin().await?;
    let phone = tx.accounts().find(account).await?.ok_or(Refusal::SignInNeeded)?.phone;
    if let Some(vehicle) = new.about.vehicle {
        let owned = owner::owned(&tx, account).await?;
        owned.iter().find(|owned| owned.id == vehicle).ok_or(Refusal::NotFound)?;
    }
    if let Some(request) = new.about.request {
        requests::mine(&tx, request, account).await?;
    }
    let complaint = file(app, &tx, &phone, By::User, &new, words).await?;
    app.audit(&tx, Actor::Account(account), "complaint.file", ("complaint", complaint.id), None);
    finish(app, tx, complaint).await
}

/// Files the complaint of someone who calls or stands at the counter.
///
/// # Errors
/// As [`by_owner`]; [`Refusal::PhoneInvalid`].
pub async fn for_caller(app: &App, who: &StaffMember, phone: &str, new: NewComplaint<'_>) -> Result<Receipt> {
    let words = Words { written_by: Some(who.id), ..checked(&new)? };
    let phone = Phone::parse(phone)?;
    let tx = app.store.begin().await?;
    if let Some(vehicle) = new.about.vehicle {
        tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
    }
    if let Some(request) = new.about.request {
        tx.requests().find(request).await?.ok_or(Refusal::NotFound)?;
    }
    let complaint = file(app, &tx, phone.as_str(), By::User, &new, words).await?;
    super::audit(app, &tx, who, "file", complaint.id);
    finish(app, tx, complaint).await
}

fn checked(new: &NewComplaint<'_>) -> Result<Words> {
    if new.region.is_some_and(|code| region::find(code).is_none()) {
        return Err(Refusal::RegionInvalid.into());
    }
    super::words(new.text)
}

pub(super) async fn file(
    app: &App,
    tx: &Tx,
    phone: &str,
    by: By,
    new: &NewComplaint<'_>,
    words: Words,
) -> Result<Complaint> {
    let now_ms = app.now_ms();
    let today = tx.complaints().count_since(phone, now_ms - DAY_MS).await?;
    if today >= app.config.complaint.per_phone_per_day {
        return Err(Error::Later { refusal: Refusal::TooMany, retry_after_s: 3600 });
    }
    let mut complaint = Complaint {
        id: app.id(),
        number: number(app, tx).await?.to_string(),
        kind: new.kind,
        channel: new.channel,
        phone: phone.to_owned(),
        name: new.name.map(name).transpose()?,
        region: new.region.map(str::to_owned),
        case: Case::default(),
        satisfaction: None,
        merged_into: None,
        received_at_ms: now_ms,
        first_response_at_ms: None,
        replied_at_ms: None,
        closed_at_ms: None,
        statutory_due_ms: now_ms,
        first_response_due_ms: None,
        resolution_due_ms: None,
        next_alert_at_ms: None,
        next_actor: NextActor::Queue,
        statutory_breached: false,
        first_response_breached: false,
        resolution_breached: false,
        last_user_at_ms: now_ms,
        changed_at_ms: now_ms,
        version: 0,
    };
    tx.complaints().insert(&complaint).await?;
    tx.complaints().add_key(complaint.id, Key::Phone, phone).await?;
    about(tx, complaint.id, &new.about).await?;
    record(app, tx, &mut complaint, by, Event::Filed, Some(words)).await?;
    record(app, tx, &mut complaint, By::System, Event::Accepted, None).await?;
    Ok(complaint)
}

pub(super) async fn finish(app: &App, tx: Tx, complaint: Complaint) -> Result<Receipt> {
    let told = format!("已受理，我们将在 {} 前答复。", day(complaint.statutory_due_ms - 1));
    tell(app, &tx, &complaint, &told).await?;
    tx.commit().await?;
    Ok(Receipt { id: complaint.id, number: complaint.number, answer_by_ms: complaint.statutory_due_ms })
}

/// Links a complaint to what it is about, and lets it be found by it.
pub(super) async fn about(tx: &Tx, complaint: Uuid, about: &About<'_>) -> Result<()> {
    let mut vehicles: Vec<Uuid> = about.vehicle.into_iter().collect();
    let invalid = |_| Refusal::FilterInvalid;
    if let Some(vin) = about.vin {
        let vin: Vin = vin.parse().map_err(invalid)?;
        tx.complaints().add_key(complaint, Key::Vin, vin.as_str()).await?;
        vehicles.extend(tx.vehicles().by_vin(vin.as_str()).await?.map(|vehicle| vehicle.id));
    }
    if let Some(iccid) = about.iccid {
        let iccid: Iccid = iccid.parse().map_err(invalid)?;
        tx.complaints().add_key(complaint, Key::Iccid, iccid.as_str()).await?;
        vehicles.extend(tx.cards().by_iccid(iccid.as_str()).await?.and_then(|card| card.vehicle_id));
    }
    if let Some(msisdn) = about.msisdn {
        let msisdn: Msisdn = msisdn.parse().map_err(invalid)?;
        tx.complaints().add_key(complaint, Key::Msisdn, msisdn.as_str()).await?;
        vehicles.extend(tx.cards().by_msisdn(msisdn.as_str()).await?.and_then(|card| card.vehicle_id));
    }
    if let Some((kind, number)) = about.document {
        let document = Document::parse(kind, number).map_err(|_| Refusal::DocumentNumberInvalid)?;
        tx.complaints().add_key(complaint, Key::Document, document.number()).await?;
    }
    if let Some(id) = about.request {
        tx.complaint_marks().link(complaint, Target::Request, id).await?;
        let request = tx.requests().find(id).await?.ok_or(Refusal::NotFound)?;
        vehicles.extend(request.vehicles.iter().map(|link| link.vehicle_id));
    }
    for vehicle in vehicles {
        tx.complaint_marks().link(complaint, Target::Vehicle, vehicle).await?;
        let known = tx.vehicles().find(vehicle).await?.ok_or(Refusal::NotFound)?;
        tx.complaints().add_key(complaint, Key::Vin, &known.vin).await?;
        for card in tx.cards().of_vehicle(vehicle).await? {
            tx.complaints().add_key(complaint, Key::Iccid, &card.iccid).await?;
            tx.complaints().add_key(complaint, Key::Msisdn, &card.msisdn).await?;
        }
    }
    Ok(())
}

async fn number(app: &App, tx: &Tx) -> Result<Number> {
    for _ in 0..TRIES {
        let number = Number::new(china(app.now_ms()).date_naive(), app.below(1_000_000));
        if tx.complaints().by_number(number.as_str()).await?.is_none() {
            return Ok(number);
        }
    }
    Err(Refusal::Unavailable.into())
}

fn name(text: &str) -> Result<String> {
    let text = text::sentence(text).map_err(|_| Refusal::NameInvalid)?;
    if text.chars().count() <= 50 { Ok(text) } else { Err(Refusal::NameInvalid.into()) }
}

/// A day as people in China write it.
pub(super) fn day(ms: i64) -> String {
    china(ms).format("%Y年%-m月%-d日").to_string()
}

/// A day as people elsewhere read it.
pub(super) fn date(ms: i64) -> String {
    china(ms).format("%Y-%m-%d").to_string()
}

pub(super) fn china(ms: i64) -> DateTime<FixedOffset> {
    let utc = DateTime::from_timestamp_millis(ms).unwrap_or_default();
    let zone = FixedOffset::east_opt((ZONE_MS / 1000) as i32);
    zone.map_or_else(|| utc.fixed_offset(), |zone| utc.with_timezone(&zone))
}
