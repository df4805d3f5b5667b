//! Registration: of a person, a unit, through an agent, of a card in use, after a sample.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use server::service::{requests, samples, stock};

use crate::{
    field::{NEW_CAR, SECOND_CAR, accept, build, paper, pass, platform, review, vehicles},
    person::{BUYER, Person},
    stage::{Db, Stage},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

fn on_paper((vin, engine_number): (&str, &str)) -> Value {
    json!({"vin": vin, "engine_number": engine_number})
}

fn identity(name: &str, kind: &str, number: &str) -> Value {
    json!({"name": name, "document_type": kind, "document_number": number, "phone": "13700002222"})
}

/// Starts a registration; its id.
async fn start(person: &Person<'_>, more: Value) -> String {
    let mut body = json!({"vehicles": [on_paper(NEW_CAR)], "address": "上海市示例路1号"});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    let request = person.post("/owner/registrations", body).await.ok();
    assert_eq!((&request["kind"], &request["state"]), (&json!("registration"), &json!("capturing")));
    request["id"].as_str().unwrap().to_owned()
}

fn state(records: &[(String, Vec<String>)]) -> (&str, Vec<&str>) {
    let (record, cards) = &records[0];
    (record, cards.iter().map(String::as_str).collect())
}

#[rstest]
#[tokio::test]
async fn art_8_a_person_is_registered(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    build(&stage, NEW_CAR, 2).await;
    let person = Person::buyer(&stage).await;
    let wrong = json!({"vehicles": [on_paper((NEW_CAR.0, "EN0"))], "address": "x"});
    person.post("/owner/registrations", wrong).await.refused(422, "vehicle-unknown");
    let id = start(&person, json!({})).await;
    assert!(vehicles(&person).await.is_empty(), "functions open only after the platform's word");

    pass(&person, &id).await;
    assert_eq!(accept(&person, &id).await, "submitted");
    assert!(vehicles(&person).await.is_empty());
    platform(&stage, &id, NEW_CAR.0, true).await;
    assert_eq!(person.state(&id).await, "active");
    assert_eq!(state(&vehicles(&person).await), ("active", vec!["active", "active"]));

    let again = json!({"vehicles": [on_paper(NEW_CAR)], "address": "x"});
    person.post("/owner/registrations", again).await.refused(409, "vehicle-registered");
}

#[rstest]
#[tokio::test]
async fn art_8_what_the_platform_refuses_stays_unregistered(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    build(&stage, NEW_CAR, 1).await;
    let person = Person::buyer(&stage).await;
    let id = start(&person, json!({})).await;
    pass(&person, &id).await;
    accept(&person, &id).await;
    platform(&stage, &id, NEW_CAR.0, false).await;
    assert_eq!(person.state(&id).await, "rejected");
    assert!(vehicles(&person).await.is_empty());
    start(&person, json!({})).await;
}

#[rstest]
#[tokio::test]
async fn art_9_a_unit_is_registered_with_a_batch_under_its_responsible_person(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    build(&stage, NEW_CAR, 1).await;
    build(&stage, SECOND_CAR, 1).await;
    let responsible = Person::buyer(&stage).await;
    let unit = identity("某某租车有限公司", "business_licence", "91350100M000100Y43");
    let both = json!([on_paper(NEW_CAR), on_paper(SECOND_CAR)]);
    let user = json!({"vehicle": 1, "identity": identity("王五", "resident_id", "11010519491231002X")});

    let person_with_two = json!({"vehicles": both, "address": "x"});
    responsible.post("/owner/registrations", person_with_two).await.refused(400, "bad-request");
    let persons_document =
        json!({"vehicles": both, "address": "x", "unit": identity("某", "passport", "E12345678")});
    responsible.post("/owner/registrations", persons_document).await.refused(422, "document-type-invalid");

    let id = start(&responsible, json!({"vehicles": both, "unit": unit, "actual_users": [user]})).await;
    responsible.post("/owner/verifications", responsible.request(&id)).await.refused(422, "paper-missing");
    paper(&responsible, &id, "unit_document").await;
    paper(&responsible, &id, "authorisation_letter").await;
    pass(&responsible, &id).await;
    assert_eq!(responsible.state(&id).await, "manual_review", "people read the letter");
    review(&stage, "pass").await;
    assert_eq!(accept(&responsible, &id).await, "submitted");

    platform(&stage, &id, NEW_CAR.0, true).await;
    assert_eq!(responsible.state(&id).await, "submitted", "one car is not all of them");
    platform(&stage, &id, SECOND_CAR.0, true).await;
    assert_eq!(responsible.state(&id).await, "active");
    assert_eq!(vehicles(&responsible).await.len(), 2);
    let users = stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM actual_user").await;
    assert_eq!(users, "1");

    // The responsible person answers for the unit from then on.
    let owned = responsible.get("/owner/vehicles").await.ok();
    let transfer = json!({"vehicle_id": owned["items"][0]["id"]});
    let transfer = responsible.post("/owner/transfers", transfer).await.ok();
    assert_eq!(responsible.verify(transfer["id"].as_str().unwrap()).await["outcome"], "passed");
}

#[rstest]
#[tokio::test]
async fn art_12_an_agent_is_not_the_principal(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    build(&stage, NEW_CAR, 1).await;
    let agent = Person::buyer(&stage).await;
    let themselves = json!({"principal": identity(BUYER.1, "resident_id", BUYER.2)});
    let id = start(&agent, themselves).await;
    paper(&agent, &id, "principal_document").await;
    paper(&agent, &id, "authorisation_letter").await;
    agent.post("/owner/verifications", agent.request(&id)).await.refused(422, "same-person");
    let ended = agent.post(&format!("/owner/requests/{id}/cancel"), json!({})).await.ok();
    assert_eq!((&ended["state"], &ended["timeline"][0]["actor"]), (&json!("cancelled"), &json!("agent")));
}

#[rstest]
#[tokio::test]
async fn art_12_an_agent_verifies_and_the_principal_becomes_the_owner(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    build(&stage, NEW_CAR, 1).await;
    let agent = Person::buyer(&stage).await;
    let principal = json!({"principal": identity("王五", "passport", "E12345678")});
    let id = start(&agent, principal).await;
    assert_eq!(agent.get(&format!("/owner/requests/{id}")).await.ok()["role"], "agent");
    paper(&agent, &id, "principal_document").await;
    paper(&agent, &id, "authorisation_letter").await;
    pass(&agent, &id).await;
    review(&stage, "send-back").await;
    assert_eq!(agent.state(&id).await, "verifying");
    assert_eq!(agent.verify(&id).await["outcome"], "passed");
    review(&stage, "pass").await;
    accept(&agent, &id).await;
    platform(&stage, &id, NEW_CAR.0, true).await;

    assert!(vehicles(&agent).await.is_empty(), "the car is not the agent's");
    let owner = Person::new(&stage, "13700002222", "王五", "").await;
    assert_eq!(state(&vehicles(&owner).await), ("active", vec!["active"]));
}

#[rstest]
#[tokio::test]
async fn art_22_and_23_a_card_in_use_is_registered_after_a_notice(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let vehicle = build(&stage, NEW_CAR, 1).await;
    let staff = stage.staff().await;
    let body = json!({"channel": "sms", "phone": BUYER.0});
    let notice = stage.post(&format!("/console/vehicles/{vehicle}/notices"), &staff, body).await.ok();
    let token = notice["link"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
    let texts = stage.get("/console/messages", &staff).await.ok();
    assert!(texts["items"][0]["text"].as_str().unwrap().contains("补登记"));

    let person = Person::buyer(&stage).await;
    let filled = person.get(&format!("/owner/notices/{token}")).await.ok();
    assert_eq!((&filled["vin_masked"], &filled["model"]), (&json!("***********042788"), &json!("凌云")));
    let id = start(&person, json!({"vehicles": [], "notice_token": token})).await;
    pass(&person, &id).await;
    accept(&person, &id).await;
    platform(&stage, &id, NEW_CAR.0, true).await;
    assert_eq!(state(&vehicles(&person).await), ("active", vec!["active"]));
}

#[rstest]
#[tokio::test]
async fn art_10_a_failed_sample_is_put_right(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (staff, owner) = (stage.staff().await, Person::owner(&stage).await);
    let drawn = stage.post("/console/samples", &staff, json!({"count": 5})).await.ok();
    let drawn = drawn["items"].as_array().unwrap();
    assert_eq!(drawn.len(), 2, "there are two active records, each drawn once");
    let finding = |at: usize, passed: bool| {
        let path = format!("/console/samples/{}/finding", drawn[at]["id"].as_str().unwrap());
        (path, json!({"passed": passed, "finding": "照片与证件不符"}))
    };
    for (at, passed) in [(0, true), (1, false)] {
        let (path, body) = finding(at, passed);
        stage.post(&path, &staff, body.clone()).await.ok();
        stage.post(&path, &staff, body).await.refused(409, "conflict");
    }
    let failed = &drawn[1]["vehicle_id"];
    let mine = owner.get("/owner/vehicles").await.ok();
    let item = mine["items"].as_array().unwrap().iter().find(|item| item["id"] == *failed).unwrap();
    assert_eq!(item["record"], "rectifying");
    assert!(item["rectify_by"].is_string());
    assert!(item["cards"].as_array().unwrap().iter().all(|card| card["state"] == "active"));

    let body = json!({"vehicle_id": failed, "address": "北京市示例路2号"});
    let id = owner.post("/owner/rectifications", body).await.ok()["id"].as_str().unwrap().to_owned();
    pass(&owner, &id).await;
    accept(&owner, &id).await;
    let vin = stage.app.store.read().await.unwrap();
    let vin = vin.vehicles().find(failed.as_str().unwrap().parse().unwrap()).await.unwrap().unwrap().vin;
    platform(&stage, &id, &vin, true).await;
    assert!(vehicles(&owner).await.iter().all(|(record, _)| record == "active"));
    let ended = stage.get("/console/samples?state=rectified", &staff).await.ok();
    assert_eq!(ended["items"][0]["id"], drawn[1]["id"]);
}

#[rstest]
#[tokio::test]
async fn art_14_what_is_not_put_right_keeps_emergency_calls(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.sign_in.owner_hours = 10_000).await else { return };
    let (staff, owner) = (stage.staff().await, Person::owner(&stage).await);
    let drawn = stage.post("/console/samples", &staff, json!({"count": 2})).await.ok();
    for sample in drawn["items"].as_array().unwrap() {
        let path = format!("/console/samples/{}/finding", sample["id"].as_str().unwrap());
        stage.post(&path, &staff, json!({"passed": false, "finding": "缺照片"})).await.ok();
    }
    stage.clock.turn(31 * DAY);
    samples::keep_time(&stage.app).await.unwrap();
    let seen = vehicles(&owner).await;
    assert!(seen.iter().all(|(record, _)| record == "emergency_only"));
    assert!(seen.iter().flat_map(|(_, cards)| cards).all(|card| card == "emergency_only"));
}

#[rstest]
#[tokio::test]
async fn art_11_ten_cards_at_one_carrier_and_the_shop(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    build(&stage, NEW_CAR, 10).await;
    build(&stage, SECOND_CAR, 1).await;
    let person = Person::buyer(&stage).await;
    let first = start(&person, json!({})).await;
    pass(&person, &first).await;
    accept(&person, &first).await;
    platform(&stage, &first, NEW_CAR.0, true).await;
    assert_eq!(person.state(&first).await, "active");
    let eleventh = start(&person, json!({"vehicles": [on_paper(SECOND_CAR)]})).await;
    assert_eq!(person.verify(&eleventh).await["outcome"], "passed");
    assert_eq!(person.state(&eleventh).await, "referred_to_shop");
}

#[rstest]
#[tokio::test]
async fn art_10_and_11_what_is_put_right_does_not_count_twice(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.transfer.card_limit = 2).await else { return };
    let (staff, owner) = (stage.staff().await, Person::owner(&stage).await);
    stage.post("/console/samples", &staff, json!({"count": 2})).await.ok();
    let drawn = stage.get("/console/samples", &staff).await.ok();
    for sample in drawn["items"].as_array().unwrap() {
        let path = format!("/console/samples/{}/finding", sample["id"].as_str().unwrap());
        stage.post(&path, &staff, json!({"passed": false, "finding": "缺照片"})).await.ok();
    }
    let mine = owner.get("/owner/vehicles").await.ok();
    let two_cards = |item: &&Value| item["cards"].as_array().unwrap().len() == 2;
    let vehicle = mine["items"].as_array().unwrap().iter().find(two_cards).unwrap();
    let body = json!({"vehicle_id": vehicle["id"], "address": "北京市示例路2号"});
    let id = owner.post("/owner/rectifications", body).await.ok()["id"].as_str().unwrap().to_owned();
    pass(&owner, &id).await;
    assert_eq!(owner.state(&id).await, "card_limit_check");
}

#[rstest]
#[tokio::test]
async fn art_13_and_17_what_was_signed_is_kept(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    build(&stage, NEW_CAR, 1).await;
    let person = Person::buyer(&stage).await;
    let id = start(&person, json!({})).await;
    pass(&person, &id).await;
    let unknown = json!({"responsibility_notice_version": "1999", "agreement_version": "2026-11-01"});
    let path = format!("/owner/requests/{id}/accept");
    person.post(&path, unknown).await.refused(422, "text-version-invalid");
    assert_eq!(person.state(&id).await, "card_limit_check");
    accept(&person, &id).await;
    let signed = stage.ask("SELECT text || ' ' || text_version FROM acceptance ORDER BY text").await;
    assert_eq!(signed, "agreement 2026-11-01");
    let texts = stage.call(reqwest::Method::GET, "/texts", None, None).await.ok();
    assert_eq!(texts["items"].as_array().unwrap().len(), 2);
}

#[rstest]
#[tokio::test]
async fn art_6_and_7_cards_are_bought_and_tested(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.sign_in.staff_hours = 10_000).await else { return };
    let staff = stage.staff().await;
    let person = |name| identity(name, "resident_id", "11010519491231002X");
    let batch = |iccid: &str, quantity: u32| {
        json!({
            "contract_number": "HT-2026-11", "quantity": quantity, "purchased_at": "2026-11-01T08:00:00Z",
            "unit": identity("某汽车有限公司", "business_licence", "91350100M000100Y43"),
            "responsible": person("张三"), "handler": person("李四"),
            "cards": [{"iccid": "89860022330001357925", "msisdn": "1440012345678"},
                      {"iccid": iccid, "msisdn": "1440012345679"}],
        })
    };
    let one_letter = batch("89860022330001357926", 1);
    stage.post("/console/card-batches", &staff, one_letter).await.refused(400, "bad-request");
    let two_carriers = batch("89860122330001357926", 2);
    stage.post("/console/card-batches", &staff, two_carriers).await.refused(400, "bad-request");
    stage.post("/console/card-batches", &staff, batch("89860022330001357926", 2)).await.ok();
    stage
        .post("/console/card-batches", &staff, batch("89860022330001357927", 2))
        .await
        .refused(409, "card-taken");

    let test = json!({"iccid": "89860022330001357925", "project": "L2+", "machine": "TBOX-7", "days": 30});
    stage.post("/console/card-tests", &staff, test.clone()).await.ok();
    stage.post("/console/card-tests", &staff, test).await.refused(409, "card-taken");
    stage.clock.turn(31 * DAY);
    stock::keep_time(&stage.app).await.unwrap();
    let life = stage.get("/console/cards/89860022330001357925", &staff).await.ok();
    let events: Vec<_> = life["events"].as_array().unwrap().iter().map(|line| &line["event"]).collect();
    assert_eq!(events, ["bought", "test_started", "test_ended"]);
    assert_eq!(life["card"]["state"], "closed");
}

#[rstest]
#[tokio::test]
async fn what_nobody_finishes_expires_by_itself(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.sign_in.owner_hours = 10_000).await else { return };
    build(&stage, NEW_CAR, 1).await;
    let person = Person::buyer(&stage).await;
    let id = start(&person, json!({})).await;
    stage.clock.turn(8 * DAY);
    requests::keep_time(&stage.app).await.unwrap();
    assert_eq!(person.state(&id).await, "expired");
    start(&person, json!({})).await;
}
