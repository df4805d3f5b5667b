//! The message itself: a [CloudEvents 1.0](https://cloudevents.io) envelope in structured JSON.
//!
//! Vehicle and cards travel readable (the signature protects them, TLS hides them); the person travels in a
//! sealed box (X25519, as in libsodium) that only the platform's private key opens: no proxy, log or dead
//! letter on the way holds personal data.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, SecondsFormat, Utc};
use crypto_box::{PublicKey, aead::rand_core::CryptoRngCore};
use serde::Serialize;

/// Media type of a structured CloudEvent.
pub const CONTENT_TYPE: &str = "application/cloudevents+json";
/// Event type of an approved transfer; the version is part of the name.
pub const TRANSFER_APPROVED: &str = "cn.ownerproof.transfer.approved.v1";

/// Everything one delivery says: an approved transfer, in the clear.
///
/// No `Debug` on purpose: it holds personal data.
#[derive(Clone)]
pub struct Delivery {
    /// Stable over all attempts; the receiver tells repetitions by it.
    pub message_id: String,
    /// The transfer.
    pub request_id: String,
    /// When the transfer was approved, Unix milliseconds.
    pub approved_at_ms: i64,
    /// The vehicle, 17 characters.
    pub vin: String,
    /// All its cards; they move together.
    pub cards: Vec<Card>,
    /// The new owner.
    pub person: Person,
    /// When the new owner was verified, Unix milliseconds.
    pub verified_at_ms: i64,
    /// The policy the verification followed.
    pub policy_version: u32,
}

/// One card of the vehicle.
#[derive(Clone, Serialize)]
pub struct Card {
    /// Its number, 11 or 13 digits.
    pub msisdn: String,
    /// Its ICCID, 19 or 20 characters.
    pub iccid: String,
    /// Its carrier, as the vehicle register names it.
    pub carrier: String,
}

/// The new owner (Art 5), only ever sent inside the sealed box.
#[derive(Clone, Serialize)]
pub struct Person {
    /// As on the document.
    pub name: String,
    /// `resident_id` for now.
    pub document_type: String,
    /// As on the document.
    pub document_number: String,
    /// Mobile number.
    pub phone: String,
}

/// Why a delivery cannot be put into an envelope. None of these heals by trying again.
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
    id: &'a str,
    source: &'a str,
    r#type: &'static str,
    time: String,
    subject: &'a str,
    datacontenttype: &'static str,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    request_id: &'a str,
    vin: &'a str,
    cards: &'a [Card],
    sealed: String,
    verified_at: String,
    policy_version: u32,
}

/// Writes the envelope of `delivery`, with the person sealed to `platform`.
///
/// `source` is this installation, a URI reference. The box is fresh at every attempt (`random`), the rest is
/// the same bytes each time.
///
/// # Errors
/// See [`EnvelopeError`].
pub fn write(
    delivery: &Delivery,
    source: &str,
    platform: &PublicKey,
    random: &mut impl CryptoRngCore,
) -> Result<Vec<u8>, EnvelopeError> {
    let person = serde_json::to_vec(&delivery.person).map_err(|_| EnvelopeError::Json)?;
    let sealed = platform.seal(random, &person).map_err(|_| EnvelopeError::Seal)?;
    let event = CloudEvent {
        specversion: "1.0",
        id: &delivery.message_id,
        source,
        r#type: TRANSFER_APPROVED,
        time: rfc3339(delivery.approved_at_ms)?,
        subject: &delivery.request_id,
        datacontenttype: "application/json",
        data: Data {
            request_id: &delivery.request_id,
            vin: &delivery.vin,
            cards: &delivery.cards,
            sealed: BASE64_STANDARD.encode(sealed),
            verified_at: rfc3339(delivery.verified_at_ms)?,
            policy_version: delivery.policy_version,
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

/// A delivery without anybody's data, for the tests of this folder.
#[cfg(test)]
pub(super) fn sample() -> Delivery {
    Delivery {
        message_id: "0192f0c1-0000-7000-8000-000000000001".into(),
        request_id: "0192f0c1-0000-7000-8000-000000000002".into(),
        approved_at_ms: 1_795_000_000_123,
        vin: "1M8GDM9AXKP042788".into(),
        cards: vec![Card {
            msisdn: "1064802000031".into(),
            iccid: "898604071120C0015291".into(),
            carrier: "china_mobile".into(),
        }],
        person: Person {
            name: "张三".into(),
            document_type: "resident_id".into(),
            document_number: "11010519491231002X".into(),
            phone: "13800001234".into(),
        },
        verified_at_ms: 1_794_999_999_000,
        policy_version: 1,
    }
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
                "id": "0192f0c1-0000-7000-8000-000000000001",
                "source": "/ownerproof",
                "type": "cn.ownerproof.transfer.approved.v1",
                "time": "2026-11-18T11:06:40.123Z",
                "subject": "0192f0c1-0000-7000-8000-000000000002",
                "datacontenttype": "application/json",
                "data": {
                    "request_id": "0192f0c1-0000-7000-8000-000000000002",
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
                   "document_number": "11010519491231002X", "phone": "13800001234"})
        );
        assert!(SecretKey::generate(&mut OsRng).unseal(&opened).is_err());
    }

    #[test]
    fn impossible_times_are_refused() {
        let key = SecretKey::generate(&mut OsRng).public_key();
        let delivery = Delivery { verified_at_ms: i64::MAX, ..sample() };
        assert_eq!(write(&delivery, "/ownerproof", &key, &mut OsRng), Err(EnvelopeError::Time));
    }

    #[test]
    fn public_keys() {
        assert!(public_key("").is_none());
        assert!(public_key("AAAA").is_none());
        let key = SecretKey::generate(&mut OsRng).public_key();
        assert!(public_key(&BASE64_STANDARD.encode(key.as_bytes())).is_some_and(|read| read == key));
    }
}
