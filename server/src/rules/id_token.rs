//! ID tokens of an identity provider (OpenID Connect Core 1.0, section 3.1.3.7): a signed JSON Web Token, RS256 or ES256.
//!
//! The algorithm is the one of the key, never the one the token asks for.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Seconds the provider's clock may differ from ours.
const LEEWAY_S: i64 = 60;

/// The provider's keys (RFC 7517); kinds we do not use are passed over.
#[derive(Clone, Debug, Deserialize)]
pub struct Keys {
    keys: Vec<Key>,
}

#[derive(Clone, Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// What the token must be for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who signed it.
    pub issuer: &'a str,
    /// Our client id.
    pub audience: &'a str,
    /// What we sent along with this sign-in.
    pub nonce: &'a str,
    /// Unix seconds.
    pub now_s: i64,
}

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Not a token.
    #[error("malformed")]
    Malformed,
    /// None of the provider's keys signed it.
    #[error("no key of the provider fits")]
    Signature,
    /// Another provider's.
    #[error("another issuer")]
    Issuer,
    /// For another client.
    #[error("another audience")]
    Audience,
    /// Of another sign-in.
    #[error("another nonce")]
    Nonce,
    /// Too old, or from the future.
    #[error("out of time")]
    Time,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
}

/// Checks a token and returns its claims.
///
/// # Errors
/// The first [`Fault`].
pub fn verify(token: &str, keys: &Keys, expected: Expected<'_>) -> Result<Map<String, Value>, Fault> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Fault::Malformed)?;
    let (header, payload) = signed.split_once('.').ok_or(Fault::Malformed)?;
    let (header, claims): (Header, Map<String, Value>) = (json(header)?, json(payload)?);
    let signature = decode(signature).ok_or(Fault::Malformed)?;
    let candidates = keys.keys.iter().filter(|key| header.kid.is_none() || key.kid == header.kid);
    if !candidates.into_iter().any(|key| key.signed(&header.alg, signed.as_bytes(), &signature)) {
        return Err(Fault::Signature);
    }

    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let time = |name: &str| claims.get(name).and_then(Value::as_i64);
    if text("iss") != Some(expected.issuer) {
        return Err(Fault::Issuer);
    }
    let ours = |value: &Value| value == expected.audience;
    let audience = match claims.get("aud") {
        // Of several audiences, the one it was issued to must be us.
        Some(Value::Array(several)) if several.len() > 1 => {
            several.iter().any(ours) && text("azp") == Some(expected.audience)
        }
        Some(Value::Array(one)) => one.iter().any(ours),
        Some(one) => ours(one),
        None => false,
    };
    if !audience || text("azp").is_some_and(|party| party != expected.audience) {
        return Err(Fault::Audience);
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(Fault::Nonce);
    }
    let over = time("exp").is_none_or(|end| end <= expected.now_s - LEEWAY_S);
    let early = time("iat").is_none_or(|start| start > expected.now_s + LEEWAY_S);
    if over || early { Err(Fault::Time) } else { Ok(claims) }
}

impl Key {
    fn signed(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        let part = |part: &Option<String>| part.as_deref().and_then(decode).unwrap_or_default();
        if self.purpose.as_deref().is_some_and(|purpose| purpose != "sig") {
            return false;
        }
        match (self.kty.as_str(), algorithm) {
            ("RSA", "RS256") => RsaPublicKeyComponents { n: part(&self.n), e: part(&self.e) }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            ("EC", "ES256") if self.crv.as_deref() == Some("P-256") => {
                let point = [vec![4], part(&self.x), part(&self.y)].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            _ => false,
        }
    }
}

fn decode(text: &str) -> Option<Vec<u8>> {
    BASE64_URL_SAFE_NO_PAD.decode(text).ok()
}

fn json<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_slice(&decode(text).ok_or(Fault::Malformed)?).map_err(|_| Fault::Malformed)
}

#[cfg(test)]
mod tests {
    use ring::{
        rand::SystemRandom,
        signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
    };
    use serde_json::json;

    use super::*;

    const EXPECTED: Expected<'_> =
        Expected { issuer: "https://id.example", audience: "ours", nonce: "n", now_s: 1100 };

    struct Provider(EcdsaKeyPair);

    impl Provider {
        fn new() -> Self {
            let (kind, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
            let key = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
            Self(EcdsaKeyPair::from_pkcs8(kind, key.as_ref(), &random).unwrap())
        }

        fn keys(&self) -> Keys {
            let point = self.0.public_key().as_ref();
            let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
            let key = json!({"kty": "EC", "kid": "e", "use": "sig", "crv": "P-256", "x": x, "y": y});
            serde_json::from_value(json!({"keys": [{"kty": "oct", "kid": "o"}, key]})).unwrap()
        }

        fn sign(&self, header: Value, claims: Value) -> String {
            let part = |value: Value| encode(value.to_string().as_bytes());
            let message = format!("{}.{}", part(header), part(claims));
            let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
            format!("{message}.{}", encode(signature.as_ref()))
        }
    }

    fn encode(bytes: &[u8]) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }

    fn header() -> Value {
        json!({"alg": "ES256", "kid": "e"})
    }

    fn claims() -> Value {
        json!({"iss": "https://id.example", "aud": "ours", "nonce": "n", "iat": 1000, "exp": 1300, "sub": "s"})
    }

    #[test]
    fn a_token_for_us_is_taken() {
        let provider = Provider::new();
        let token = provider.sign(header(), claims());
        assert_eq!(verify(&token, &provider.keys(), EXPECTED).unwrap()["sub"], "s");
        let token = provider.sign(json!({"alg": "ES256"}), claims());
        assert!(verify(&token, &provider.keys(), EXPECTED).is_ok(), "the key need not be named");
    }

    #[test]
    fn every_other_claim_is_refused() {
        let provider = Provider::new();
        for (name, value, fault) in [
            ("iss", json!("https://id.example.evil"), Fault::Issuer),
            ("aud", json!("theirs"), Fault::Audience),
            ("aud", json!(["theirs", "ours"]), Fault::Audience),
            ("aud", json!(null), Fault::Audience),
            ("azp", json!("theirs"), Fault::Audience),
            ("nonce", json!("m"), Fault::Nonce),
            ("nonce", json!(null), Fault::Nonce),
            ("exp", json!(1040), Fault::Time),
            ("exp", json!("9999"), Fault::Time),
            ("iat", json!(1161), Fault::Time),
        ] {
            let mut spoiled = claims();
            spoiled[name] = value;
            let token = provider.sign(header(), spoiled);
            assert_eq!(verify(&token, &provider.keys(), EXPECTED), Err(fault), "{name}");
        }
    }

    #[test]
    fn only_a_key_of_the_provider_signs() {
        let (provider, other) = (Provider::new(), Provider::new());
        let token = other.sign(header(), claims());
        assert_eq!(verify(&token, &provider.keys(), EXPECTED), Err(Fault::Signature));
        for header in
            [json!({"alg": "ES256", "kid": "x"}), json!({"alg": "none"}), json!({"alg": "HS256", "kid": "o"})]
        {
            let token = provider.sign(header, claims());
            assert_eq!(verify(&token, &provider.keys(), EXPECTED), Err(Fault::Signature));
        }
        let unsigned = provider.sign(header(), claims());
        let unsigned = unsigned.rsplit_once('.').unwrap().0;
        assert_eq!(verify(&format!("{unsigned}."), &provider.keys(), EXPECTED), Err(Fault::Signature));
        for token in ["", "a.b", "a.b.c", "..", "e30.e30.e30"] {
            assert_eq!(verify(token, &provider.keys(), EXPECTED), Err(Fault::Malformed), "{token}");
        }
    }

    #[test]
    fn rsa_signatures_are_read() {
        let keys = json!({"keys": [{"kty": "RSA", "kid": "r", "n": RSA, "e": "AQAB"}]});
        let keys: Keys = serde_json::from_value(keys).unwrap();
        assert_eq!(verify(TOKEN, &keys, EXPECTED).unwrap()["groups"], json!(["a"]));
        let changed = TOKEN.replacen(".eyJp", ".eyJq", 1);
        assert!(verify(&changed, &keys, EXPECTED).is_err());
    }

    /// A key made with another library, and what it signed.
    const RSA: &str = "\
        sPebZOK4irOgw-E4WzL-B0EQsUBn2dVqvNeRY1k9ZF-IbEP0glfjvEBu0S6_c_-661YeEHoRbVIUETzxZJKwTL8hCyIW3WXrHqL2\
        CiYu2PSvdcUoTIaFQFf_SYs9ekVPVjfKaqJj9al3uNl0l_b-ST0PuDMac5PjXrEK7B9WLXmpaBOcFTbb0y7rIjgNVDJ0mVcxoYaA\
        E3QqyACLiUf6KiXO9OrAA8KSphSUR7pEJofLP2Ok15uGLrtkufmZ5cisGHuz0ckO-l-B9sVQo9Fqkt6x0QtWNURki9uFB1b-0Tzp\
        2xN7wsCDBJD1OT9r82HHgnsoKHKLU04lL6IrTQX7mw";
    const TOKEN: &str = "\
        eyJhbGciOiJSUzI1NiIsImtpZCI6InIifQ.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOlsib3VycyJdLCJub25jZ\
        SI6Im4iLCJpYXQiOjEwMDAsImV4cCI6MTMwMCwiZ3JvdXBzIjpbImEiXX0.aIVlN5CvDbkceBoOFmD-vjpnBdji7L5JOOT12VbDn\
        9vaMtTzYSf5EAo5zxl9UZ8uc-SEw5GfgNYPESUKUeCvtKoeGIDSunf0M0ZlQ4QUhOw1yA1dTnNe56cES6OCN64_x5eVPFd9OO0Hf\
        doif-BtPKD8k6HmD68d1w7mYnS6RvK2LpMDMRgf8lIRS7XIC_6zypCd6lnICfapg52K0frxkNJGypR9p-AlDQIzhQu447x2AcxaB\
        7_BdaNZzhNSYOKoL7DQs3s4v02VuovDnHhelwuxOeTxipOZrs7fY3edLYBUX5D1Aiq_EvW6LuPKjae64oN2SA5hlAZ7aQ16ar8vM\
        w";
}
