//! Standard Webhooks, read independently of the server: the receiving and the sending side of `v1`.

use std::str::FromStr;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac as _};
use poem::http::HeaderMap;
use sha2::Sha256;

use crate::problem::Problem;

/// Tolerated distance between the sender's clock and ours, in seconds.
const WINDOW_S: i64 = 300;

/// A shared secret.
pub struct Secret(Vec<u8>);

impl FromStr for Secret {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let encoded = text.trim().strip_prefix("whsec_");
        let key = encoded.and_then(|encoded| BASE64_STANDARD.decode(encoded).ok());
        key.filter(|key| key.len() >= 24)
            .map(Self)
            .ok_or_else(|| anyhow::anyhow!("not whsec_ and base64 of 24 bytes"))
    }
}

impl Secret {
    /// The value of the `webhook-signature` header.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let code = self.hmac(&[format!("{id}.{timestamp_s}.").as_bytes(), body]).finalize().into_bytes();
        format!("v1,{}", BASE64_STANDARD.encode(code))
    }

    /// Checks a request; answers with its id.
    pub fn verify<'a>(&self, headers: &'a HeaderMap, body: &[u8], now_s: i64) -> Result<&'a str, Problem> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let id = header("webhook-id").filter(|id| !id.is_empty() && !id.contains('.'));
        let id = id.ok_or(Problem::Signature("Send webhook-id, without dots."))?;
        let timestamp = header("webhook-timestamp").ok_or(Problem::Signature("Send webhook-timestamp."))?;
        let sent: i64 =
            timestamp.parse().map_err(|_| Problem::Signature("Send webhook-timestamp in seconds."))?;
        if !(now_s - WINDOW_S..=now_s + WINDOW_S).contains(&sent) {
            return Err(Problem::Signature("Sign the attempt at the time it is sent."));
        }
        let prefix = format!("{id}.{timestamp}.");
        let signed = header("webhook-signature")
            .unwrap_or_default()
            .split_ascii_whitespace()
            .filter_map(|signature| BASE64_STANDARD.decode(signature.strip_prefix("v1,")?).ok())
            .any(|code| self.hmac(&[prefix.as_bytes(), body]).verify_slice(&code).is_ok());
        if signed { Ok(id) } else { Err(Problem::Signature("Sign with the secret we share.")) }
    }

    fn hmac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut hmac = Hmac::new_from_slice(&self.0).expect("any key length");
        parts.iter().for_each(|part| hmac.update(part));
        hmac
    }
}

/// Installs the process-wide TLS provider unless there is one already.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn published_vector() {
        let secret: Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let (id, body) = ("msg_p5jXN8AQM9LWM0D4loKWxJek", br#"{"test": 2432232314}"#);
        let signature = secret.sign(id, 1_614_265_330, body);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");

        let mut headers = HeaderMap::new();
        headers.insert("webhook-id", id.parse().unwrap());
        headers.insert("webhook-timestamp", "1614265330".parse().unwrap());
        headers.insert("webhook-signature", format!("v1,AAAA {signature}").parse().unwrap());
        assert_eq!(secret.verify(&headers, body, 1_614_265_630), Ok(id));
        assert!(secret.verify(&headers, body, 1_614_265_631).is_err());
        assert!(secret.verify(&headers, b"{}", 1_614_265_330).is_err());
    }
}
