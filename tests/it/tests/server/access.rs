//! Signing in, and what it opens.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    person::Person,
    stage::{Answer, Db, Stage, answer},
};

async fn sign_in(stage: &Stage, phone: &str, code: &str) -> Answer {
    let body = json!({"phone": phone, "code": code});
    stage.call(Method::POST, "/owner/sessions", None, Some(body)).await
}

async fn send_code(stage: &Stage, phone: &str) -> Answer {
    stage.call(Method::POST, "/owner/codes", None, Some(json!({"phone": phone}))).await
}

#[rstest]
#[tokio::test]
async fn a_code_works_once_and_five_misses_use_it_up(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let phone = "13700001111";
    sign_in(&stage, phone, "000000").await.refused(401, "code-wrong");
    assert_eq!(send_code(&stage, phone).await.ok(), json!({"expires_in_s": 300, "resend_after_s": 60}));
    send_code(&stage, phone).await.refused(429, "too-many-requests");
    let code = stage.code().await;
    sign_in(&stage, "13700002222", &code).await.refused(401, "code-wrong");
    sign_in(&stage, phone, &code).await.ok();
    sign_in(&stage, phone, &code).await.refused(401, "code-wrong");

    stage.clock.turn(Duration::from_secs(61));
    send_code(&stage, phone).await.ok();
    let code = stage.code().await;
    for _ in 0..5 {
        sign_in(&stage, phone, "wrong").await.refused(401, "code-wrong");
    }
    sign_in(&stage, phone, &code).await.refused(401, "code-wrong");

    stage.clock.turn(Duration::from_secs(61));
    send_code(&stage, phone).await.ok();
    let code = stage.code().await;
    stage.clock.turn(Duration::from_secs(301));
    sign_in(&stage, phone, &code).await.refused(401, "code-wrong");
}

#[rstest]
#[tokio::test]
async fn signing_out_and_waiting_end_a_session(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let staff = stage.staff().await;
    stage.get("/owner/me", &staff).await.refused(401, "sign-in-needed");
    stage.get("/console/messages", &owner.token).await.refused(401, "sign-in-needed");
    let left = stage.call(Method::DELETE, "/owner/sessions/current", Some(&owner.token), None).await;
    assert_eq!((left.status.as_u16(), left.body), (204, Value::Null));
    owner.get("/owner/me").await.refused(401, "sign-in-needed");
    stage.clock.turn(Duration::from_secs(9 * 3600));
    stage.get("/console/messages", &staff).await.refused(401, "sign-in-needed");
}

#[rstest]
#[tokio::test]
async fn unknown_staff_and_wrong_passwords_look_alike(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    for (username, password) in [("admin", "wrong"), ("nobody", "correct horse"), ("", "")] {
        let body = json!({"username": username, "password": password});
        let answer = stage.call(Method::POST, "/console/sessions", None, Some(body)).await;
        answer.refused(401, "credentials-wrong");
    }
}

#[tokio::test]
async fn strangers_see_nothing() {
    let stage = Stage::up(Db::Sqlite).await.unwrap();
    let owner = Person::owner(&stage).await;
    let stranger = Person::buyer(&stage).await;
    let id = owner.start_transfer().await;
    let draft = owner.perform(&id).await;
    stranger.get(&format!("/owner/requests/{id}")).await.refused(404, "not-found");
    stranger.get(&format!("/owner/verifications/{}", draft.id)).await.refused(404, "not-found");
    stranger.send(&draft).await.refused(404, "not-found");
    let consent = owner.consent().await;
    let path = format!("/owner/consents/{consent}");
    let withdraw = stage.call(Method::DELETE, &path, Some(&stranger.token), None).await;
    withdraw.refused(404, "not-found");
    let vehicles = owner.get("/owner/vehicles").await.ok();
    let theft = json!({"vehicle_id": vehicles["items"][0]["id"]});
    stranger.post("/owner/transfers", theft).await.refused(404, "not-found");
    assert_eq!(stranger.get("/owner/vehicles").await.ok(), json!({"items": []}));
    assert!(stranger.get("/owner/me").await.ok().get("name_masked").is_none());
}

#[tokio::test]
async fn too_many_requests_from_one_address_wait() {
    let stage = Stage::up_with(Db::Sqlite, |config| config.sign_in.per_address_per_minute = 3).await.unwrap();
    let guess = || stage.raw(Method::GET, "/api/v1/owner/invitations/guess");
    for _ in 0..3 {
        answer(guess()).await.refused(404, "not-found");
    }
    let limited = answer(guess()).await;
    limited.refused(429, "too-many-requests");
    assert!(limited.headers.contains_key("retry-after"));
}
