//! Bad input: each gets its own clear answer and changes nothing.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, Mac};
use p256::{ecdsa::SigningKey, elliptic_curve::rand_core::OsRng};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::service::Clock;
use sha2::Sha256;

use crate::{
    person::{Person, acceptance, up_to_acceptance},
    stage::{Answer, Db, Stage, answer},
};

#[rstest]
#[tokio::test]
async fn evidence(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = owner.start_transfer().await;

    let mut draft = owner.perform(&id).await;
    owner.send(&draft).await.refused(403, "consent-needed");
    owner.consent().await;
    for (picture, slug) in [
        ("truncated", "image-damaged"),
        ("huge", "image-too-large"),
        ("no face", "keyframe-no-face"),
        ("two faces", "keyframe-several-faces"),
    ] {
        draft = draft.show(picture);
        owner.send(&draft).await.refused(422, slug);
    }
    draft.keyframes[0] = b"another picture".to_vec();
    owner.send(&draft).await.refused(422, "keyframe-hash-mismatch");
    draft.keyframes.pop();
    owner.send(&draft).await.refused(422, "keyframe-count");
    draft = owner.perform(&id).await;
    owner.send_as(&draft, &SigningKey::random(&mut OsRng)).await.refused(422, "report-signature");
    draft.report.steps.reverse();
    owner.send(&draft).await.refused(422, "steps-mismatch");
    draft.report.nonce = "another".into();
    owner.send(&draft).await.refused(422, "nonce-mismatch");
    assert_eq!(owner.state(&id).await, "owner_verifying");

    // Nothing was changed: the same challenge can still be met.
    let draft = owner.perform(&id).await;
    owner.send(&draft.clone().show("no face")).await.refused(422, "keyframe-no-face");
    assert_eq!(owner.send(&draft).await.ok()["outcome"], "passed");
    owner.send(&draft).await.refused(409, "nonce-reused");
}

#[rstest]
#[tokio::test]
async fn an_old_nonce(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    owner.consent().await;
    let id = owner.start_transfer().await;
    let draft = owner.perform(&id).await;
    stage.clock.turn(Duration::from_secs(301));
    owner.send(&draft).await.refused(410, "nonce-expired");
    let path = format!("/owner/verifications/{}", draft.id);
    assert_eq!(owner.get(&path).await.ok()["state"], "expired");
}

#[rstest]
#[tokio::test]
async fn people(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = owner.start_transfer().await;
    for (field, value, status, slug) in [
        ("document_number", "110105194912310021", 422, "document-number-invalid"),
        ("document_number", "440524199001010012", 422, "document-number-invalid"),
        ("document_number", crate::person::BUYER.2, 422, "document-mismatch"),
        ("document_number", "110101201501010011", 422, "guardian-needed"),
        ("name", "张三", 422, "document-mismatch"),
        ("name", " ", 422, "name-invalid"),
        ("device_key", "AAAA", 422, "device-key-invalid"),
        ("document_type", "business_licence", 422, "document-type-invalid"),
        ("document_type", "library_card", 400, "bad-request"),
        ("request_id", "0192f0c1-0000-7000-8000-000000000001", 404, "not-found"),
        ("request_id", "x", 400, "bad-request"),
    ] {
        let mut request = owner.request(&id);
        request[field] = json!(value);
        owner.post("/owner/verifications", request).await.refused(status, slug);
    }
    assert_eq!(owner.state(&id).await, "draft");
}

#[rstest]
#[tokio::test]
async fn five_failures_lock(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    owner.consent().await;
    let id = owner.start_transfer().await;
    for left in (0..5).rev() {
        let verdict = owner.send(&owner.perform(&id).await.show("replay")).await.ok();
        assert_eq!((&verdict["outcome"], &verdict["may_retry"]), (&json!("failed"), &json!(left > 0)));
        assert!(verdict.get("scores").is_none());
    }
    let locked = owner.post("/owner/verifications", owner.request(&id)).await;
    locked.refused(429, "locked-out");
    assert!(locked.headers["retry-after"].to_str().unwrap().parse::<u64>().unwrap() > 1700);
    stage.clock.turn(Duration::from_secs(1801));
    assert_eq!(owner.verify(&id).await["outcome"], "passed");
}

#[rstest]
#[tokio::test]
async fn without_pictures_a_person_decides(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let id = owner.start_transfer().await;
    let mut draft = owner.perform(&id).await;
    draft.keyframes.clear();
    assert_eq!(owner.send(&draft).await.ok()["outcome"], "manual_review");
    assert_eq!(owner.state(&id).await, "manual_review");
}

async fn callback(stage: &Stage, key: u8, webhook_id: &str, age_s: i64, body: &Value) -> Answer {
    let timestamp = (stage.clock.now_ms() / 1000 - age_s).to_string();
    let bytes = serde_json::to_vec(body).unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(&[key; 32]).unwrap();
    for part in [webhook_id.as_bytes(), b".", timestamp.as_bytes(), b".", &bytes] {
        mac.update(part);
    }
    let signature = format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()));
    let request = stage
        .raw(Method::POST, "/api/v1/oem/callbacks")
        .header("content-type", "application/json")
        .header("webhook-id", webhook_id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(bytes);
    answer(request).await
}

#[rstest]
#[tokio::test]
async fn callbacks(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    let vin = stage.app.store.read().await.unwrap();
    let transfer = vin.requests().find(id.parse().unwrap()).await.unwrap().unwrap();
    let vin = vin.vehicles().find(transfer.vehicle_id().unwrap()).await.unwrap().unwrap().vin;
    let body = json!({"message_id": "m", "request_id": id, "vin": vin, "status": "confirmed", "at": "2026-11-22T00:00:00Z"});

    callback(&stage, 3, "early", 0, &body).await.refused(409, "conflict");
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.ok();
    callback(&stage, 4, "a", 0, &body).await.refused(401, "callback-signature");
    callback(&stage, 3, "a", 301, &body).await.refused(401, "callback-signature");
    let unsigned = stage.raw(Method::POST, "/api/v1/oem/callbacks").json(&body);
    answer(unsigned).await.refused(401, "callback-signature");
    let mut other = body.clone();
    other["vin"] = json!("1M8GDM9AXKP042788");
    callback(&stage, 3, "a", 0, &other).await.refused(404, "not-found");
    callback(&stage, 3, "a", 0, &json!({"status": "confirmed"})).await.refused(400, "bad-request");
    assert_eq!(owner.state(&id).await, "syncing");

    assert_eq!(callback(&stage, 3, "a", 0, &body).await.status, 204);
    assert_eq!(callback(&stage, 3, "a", 0, &body).await.status, 204);
    assert_eq!(callback(&stage, 3, "b", 0, &body).await.status, 204);
    assert_eq!(owner.state(&id).await, "confirmed");
    let mut rejected = body;
    rejected["status"] = json!("rejected");
    callback(&stage, 3, "c", 0, &rejected).await.refused(409, "conflict");
    assert_eq!(owner.state(&id).await, "confirmed");
}

#[tokio::test]
async fn everything_else_is_a_problem_too() {
    let stage = Stage::up(Db::Sqlite).await.unwrap();
    let api = |method, path: &str| stage.raw(method, &format!("/api/v1{path}"));
    answer(api(Method::GET, "/nowhere")).await.refused(404, "not-found");
    answer(api(Method::PUT, "/owner/codes")).await.refused(405, "method-not-allowed");
    answer(api(Method::POST, "/owner/codes").body("{")).await.refused(415, "media-type");
    let json = |body: &str| {
        api(Method::POST, "/owner/codes").header("content-type", "application/json").body(body.to_owned())
    };
    answer(json("{")).await.refused(400, "bad-request");
    answer(json("{}")).await.refused(400, "bad-request");
    answer(json(r#"{"phone": "123"}"#)).await.refused(422, "phone-invalid");
    answer(json(&" ".repeat(65 * 1024))).await.refused(413, "too-large");
    answer(api(Method::GET, "/owner/me")).await.refused(401, "sign-in-needed");
    answer(api(Method::GET, "/owner/me").bearer_auth("x")).await.refused(401, "sign-in-needed");
    answer(stage.raw(Method::GET, "/owner/../../etc/passwd")).await.refused(404, "not-found");
}
