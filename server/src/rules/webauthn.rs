//! Passkeys: the relying party's part of Web Authentication Level 2, sections 7.1 and 7.2, for attestation `none` and
//! user verification `required`.
//!
//! A browser hands over the authenticator's own bytes (`getAuthenticatorData()`), so no CBOR is read: the key in them is
//! in CTAP2 canonical form, which for each algorithm is a fixed frame around its numbers.

use ring::signature::{ECDSA_P256_SHA256_ASN1, ED25519, UnparsedPublicKey, VerificationAlgorithm};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Whom passkeys are made for.
#[derive(Clone, Debug)]
pub struct RelyingParty {
    /// Host name.
    pub id: String,
    /// Scheme, host and port of the pages that may ask.
    pub origin: String,
}

/// Algorithms in order of preference, by their COSE number: EdDSA, ES256.
pub const ALGORITHMS: [i32; 2] = [-8, -7];

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It cannot be read.
    #[error("malformed")]
    Malformed,
    /// It was made for something else.
    #[error("another ceremony")]
    Type,
    /// It answers another challenge.
    #[error("another challenge")]
    Challenge,
    /// Another page asked for it.
    #[error("another origin")]
    Origin,
    /// It is for another relying party.
    #[error("another relying party")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("user not present")]
    UserNotPresent,
    /// Neither PIN nor fingerprint nor face was asked for.
    #[error("user not verified")]
    UserNotVerified,
    /// The key is of a kind that was not offered.
    #[error("unknown kind of key")]
    Key,
    /// The signature does not fit.
    #[error("signature")]
    Signature,
    /// The counter did not go up: there may be a copy of the key.
    #[error("counter")]
    Counter,
}

/// A passkey that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its id, 1 to 1023 bytes.
    pub id: Vec<u8>,
    /// Public key, COSE.
    pub key: Vec<u8>,
    /// Signature counter; 0 for passkeys that have none.
    pub counter: u32,
}

/// Answer of an authenticator that signs in.
#[derive(Clone, Copy, Debug)]
pub struct Assertion<'a> {
    /// What the browser says it asked for, JSON.
    pub client_data: &'a [u8],
    /// What the authenticator says.
    pub authenticator_data: &'a [u8],
    /// Over both.
    pub signature: &'a [u8],
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ClientData {
    r#type: String,
    challenge: String,
    origin: String,
    #[serde(default)]
    cross_origin: bool,
}

/// The challenge an answer says it is for, in URL-safe base64; nothing about it is proved yet.
///
/// # Errors
/// [`Fault::Malformed`].
pub fn challenge(client_data: &[u8]) -> Result<String, Fault> {
    Ok(read(client_data)?.challenge)
}

/// Checks the answer to a registration (section 7.1).
///
/// # Errors
/// The first [`Fault`].
pub fn register(
    party: &RelyingParty,
    challenge: &str,
    client_data: &[u8],
    authenticator_data: &[u8],
) -> Result<Credential, Fault> {
    party.asked(client_data, "webauthn.create", challenge)?;
    let data = AuthenticatorData::read(authenticator_data)?;
    data.check(party)?;
    if data.flags & ATTESTED == 0 {
        return Err(Fault::Malformed);
    }
    // AAGUID, length of the id, id, key; extensions only where the flag says so.
    let rest = data.rest.get(16..).ok_or(Fault::Malformed)?;
    let (length, rest) = rest.split_first_chunk().ok_or(Fault::Malformed)?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (id, rest) = rest.split_at_checked(length).ok_or(Fault::Malformed)?;
    if !(1..=1023).contains(&id.len()) {
        return Err(Fault::Malformed);
    }
    let key = Key::read(rest)?;
    if key.cose.len() < rest.len() && data.flags & EXTENDED == 0 {
        return Err(Fault::Malformed);
    }
    Ok(Credential { id: id.to_vec(), key: key.cose.to_vec(), counter: data.counter })
}

/// Checks the answer to a sign-in (section 7.2) and returns the new counter.
///
/// # Errors
/// The first [`Fault`].
pub fn verify(
    party: &RelyingParty,
    challenge: &str,
    credential: &Credential,
    answer: Assertion<'_>,
) -> Result<u32, Fault> {
    party.asked(answer.client_data, "webauthn.get", challenge)?;
    let data = AuthenticatorData::read(answer.authenticator_data)?;
    data.check(party)?;
    let signed = [answer.authenticator_data, &Sha256::digest(answer.client_data)].concat();
    let key = Key::read(&credential.key)?;
    UnparsedPublicKey::new(key.algorithm, key.public)
        .verify(&signed, answer.signature)
        .map_err(|_| Fault::Signature)?;
    let counts = data.counter != 0 || credential.counter != 0;
    if counts && data.counter <= credential.counter {
        return Err(Fault::Counter);
    }
    Ok(data.counter)
}

fn read(client_data: &[u8]) -> Result<ClientData, Fault> {
    serde_json::from_slice(client_data).map_err(|_| Fault::Malformed)
}

impl RelyingParty {
    fn asked(&self, client_data: &[u8], kind: &str, challenge: &str) -> Result<(), Fault> {
        let asked = read(client_data)?;
        if asked.r#type != kind {
            return Err(Fault::Type);
        }
        if asked.challenge != challenge {
            return Err(Fault::Challenge);
        }
        if asked.origin != self.origin || asked.cross_origin { Err(Fault::Origin) } else { Ok(()) }
    }
}

const PRESENT: u8 = 1;
const VERIFIED: u8 = 1 << 2;
const ATTESTED: u8 = 1 << 6;
const EXTENDED: u8 = 1 << 7;

/// Section 6.1.
struct AuthenticatorData<'a> {
    party: &'a [u8; 32],
    flags: u8,
    counter: u32,
    rest: &'a [u8],
}

impl<'a> AuthenticatorData<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let (party, rest) = bytes.split_first_chunk().ok_or(Fault::Malformed)?;
        let (flags, rest) = rest.split_first().ok_or(Fault::Malformed)?;
        let (counter, rest) = rest.split_first_chunk().ok_or(Fault::Malformed)?;
        Ok(Self { party, flags: *flags, counter: u32::from_be_bytes(*counter), rest })
    }

    fn check(&self, party: &RelyingParty) -> Result<(), Fault> {
        if self.party[..] != Sha256::digest(&party.id)[..] {
            return Err(Fault::RelyingParty);
        }
        if self.flags & PRESENT == 0 {
            return Err(Fault::UserNotPresent);
        }
        if self.flags & VERIFIED == 0 { Err(Fault::UserNotVerified) } else { Ok(()) }
    }
}

/// A public key in its COSE frame.
struct Key<'a> {
    algorithm: &'static dyn VerificationAlgorithm,
    public: Vec<u8>,
    cose: &'a [u8],
}

impl<'a> Key<'a> {
    /// Reads the key at the start of the bytes.
    fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        // {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        if let Some(rest) = bytes.strip_prefix(&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32])
            && let Some((x, rest)) = rest.split_at_checked(32)
            && let Some(rest) = rest.strip_prefix(&[0x22, 0x58, 32])
            && let Some(y) = rest.get(..32)
        {
            let public = [&[4], x, y].concat();
            return Ok(Self { algorithm: &ECDSA_P256_SHA256_ASN1, public, cose: &bytes[..77] });
        }
        // {1: 1, 3: -8, -1: 6, -2: x}
        if let Some(rest) = bytes.strip_prefix(&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32])
            && let Some(x) = rest.get(..32)
        {
            return Ok(Self { algorithm: &ED25519, public: x.to_vec(), cose: &bytes[..42] });
        }
        Err(Fault::Key)
    }
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
    };

    use super::*;

    /// A software authenticator.
    enum Authenticator {
        Es256(EcdsaKeyPair),
        EdDsa(Ed25519KeyPair),
    }

    impl Authenticator {
        fn both() -> [Self; 2] {
            let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_ASN1_SIGNING);
            let p256 = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
            let ed25519 = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
            [
                Self::Es256(EcdsaKeyPair::from_pkcs8(kind, p256.as_ref(), &random).unwrap()),
                Self::EdDsa(Ed25519KeyPair::from_pkcs8(ed25519.as_ref()).unwrap()),
            ]
        }

        fn cose(&self) -> Vec<u8> {
            match self {
                Self::Es256(key) => {
                    let point = key.public_key().as_ref();
                    let head = [0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32];
                    [&head, &point[1..33], &[0x22, 0x58, 32], &point[33..]].concat()
                }
                Self::EdDsa(key) => {
                    [&[0xa4, 1, 1, 3, 0x27, 0x20, 6, 0x21, 0x58, 32], key.public_key().as_ref()].concat()
                }
            }
        }

        fn sign(&self, message: &[u8]) -> Vec<u8> {
            match self {
                Self::Es256(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
                Self::EdDsa(key) => key.sign(message).as_ref().to_vec(),
            }
        }
    }

    fn party() -> RelyingParty {
        RelyingParty { id: "cars.example".into(), origin: "https://cars.example".into() }
    }

    fn client_data(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
        serde_json::to_vec(&serde_json::json!({"type": kind, "challenge": challenge, "origin": origin}))
            .unwrap()
    }

    fn data(party: &str, flags: u8, counter: u32, rest: &[u8]) -> Vec<u8> {
        [&Sha256::digest(party)[..], &[flags], &counter.to_be_bytes(), rest].concat()
    }

    fn attested(cose: &[u8]) -> Vec<u8> {
        [&[0; 16][..], &[0, 3], b"abc", cose].concat()
    }

    const UV: u8 = PRESENT | VERIFIED;

    #[test]
    fn a_passkey_is_made_and_signs_in() {
        for device in Authenticator::both() {
            let asked = client_data("webauthn.create", "c1", "https://cars.example");
            let made = data("cars.example", UV | ATTESTED, 0, &attested(&device.cose()));
            let credential = register(&party(), "c1", &asked, &made).unwrap();
            assert_eq!(credential, Credential { id: b"abc".to_vec(), key: device.cose(), counter: 0 });

            let asked = client_data("webauthn.get", "c2", "https://cars.example");
            let said = data("cars.example", UV, 7, &[]);
            let signature = device.sign(&[&said[..], &Sha256::digest(&asked)].concat());
            let answer = Assertion { client_data: &asked, authenticator_data: &said, signature: &signature };
            assert_eq!(verify(&party(), "c2", &credential, answer), Ok(7));
            for counter in [7, 8] {
                let used = Credential { counter, ..credential.clone() };
                assert_eq!(verify(&party(), "c2", &used, answer), Err(Fault::Counter));
            }
            let other = Credential { key: Authenticator::both()[0].cose(), ..credential.clone() };
            assert_eq!(verify(&party(), "c2", &other, answer), Err(Fault::Signature));
            let changed = data("cars.example", UV, 8, &[]);
            let changed = Assertion { authenticator_data: &changed, ..answer };
            assert_eq!(verify(&party(), "c2", &credential, changed), Err(Fault::Signature));
        }
    }

    #[test]
    fn every_other_registration_is_refused() {
        let [device, _] = Authenticator::both();
        let (kind, origin, rest) = ("webauthn.create", "https://cars.example", attested(&device.cose()));
        let flags = UV | ATTESTED;
        let made = |flags| data("cars.example", flags, 0, &rest);
        for (asked, said, fault) in [
            (b"{}".to_vec(), made(flags), Fault::Malformed),
            (client_data("webauthn.get", "c", origin), made(flags), Fault::Type),
            (client_data(kind, "d", origin), made(flags), Fault::Challenge),
            (client_data(kind, "c", "https://cars.example.evil"), made(flags), Fault::Origin),
            (client_data(kind, "c", origin), data("evil", flags, 0, &rest), Fault::RelyingParty),
            (client_data(kind, "c", origin), made(VERIFIED | ATTESTED), Fault::UserNotPresent),
            (client_data(kind, "c", origin), made(PRESENT | ATTESTED), Fault::UserNotVerified),
            (client_data(kind, "c", origin), made(UV), Fault::Malformed),
            (client_data(kind, "c", origin), data("cars.example", flags, 0, &rest[..90]), Fault::Key),
            (
                client_data(kind, "c", origin),
                data("cars.example", flags, 0, &[&rest[..], &[0]].concat()),
                Fault::Malformed,
            ),
        ] {
            assert_eq!(register(&party(), "c", &asked, &said), Err(fault));
        }
        let framed = br#"{"type":"webauthn.create","challenge":"c","origin":"https://cars.example","crossOrigin":true}"#;
        assert_eq!(register(&party(), "c", framed, &made(flags)), Err(Fault::Origin));
    }

    #[test]
    fn cut_bytes_are_refused_not_read_past() {
        let [device, _] = Authenticator::both();
        let asked = client_data("webauthn.create", "c", "https://cars.example");
        let made = data("cars.example", UV | ATTESTED, 0, &attested(&device.cose()));
        for length in 0..made.len() {
            assert!(register(&party(), "c", &asked, &made[..length]).is_err(), "{length}");
        }
    }
}
