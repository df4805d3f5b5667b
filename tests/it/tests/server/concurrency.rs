//! Two at once: exactly one wins.

use rstest::rstest;
use serde_json::json;

use crate::{
    field::OWNED_CAR,
    person::{Person, acceptance, up_to_acceptance},
    stage::{Db, Stage},
};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_acceptance_wins(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    let path = format!("/owner/requests/{id}/accept");
    let accept = || buyer.post(&path, acceptance());
    let answers = tokio::join!(accept(), accept(), accept(), accept());
    let answers = [answers.0, answers.1, answers.2, answers.3];
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for lost in answers.iter().filter(|answer| answer.status != 200) {
        lost.refused(409, "conflict");
    }
    assert_eq!(stage.app.store.outbox_claim("a", i64::MAX / 2, 1, 10).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn one_report_wins(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    owner.consent().await;
    let id = owner.start_transfer().await;
    let draft = owner.perform(&id).await.show("slow");
    let (one, other) = tokio::join!(owner.send(&draft), owner.send(&draft));
    let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!(won.ok()["outcome"], "passed");
    lost.refused(409, "nonce-reused");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_all_requests_for_a_vehicle_one_is_open(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let owned = owner.get("/owner/vehicles").await.ok();
    let items = owned["items"].as_array().unwrap();
    let vehicle = items.iter().find(|item| item["cards"].as_array().unwrap().len() == 2).unwrap();
    let card = json!({"card_id": vehicle["cards"][0]["id"], "iccid": "898604071120C0015299", "msisdn": "1064802000099"});
    let tries = tokio::join!(
        owner.post("/owner/transfers", json!({"vehicle_id": vehicle["id"]})),
        owner.post("/owner/transfers", json!({"vehicle_id": vehicle["id"]})),
        owner.post("/owner/cancellations", json!({"vehicle_id": vehicle["id"], "reason": "lost"})),
        owner.post("/owner/replacements", card),
        buyer.post("/owner/claims", json!({"vin": OWNED_CAR.0, "engine_number": OWNED_CAR.1})),
    );
    let (won, lost): (Vec<_>, Vec<_>) =
        <[_; 5]>::from(tries).into_iter().partition(|answer| answer.status == 201);
    assert_eq!(won.len(), 1);
    lost.iter().for_each(|answer| answer.refused(409, "request-open"));
    assert_eq!(stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM request").await, "1");
}
