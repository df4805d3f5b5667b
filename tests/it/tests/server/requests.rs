//! Claim, cancellation, replacement, disputes.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use crate::{
    field::{OWNED_CAR, accept, paper, pass, platform, review, vehicles},
    person::Person,
    stage::{Db, Stage},
};

const DAY: Duration = Duration::from_secs(24 * 3600);

async fn up(db: Db) -> Option<Stage> {
    Stage::up_with(db, |config| {
        config.sign_in.owner_hours = 10_000;
        config.sign_in.staff_hours = 10_000;
    })
    .await
}

/// The buyer claims the owner's car, with its paper, and passes; the id.
async fn claimed(buyer: &Person<'_>) -> String {
    let car = json!({"vin": OWNED_CAR.0, "engine_number": OWNED_CAR.1});
    let claim = buyer.post("/owner/claims", car).await.ok();
    let id = claim["id"].as_str().unwrap().to_owned();
    assert_eq!((&claim["kind"], &claim["state"]), (&json!("claim"), &json!("claimed")));
    buyer.post("/owner/verifications", buyer.request(&id)).await.refused(422, "paper-missing");
    paper(buyer, &id, "vehicle_licence").await;
    pass(buyer, &id).await;
    id
}

/// The car with two cards.
async fn car(owner: &Person<'_>) -> Value {
    let owned = owner.get("/owner/vehicles").await.ok();
    let items = owned["items"].as_array().unwrap();
    items.iter().find(|item| item["cards"].as_array().unwrap().len() == 2).unwrap().clone()
}

async fn act(person: &Person<'_>, id: &str, action: &str) -> Value {
    person.post(&format!("/owner/requests/{id}/{action}"), json!({})).await.ok()
}

#[rstest]
#[tokio::test]
async fn a_claim_the_owner_consents_to(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let own = json!({"vin": OWNED_CAR.0, "engine_number": OWNED_CAR.1});
    owner.post("/owner/claims", own).await.refused(422, "same-person");
    let id = claimed(&buyer).await;
    let texts = stage.get("/console/messages", &stage.staff().await).await.ok();
    assert!(texts["items"][0]["text"].as_str().unwrap().contains("15日内"));

    let asked = owner.get("/owner/requests").await.ok();
    assert_eq!(
        (&asked["items"][0]["role"], &asked["items"][0]["next"]["who"]),
        (&json!("owner"), &json!("owner"))
    );
    buyer.post(&format!("/owner/requests/{id}/consent"), json!({})).await.refused(404, "not-found");
    assert_eq!(act(&owner, &id, "consent").await["state"], "card_limit_check");
    assert_eq!(accept(&buyer, &id).await, "syncing");
    platform(&stage, &id, OWNED_CAR.0, true).await;
    assert_eq!(vehicles(&buyer).await, [("active".to_owned(), vec!["active".to_owned(); 2])]);
    assert_eq!(vehicles(&owner).await.len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_claim_met_with_silence_is_decided_by_staff(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = up(db).await else { return };
    let buyer = Person::buyer(&stage).await;
    let id = claimed(&buyer).await;
    stage.clock.turn(14 * DAY);
    assert_eq!(buyer.state(&id).await, "prior_owner_notified");
    stage.clock.turn(2 * DAY);
    assert_eq!(buyer.state(&id).await, "manual_review");
    review(&stage, "pass").await;
    assert_eq!(buyer.state(&id).await, "card_limit_check");
}

#[rstest]
#[tokio::test]
async fn a_claim_the_owner_objects_to_is_disputed(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = claimed(&buyer).await;
    assert_eq!(act(&owner, &id, "object").await["state"], "disputed");
    stage.clock.turn(40 * DAY);
    assert_eq!(buyer.state(&id).await, "disputed", "no clock ends a dispute");
    let staff = stage.staff().await;
    let settle = format!("/console/requests/{id}/settlement");
    let upheld = json!({"outcome": "upheld", "message": "原车主证明车辆未出售"});
    assert_eq!(stage.post(&settle, &staff, upheld.clone()).await.status, 204);
    stage.post(&settle, &staff, upheld).await.refused(409, "conflict");
    let ended = buyer.get(&format!("/owner/requests/{id}")).await.ok();
    assert_eq!(ended["state"], "rejected");
    let last = ended["timeline"].as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["note"], "原车主证明车辆未出售");
}

#[rstest]
#[tokio::test]
async fn a_dispute_freezes_and_a_dismissed_one_goes_on(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = up(db).await else { return };
    let (owner, staff) = (Person::owner(&stage).await, stage.staff().await);
    let id = owner.start_transfer().await;
    let sentence = json!({"message": "有人投诉"});
    assert_eq!(stage.post(&format!("/console/requests/{id}/dispute"), &staff, sentence).await.status, 204);
    owner.post("/owner/verifications", owner.request(&id)).await.refused(409, "conflict");
    owner.post(&format!("/owner/requests/{id}/cancel"), json!({})).await.refused(409, "conflict");
    let vehicle = json!({"vehicle_id": car(&owner).await["id"], "reason": "scrapped"});
    owner.post("/owner/cancellations", vehicle).await.refused(409, "request-open");
    let dismissed = json!({"outcome": "dismissed", "message": "投诉不成立"});
    stage.post(&format!("/console/requests/{id}/settlement"), &staff, dismissed).await.ok();
    assert_eq!(owner.state(&id).await, "draft");
    pass(&owner, &id).await;
    assert_eq!(owner.state(&id).await, "awaiting_counterparty");
}

#[rstest]
#[tokio::test]
async fn art_13_a_scrapped_car_loses_its_cards(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let vehicle = car(&owner).await["id"].clone();
    let without_words = json!({"vehicle_id": vehicle, "reason": "other"});
    owner.post("/owner/cancellations", without_words).await.refused(422, "sentence-invalid");
    let body = json!({"vehicle_id": vehicle, "reason": "scrapped"});
    let request = owner.post("/owner/cancellations", body).await.ok();
    let id = request["id"].as_str().unwrap().to_owned();
    assert_eq!(request["papers"]["needed"], json!([["scrapping_certificate"]]));
    pass(&owner, &id).await;
    assert_eq!(owner.state(&id).await, "reason_given");
    let agree = format!("/owner/requests/{id}/accept");
    owner.post(&agree, crate::person::acceptance()).await.refused(422, "paper-missing");
    paper(&owner, &id, "scrapping_certificate").await;
    assert_eq!(accept(&owner, &id).await, "manual_review");
    review(&stage, "pass").await;
    assert_eq!(owner.state(&id).await, "syncing");

    platform(&stage, &id, OWNED_CAR.0, true).await;
    assert_eq!(owner.state(&id).await, "emergency_only");
    let open = vehicles(&owner).await;
    assert!(open.contains(&("emergency_only".to_owned(), vec!["emergency_only".to_owned(); 2])));
    owner.post("/owner/transfers", json!({"vehicle_id": vehicle})).await.refused(409, "record-closed");

    stage.clock.turn(31 * DAY);
    assert_eq!(owner.state(&id).await, "closed");
    assert!(vehicles(&owner).await.contains(&("closed".to_owned(), vec![])));
    let ended =
        stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM vehicle WHERE service_ended_at_ms IS NOT NULL").await;
    assert_eq!(ended, "1");
}

#[rstest]
#[tokio::test]
async fn art_13_a_replaced_part_brings_another_card(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let before = car(&owner).await;
    let card = &before["cards"][0]["id"];
    let new = |iccid: &str, msisdn: &str| json!({"card_id": card, "iccid": iccid, "msisdn": msisdn});
    let impossible = new("12345678901234567890", "1064802000099");
    owner.post("/owner/replacements", impossible).await.refused(422, "card-invalid");
    let in_use = new("89861120230004681357", "1410200000072");
    owner.post("/owner/replacements", in_use).await.refused(409, "card-taken");
    let request = owner.post("/owner/replacements", new("898604071120C0015299", "1064802000099")).await.ok();
    let id = request["id"].as_str().unwrap().to_owned();
    assert_eq!(request["renewal"]["card_id"], *card);
    pass(&owner, &id).await;
    assert_eq!(accept(&owner, &id).await, "syncing");
    platform(&stage, &id, OWNED_CAR.0, true).await;
    assert_eq!(owner.state(&id).await, "confirmed");
    let after = car(&owner).await;
    let cards = after["cards"].as_array().unwrap();
    assert!(cards.iter().all(|one| one["id"] != *card && one["state"] == "active"));
    assert!(cards.iter().any(|one| one["iccid_masked"].as_str().unwrap().ends_with("5299")));
}
