//! A request repeated under the same key has one effect and one answer.

use std::time::Duration;

use reqwest::{Method, StatusCode, header::HeaderMap};
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    person::Person,
    stage::{Answer, Db, Stage, answer},
};

async fn post(stage: &Stage, path: &str, token: &str, key: &str, body: &Value) -> Answer {
    let request = stage.raw(Method::POST, &format!("/api/v1{path}")).bearer_auth(token);
    answer(request.header("idempotency-key", key).json(body)).await
}

fn replayed(headers: &HeaderMap) -> bool {
    headers.get("idempotent-replayed").is_some_and(|value| value == "true")
}

async fn count(stage: &Stage, table: &str) -> String {
    stage.ask(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await
}

#[rstest]
#[tokio::test]
async fn a_repeat_gets_the_first_answer(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let consent = json!({"purpose": "face_evidence_upload", "text_version": "2026-11"});
    let give = |key: &'static str, body: Value| {
        let (stage, token) = (&stage, &owner.token);
        async move { post(stage, "/owner/consents", token, key, &body).await }
    };
    let first = give("k-1", consent.clone()).await;
    assert_eq!((first.status, replayed(&first.headers)), (StatusCode::CREATED, false));
    let again = give("k-1", consent.clone()).await;
    assert_eq!((again.status, replayed(&again.headers)), (StatusCode::CREATED, true));
    assert_eq!(again.headers["content-type"], first.headers["content-type"]);
    assert_eq!(again.body, first.body);
    assert_eq!(count(&stage, "consent").await, "1");

    let mut other = consent.clone();
    other["text_version"] = json!("2026-12");
    give("k-1", other).await.refused(422, "idempotency-key-reused");
    post(&stage, "/owner/transfers", &owner.token, "k-1", &consent)
        .await
        .refused(422, "idempotency-key-reused");
    for key in ["", "a b", "schlüssel"] {
        give(key, consent.clone()).await.refused(400, "idempotency-key-invalid");
    }
    let long = "k".repeat(256);
    post(&stage, "/owner/consents", &owner.token, &long, &consent)
        .await
        .refused(400, "idempotency-key-invalid");

    // Another person's key of the same name is another key.
    let buyer = Person::buyer(&stage).await;
    let theirs = post(&stage, "/owner/consents", &buyer.token, "k-1", &consent).await;
    assert!(!replayed(&theirs.headers) && theirs.ok()["id"] != first.body["id"]);

    stage.clock.turn(Duration::from_secs(24 * 3600 + 1));
    let owner = Person::owner(&stage).await;
    let tomorrow = post(&stage, "/owner/consents", &owner.token, "k-1", &consent).await;
    assert!(!replayed(&tomorrow.headers), "{tomorrow:?}");
    server::service::housekeeping::tidy(&stage.app).await;
    assert_eq!(count(&stage, "idempotency_key").await, "1");
}

#[rstest]
#[tokio::test]
async fn a_refusal_frees_the_key(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let wrong = json!({"vehicle_id": "0192f0c1-0000-7000-8000-000000000001"});
    let path = "/owner/transfers";
    post(&stage, path, &owner.token, "k", &wrong).await.refused(404, "not-found");
    let vehicle = owner.get("/owner/vehicles").await.ok()["items"][0]["id"].clone();
    let right = json!({"vehicle_id": vehicle});
    assert_eq!(post(&stage, path, &owner.token, "k", &right).await.status, StatusCode::CREATED);
    assert!(replayed(&post(&stage, path, &owner.token, "k", &right).await.headers));
}

#[rstest]
#[tokio::test]
async fn answers_are_kept_encrypted_and_only_for_who_is_signed_in(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let path = "/owner/consents";
    let body = json!({"purpose": "face_evidence_upload", "text_version": "a-very-visible-version"});
    post(&stage, path, &owner.token, "k", &body).await.ok();
    let kept = stage.ask("SELECT content_type FROM idempotency_key").await;
    assert_eq!(kept, "application/json; charset=utf-8");
    let readable = "SELECT CAST(COUNT(*) AS TEXT) FROM idempotency_key WHERE length(body) < 100";
    assert_eq!(stage.ask(readable).await, "0", "sealed bodies are longer than their text");

    stage.call(Method::DELETE, "/owner/sessions/current", Some(&owner.token), None).await.ok();
    post(&stage, path, &owner.token, "k", &body).await.refused(401, "sign-in-needed");
    let codes = json!({"phone": "13700001111"});
    let anonymous =
        stage.raw(Method::POST, "/api/v1/owner/codes").header("idempotency-key", "k").json(&codes);
    answer(anonymous).await.ok();
    assert_eq!(count(&stage, "idempotency_key").await, "1");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_have_one_effect(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let body = json!({"purpose": "face_evidence_upload", "text_version": "2026-11"});
    let give = || post(&stage, "/owner/consents", &owner.token, "k", &body);
    let answers = tokio::join!(give(), give(), give(), give());
    for answer in [answers.0, answers.1, answers.2, answers.3] {
        if answer.status != StatusCode::CREATED {
            answer.refused(409, "idempotency-key-in-use");
            assert!(answer.headers.contains_key("retry-after"));
        }
    }
    assert_eq!(count(&stage, "consent").await, "1");
}

/// The server died between effect and answer: the key is locked for two minutes, then the request runs again and
/// finds that it was done.
#[rstest]
#[tokio::test]
async fn after_a_crash_the_record_answers(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let vehicle = owner.get("/owner/vehicles").await.ok()["items"][0]["id"].clone();
    let start = || async {
        post(&stage, "/owner/transfers", &owner.token, "k", &json!({"vehicle_id": vehicle})).await
    };
    start().await.ok();
    stage.sql("UPDATE idempotency_key SET status = NULL, body = NULL").await;
    start().await.refused(409, "idempotency-key-in-use");
    stage.clock.turn(Duration::from_secs(121));
    start().await.refused(409, "request-open");
}

#[tokio::test]
async fn an_installation_can_require_the_key() {
    let stage =
        Stage::up_with(Db::Sqlite, |config| config.http.require_idempotency_key = true).await.unwrap();
    let owner = Person::owner(&stage).await;
    let body = json!({"purpose": "face_evidence_upload", "text_version": "2026-11"});
    owner.post("/owner/consents", body.clone()).await.refused(400, "idempotency-key-missing");
    post(&stage, "/owner/consents", &owner.token, "k", &body).await.ok();
}
