//! Personal data is masked everywhere in the console; in full only with a reason, counted and written down.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use server::{
    rules::rights::Role,
    service::seed::{DEMO_NAME, DEMO_PHONE, DEMO_RESIDENT_ID},
};

use crate::{
    person::Person,
    reviews::staff,
    stage::{Db, Stage},
};

fn request(kind: &str, id: impl ToString, fields: &[&str]) -> Value {
    json!({
        "subject_kind": kind,
        "subject_id": id.to_string(),
        "fields": fields,
        "reason": "complaint",
        "sentence": "车主来电，核对登记信息。",
    })
}

fn values(answer: &Value) -> Vec<&str> {
    answer["values"].as_array().unwrap().iter().map(|value| value["value"].as_str().unwrap()).collect()
}

#[rstest]
#[tokio::test]
async fn a_look_needs_a_reason_and_is_written_down(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let handler = staff(&stage, "han", Role::Handler).await;
    let auditor = staff(&stage, "shen", Role::Auditor).await;
    let person = stage.id("SELECT id FROM person").await;
    let vehicle = stage.id("SELECT id FROM vehicle WHERE vin = 'LSVAM4186C2184841'").await;

    let ask = async |body: Value| stage.post("/console/reveals", &handler, body).await;
    let seen = ask(request("person", person, &["name", "document_number", "phone", "address"])).await.ok();
    assert_eq!(values(&seen)[..3], [DEMO_NAME, DEMO_RESIDENT_ID, DEMO_PHONE]);
    let seen = ask(request("vehicle", vehicle, &["vin", "iccid"])).await.ok();
    assert_eq!(values(&seen), ["LSVAM4186C2184841", "898604071120C0015291", "89860622330001357924"]);

    let mut no_reason = request("person", person, &["name"]);
    no_reason["sentence"] = json!("   ");
    ask(no_reason).await.refused(422, "sentence-invalid");
    ask(request("person", person, &[])).await.refused(400, "bad-request");
    ask(request("person", person, &["vin"])).await.refused(400, "bad-request");
    ask(request("person", vehicle, &["name"])).await.refused(404, "not-found");
    stage
        .post("/console/reveals", &auditor, request("person", person, &["name"]))
        .await
        .refused(403, "right-missing");

    let looks = stage.get("/console/reveals", &auditor).await.ok();
    assert_eq!(looks["items"].as_array().unwrap().len(), 2);
    let look = &looks["items"][1];
    assert_eq!(look["fields"], json!(["name", "document_number", "phone", "address"]));
    assert_eq!(
        (&look["reason"], &look["sentence"]),
        (&json!("complaint"), &json!("车主来电，核对登记信息。"))
    );
    stage.get("/console/reveals", &handler).await.refused(403, "right-missing");
    let lines = stage.get(&format!("/console/audit?subject={person}"), &auditor).await.ok();
    assert_eq!(lines["items"][0]["detail"], "name document_number phone address because of complaint");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_looks_too_often_in_a_day(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.privacy.reveals_per_day = 2).await else { return };
    let (one, other) = (staff(&stage, "han", Role::Handler).await, staff(&stage, "li", Role::Handler).await);
    let person = stage.id("SELECT id FROM person").await;
    let look = |token| stage.post("/console/reveals", token, request("person", person, &["name"]));
    let answers = tokio::join!(look(&one), look(&one), look(&one), look(&one));
    let answers = [answers.0, answers.1, answers.2, answers.3];
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 2);
    look(&one).await.refused(429, "too-many-requests");
    look(&other).await.ok();
    stage.clock.turn(Duration::from_secs(24 * 3600 - 60));
    let one = staff(&stage, "han2", Role::Handler).await;
    look(&one).await.ok();
}

#[rstest]
#[tokio::test]
async fn staff_cannot_read_codes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.notify.show_codes = false).await else { return };
    stage.call(reqwest::Method::POST, "/owner/codes", None, Some(json!({"phone": DEMO_PHONE}))).await.ok();
    let texts = stage.get("/console/messages", &stage.staff().await).await.ok();
    let text = texts["items"][0]["text"].as_str().unwrap();
    assert!(text.contains("验证码 ******") && !text.contains(|c: char| c.is_ascii_digit()), "{text}");
}

#[rstest]
#[tokio::test]
async fn people_whose_face_is_held_are_counted_once(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let change = |config: &mut server::config::Config| {
        (config.privacy.faces_warn, config.privacy.faces_filing) = (1, 2);
    };
    let Some(stage) = Stage::up_with(db, change).await else { return };
    let staff = stage.staff().await;
    let faces = async || stage.get("/console/statistics/faces", &staff).await.ok();
    assert_eq!(faces().await, json!({"people": 0, "level": "fine", "warn_at": 1, "filing_due_at": 2}));
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = crate::person::up_to_acceptance(&owner, &buyer).await;
    assert_eq!(faces().await["people"], 2);
    assert_eq!(faces().await["level"], "filing_due");
    owner.post(&format!("/owner/requests/{id}/cancel"), json!({})).await.ok();
    let again = owner.start_transfer().await;
    owner.verify(&again).await;
    assert_eq!(faces().await["people"], 2, "the owner, verified twice, is one person");
    for consent in buyer.get("/owner/consents").await.ok()["items"].as_array().unwrap() {
        let path = format!("/owner/consents/{}", consent["id"].as_str().unwrap());
        stage.call(reqwest::Method::DELETE, &path, Some(&buyer.token), None).await;
    }
    assert_eq!(faces().await, json!({"people": 1, "level": "near", "warn_at": 1, "filing_due_at": 2}));
}
