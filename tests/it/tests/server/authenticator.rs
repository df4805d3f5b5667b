//! A passkey in software: what browser and authenticator make together, for the address the stage is at.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::rand_core::{OsRng, RngCore},
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::stage::{Answer, Stage};

/// One passkey, and what its device says; a test can make it lie.
#[derive(Clone)]
pub struct Authenticator {
    pub id: Vec<u8>,
    pub key: SigningKey,
    pub counter: u32,
    /// User present and verified.
    pub flags: u8,
    /// Instead of the stage's address.
    pub origin: Option<String>,
    pub user_handle: Option<String>,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    pub fn new() -> Self {
        let mut id = vec![0; 32];
        OsRng.fill_bytes(&mut id);
        let key = SigningKey::random(&mut OsRng);
        Self { id, key, counter: 0, flags: 0b101, origin: None, user_handle: None }
    }

    /// Asks for options and registers, signed in with this token.
    pub async fn register(&mut self, stage: &Stage, path: &str, token: &str) -> Answer {
        let options = stage.post(&format!("{path}/options"), token, json!({})).await.ok();
        let made = self.make(stage, &options);
        stage.post(path, token, made).await
    }

    /// Answers creation options.
    pub fn make(&mut self, stage: &Stage, options: &Value) -> Value {
        self.user_handle = options["user"]["id"].as_str().map(str::to_owned);
        let point = self.key.verifying_key().to_encoded_point(false);
        let (x, y) = (point.x().unwrap(), point.y().unwrap());
        let length = (self.id.len() as u16).to_be_bytes();
        let cose =
            [&[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32], &x[..], &[0x22, 0x58, 32], &y[..]].concat();
        let attested = [&[0; 16][..], &length, &self.id, &cose].concat();
        let data = self.data(options["rp"]["id"].as_str().unwrap(), 1 << 6, &attested);
        let client_data = self.client_data(stage, "webauthn.create", options);
        json!({
            "id": encode(&self.id),
            "type": "public-key",
            "response": {"clientDataJSON": encode(client_data), "authenticatorData": encode(data)},
            "label": "测试手机",
        })
    }

    /// Answers request options.
    pub fn sign(&mut self, stage: &Stage, options: &Value) -> Value {
        self.counter += 1;
        let data = self.data(options["rpId"].as_str().unwrap(), 0, &[]);
        let client_data = self.client_data(stage, "webauthn.get", options);
        let signature: Signature = self.key.sign(&[&data[..], &Sha256::digest(&client_data)].concat());
        let mut response = json!({
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(signature.to_der()),
        });
        if let Some(handle) = &self.user_handle {
            response["userHandle"] = json!(handle);
        }
        json!({"id": encode(&self.id), "type": "public-key", "response": response})
    }

    fn data(&self, party: &str, flags: u8, rest: &[u8]) -> Vec<u8> {
        let counter = self.counter.to_be_bytes();
        [&Sha256::digest(party)[..], &[self.flags | flags], &counter, rest].concat()
    }

    fn client_data(&self, stage: &Stage, kind: &str, options: &Value) -> String {
        let origin = self.origin.as_ref().unwrap_or(&stage.url);
        json!({"type": kind, "challenge": options["challenge"], "origin": origin}).to_string()
    }
}
