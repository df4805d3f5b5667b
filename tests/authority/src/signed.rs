//! Standard Webhooks `v1`, read independently of the server.

use std::{
    str::FromStr,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::Context as _;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac as _};
use poem::http::HeaderMap;
use sha2::Sha256;

/// Tolerated distance between the sender's clock and ours, in seconds.
const WINDOW_S: u64 = 300;

/// Our clock, in Unix seconds.
pub fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().cast_signed()
}

/// A shared secret.
pub struct Secret(Vec<u8>);

impl FromStr for Secret {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        let text = text.trim();
        let key =
            BASE64_STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).context("not base64")?;
        anyhow::ensure!(key.len() >= 24, "shorter than 24 bytes");
        Ok(Self(key))
    }
}

impl Secret {
    /// The value of the `webhook-signature` header.
    pub fn sign(&self, id: &str, timestamp_s: i64, body: &[u8]) -> String {
        let code = self.hmac(&format!("{id}.{timestamp_s}."), body).finalize().into_bytes();
        format!("v1,{}", BASE64_STANDARD.encode(code))
    }

    /// The id of a question that is signed and fresh.
    pub fn verify(&self, headers: &HeaderMap, body: &[u8]) -> Option<String> {
        let header = |name| headers.get(name)?.to_str().ok();
        let id = header("webhook-id").filter(|id| !id.is_empty() && !id.contains('.'))?;
        let timestamp = header("webhook-timestamp")?;
        let sent: i64 = timestamp.parse().ok()?;
        let fresh = now_s().abs_diff(sent) <= WINDOW_S;
        let code = BASE64_STANDARD.decode(header("webhook-signature")?.strip_prefix("v1,")?).ok()?;
        let signed = self.hmac(&format!("{id}.{timestamp}."), body).verify_slice(&code).is_ok();
        (fresh && signed).then(|| id.to_owned())
    }

    fn hmac(&self, prefix: &str, body: &[u8]) -> Hmac<Sha256> {
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut hmac = Hmac::new_from_slice(&self.0).expect("any key length");
        hmac.update(prefix.as_bytes());
        hmac.update(body);
        hmac
    }
}
