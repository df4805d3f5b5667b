//! The message itself: a [CloudEvents 1.0](https://cloudevents.io) envelope in structured JSON.
//!
//! Vehicle and cards travel readable (the signature protects them, TLS hides them); the person travels in a
//! sealed box (X25519, as in libsodium) that only the platform's private key opens: no proxy, log or dead
//! letter on the way holds personal data.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use crypto_box::{PublicKey, aead::rand_core::CryptoRngCore};
use serde::Serialize;
use uuid::Uuid;

use crate::{rules::proof::Reason, service::requests::Delivery, store};

/// Media type of a structured CloudEvent.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";

/// One message, ready to be written in a platform's dialect. Holds personal data: no `Debug`.
#[derive(Clone)]
pub struct Letter {
    /// Stable over all attempts; the receiver tells repetitions by it.
    pub message_id: Uuid,
    /// When it was approved or corrected, Unix milliseconds.
    pub approved_at_ms: i64,
    /// What the platform must hear.
    pub delivery: Delivery,
}

/// Why a letter cannot be put into an envelope. None of these heals by trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// A time outside of what RFC 3339 can say.
    #[error("a time of the record is out of range")]
    Time,
    /// The sealed box could not be made.
    #[error("the personal data cannot be sealed")]
    Seal,
    /// JSON could not be written.
    #[error("the envelope cannot be written")]
    Json,
}

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: Uuid,
    source: &'a str,
    r#type: String,
    time: String,
    subject: Uuid,
    datacontenttype: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    request_id: Uuid,
    vin: &'a str,
    cards: Vec<Card<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    renewal: Option<Renewal<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    vehicle: Option<Vehicle<'a>>,
    sealed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy_version: Option<u32>,
}

/// What a vehicle is, after a correction.
#[derive(Serialize)]
struct Vehicle<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_number: Option<&'a str>,
    brand: &'a str,
    model: &'a str,
    body_colour: &'a str,
}

#[derive(Serialize)]
struct Card<'a> {
    msisdn: &'a str,
    iccid: &'a str,
    carrier: &'a str,
}

/// A card in the place of another.
#[derive(Serialize)]
struct Renewal<'a> {
    old_iccid: &'a str,
    old_msisdn: &'a str,
    new_iccid: &'a str,
    new_msisdn: &'a str,
}

/// Who is registered (Art 5); only ever written into the sealed box.
#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    document_type: &'a str,
    document_number: &'a str,
    phone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<&'a str>,
    /// Who answers for a unit (Art 9).
    #[serde(skip_serializing_if = "Option::is_none")]
    responsible: Option<Box<Person<'a>>>,
    /// Who acted for the owner (Art 12).
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<Box<Person<'a>>>,
}

impl<'a> Person<'a> {
    fn of(person: &'a store::Person) -> Self {
        Self {
            name: &person.name,
            document_type: &person.document_type,
            document_number: &person.document_number,
            phone: &person.phone,
            address: person.address.as_deref(),
            responsible: None,
            agent: None,
        }
    }
}

/// Writes the envelope of `letter`, with the person sealed to `platform`.
///
/// `source` is this installation, a URI reference. The box is fresh at every attempt (`random`), the rest is
/// the same bytes each time.
///
/// # Errors
/// See [`EnvelopeError`].
pub fn write(
    letter: &Letter,
    source: &str,
    platform: &PublicKey,
    random: &mut impl CryptoRngCore,
) -> Result<Vec<u8>, EnvelopeError> {
    let Letter { message_id, approved_at_ms, delivery } = letter;
    let person = Person {
        responsible: delivery.responsible.as_ref().map(Person::of).map(Box::new),
        agent: delivery.agent.as_ref().map(Person::of).map(Box::new),
        ..Person::of(&delivery.owner)
    };
    let person = serde_json::to_vec(&person).map_err(|_| EnvelopeError::Json)?;
    let sealed = platform.seal(random, &person).map_err(|_| EnvelopeError::Seal)?;
    let cards = delivery.cards.iter();
    let event = CloudEvent {
        specversion: "1.0",
        id: *message_id,
        source,
        // The version is part of the name.
        r#type: format!("cn.ownerproof.{}.v1", delivery.event),
        time: rfc3339(*approved_at_ms)?,
        subject: delivery.request_id,
        datacontenttype: "application/json",
        data: Data {
            request_id: delivery.request_id,
            vin: &delivery.vin,
            cards: cards
                .map(|card| Card { msisdn: &card.msisdn, iccid: &card.iccid, carrier: &card.carrier })
                .collect(),
            reason: delivery.reason.map(Reason::as_str),
            renewal: delivery.renewal.as_ref().map(|renewal| Renewal {
                old_iccid: &renewal.old.iccid,
                old_msisdn: &renewal.old.msisdn,
                new_iccid: &renewal.iccid,
                new_msisdn: &renewal.msisdn,
            }),
            vehicle: delivery.vehicle.as_ref().map(|vehicle| Vehicle {
                engine_number: vehicle.engine_number.as_deref(),
                brand: &vehicle.brand,
                model: &vehicle.model,
                body_colour: &vehicle.body_colour,
            }),
            sealed: BASE64_STANDARD.encode(sealed),
            verified_at: delivery.verified.map(|verified| rfc3339(verified.at_ms)).transpose()?,
            policy_version: delivery.verified.map(|verified| verified.policy_version),
        },
    };
    serde_json::to_vec(&event).map_err(|_| EnvelopeError::Json)
}

/// Reads a platform's public key: 32 bytes in base64.
pub fn public_key(base64: &str) -> Option<PublicKey> {
    PublicKey::from_slice(&BASE64_STANDARD.decode(base64.trim()).ok()?).ok()
}

fn rfc3339(ms: i64) -> Result<String, EnvelopeError> {
    let time = DateTime::<Utc>::from_timestamp_millis(ms).ok_or(EnvelopeError::Time)?;
    Ok(time.to_rfc3339_opts(SecondsFormat::Millis, true))
}

/// A letter about nobody, for the tests of this folder.
#[cfg(test)]
pub(super) fn sample() -> Letter {
    use crate::service::requests::Verified;

    let card = store::Card {
        id: Uuid::nil(),
        vehicle_id: None,
        msisdn: "1064802000031".into(),
        iccid: "898604071120C0015291".into(),
        carrier: "china_mobile".into(),
        state: crate::rules::card::State::Active,
    };
    let owner = store::Person {
        id: Uuid::nil(),
        name: "张三".into(),
        document_type: "resident_id".into(),
        document_number: "11010519491231002X".into(),
        document_index: Vec::new(),
        phone: "13800001234".into(),
        address: Some("某地".into()),
        responsible_person_id: None,
        created_at_ms: 0,
    };
    let delivery = Delivery {
        event: "transfer.approved".into(),
        request_id: Uuid::from_u128(2),
        vin: "1M8GDM9AXKP042788".into(),
        cards: vec![card],
        owner,
        responsible: None,
        agent: None,
        reason: None,
        renewal: None,
        vehicle: None,
        verified: Some(Verified { at_ms: 1_794_999_999_000, policy_version: 1 }),
    };
    Letter { message_id: Uuid::from_u128(1), approved_at_ms: 1_795_000_000_123, delivery }
}

#[cfg(test)]
mod tests {
    use crypto_box::{SecretKey, aead::OsRng};
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn shape_and_seal() {
        let key = SecretKey::generate(&mut OsRng);
        let body = write(&sample(), "/ownerproof", &key.public_key(), &mut OsRng).unwrap();
        let text = String::from_utf8(body.clone()).unwrap();
        for private in ["张三", "11010519491231002X", "13800001234"] {
            assert!(!text.contains(private));
        }
        let mut event: Value = serde_json::from_slice(&body).unwrap();
        let sealed = event["data"]["sealed"].take();
        assert_eq!(
            event,
            json!({
                "specversion": "1.0",
                "id": "00000000-0000-0000-0000-000000000001",
                "source": "/ownerproof",
                "type": "cn.ownerproof.transfer.approved.v1",
                "time": "2026-11-18T11:06:40.123Z",
                "subject": "00000000-0000-0000-0000-000000000002",
                "datacontenttype": "application/json",
                "data": {
                    "request_id": "00000000-0000-0000-0000-000000000002",
                    "vin": "1M8GDM9AXKP042788",
                    "cards": [{"msisdn": "1064802000031", "iccid": "898604071120C0015291", "carrier": "china_mobile"}],
                    "sealed": null,
                    "verified_at": "2026-11-18T11:06:39.000Z",
                    "policy_version": 1,
                },
            })
        );
        let opened = key.unseal(&BASE64_STANDARD.decode(sealed.as_str().unwrap()).unwrap()).unwrap();
        assert_eq!(
            serde_json::from_slice::<Value>(&opened).unwrap(),
            json!({"name": "张三", "document_type": "resident_id",
                   "document_number": "11010519491231002X", "phone": "13800001234", "address": "某地"})
        );
        assert!(SecretKey::generate(&mut OsRng).unseal(&opened).is_err());
    }

    #[test]
    fn impossible_times_are_refused() {
        let key = SecretKey::generate(&mut OsRng).public_key();
        let letter = Letter { approved_at_ms: i64::MAX, ..sample() };
        assert_eq!(write(&letter, "/ownerproof", &key, &mut OsRng), Err(EnvelopeError::Time));
    }

    #[test]
    fn public_keys() {
        assert!(public_key("").is_none());
        assert!(public_key("AAAA").is_none());
        let key = SecretKey::generate(&mut OsRng).public_key();
        assert!(public_key(&BASE64_STANDARD.encode(key.as_bytes())).is_some_and(|read| read == key));
    }
}
