//! The main job from the first step to the platform's confirmation, with the real worker and the reference platform.

use std::{sync::Arc, time::Duration};

use oem_platform::{Behaviour, Config as PlatformConfig, Keys, Running};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::{
    service::{Clock, SystemClock, seed::DEMO_NAME},
    sync::worker::Worker,
};
use tokio_util::sync::CancellationToken;

use crate::{
    person::{Person, acceptance, up_to_acceptance},
    stage::{Db, Stage},
};

async fn platform(folder: &tempfile::TempDir, keys: &Keys) -> Running {
    let config = PlatformConfig {
        listen: ([127, 0, 0, 1], 0).into(),
        database: folder.path().join("ledger.sqlite"),
        secret: keys.secret.clone(),
        callback_secret: keys.callback_secret.clone(),
        private_key: keys.private_key.clone(),
        behaviour: Behaviour::default(),
        clock: Arc::new(|| SystemClock.now_ms()),
    };
    oem_platform::start(config).await.unwrap()
}

/// A server with a platform and a worker.
async fn connected(db: Db, folder: &tempfile::TempDir) -> Option<(Stage, Running, CancellationToken)> {
    let keys = Keys::generate();
    let platform = platform(folder, &keys).await;
    let url = platform.url();
    let stage = Stage::up_with(db, |config| {
        config.oem.url = url;
        config.oem.webhook_secret = keys.secret.clone().into();
        config.oem.callback_secret = keys.callback_secret.clone().into();
        config.oem.public_key = keys.public_key.clone();
    })
    .await?;
    let callbacks = format!("{}/api/v1/oem/callbacks", stage.url);
    platform.behave(|behaviour| behaviour.callback_url = Some(callbacks));
    let stop = CancellationToken::new();
    tokio::spawn(Worker::configured(stage.app.clone()).unwrap().unwrap().run(stop.clone()));
    Some((stage, platform, stop))
}

async fn wait_for(person: &Person<'_>, transfer: &str, state: &str) {
    for _ in 0..200 {
        if person.state(transfer).await == state {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{transfer} never became {state}, it is {}", person.state(transfer).await);
}

#[rstest]
#[tokio::test]
async fn from_the_owner_to_the_confirmation(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let Some((stage, platform, stop)) = connected(db, &folder).await else { return };
    let owner = Person::owner(&stage).await;
    assert_eq!(
        owner.get("/owner/me").await.ok(),
        json!({"phone_masked": "138****1234", "name_masked": "张*"})
    );

    let id = owner.start_transfer().await;
    let path = format!("/owner/requests/{id}");
    let draft = owner.get(&path).await.ok();
    assert_eq!((&draft["state"], &draft["role"]), (&json!("draft"), &json!("owner")));
    assert!(draft.get("invitation_token").is_none());
    let vehicles = owner.get("/owner/vehicles").await.ok();
    assert!(vehicles["items"].as_array().unwrap().iter().any(|item| item["open_request"]["id"] == *id));

    owner.consent().await;
    assert_eq!(owner.verify(&id).await["outcome"], "passed");
    let waiting = owner.get(&path).await.ok();
    assert_eq!(waiting["state"], "awaiting_counterparty");
    let token = waiting["invitation_token"].as_str().unwrap();

    let invitation = format!("/owner/invitations/{token}");
    let seen = stage.call(Method::GET, &invitation, None, None).await.ok();
    assert_eq!((&seen["owner_name_masked"], &seen["card_count"]), (&json!("张*"), &json!(2)));
    owner.post(&format!("{invitation}/claim"), json!({})).await.refused(422, "same-person");

    let buyer = Person::buyer(&stage).await;
    buyer.get(&path).await.refused(404, "not-found");
    assert_eq!(buyer.post(&format!("{invitation}/claim"), json!({})).await.ok()["role"], "counterparty");
    assert_eq!(buyer.post(&format!("{invitation}/claim"), json!({})).await.ok()["id"], *id);
    buyer.consent().await;
    assert_eq!(buyer.verify(&id).await["outcome"], "passed");
    let ready = buyer.get(&path).await.ok();
    assert_eq!(
        (&ready["state"], &ready["next"]["who"]),
        (&json!("card_limit_check"), &json!("counterparty"))
    );

    owner.post(&format!("{path}/accept"), acceptance()).await.refused(404, "not-found");
    buyer.post(&format!("{path}/accept"), acceptance()).await.ok();
    wait_for(&buyer, &id, "confirmed").await;

    let done = owner.get(&path).await.ok();
    let states: Vec<_> =
        done["timeline"].as_array().unwrap().iter().map(|line| line["state"].clone()).collect();
    let way = [
        "draft",
        "owner_verifying",
        "awaiting_counterparty",
        "counterparty_verifying",
        "card_limit_check",
        "approved",
        "syncing",
        "accepted",
        "confirmed",
    ];
    // The callback may overtake the answer to the delivery.
    let seen: Vec<_> = states.iter().map(|state| state.as_str().unwrap()).collect();
    assert!(seen == way || seen == [&way[..7], &way[8..]].concat(), "{seen:?}");
    assert_eq!(done["sync"]["stage"], "confirmed");

    // Vehicle and cards are the buyer's, all together.
    let cards = |vehicles: Value| -> Vec<usize> {
        vehicles["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["cards"].as_array().unwrap().len())
            .collect()
    };
    assert_eq!(cards(owner.get("/owner/vehicles").await.ok()), [1]);
    assert_eq!(cards(buyer.get("/owner/vehicles").await.ok()), [2]);
    assert_eq!(buyer.get("/owner/me").await.ok()["name_masked"], "李*红");
    assert_eq!(platform.ledger().await.unwrap().len(), 1);
    stop.cancel();
}

#[rstest]
#[tokio::test]
async fn a_platform_that_refuses_changes_no_owner(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let folder = tempfile::tempdir().unwrap();
    let Some((stage, platform, stop)) = connected(db, &folder).await else { return };
    platform.behave(|behaviour| behaviour.failure = Some(oem_platform::Failure::Reject));
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.ok();
    wait_for(&owner, &id, "rejected").await;
    assert_eq!(owner.get("/owner/vehicles").await.ok()["items"].as_array().unwrap().len(), 2);
    assert_eq!(owner.get("/owner/me").await.ok()["name_masked"], "张*");
    assert_eq!(DEMO_NAME, "张伟");
    stop.cancel();
}

#[rstest]
#[tokio::test]
async fn either_side_can_leave_before_approval(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    buyer.post(&format!("/owner/requests/{id}/cancel"), json!({})).await.refused(404, "not-found");
    assert_eq!(
        buyer.post(&format!("/owner/requests/{id}/decline"), json!({})).await.ok()["state"],
        "declined"
    );
    owner.post(&format!("/owner/requests/{id}/cancel"), json!({})).await.refused(409, "conflict");

    let id = owner.start_transfer().await;
    assert_eq!(
        owner.post(&format!("/owner/requests/{id}/cancel"), json!({})).await.ok()["state"],
        "cancelled"
    );
}

#[rstest]
#[tokio::test]
async fn an_unfinished_transfer_expires_and_frees_the_vehicle(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.sign_in.owner_hours = 1_000).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    stage.clock.turn(Duration::from_secs(8 * 24 * 3600));
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.refused(410, "request-expired");
    assert_eq!(owner.state(&id).await, "expired");
    owner.start_transfer().await;
}

#[rstest]
#[tokio::test]
async fn art_11_an_eleventh_card_goes_to_the_shop(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up_with(db, |config| config.transfer.card_limit = 0).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    assert_eq!(buyer.state(&id).await, "referred_to_shop");
}
