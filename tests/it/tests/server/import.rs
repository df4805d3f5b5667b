//! Files of the car maker: all of a file or nothing, safe to take twice.

use rstest::rstest;

use crate::{
    lists::{file, take},
    person::Person,
    stage::{Db, Stage},
};

async fn count(stage: &Stage, what: &str) -> String {
    stage.ask(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {what}")).await
}

#[rstest]
#[tokio::test]
async fn the_same_file_twice_changes_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let before: u32 = count(&stage, "vehicle").await.parse().unwrap();
    let first = take(&stage, &file(0..1_203)).await;
    assert_eq!((first.new, first.cards, first.is_refused()), (1_203, 1_203, false));
    assert_eq!(count(&stage, "vehicle").await, (before + 1_203).to_string());
    assert_eq!(count(&stage, "vehicle WHERE record_state = 'unregistered'").await, "1203");
    assert_eq!(count(&stage, "card WHERE state = 'fitted'").await, "1203");
    assert_eq!(count(&stage, "card_event WHERE event = 'fitted'").await, "1203");

    let again = take(&stage, &file(0..1_203)).await;
    assert_eq!((again.new, again.corrected, again.unchanged, again.cards), (0, 0, 1_203, 0));
    assert_eq!(count(&stage, "vehicle").await, (before + 1_203).to_string());

    let corrected = take(&stage, &file(0..10).replace("黑", "白").replace(",E7,", ",E7X,")).await;
    assert_eq!((corrected.new, corrected.corrected), (0, 10));
    assert_eq!(count(&stage, "vehicle WHERE body_colour = '白' AND version = 1").await, "10");
    assert_eq!(count(&stage, "audit WHERE action = 'vehicles.import'").await, "3");
}

#[rstest]
#[tokio::test]
async fn one_bad_row_keeps_the_file_out(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let before = count(&stage, "vehicle").await;
    let bad = file(0..600).replace("1440000000599", "1390000000599");
    let refused = take(&stage, &bad).await;
    let errors: Vec<String> =
        refused.findings.iter().filter(|finding| finding.is_error()).map(ToString::to_string).collect();
    let reason = "line 601, msisdn: error: the number is in none of the ranges configured for vehicle cards";
    assert_eq!(errors, [reason]);

    take(&stage, &file(5..6)).await;
    let elsewhere = file(0..10).replace("1M8GDM9A1KP000005", "1M8GDM9A1KP900005");
    let refused = take(&stage, &elsewhere).await;
    assert!(refused.is_refused());
    let errors: Vec<_> = refused.findings.iter().filter(|finding| finding.is_error()).collect();
    assert_eq!(errors[0].to_string(), "line 7, iccid: error: the card is on record in another vehicle");
    let after = count(&stage, "vehicle").await.parse::<u32>().unwrap();
    assert_eq!(after, before.parse::<u32>().unwrap() + 1, "only the one vehicle that was taken alone");
}

#[rstest]
#[tokio::test]
async fn a_registered_vehicle_changes_by_request_only(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let vehicles = owner.get("/owner/vehicles").await.ok();
    let tx = stage.app.store.read().await.unwrap();
    let id = vehicles["items"][0]["id"].as_str().unwrap().parse().unwrap();
    let vin = tx.vehicles().find(id).await.unwrap().unwrap().vin;
    drop(tx);
    let text = file(0..1).replace("1M8GDM9A1KP000000", &vin);
    let refused = take(&stage, &text).await;
    assert!(refused.is_refused());
    let reason = "the vehicle is registered with other data: that changes by request only";
    assert!(refused.findings.iter().any(|finding| finding.reason == reason), "{:?}", refused.findings);
}
