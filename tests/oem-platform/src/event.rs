//! The event as the contract describes it, and the checks every record must pass.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, FixedOffset};
use crypto_box::SecretKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{format, problem::Problem};

/// CloudEvents 1.0; extension attributes are allowed and ignored.
#[derive(Deserialize)]
pub struct Event {
    specversion: String,
    /// Equals the id that was signed.
    pub id: String,
    source: String,
    r#type: String,
    #[serde(rename = "time")]
    _time: DateTime<FixedOffset>,
    subject: String,
    datacontenttype: String,
    /// What it says.
    pub data: Data,
}

/// The record. Members we do not know are refused: they could be personal data outside of the seal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The server's transfer.
    pub request_id: String,
    /// The vehicle.
    pub vin: String,
    /// Its cards.
    pub cards: Vec<Card>,
    /// The new owner, sealed.
    pub sealed: String,
    verified_at: DateTime<FixedOffset>,
    policy_version: u32,
}

/// One card.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Card {
    /// Its number.
    pub msisdn: String,
    /// Its ICCID.
    pub iccid: String,
    /// Its carrier.
    pub carrier: String,
}

/// The new owner.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// As on the document.
    pub name: String,
    /// Only `resident_id` so far.
    pub document_type: String,
    /// As on the document.
    pub document_number: String,
    /// Mobile number.
    pub phone: String,
}

impl Event {
    /// Reads an event and checks everything that can be checked without opening the seal.
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let event: Self = serde_json::from_slice(body)
            .map_err(|_| Problem::Event("Send a CloudEvent with exactly the members of the contract."))?;
        if event.specversion != "1.0" {
            return Err(Problem::Event("Send CloudEvents 1.0."));
        }
        if event.r#type != "cn.ownerproof.transfer.approved.v1" {
            return Err(Problem::Event("Send events of a type we know."));
        }
        if event.source.is_empty() || event.datacontenttype != "application/json" {
            return Err(Problem::Event("Name a source, and application/json as datacontenttype."));
        }
        let data = &event.data;
        if data.request_id.is_empty() || data.request_id.len() > 64 || event.subject != data.request_id {
            return Err(Problem::Event("Make the request id the subject."));
        }
        if !format::is_vin(&data.vin) {
            return Err(Problem::Value("vin"));
        }
        if data.cards.is_empty() || data.cards.len() > 100 {
            return Err(Problem::Value("cards"));
        }
        for (at, card) in data.cards.iter().enumerate() {
            if !format::is_iccid(&card.iccid)
                || data.cards[..at].iter().any(|other| other.iccid == card.iccid)
            {
                return Err(Problem::Value("iccid"));
            }
            if !format::is_msisdn(&card.msisdn)
                || data.cards[..at].iter().any(|other| other.msisdn == card.msisdn)
            {
                return Err(Problem::Value("msisdn"));
            }
            if card.carrier.is_empty() || card.carrier.len() > 64 {
                return Err(Problem::Value("carrier"));
            }
        }
        Ok(event)
    }
}

impl Data {
    /// Opens the sealed box and checks who is inside.
    pub fn open(&self, key: &SecretKey) -> Result<Person, Problem> {
        let sealed = BASE64_STANDARD.decode(&self.sealed).map_err(|_| Problem::Seal)?;
        let opened = key.unseal(&sealed).map_err(|_| Problem::Seal)?;
        let person: Person = serde_json::from_slice(&opened).map_err(|_| Problem::Seal)?;
        if person.name.trim().is_empty() || person.name.chars().count() > 100 {
            return Err(Problem::Value("name"));
        }
        if person.document_type != "resident_id" {
            return Err(Problem::Value("document_type"));
        }
        if !format::is_resident_id(&person.document_number) {
            return Err(Problem::Value("document_number"));
        }
        if !format::is_phone(&person.phone) {
            return Err(Problem::Value("phone"));
        }
        Ok(person)
    }

    /// SHA-256, in hex, of what the record says. The sealed box differs at every attempt, this does not:
    /// compact JSON of `[request_id, vin, cards, person, verified_at, policy_version]`.
    pub fn digest(&self, person: &Person) -> String {
        let said = (
            &self.request_id,
            &self.vin,
            &self.cards,
            person,
            self.verified_at.timestamp_millis(),
            self.policy_version,
        );
        let json = serde_json::to_vec(&said).unwrap_or_default();
        Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
