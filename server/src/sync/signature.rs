//! [Standard Webhooks](https://www.standardwebhooks.com) signatures, symmetric scheme `v1`.
//!
//! The signed text is `id.timestamp.body`, so a message can neither be altered, nor given another id, nor kept
//! and replayed later. Several secrets can be live at once: every one of them signs and any of them is
//! accepted, which lets both sides rotate without a gap.

use std::str::FromStr;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

/// How far the sender's clock and ours may differ, in seconds; older messages are replays.
pub const WINDOW_S: u64 = 5 * 60;

/// Header with the message id.
pub const ID: &str = "webhook-id";
/// Header with the time of the attempt, Unix seconds.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Header with the signatures, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// Longest signature header read: room for dozens of rotated secrets, not for an attack on our time.
const LONGEST_SIGNATURE: usize = 4096;

/// Why a signed message is refused. The texts are safe to show to the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// An id that is empty, too long, or contains a dot (which would make the signed text ambiguous).
    #[error("webhook-id must be 1 to 256 visible ASCII characters without a dot")]
    Id,
    /// Not a Unix time in seconds.
    #[error("webhook-timestamp must be a Unix time in seconds")]
    Timestamp,
    /// Sent too long ago, or by a clock that runs ahead.
    #[error("webhook-timestamp is more than five minutes away from our clock")]
    Expired,
    /// None of the signatures matches.
    #[error("webhook-signature does not match the message")]
    Mismatch,
}

/// Why a text is not a secret. Never quotes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook secret is the base64 of 24 to 64 random bytes, with or without `whsec_` before it")]
pub struct SecretError;

/// One shared secret. Wiped from memory on drop; its `Debug` shows nothing.
#[derive(Debug, Clone)]
pub struct Secret(SecretSlice<u8>);

impl FromStr for Secret {
    type Err = SecretError;

    fn from_str(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        let encoded = text.strip_prefix("whsec_").unwrap_or(text);
        let key = BASE64_STANDARD.decode(encoded).map_err(|_| SecretError)?;
        if (24..=64).contains(&key.len()) { Ok(Self(key.into())) } else { Err(SecretError) }
    }
}

impl Secret {
    fn mac(&self, id: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret()).expect("any key length");
        for part in [id.as_bytes(), b".", timestamp.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

/// The secrets that are live at the moment, at least one.
#[derive(Debug, Clone)]
pub struct Keyring(Vec<Secret>);

impl FromStr for Keyring {
    type Err = SecretError;

    /// Reads one or more secrets separated by commas or blanks.
    fn from_str(text: &str) -> Result<Self, SecretError> {
        let secrets: Vec<Secret> = text
            .split([',', ' ', '\n'])
            .filter(|part| !part.trim().is_empty())
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        if secrets.is_empty() { Err(SecretError) } else { Ok(Self(secrets)) }
    }
}

impl Keyring {
    /// Signs a message: the value of the `webhook-signature` header, one signature per live secret.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let timestamp = timestamp_s.to_string();
        let sign = |secret: &Secret| {
            format!("v1,{}", BASE64_STANDARD.encode(secret.mac(id, &timestamp, body).finalize().into_bytes()))
        };
        self.0.iter().map(sign).collect::<Vec<_>>().join(" ")
    }

    /// Checks the three headers of a message against its body and our clock (Unix seconds).
    ///
    /// A valid message may still be a repetition inside the window: the caller tells by its id.
    ///
    /// # Errors
    /// See [`SignatureError`]; comparison takes constant time.
    pub fn verify(&self, headers: Headers<'_>, body: &[u8], now_s: i64) -> Result<(), SignatureError> {
        let Headers { id, timestamp, signature } = headers;
        if id.is_empty() || id.len() > 256 || !id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'.')
        {
            return Err(SignatureError::Id);
        }
        let sent_s: i64 = timestamp.parse().map_err(|_| SignatureError::Timestamp)?;
        if now_s.abs_diff(sent_s) > WINDOW_S {
            return Err(SignatureError::Expired);
        }
        if signature.len() > LONGEST_SIGNATURE {
            return Err(SignatureError::Mismatch);
        }
        let claimed = signature
            .split(' ')
            .filter_map(|part| part.strip_prefix("v1,"))
            .filter_map(|part| BASE64_STANDARD.decode(part).ok());
        for code in claimed {
            if self.0.iter().any(|secret| secret.mac(id, timestamp, body).verify_slice(&code).is_ok()) {
                return Ok(());
            }
        }
        Err(SignatureError::Mismatch)
    }
}

/// The three headers as they arrived.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'a> {
    /// `webhook-id`
    pub id: &'a str,
    /// `webhook-timestamp`
    pub timestamp: &'a str,
    /// `webhook-signature`
    pub signature: &'a str,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    // The vector published by Standard Webhooks.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const NOW: i64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const OTHER: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    fn keys(text: &str) -> Keyring {
        text.parse().unwrap()
    }

    fn check(
        id: &str,
        timestamp: &str,
        signature: &str,
        body: &[u8],
        now_s: i64,
    ) -> Result<(), SignatureError> {
        keys(SECRET).verify(Headers { id, timestamp, signature }, body, now_s)
    }

    #[test]
    fn published_vector() {
        assert_eq!(keys(SECRET).sign(ID, NOW, BODY), SIGNED);
        assert_eq!(check(ID, "1614265330", SIGNED, BODY, NOW), Ok(()));
    }

    #[rstest]
    #[case(NOW + 300, Ok(()))]
    #[case(NOW - 300, Ok(()))]
    #[case(NOW + 301, Err(SignatureError::Expired))]
    #[case(NOW - 301, Err(SignatureError::Expired))]
    #[case(i64::MIN, Err(SignatureError::Expired))]
    fn replay_window(#[case] now_s: i64, #[case] expected: Result<(), SignatureError>) {
        assert_eq!(check(ID, "1614265330", SIGNED, BODY, now_s), expected);
    }

    #[test]
    fn rotation_overlaps() {
        let (old, new, both) = (keys(SECRET), keys(OTHER), keys(&format!("{SECRET}, {OTHER}")));
        let signature = both.sign(ID, NOW, BODY);
        let headers = Headers { id: ID, timestamp: "1614265330", signature: &signature };
        for receiver in [&old, &new, &both] {
            assert_eq!(receiver.verify(headers, BODY, NOW), Ok(()));
        }
        let headers = Headers { signature: SIGNED, ..headers };
        assert_eq!(both.verify(headers, BODY, NOW), Ok(()));
        assert_eq!(new.verify(headers, BODY, NOW), Err(SignatureError::Mismatch));
    }

    #[test]
    fn text_cannot_move_between_the_parts() {
        // Without the rule on dots, `a.1` + `2` and `a` + `1` with body `2.…` would sign the same text.
        let signature = keys(SECRET).sign("a", NOW, b"1614265331.x");
        let refused = check("a.1614265330", "1614265331", &signature, b"x", NOW);
        assert_eq!(refused, Err(SignatureError::Id));
    }

    #[rstest]
    #[case("")]
    #[case("v1")]
    #[case("v1,")]
    #[case("v1,AAAA")]
    #[case("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    #[case("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")]
    fn other_signatures(#[case] signature: &str) {
        assert_eq!(check(ID, "1614265330", signature, BODY, NOW), Err(SignatureError::Mismatch));
    }

    #[rstest]
    #[case("")]
    #[case("whsec_")]
    #[case("whsec_AAAA")]
    #[case("whsec_not base64")]
    fn bad_secrets(#[case] text: &str) {
        assert!(text.parse::<Secret>().is_err());
    }

    #[test]
    fn debug_hides_the_secret() {
        assert_eq!(format!("{:?}", SECRET.parse::<Secret>().unwrap()), "Secret(SecretBox<[u8]>([REDACTED]))");
    }

    proptest! {
        #[test]
        fn any_flipped_bit_is_refused(
            body in prop::collection::vec(any::<u8>(), 1..200),
            place in any::<prop::sample::Index>(),
            bit in 0u8..8,
        ) {
            let timestamp = NOW.to_string();
            let signature = keys(SECRET).sign(ID, NOW, &body);
            // One text holds all three parts, so that each of them gets its share of flips.
            let mut all = [ID.as_bytes(), timestamp.as_bytes(), &body].concat();
            let at = place.index(all.len());
            all[at] ^= 1 << bit;
            let (id, rest) = all.split_at(ID.len());
            let (timestamp, body) = rest.split_at(timestamp.len());
            if let (Ok(id), Ok(timestamp)) = (std::str::from_utf8(id), std::str::from_utf8(timestamp)) {
                prop_assert!(check(id, timestamp, &signature, body, NOW).is_err());
            }
        }

        #[test]
        fn headers_never_panic(id in ".*", timestamp in ".*", signature in ".*", now in any::<i64>()) {
            prop_assert!(check(&id, &timestamp, &signature, BODY, now).is_err());
        }

        #[test]
        fn what_is_signed_verifies(body in prop::collection::vec(any::<u8>(), 0..200), now in 0i64..4_000_000_000) {
            let signature = keys(OTHER).sign(ID, now, &body);
            let headers = Headers { id: ID, timestamp: &now.to_string(), signature: &signature };
            prop_assert_eq!(keys(OTHER).verify(headers, &body, now), Ok(()));
        }
    }
}
