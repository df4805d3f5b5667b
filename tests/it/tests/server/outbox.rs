//! The outbox: disjoint claims, in order per vehicle.

use std::collections::HashSet;

use rstest::rstest;
use server::store::{NewMessage, Store};
use uuid::Uuid;

use crate::stage::{Db, Stage};

async fn fill(store: &Store, vehicles: &[Uuid], each: usize) {
    let tx = store.begin().await.unwrap();
    for _ in 0..each {
        for vehicle in vehicles {
            let message = NewMessage {
                id: Uuid::now_v7(),
                aggregate: "request",
                aggregate_id: Uuid::now_v7(),
                vehicle_id: *vehicle,
                kind: "test",
                payload: b"payload",
            };
            tx.outbox().enqueue(message, 1_000).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_without_overlap_and_keep_the_order(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let store = &stage.app.store;
    let vehicles: Vec<Uuid> = (0..20).map(|_| Uuid::new_v4()).collect();
    fill(store, &vehicles, 3).await;
    let mut sent: Vec<(Uuid, Uuid)> = Vec::new();
    let mut now_ms = 2_000;
    while sent.len() < 60 {
        let claim = |owner| store.outbox_claim(owner, now_ms, 1_000, 15);
        let (a, b) = tokio::join!(claim("a"), claim("b"));
        let (a, b) = (a.unwrap(), b.unwrap());
        let round: HashSet<_> = a.iter().chain(&b).map(|message| message.vehicle_id).collect();
        assert_eq!(round.len(), a.len() + b.len(), "two messages of one vehicle, or one message twice");
        assert!(a.iter().all(|message| message.lease_owner == "a" && message.payload == b"payload"));
        let tx = store.begin().await.unwrap();
        for message in a.iter().chain(&b) {
            assert!(tx.outbox().accepted(message, now_ms).await.unwrap());
            sent.push((message.vehicle_id, message.id));
        }
        tx.commit().await.unwrap();
        now_ms += 1;
    }
    for vehicle in vehicles {
        let ids: Vec<_> = sent.iter().filter(|(of, _)| *of == vehicle).map(|(_, id)| *id).collect();
        assert!(ids.len() == 3 && ids.is_sorted());
    }
}

#[rstest]
#[tokio::test]
async fn leases_run_out_retries_wait_and_the_dead_hold_back(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let store = &stage.app.store;
    fill(store, &[Uuid::new_v4()], 2).await;
    let claim = async |now_ms| store.outbox_claim("a", now_ms, 1_000, 10).await.unwrap();
    let first = claim(2_000).await;
    assert_eq!(first.len(), 1);
    assert!(claim(2_999).await.is_empty());
    assert_eq!(claim(3_000).await[0].id, first[0].id);

    let tx = store.begin().await.unwrap();
    assert!(tx.outbox().retry(&first[0], 9_000, "status 500").await.unwrap());
    tx.commit().await.unwrap();
    assert!(claim(8_999).await.is_empty());
    assert_eq!(claim(9_000).await[0].attempts, 1);

    let tx = store.begin().await.unwrap();
    assert!(tx.outbox().dead(&first[0], "status 422").await.unwrap());
    tx.commit().await.unwrap();
    assert!(claim(20_000).await.is_empty());
    let tx = store.begin().await.unwrap();
    assert!(tx.outbox().replay(first[0].id, 20_000).await.unwrap());
    tx.commit().await.unwrap();
    assert_eq!(claim(20_000).await[0].id, first[0].id);
}

#[rstest]
#[tokio::test]
async fn a_late_worker_leaves_the_message_to_its_new_holder(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let store = &stage.app.store;
    fill(store, &[Uuid::new_v4()], 1).await;
    let claim = async |owner, now_ms| store.outbox_claim(owner, now_ms, 1_000, 10).await.unwrap();
    let late = claim("late", 2_000).await.remove(0);
    let holder = claim("holder", 3_000).await.remove(0);

    let tx = store.begin().await.unwrap();
    assert!(!tx.outbox().accepted(&late, 3_001).await.unwrap());
    assert!(!tx.outbox().retry(&late, 3_001, "no answer in time").await.unwrap());
    assert!(!tx.outbox().dead(&late, "status 422").await.unwrap());
    tx.commit().await.unwrap();
    assert!(claim("third", 3_999).await.is_empty(), "the holder's claim was cleared");

    let tx = store.begin().await.unwrap();
    assert!(tx.outbox().accepted(&holder, 3_999).await.unwrap());
    assert!(!tx.outbox().accepted(&holder, 3_999).await.unwrap());
    tx.commit().await.unwrap();
    assert!(claim("third", 9_000).await.is_empty());
}

#[rstest]
#[tokio::test]
async fn a_message_that_cannot_be_read_is_dead_and_the_others_go_on(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let store = &stage.app.store;
    let vehicles = [Uuid::new_v4(), Uuid::new_v4(), Uuid::new_v4()];
    fill(store, &vehicles, 1).await;
    let broken = store.outbox_claim("a", 2_000, 1, 1).await.unwrap().remove(0);
    // What was sealed for one row does not open in another.
    stage
        .sql(
            "UPDATE outbox SET payload = (SELECT payload FROM outbox ORDER BY id DESC LIMIT 1) \
             WHERE lease_owner = 'a'",
        )
        .await;

    let sent = store.outbox_claim("b", 3_000, 1_000, 10).await.unwrap();
    assert_eq!(sent.iter().map(|message| message.vehicle_id).collect::<Vec<_>>(), vehicles[1..]);
    let dead = stage.ask("SELECT state || ': ' || last_error FROM outbox WHERE attempts = 1").await;
    assert_eq!(dead, "dead: a stored value in outbox.payload does not open");

    let tx = store.begin().await.unwrap();
    assert!(tx.outbox().replay(broken.id, 3_999).await.unwrap());
    tx.commit().await.unwrap();
    assert!(store.outbox_claim("b", 3_999, 1_000, 10).await.unwrap().is_empty());
}
