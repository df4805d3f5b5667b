//! The server's worker delivers to the platform over HTTP: once, in spite of everything.

use std::time::Duration;

use oem_platform::Failure;
use server::sync::worker::Pace;
use sha2::{Digest as _, Sha256};
use tokio_util::sync::CancellationToken;

use crate::common::{START_MS, World, eventually, outbox};

#[tokio::test]
async fn delivers_once() {
    let world = World::new().await;
    let (transfer, message) = world.approved().await;
    assert_eq!(world.worker().round().await.unwrap(), 1);
    assert_eq!(world.worker().round().await.unwrap(), 0);
    assert_eq!(world.state(transfer).await, "accepted");
    assert_eq!(world.outbox().await, ("accepted".into(), 1, None));

    let rows = world.platform.ledger().await.unwrap();
    let [row] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!(row.message_id, message.to_string());
    assert_eq!(row.request_id, transfer.to_string());
    assert_eq!(row.deliveries, 1);
    assert_eq!(row.vin_masked, "***********042788");
    assert_eq!(row.iccids_masked, ["****************0007", "****************5291"]);
    assert_eq!(row.name_masked, "张*");
    assert_eq!(row.document_number_masked, "110105********002X");
    assert_eq!(row.phone_masked, "138****1234");
    let said = format!(
        r#"["{transfer}","1M8GDM9AXKP042788",[{{"msisdn":"1064602000032","iccid":"898600D6081370000007","carrier":"china_mobile"}},{{"msisdn":"1064802000031","iccid":"898604071120C0015291","carrier":"china_mobile"}}],[null,null,null],{{"name":"张三","document_type":"resident_id","document_number":"11010519491231002X","phone":"13800001234"}},{},1]"#,
        START_MS - 1000
    );
    let digest: String = Sha256::digest(said).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(row.sha256, digest);
}

#[tokio::test]
async fn recovers_from_an_outage() {
    let world = World::new().await;
    let (transfer, _) = world.approved().await;
    world.platform.behave(|behaviour| behaviour.failure = Some(Failure::Error));
    assert_eq!(world.worker().round().await.unwrap(), 1);
    assert_eq!(world.outbox().await, ("pending".into(), 1, Some("status 500: internal".into())));
    assert_eq!(world.state(transfer).await, "syncing");
    assert!(world.platform.ledger().await.unwrap().is_empty());

    world.platform.behave(|behaviour| behaviour.failure = None);
    assert_eq!(world.worker().round().await.unwrap(), 0, "not before its time");
    world.clock.forward(6);
    assert_eq!(world.worker().round().await.unwrap(), 1);
    assert_eq!(world.state(transfer).await, "accepted");
    assert_eq!(world.platform.ledger().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_refusal_waits_for_a_person() {
    let world = World::new().await;
    let (transfer, message) = world.approved().await;
    world.platform.behave(|behaviour| behaviour.failure = Some(Failure::Refuse));
    assert_eq!(world.worker().round().await.unwrap(), 1);
    assert_eq!(world.outbox().await, ("dead".into(), 1, Some("status 422: refused".into())));
    world.clock.forward(100 * 24 * 3600);
    assert_eq!(world.worker().round().await.unwrap(), 0);
    assert_eq!(world.state(transfer).await, "syncing", "dead, but not lost");

    world.platform.behave(|behaviour| behaviour.failure = None);
    let tx = world.app.store.begin().await.unwrap();
    assert!(tx.outbox().replay(message, world.app.now_ms()).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(world.worker().round().await.unwrap(), 1);
    assert_eq!(world.state(transfer).await, "accepted");
}

#[tokio::test]
async fn gives_up_after_the_last_wait() {
    let world = World::new().await;
    world.approved().await;
    world.platform.behave(|behaviour| behaviour.failure = Some(Failure::Error));
    for attempt in 1..=10 {
        assert_eq!(world.worker().round().await.unwrap(), 1);
        let state = if attempt < 10 { "pending" } else { "dead" };
        assert_eq!(world.outbox().await, (state.into(), attempt, Some("status 500: internal".into())));
        world.clock.forward(27 * 3600);
    }
    assert_eq!(world.worker().round().await.unwrap(), 0);
}

#[tokio::test]
async fn a_worker_killed_half_way_leaves_one_row() {
    let world = World::new().await;
    let (transfer, _) = world.approved().await;
    world.platform.behave(|behaviour| behaviour.failure = Some(Failure::Timeout));
    let killed = tokio::spawn(world.worker().round());
    eventually(async || world.platform.ledger().await.unwrap().len() == 1).await;
    killed.abort();
    assert!(killed.await.unwrap_err().is_cancelled());
    world.platform.behave(|behaviour| behaviour.failure = None);

    assert_eq!(world.worker().round().await.unwrap(), 0, "the dead worker's lease still holds");
    world.clock.forward(61);
    assert_eq!(world.worker().round().await.unwrap(), 1);
    assert_eq!(world.state(transfer).await, "accepted");
    let rows = world.platform.ledger().await.unwrap();
    assert_eq!((rows.len(), rows[0].deliveries), (1, 2));
}

#[tokio::test]
async fn an_answer_that_never_comes_is_tried_again() {
    let world = World::new().await;
    world.approved().await;
    world.platform.behave(|behaviour| behaviour.failure = Some(Failure::Timeout));
    let worker = world.worker_at(Pace { timeout: Duration::from_millis(300), ..Pace::default() });
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!(world.outbox().await, ("pending".into(), 1, Some("no answer in time".into())));
}

#[tokio::test]
async fn a_platform_that_is_gone_is_tried_again() {
    let world = World::new().await;
    world.approved().await;
    let worker = world.worker();
    let World { platform, database, _folder, .. } = world;
    platform.stop().await.unwrap();
    assert_eq!(worker.round().await.unwrap(), 1);
    assert_eq!(outbox(&database).await, ("pending".into(), 1, Some("no connection".into())));
}

#[tokio::test]
async fn works_when_rung_and_stops_when_told() {
    let world = World::new().await;
    let stop = CancellationToken::new();
    let worker = world.worker_at(Pace { poll: Duration::from_secs(3600), ..Pace::default() });
    let worker = std::sync::Arc::into_inner(worker).unwrap();
    let running = tokio::spawn(worker.run(stop.clone()));
    let (transfer, _) = world.approved().await;
    world.app.wake.notify_one();
    eventually(async || world.state(transfer).await == "accepted").await;
    stop.cancel();
    running.await.unwrap();
}
