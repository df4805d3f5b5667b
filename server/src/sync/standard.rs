//! The standard dialect: `POST {platform}/v1/records`, CloudEvents 1.0, Standard Webhooks.

use crypto_box::{PublicKey, aead::OsRng};

use super::{
    adapter::{Adapter, Outgoing},
    envelope::{self, EnvelopeError, Letter},
    signature::{self, Keyring},
};

/// What it takes to talk to one platform.
pub struct Standard {
    url: String,
    source: String,
    secrets: Keyring,
    platform: PublicKey,
}

impl Standard {
    /// `platform_url` without a trailing path; `source` names this installation (a URI reference);
    /// `secrets` sign, `platform` is the key personal data is sealed to.
    pub fn new(platform_url: &str, source: &str, secrets: Keyring, platform: PublicKey) -> Self {
        let url = format!("{}/v1/records", platform_url.trim_end_matches('/'));
        Self { url, source: source.to_owned(), secrets, platform }
    }
}

impl Adapter for Standard {
    fn encode(&self, letter: &Letter, now_s: i64) -> Result<Outgoing, EnvelopeError> {
        let body = envelope::write(letter, &self.source, &self.platform, &mut OsRng)?;
        let id = letter.message_id.to_string();
        let headers = vec![
            ("content-type", envelope::CONTENT_TYPE.to_owned()),
            (signature::SIGNATURE, self.secrets.sign(&id, now_s, &body)),
            (signature::TIMESTAMP, now_s.to_string()),
            (signature::ID, id),
        ];
        Ok(Outgoing { url: self.url.clone(), headers, body })
    }
}

#[cfg(test)]
mod tests {
    use crypto_box::SecretKey;

    use super::*;
    use crate::sync::signature::Headers;

    #[test]
    fn signs_the_bytes_it_sends() {
        let secrets: Keyring = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap();
        let key = SecretKey::generate(&mut OsRng).public_key();
        let standard = Standard::new("http://platform.example/", "/ownerproof", secrets.clone(), key);
        let sent = standard.encode(&envelope::sample(), 1_795_000_000).unwrap();
        let header = |name| sent.headers.iter().find(|(is, _)| *is == name).unwrap().1.as_str();
        let (id, timestamp, signature) =
            (header("webhook-id"), header("webhook-timestamp"), header("webhook-signature"));
        assert_eq!(sent.url, "http://platform.example/v1/records");
        assert_eq!(header("content-type"), "application/cloudevents+json");
        assert_eq!(id, envelope::sample().message_id.to_string());
        assert_eq!(secrets.verify(Headers { id, timestamp, signature }, &sent.body, 1_795_000_001), Ok(()));
    }
}
