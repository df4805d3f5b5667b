//! Personal data unmasked: only with a reason, counted, and written down.

use uuid::Uuid;

use super::{App, Error, Refusal, Result, text::sentence};
use crate::{
    rules::{clocks::DAY_MS, rights::Right},
    store::{Actor, Reveal, RevealFilter, StaffMember, Tx},
};

/// Most looks in one page.
pub const PAGE: u64 = 50;

/// Something of a record that is masked everywhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A person's name.
    Name,
    /// A person's document number.
    DocumentNumber,
    /// A person's phone number.
    Phone,
    /// A person's address.
    Address,
    /// A vehicle's identification number.
    Vin,
    /// The ICCID of each card in a vehicle.
    Iccid,
    /// The number of each card in a vehicle.
    Msisdn,
}

impl Field {
    /// Name in the audit and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::DocumentNumber => "document_number",
            Self::Phone => "phone",
            Self::Address => "address",
            Self::Vin => "vin",
            Self::Iccid => "iccid",
            Self::Msisdn => "msisdn",
        }
    }
}

/// Whose data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person on record.
    Person(Uuid),
    /// A vehicle and its cards.
    Vehicle(Uuid),
    /// Who complains.
    Complaint(Uuid),
}

/// Why someone looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// To answer a complaint.
    Complaint,
    /// To decide a review or a dispute.
    Decision,
    /// To put a record right.
    Correction,
    /// An authority asks.
    Authority,
    /// Something else, said in the sentence.
    Other,
}

impl Reason {
    /// Name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complaint => "complaint",
            Self::Decision => "decision",
            Self::Correction => "correction",
            Self::Authority => "authority",
            Self::Other => "other",
        }
    }
}

/// What a member of staff asks to see.
pub struct Request {
    /// Whose data.
    pub subject: Subject,
    /// What of it.
    pub fields: Vec<Field>,
    /// Why.
    pub reason: Reason,
    /// Why, in a sentence.
    pub sentence: String,
}

/// Shows personal data, one value after the other; a field can have several, or none.
///
/// # Errors
/// [`Refusal::SentenceInvalid`]; [`Refusal::NotFound`] for a record that is not there; [`Refusal::BadRequest`] for a
/// field it does not have; [`Refusal::CaseTaken`] for a complaint somebody else has, or nobody, unless one leads;
/// [`Refusal::TooMany`] when this member of staff has looked too often today.
pub async fn reveal(app: &App, who: &StaffMember, request: Request) -> Result<Vec<(Field, String)>> {
    let sentence = sentence(&request.sentence)?;
    let tx = app.store.begin().await?;
    let values = look_up(&tx, who, request.subject, &request.fields).await?;
    let subject = match request.subject {
        Subject::Person(id) => ("person", id),
        Subject::Vehicle(id) => ("vehicle", id),
        Subject::Complaint(id) => ("complaint", id),
    };
    keep(app, &tx, who, subject, &request.fields, (request.reason, sentence)).await?;
    tx.commit().await?;
    Ok(values)
}

/// Writes a look down, in the transaction that shows something: who, of what, why. It counts against the day.
///
/// # Errors
/// [`Refusal::TooMany`] when this member of staff has looked too often today.
pub(crate) async fn keep(
    app: &App,
    tx: &Tx,
    who: &StaffMember,
    (subject_kind, subject_id): (&str, Uuid),
    fields: &[Field],
    (reason, sentence): (Reason, String),
) -> Result<()> {
    let now_ms = app.now_ms();
    let looks = tx.reveals().count_since(who.id, now_ms - DAY_MS).await?;
    if looks >= app.config.privacy.reveals_per_day {
        return Err(Error::Later { refusal: Refusal::TooMany, retry_after_s: 3600 });
    }
    let fields: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
    let detail = format!("{} because of {}", fields.join(" "), reason.as_str());
    let reveal = Reveal {
        id: app.id(),
        staff_id: who.id,
        subject_kind: subject_kind.to_owned(),
        subject_id,
        fields: fields.into_iter().map(str::to_owned).collect(),
        reason: reason.as_str().to_owned(),
        sentence,
        created_at_ms: now_ms,
    };
    tx.reveals().insert(reveal).await?;
    app.audit(tx, Actor::Staff(who.id), "reveal", (subject_kind, subject_id), Some(&detail));
    Ok(())
}

/// One page of these looks, newest first, from before the look `before`; and where the next page starts. The sentences
/// may name people, so this is audited too.
///
/// # Errors
/// The store failed.
pub async fn page(
    app: &App,
    who: &StaffMember,
    filter: &RevealFilter,
    before: Option<Uuid>,
) -> Result<(Vec<Reveal>, Option<Uuid>)> {
    let tx = app.store.begin().await?;
    let mut looks = tx.reveals().page(filter, before, PAGE + 1).await?;
    app.audit(&tx, Actor::Staff(who.id), "reveals.read", ("staff", who.id), None);
    tx.commit().await?;
    let more = looks.len() as u64 > PAGE;
    looks.truncate(PAGE as usize);
    let next = looks.last().filter(|_| more).map(|look| look.id);
    Ok((looks, next))
}

async fn look_up(
    tx: &Tx,
    who: &StaffMember,
    subject: Subject,
    fields: &[Field],
) -> Result<Vec<(Field, String)>> {
    let mut values = Vec::new();
    match subject {
        Subject::Person(id) => {
            let person = tx.people().find(id).await?.ok_or(Refusal::NotFound)?;
            for field in fields {
                let value = match field {
                    Field::Name => Some(person.name.clone()),
                    Field::DocumentNumber => Some(person.document_number.clone()),
                    Field::Phone => Some(person.phone.clone()),
                    Field::Address => person.address.clone(),
                    Field::Vin | Field::Iccid | Field::Msisdn => return Err(Refusal::BadRequest.into()),
                };
                values.extend(value.map(|value| (*field, value)));
            }
        }
        Subject::Vehicle(id) => {
            let vehicle = tx.vehicles().find(id).await?.ok_or(Refusal::NotFound)?;
            let cards = tx.cards().of_vehicle(id).await?;
            for field in fields {
                match field {
                    Field::Vin => values.push((*field, vehicle.vin.clone())),
                    Field::Iccid => values.extend(cards.iter().map(|card| (*field, card.iccid.clone()))),
                    Field::Msisdn => values.extend(cards.iter().map(|card| (*field, card.msisdn.clone()))),
                    _ => return Err(Refusal::BadRequest.into()),
                }
            }
        }
        Subject::Complaint(id) => {
            let complaint = tx.complaints().find(id).await?.ok_or(Refusal::NotFound)?;
            if complaint.case.assignee != Some(who.id) && !who.may(Right::LeadComplaints) {
                return Err(Refusal::CaseTaken.into());
            }
            for field in fields {
                match field {
                    Field::Name => values.extend(complaint.name.clone().map(|name| (*field, name))),
                    Field::Phone => values.push((*field, complaint.phone.clone())),
                    _ => return Err(Refusal::BadRequest.into()),
                }
            }
        }
    }
    Ok(values)
}
