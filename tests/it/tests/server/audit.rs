//! The audit: lines are only added, and whatever was done to them behind the server's back is found.

use rstest::rstest;
use serde_json::{Value, json};
use server::{
    rules::rights::Role,
    store::{Actor, Break, Entry, Verified},
};
use uuid::Uuid;

use crate::{
    person::Person,
    reviews::staff,
    stage::{Db, Stage},
};

/// Takes the triggers away, as someone who owns the database can.
async fn unlock(stage: &Stage, db: Db) {
    match db {
        Db::Sqlite => stage.sql("DROP TRIGGER audit_update; DROP TRIGGER audit_delete").await,
        Db::Postgres => stage.sql("DROP TRIGGER audit_change ON audit").await,
    }
}

/// A server whose audit has seven lines, the last three of them about the same record.
async fn seven_lines(db: Db) -> Option<(Stage, Uuid)> {
    let stage = Stage::up(db).await?;
    let (actor, record) = (Actor::Account(stage.app.id()), stage.app.id());
    for seq in verify(&stage, None).await.intact..7 {
        let subject_id = if seq < 4 { stage.app.id() } else { record };
        let action = if seq % 2 == 0 { "thing.make" } else { "thing.break" };
        let tx = stage.app.store.begin().await.unwrap();
        let entry = Entry { actor, action, subject_kind: "thing", subject_id, detail: None };
        tx.audit().record(entry, stage.app.now_ms());
        tx.commit().await.unwrap();
    }
    Some((stage, record))
}

async fn verify(stage: &Stage, since: Option<&str>) -> Verified {
    stage.app.store.verify_audit(since, |_| ()).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn an_untouched_chain_is_whole_and_keeps_its_old_heads(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some((stage, _)) = seven_lines(db).await else { return };
    let first = verify(&stage, None).await;
    assert_eq!((first.intact, first.broken), (7, None));
    Person::buyer(&stage).await.consent().await;
    let later = verify(&stage, Some(&first.head)).await;
    assert!(later.intact > first.intact && later.broken.is_none(), "{later:?}");
    let (rest, digit) = first.head.split_at(first.head.len() - 1);
    let other = format!("{rest}{}", if digit == "0" { "1" } else { "0" });
    assert_eq!(verify(&stage, Some(&other)).await.broken, Some(Break::Truncated));
}

#[rstest]
#[tokio::test]
async fn the_database_refuses_to_change_lines(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some((stage, _)) = seven_lines(db).await else { return };
    for statement in ["UPDATE audit SET action = 'nothing'", "DELETE FROM audit WHERE seq = 7"] {
        let refused = stage.try_sql(statement).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    }
    assert_eq!(verify(&stage, None).await.broken, None);
}

/// Line 7 is made the last one; who owns the database can do that.
const CUT: &str = "DELETE FROM audit WHERE seq > 4; UPDATE audit_head SET seq = 4, \
    hash = (SELECT hash FROM audit WHERE seq = 4)";

#[rstest]
#[case("UPDATE audit SET detail = 'nothing' WHERE seq = 3", 2, Some(Break::Changed(3)))]
#[case("UPDATE audit SET at_ms = at_ms - 1 WHERE seq = 7", 6, Some(Break::Changed(7)))]
#[case("DELETE FROM audit WHERE seq IN (3, 4)", 2, Some(Break::Missing { from: 3, to: 4 }))]
#[case("DELETE FROM audit WHERE seq > 5", 5, Some(Break::Missing { from: 6, to: 7 }))]
#[case("DELETE FROM audit WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 7", 2, Some(Break::Moved { to: 3, from: 7 }))]
#[case(
    "UPDATE audit SET seq = 99 WHERE seq = 3; UPDATE audit SET seq = 3 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 99",
    2,
    Some(Break::Moved { to: 3, from: 5 })
)]
#[case(
    "INSERT INTO audit SELECT 8, at_ms, actor_kind, actor_id, action, subject_kind, subject_id, detail, hash FROM audit WHERE seq = 7",
    7,
    Some(Break::Added(8))
)]
#[case("UPDATE audit_head SET hash = (SELECT hash FROM audit WHERE seq = 2)", 7, Some(Break::Head))]
#[case(CUT, 4, None)]
#[tokio::test]
async fn what_was_done_to_the_chain_is_found(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
    #[case] harm: &str,
    #[case] intact: i64,
    #[case] broken: Option<Break>,
) {
    let Some((stage, _)) = seven_lines(db).await else { return };
    let kept = verify(&stage, None).await.head;
    unlock(&stage, db).await;
    for statement in harm.split(';') {
        stage.sql(statement).await;
    }
    let found = verify(&stage, None).await;
    assert_eq!((found.intact, found.broken), (intact, broken));
    // A chain cut at the end looks whole; the head kept elsewhere tells.
    let expected = broken.or(Some(Break::Truncated));
    assert_eq!(verify(&stage, Some(&kept)).await.broken, expected);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn writers_at_the_same_time_make_one_chain(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let before = verify(&stage, None).await.intact;
    let give = || owner.consent();
    for _ in 0..5 {
        tokio::join!(give(), give(), give(), give(), give(), give());
    }
    let after = verify(&stage, None).await;
    assert_eq!((after.intact, after.broken), (before + 30, None));
}

#[rstest]
#[tokio::test]
async fn the_auditor_reads_filters_and_pages(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some((stage, record)) = seven_lines(db).await else { return };
    let auditor = staff(&stage, "shen", Role::Auditor).await;
    let read = async |query: &str| stage.get(&format!("/console/audit{query}"), &auditor).await.ok();
    let count = |page: &Value| page["items"].as_array().unwrap().len();

    let about = read(&format!("?subject={record}")).await;
    assert_eq!((count(&about), &about["items"][0]["seq"], about.get("next")), (3, &json!(7), None));
    let line = &about["items"][0];
    assert_eq!((&line["action"], &line["actor_kind"]), (&json!("thing.make"), &json!("account")));
    assert_eq!(count(&read(&format!("?subject={record}&action=thing.make")).await), 2);
    assert_eq!(count(&read(&format!("?subject={record}&before=7")).await), 2);
    let actor = line["actor_id"].as_str().unwrap();
    assert_eq!(count(&read(&format!("?actor={actor}&action=thing.break&subject={record}")).await), 1);
    assert_eq!(count(&read(&format!("?subject={record}&from=2100-01-01T00:00:00Z")).await), 0);
    assert_eq!(count(&read(&format!("?subject={record}&to=2100-01-01T00:00:00Z")).await), 3);
    stage.get("/console/audit?before=0", &auditor).await.refused(400, "bad-request");
}
