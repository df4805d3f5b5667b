//! A person with a phone and a device: signs in, verifies.

use base64::{Engine, prelude::BASE64_STANDARD};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::rand_core::OsRng,
};
use reqwest::Method;
use serde_json::{Value, json};
use server::service::seed::{DEMO_NAME, DEMO_PHONE, DEMO_RESIDENT_ID};
use verify::{
    challenge::Task,
    digest::sha256_hex,
    report::{EngineIdentity, KeyframeRecord, Outcome, Report, Scores, Shows, StepRecord, VERSION},
    signals::Signals,
};

use crate::stage::{Answer, Stage};

/// A person.
pub struct Person<'a> {
    pub stage: &'a Stage,
    pub token: String,
    pub name: &'a str,
    pub document: &'a str,
    key: SigningKey,
}

/// A report with its pictures, which a test can spoil before it is sent.
#[derive(Clone)]
pub struct Draft {
    pub id: String,
    pub report: Report,
    pub keyframes: Vec<Vec<u8>>,
    pub document: Option<Vec<u8>>,
}

/// Phone, name and document of someone who is not on record.
pub const BUYER: (&str, &str, &str) = ("13900005678", "李小红", "440524199001010018");

impl<'a> Person<'a> {
    /// Signs in with a code.
    pub async fn new(stage: &'a Stage, phone: &str, name: &'a str, document: &'a str) -> Self {
        let body = json!({"phone": phone});
        stage.call(Method::POST, "/owner/codes", None, Some(body)).await.ok();
        let body = json!({"phone": phone, "code": stage.code().await});
        let session = stage.call(Method::POST, "/owner/sessions", None, Some(body)).await.ok();
        let token = session["token"].as_str().unwrap().to_owned();
        Self { stage, token, name, document, key: SigningKey::random(&mut OsRng) }
    }

    pub async fn owner(stage: &'a Stage) -> Self {
        Self::new(stage, DEMO_PHONE, DEMO_NAME, DEMO_RESIDENT_ID).await
    }

    pub async fn buyer(stage: &'a Stage) -> Self {
        Self::new(stage, BUYER.0, BUYER.1, BUYER.2).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.stage.get(path, &self.token).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.stage.post(path, &self.token, body).await
    }

    /// Starts a transfer of the first vehicle; its id.
    pub async fn start_transfer(&self) -> String {
        let vehicles = self.get("/owner/vehicles").await.ok();
        let vehicle = vehicles["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["cards"].as_array().unwrap().len() == 2);
        let transfer =
            self.post("/owner/transfers", json!({"vehicle_id": vehicle.unwrap()["id"]})).await.ok();
        transfer["id"].as_str().unwrap().to_owned()
    }

    pub async fn consent(&self) -> String {
        let body = json!({"purpose": "face_evidence_upload", "text_version": "2026-11"});
        let consent = self.post("/owner/consents", body).await.ok();
        consent["id"].as_str().unwrap().to_owned()
    }

    /// What opens a verification.
    pub fn request(&self, transfer: &str) -> Value {
        let point = self.key.verifying_key().to_encoded_point(false);
        json!({
            "request_id": transfer,
            "name": self.name,
            "document_type": "resident_id",
            "document_number": self.document,
            "device_key": BASE64_STANDARD.encode(point.as_bytes()),
        })
    }

    /// Opens a verification and does what is asked.
    pub async fn perform(&self, transfer: &str) -> Draft {
        self.performed(self.request(transfer)).await
    }

    /// As [`Self::perform`], opened by this body.
    pub async fn performed(&self, body: Value) -> Draft {
        perform(&self.post("/owner/verifications", body).await.ok())
    }

    pub async fn send(&self, draft: &Draft) -> Answer {
        self.send_as(draft, &self.key).await
    }

    pub async fn send_as(&self, draft: &Draft, key: &SigningKey) -> Answer {
        let report = draft.report.to_bytes();
        let signature: Signature = key.sign(&report);
        let keyframes: Vec<String> =
            draft.keyframes.iter().map(|file| BASE64_STANDARD.encode(file)).collect();
        let mut body = json!({
            "report": BASE64_STANDARD.encode(&report),
            "signature": BASE64_STANDARD.encode(signature.to_bytes()),
            "keyframes": keyframes,
        });
        if let Some(document) = &draft.document {
            body["document_portrait"] = json!(BASE64_STANDARD.encode(document));
        }
        self.post(&format!("/owner/verifications/{}/report", draft.id), body).await
    }

    /// Opens a verification and passes.
    pub async fn verify(&self, transfer: &str) -> Value {
        self.send(&self.perform(transfer).await).await.ok()
    }

    pub async fn state(&self, transfer: &str) -> String {
        let transfer = self.get(&format!("/owner/requests/{transfer}")).await.ok();
        transfer["state"].as_str().unwrap().to_owned()
    }
}

/// The owner passed; the buyer has claimed and must verify.
pub async fn up_to_counterparty(owner: &Person<'_>, buyer: &Person<'_>) -> String {
    let id = owner.start_transfer().await;
    owner.consent().await;
    owner.verify(&id).await;
    let token = owner.get(&format!("/owner/requests/{id}")).await.ok()["invitation_token"].clone();
    buyer.post(&format!("/owner/invitations/{}/claim", token.as_str().unwrap()), json!({})).await.ok();
    id
}

/// The owner passed; the buyer has claimed, consented and passed. The transfer waits for acceptance.
pub async fn up_to_acceptance(owner: &Person<'_>, buyer: &Person<'_>) -> String {
    let id = up_to_counterparty(owner, buyer).await;
    buyer.consent().await;
    buyer.verify(&id).await;
    id
}

/// What the counterparty accepts.
pub fn acceptance() -> Value {
    json!({
        "responsibility_notice_version": "2026-11-01",
        "agreement_version": "2026-11-01",
        "address": "上海市浦东新区世纪大道1号",
    })
}

/// A perfect performance of a challenge: a picture at rest before each step, one of the step, and one at the end.
pub fn perform(challenge: &Value) -> Draft {
    let steps: Vec<Task> = serde_json::from_value(challenge["steps"].clone()).unwrap();
    let text = |field: &str| challenge[field].as_str().unwrap().to_owned();
    let pictures = 2 * steps.len() + 1;
    let keyframes: Vec<Vec<u8>> =
        (0..pictures).map(|index| format!("picture {index}").into_bytes()).collect();
    let at = |index: usize| index as u32 * 1000;
    let step = |(index, task): (usize, Task)| {
        let keyframe = 2 * index + 1;
        StepRecord {
            step: task.step,
            asked_ms: at(keyframe) - 400,
            done_ms: at(keyframe) + 400,
            keyframe: keyframe as u8,
        }
    };
    let keyframe = |(index, file): (usize, &Vec<u8>)| KeyframeRecord {
        shows: if index % 2 == 0 { Shows::Rest } else { Shows::Step },
        at_ms: at(index),
        sha256: sha256_hex(file),
    };
    let report = Report {
        version: VERSION,
        verification_id: text("id"),
        nonce: text("nonce"),
        policy_version: serde_json::from_value(challenge["policy_version"].clone()).unwrap(),
        engine: EngineIdentity {
            crate_version: "0.1.0".into(),
            wasm_sha256: sha256_hex(b"wasm"),
            networks: vec![sha256_hex(b"network"); 6],
        },
        outcome: Outcome::Passed,
        scores: Scores { similarity: Some(0.7), live: Some(0.95), continuity: Some(0.8) },
        steps: steps.into_iter().enumerate().map(step).collect(),
        keyframes: keyframes.iter().enumerate().map(keyframe).collect(),
        document_sha256: None,
        signals: (0..=10 * at(pictures) / 1000)
            .map(|index| Signals { t_ms: 100 * index, faces: 1, face: None })
            .collect(),
    };
    Draft { id: text("id"), report, keyframes, document: None }
}

impl Draft {
    /// Replaces the first picture by a line of the script the assessor follows.
    pub fn show(self, line: &str) -> Self {
        self.keyframe(0, line.as_bytes().to_vec())
    }

    /// Replaces a picture, in the report too.
    pub fn keyframe(mut self, index: usize, file: Vec<u8>) -> Self {
        self.report.keyframes[index].sha256 = sha256_hex(&file);
        self.keyframes[index] = file;
        self
    }

    /// Replaces the document portrait, in the report too.
    pub fn document(mut self, file: Vec<u8>) -> Self {
        self.report.document_sha256 = Some(sha256_hex(&file));
        self.document = Some(file);
        self
    }
}
