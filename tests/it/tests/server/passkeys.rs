//! Passkeys of owners: added when signed in with a code, used instead of one afterwards.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    authenticator::Authenticator,
    person::Person,
    stage::{Answer, Db, Stage},
};

async fn options(stage: &Stage) -> Value {
    stage.call(Method::POST, "/owner/sessions/passkey/options", None, None).await.ok()
}

async fn sign_in(stage: &Stage, device: &mut Authenticator) -> Answer {
    let options = options(stage).await;
    send(stage, device.sign(stage, &options)).await
}

async fn send(stage: &Stage, body: Value) -> Answer {
    stage.call(Method::POST, "/owner/sessions/passkey", None, Some(body)).await
}

async fn registered(stage: &Stage, owner: &Person<'_>) -> Authenticator {
    let mut device = Authenticator::new();
    let added = device.register(stage, "/owner/passkeys", &owner.token).await;
    assert_eq!((added.status.as_u16(), &added.body["label"]), (201, &json!("测试手机")));
    device
}

#[rstest]
#[tokio::test]
async fn a_passkey_signs_in_until_it_is_removed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let mut device = registered(&stage, &owner).await;
    let session = sign_in(&stage, &mut device).await.ok();
    let token = session["token"].as_str().unwrap();
    assert_eq!(stage.get("/owner/me", token).await.ok(), owner.get("/owner/me").await.ok());

    let again = stage.post("/owner/passkeys/options", token, json!({})).await.ok();
    assert_eq!(again["excludeCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&again["authenticatorSelection"]["userVerification"], &again["attestation"]),
        (&json!("required"), &json!("none"))
    );
    let list = owner.get("/owner/passkeys").await.ok();
    assert!(list["items"][0]["last_used_at"].is_string());
    let path = format!("/owner/passkeys/{}", list["items"][0]["id"].as_str().unwrap());
    let buyer = Person::buyer(&stage).await;
    stage.call(Method::DELETE, &path, Some(&buyer.token), None).await.refused(404, "not-found");
    stage.call(Method::DELETE, &path, Some(token), None).await.ok();
    sign_in(&stage, &mut device).await.refused(401, "passkey-wrong");
    let label = stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE action LIKE 'passkey.%'").await;
    assert_eq!(label, "2");
}

#[rstest]
#[tokio::test]
async fn a_challenge_works_once_for_its_purpose_and_not_for_long(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let mut device = registered(&stage, &owner).await;
    let asked = options(&stage).await;
    let answer = device.sign(&stage, &asked);
    send(&stage, answer.clone()).await.ok();
    send(&stage, answer).await.refused(401, "passkey-wrong");
    // A new signature does not make the challenge new.
    send(&stage, device.sign(&stage, &asked)).await.refused(401, "passkey-wrong");

    let asked = options(&stage).await;
    stage.clock.turn(Duration::from_secs(301));
    send(&stage, device.sign(&stage, &asked)).await.refused(401, "passkey-wrong");
    let mut invented = options(&stage).await;
    invented["challenge"] = json!("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    send(&stage, device.sign(&stage, &invented)).await.refused(401, "passkey-wrong");

    // The challenge of a registration, and of somebody else's.
    let mut creation = owner.post("/owner/passkeys/options", json!({})).await.ok();
    creation["rpId"] = creation["rp"]["id"].clone();
    send(&stage, device.sign(&stage, &creation)).await.refused(401, "passkey-wrong");
    let buyer = Person::buyer(&stage).await;
    let theirs = buyer.post("/owner/passkeys/options", json!({})).await.ok();
    let made = Authenticator::new().make(&stage, &theirs);
    owner.post("/owner/passkeys", made.clone()).await.refused(422, "passkey-invalid");
    buyer.post("/owner/passkeys", made).await.refused(422, "passkey-invalid");
}

#[rstest]
#[tokio::test]
async fn a_passkey_that_lies_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let mut device = registered(&stage, &owner).await;
    sign_in(&stage, &mut device).await.ok();
    sign_in(&stage, &mut device).await.ok();

    let mut copy = Authenticator { counter: 0, ..device.clone() };
    sign_in(&stage, &mut copy).await.refused(401, "passkey-wrong");
    let noted = stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE action = 'passkey.counter'").await;
    assert_eq!(noted, "1");
    for lie in [
        Authenticator { origin: Some("https://evil.example".into()), ..device.clone() },
        Authenticator { flags: 0b001, ..device.clone() },
        Authenticator { flags: 0b100, ..device.clone() },
        Authenticator { key: Authenticator::new().key, ..device.clone() },
        Authenticator { id: Authenticator::new().id, ..device.clone() },
        Authenticator { user_handle: None, ..device.clone() },
    ] {
        sign_in(&stage, &mut Authenticator { counter: 50, ..lie }).await.refused(401, "passkey-wrong");
    }
    let buyer = Person::buyer(&stage).await;
    let theirs = registered(&stage, &buyer).await;
    let mut swapped = Authenticator { user_handle: theirs.user_handle, counter: 60, ..device.clone() };
    sign_in(&stage, &mut swapped).await.refused(401, "passkey-wrong");
    sign_in(&stage, &mut device).await.ok();
}

#[rstest]
#[tokio::test]
async fn a_registration_that_does_not_fit_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    for mut lie in [
        Authenticator { origin: Some("http://localhost".into()), ..Authenticator::new() },
        Authenticator { flags: 0b001, ..Authenticator::new() },
        Authenticator { id: Vec::new(), ..Authenticator::new() },
    ] {
        let refused = lie.register(&stage, "/owner/passkeys", &owner.token).await;
        refused.refused(422, "passkey-invalid");
    }
    // Nobody can claim a passkey that is on record.
    let mut device = registered(&stage, &owner).await;
    device.register(&stage, "/owner/passkeys", &buyer.token).await.refused(409, "conflict");
    let mut garbled =
        Authenticator::new().make(&stage, &owner.post("/owner/passkeys/options", json!({})).await.ok());
    garbled["response"]["authenticatorData"] = json!("not base64!");
    owner.post("/owner/passkeys", garbled).await.refused(422, "passkey-invalid");
}

#[rstest]
#[tokio::test]
async fn owners_see_and_end_their_sessions(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let mut device = registered(&stage, &owner).await;
    let phone = sign_in(&stage, &mut device).await.ok()["token"].as_str().unwrap().to_owned();
    let list = owner.get("/owner/sessions").await.ok();
    let methods: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|item| item["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["passkey", "code"]);
    assert_eq!((&list["items"][0]["current"], &list["items"][1]["current"]), (&json!(false), &json!(true)));

    let path = format!("/owner/sessions/{}", list["items"][0]["id"].as_str().unwrap());
    stage.call(Method::DELETE, &path, Some(&buyer.token), None).await.refused(404, "not-found");
    stage.call(Method::DELETE, &path, Some(&owner.token), None).await.ok();
    stage.get("/owner/me", &phone).await.refused(401, "sign-in-needed");
    let phone = sign_in(&stage, &mut device).await.ok()["token"].as_str().unwrap().to_owned();
    stage.call(Method::DELETE, "/owner/sessions", Some(&owner.token), None).await.ok();
    stage.get("/owner/me", &phone).await.refused(401, "sign-in-needed");
    owner.get("/owner/me").await.refused(401, "sign-in-needed");
    buyer.get("/owner/me").await.ok();
}

#[rstest]
#[tokio::test]
async fn a_session_ends_when_unused_and_at_last_anyway(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.sign_in.owner_idle_minutes = 120).await else {
        return;
    };
    let owner = Person::owner(&stage).await;
    let hour = Duration::from_secs(3_600);
    for _ in 0..11 {
        stage.clock.turn(hour);
        owner.get("/owner/me").await.ok();
    }
    stage.clock.turn(hour);
    owner.get("/owner/me").await.refused(401, "sign-in-needed");
    let buyer = Person::buyer(&stage).await;
    stage.clock.turn(2 * hour);
    buyer.get("/owner/me").await.refused(401, "sign-in-needed");
}
