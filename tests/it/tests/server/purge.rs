//! What was kept long enough goes, in the database's bytes too, and takes nothing of anybody else along.

use std::{collections::BTreeSet, time::Duration};

use rstest::rstest;
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde_json::json;
use server::{
    service::{housekeeping, purge},
    store::{HOLDERS, PARTS},
};

use crate::{
    person::{Person, acceptance, up_to_acceptance},
    stage::{Db, Stage},
};

const DAY: Duration = Duration::from_secs(24 * 3600);
const VIN: &str = "LSVAM4186C2184841";

async fn rows(stage: &Stage, query: &str) -> Vec<QueryResult> {
    let database = stage.database().await;
    let statement = Statement::from_string(database.get_database_backend(), query);
    database.query_all_raw(statement).await.unwrap()
}

/// Binary values of the first row.
async fn values(stage: &Stage, query: &str) -> Vec<Vec<u8>> {
    let rows = rows(stage, query).await;
    let row = rows.first().unwrap();
    (0..row.column_names().len()).map(|place| row.try_get_by_index(place).unwrap()).collect()
}

async fn count(stage: &Stage, table: &str) -> String {
    stage.ask(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}")).await
}

/// Everything the database holds: the bytes of its files, or what every table says.
async fn everything(stage: &Stage, db: Db) -> Vec<u8> {
    if let Db::Sqlite = db {
        return stage.stored();
    }
    let tables =
        "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'";
    let mut all = String::new();
    for table in rows(stage, tables).await {
        let table: String = table.try_get("", "name").unwrap();
        all += &stage.ask(&format!("SELECT COALESCE(string_agg(t::text, ' '), '') FROM \"{table}\" t")).await;
    }
    all.into_bytes()
}

/// Whether the database holds this value, in bytes or, where tables were read as text, in hex.
fn holds(all: &[u8], value: &[u8]) -> bool {
    let hex: String = value.iter().map(|byte| format!("{byte:02x}")).collect();
    [value, hex.as_bytes()].iter().any(|form| all.windows(form.len()).any(|bytes| bytes == *form))
}

/// The vehicle was transferred to the buyer long ago, its service ended now, and everybody has gone home.
async fn ended(stage: &Stage, db: Db) {
    let (owner, buyer) = (Person::owner(stage).await, Person::buyer(stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.ok();
    let now_ms = stage.app.now_ms();
    for statement in [
        "UPDATE request_vehicle SET open_vehicle_id = NULL".to_owned(),
        format!("UPDATE request SET state = 'confirmed', closed_at_ms = {now_ms}"),
        // As the server's own connections do: what an update replaces is overwritten.
        format!(
            "{}UPDATE vehicle SET record_state = 'closed', service_ended_at_ms = {now_ms}, \
             owner_person_id = (SELECT new_owner_person_id FROM request) WHERE vin = '{VIN}'",
            if let Db::Sqlite = db { "PRAGMA secure_delete = ON; " } else { "" },
        ),
    ] {
        stage.sql(&statement).await;
    }
}

#[rstest]
#[tokio::test]
async fn art_18_two_years_after_the_end_of_service_the_record_goes(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up_with(db, |config| config.retention.automatic = true).await else { return };
    ended(&stage, db).await;
    let of_buyer = "FROM person WHERE id = (SELECT new_owner_person_id FROM request)";
    let mut secrets = values(
        &stage,
        &format!("SELECT name, document_number, document_index, phone, phone_index {of_buyer}"),
    )
    .await;
    secrets.extend(values(&stage, "SELECT substr(content, 1, 48) FROM evidence").await);
    secrets.extend([VIN, "898604071120C0015291", "1064802000031"].map(|text| text.as_bytes().to_vec()));
    let others =
        values(&stage, "SELECT name, phone FROM person WHERE id = (SELECT owner_person_id FROM request)")
            .await;

    stage.clock.turn(729 * DAY);
    housekeeping::tidy(&stage.app).await;
    let plan = purge::plan(&stage.app).await.unwrap();
    assert_eq!((plan.records.len(), plan.requests.len()), (0, 0), "kept for two years");
    let before = everything(&stage, db).await;
    for secret in &secrets {
        assert!(holds(&before, secret), "{}", String::from_utf8_lossy(secret));
    }

    stage.clock.turn(3 * DAY);
    let plan = purge::plan(&stage.app).await.unwrap();
    assert_eq!(plan.records, [stage.id(&format!("SELECT id FROM vehicle WHERE vin = '{VIN}'")).await]);
    housekeeping::tidy(&stage.app).await;
    let after = everything(&stage, db).await;
    for secret in &secrets {
        assert!(!holds(&after, secret), "{}", String::from_utf8_lossy(secret));
    }
    for other in &others {
        assert!(holds(&after, other), "the owner of another vehicle stays");
    }
    let left = [count(&stage, "vehicle").await, count(&stage, "card").await, count(&stage, "person").await];
    assert_eq!(left, ["1", "1", "1"]);
    for table in ["request", "verification", "evidence", "review", "outbox", "consent", "account", "message"]
    {
        let left = count(&stage, table).await;
        assert_eq!(left, if matches!(table, "account" | "consent") { "1" } else { "0" }, "{table}");
    }
    let keys = stage.app.store.sealed_counts().await.unwrap();
    let keys: u64 = keys.iter().filter(|count| count.column.vault).map(|count| count.by_key[0].1).sum();
    assert_eq!(keys, 0, "keys of evidence");
    assert_eq!(stage.app.store.verify_audit(None, |_| ()).await.unwrap().broken, None);
    assert_eq!(count(&stage, "audit WHERE action = 'record.purge'").await, "1");
}

#[rstest]
#[tokio::test]
async fn what_never_became_a_registration_goes_sooner(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    owner.post(&format!("/owner/requests/{id}/cancel"), json!({})).await.ok();
    assert_eq!(count(&stage, "person").await, "2");

    stage.clock.turn(89 * DAY);
    assert_eq!(purge::purge(&stage.app, |_| ()).await.unwrap().steps(), 0);
    stage.clock.turn(2 * DAY);
    let gone = purge::purge(&stage.app, |_| ()).await.unwrap();
    assert_eq!((gone.records.len(), gone.requests.len()), (0, 1));
    let left =
        [count(&stage, "request").await, count(&stage, "person").await, count(&stage, "vehicle").await];
    assert_eq!(left, ["0", "1", "2"], "the buyer is gone, the owner and the vehicles stay");
    assert_eq!(count(&stage, "evidence").await, "0");
    assert_eq!(purge::plan(&stage.app).await.unwrap(), purge::Plan::default());
}

#[rstest]
#[tokio::test]
async fn a_record_about_which_something_is_open_stays(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    Person::owner(&stage).await.start_transfer().await;
    stage.sql("UPDATE vehicle SET service_ended_at_ms = 1").await;
    let open = stage.id("SELECT vehicle_id FROM request_vehicle").await;
    let plan = purge::plan(&stage.app).await.unwrap();
    assert!(plan.records.len() == 1 && !plan.records.contains(&open));
}

#[rstest]
#[tokio::test]
async fn every_foreign_key_says_whether_it_goes_along_or_holds_on(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let query = match db {
        Db::Sqlite => {
            "SELECT m.name AS a, f.\"from\" AS b, f.\"table\" AS c \
             FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'"
        }
        Db::Postgres => {
            "SELECT k.table_name::text AS a, k.column_name::text AS b, u.table_name::text AS c \
             FROM information_schema.key_column_usage k \
             JOIN information_schema.referential_constraints r USING (constraint_schema, constraint_name) \
             JOIN information_schema.constraint_column_usage u USING (constraint_schema, constraint_name)"
        }
    };
    let removed: BTreeSet<&str> = PARTS.iter().chain(HOLDERS).map(|(table, _, _)| *table).collect();
    for row in rows(&stage, query).await {
        let [table, column, of] = ["a", "b", "c"].map(|name| row.try_get::<String>("", name).unwrap());
        // Staff and what else is never purged needs no word.
        if !removed.contains(of.as_str()) && of != "account" {
            continue;
        }
        let known = |(a, b, c): &&(&str, &str, &str)| (*a, *b, *c) == (&*table, &*column, &*of);
        assert!(
            PARTS.iter().chain(HOLDERS).any(|pointer| known(&pointer)),
            "{table}.{column} points at {of}"
        );
    }
}
