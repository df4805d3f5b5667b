//! Two at once: exactly one wins.

use rstest::rstest;
use serde_json::json;

use crate::{
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
async fn one_transfer_of_a_vehicle_is_open(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let vehicle = owner.get("/owner/vehicles").await.ok()["items"][0]["id"].clone();
    let start = || owner.post("/owner/transfers", json!({"vehicle_id": vehicle}));
    let (one, other) = tokio::join!(start(), start());
    let (won, lost) = if one.status == 201 { (one, other) } else { (other, one) };
    won.ok();
    lost.refused(409, "request-open");
}
