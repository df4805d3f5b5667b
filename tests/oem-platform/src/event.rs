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

/// What may be asked for, as the types of events name it.
const KINDS: [&str; 5] = ["registration", "transfer", "claim", "cancellation", "replacement"];
/// What happens to a record without being asked for by a request.
const CORRECTED: &str = "record.corrected";
/// Longest name of a kind of document.
const LONGEST_TYPE: usize = 40;

/// The record. Members we do not know are refused: they could be personal data outside of the seal.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The server's request, or its correction.
    pub request_id: String,
    /// The vehicle.
    pub vin: String,
    /// Its cards.
    pub cards: Vec<Card>,
    /// Why service ends.
    #[serde(default)]
    reason: Option<String>,
    /// Which card comes in the place of which.
    #[serde(default)]
    renewal: Option<Renewal>,
    /// What the vehicle is, after a correction.
    #[serde(default)]
    vehicle: Option<Vehicle>,
    /// The owner, sealed.
    pub sealed: String,
    #[serde(default)]
    verified_at: Option<DateTime<FixedOffset>>,
    #[serde(default)]
    policy_version: Option<u32>,
}

/// What a vehicle is, besides its number.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vehicle {
    #[serde(default)]
    engine_number: Option<String>,
    brand: String,
    model: String,
    body_colour: String,
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

/// A card in the place of another.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Renewal {
    old_iccid: String,
    old_msisdn: String,
    new_iccid: String,
    new_msisdn: String,
}

/// The owner.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// As on the document.
    pub name: String,
    /// Kind of document; the number of a `resident_id` is checked.
    pub document_type: String,
    /// As on the document.
    pub document_number: String,
    /// Mobile number.
    pub phone: String,
    /// Where the owner lives or sits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Who answers for a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Box<Person>>,
    /// Who acted for the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<Box<Person>>,
}

impl Event {
    /// Reads an event and checks everything that can be checked without opening the seal.
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let event: Self = serde_json::from_slice(body)
            .map_err(|_| Problem::Event("Send a CloudEvent with exactly the members of the contract."))?;
        if event.specversion != "1.0" {
            return Err(Problem::Event("Send CloudEvents 1.0."));
        }
        let what = event.r#type.strip_prefix("cn.ownerproof.").and_then(|rest| rest.strip_suffix(".v1"));
        let kind = match what {
            Some(CORRECTED) => CORRECTED,
            Some(what) => what.strip_suffix(".approved").filter(|kind| KINDS.contains(kind)).unwrap_or(""),
            None => "",
        };
        if kind.is_empty() {
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
        let corrected = kind == CORRECTED;
        let verified = data.verified_at.is_some() && data.policy_version.is_some();
        if corrected != data.vehicle.is_some() || corrected == verified {
            return Err(Problem::Value("vehicle"));
        }
        if (kind == "cancellation") != data.reason.is_some() {
            return Err(Problem::Value("reason"));
        }
        let renewal_fits = match &data.renewal {
            Some(new) => format::is_iccid(&new.new_iccid) && format::is_msisdn(&new.new_msisdn),
            None => true,
        };
        if (kind == "replacement") != data.renewal.is_some() || !renewal_fits {
            return Err(Problem::Value("renewal"));
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
        person.check()?;
        Ok(person)
    }

    /// SHA-256, in hex, of what the record says. The sealed box differs at every attempt, this does not:
    /// compact JSON of `[request_id, vin, cards, [reason, renewal, vehicle], person, verified_at, policy_version]`.
    pub fn digest(&self, person: &Person) -> String {
        let said = (
            &self.request_id,
            &self.vin,
            &self.cards,
            (&self.reason, &self.renewal, &self.vehicle),
            person,
            self.verified_at.map(|at| at.timestamp_millis()),
            self.policy_version,
        );
        let json = serde_json::to_vec(&said).unwrap_or_default();
        Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Person {
    fn check(&self) -> Result<(), Problem> {
        if self.name.trim().is_empty() || self.name.chars().count() > 100 {
            return Err(Problem::Value("name"));
        }
        if self.document_type.is_empty() || self.document_type.len() > LONGEST_TYPE {
            return Err(Problem::Value("document_type"));
        }
        if self.document_type == "resident_id" && !format::is_resident_id(&self.document_number) {
            return Err(Problem::Value("document_number"));
        }
        if !format::is_phone(&self.phone) {
            return Err(Problem::Value("phone"));
        }
        [&self.responsible, &self.agent].into_iter().flatten().try_for_each(|other| other.check())
    }
}
