//! Column keys: every sealed column is known, gets a new key while others write, and the old key is not needed then.

use rstest::rstest;
use sea_orm::{
    ConnectionTrait, ExprTrait, Statement,
    sea_query::{Expr, Query},
};
use server::{
    config::{ColumnKey, Keys},
    service::{
        App, keys,
        seed::{DEMO_NAME, DEMO_PHONE, DEMO_RESIDENT_ID},
    },
    store::{NewNotice, Place, SEALED, Store},
};
use uuid::Uuid;

use crate::{
    person::{Person, acceptance, up_to_acceptance},
    stage::{Db, Stage, secret},
};

/// Binary columns that are not sealed under a column key, and why.
const NOT_SEALED: &[(&str, &str, &str)] = &[
    ("acceptance", "text_sha256", "hash of a published text"),
    ("account", "phone_index", "blind index"),
    ("audit", "hash", "not personal"),
    ("audit_head", "hash", "not personal"),
    ("challenge", "hash", "hash of random bits"),
    ("client", "secret_hash", "hash of random bits"),
    ("complaint", "phone_index", "blind index"),
    ("complaint_key", "value_index", "blind index"),
    ("evidence", "content", "under a key of its own, which the vault holds"),
    ("idempotency_key", "fingerprint", "keyed hash"),
    ("idempotency_key", "key_index", "blind index"),
    ("notice", "token_index", "blind index"),
    ("passkey", "credential_id", "drawn by the device"),
    ("passkey", "public_key", "public"),
    ("person", "document_index", "blind index"),
    ("person", "phone_index", "blind index"),
    ("recovery_code", "code_hash", "keyed hash"),
    ("request", "invitation_index", "blind index"),
    ("policy", "sha256", "hash of a published policy"),
    ("session", "token_hash", "hash of 256 random bits"),
    ("sign_in_attempt", "name_index", "blind index"),
    ("sign_in_code", "code_hash", "keyed hash"),
    ("sign_in_code", "phone_index", "blind index"),
    ("staff_identity", "subject_index", "blind index"),
    ("verification", "device_key", "public key of a device"),
    ("verification", "document_index", "blind index"),
    ("verification", "report_sha256", "hash"),
];

/// The same server under other column keys, newest first: the byte each secret is made of, and its name.
async fn under(stage: &Stage, keys: &[(&str, u8)]) -> App {
    let column = |(id, byte): &(&str, u8)| ColumnKey { id: (*id).into(), secret: secret(*byte).into() };
    let keys = Keys { column: keys.iter().map(column).collect(), ..stage.app.config.keys.clone() };
    let store = Store::connect(&stage.app.config.database, &keys).await.unwrap();
    App { store, ..stage.app.clone() }
}

/// Values in all columns under the key at this place of the list.
async fn sealed(app: &App, place: usize) -> u64 {
    keys::counts(app).await.unwrap().iter().map(|count| count.by_key[place].1).sum()
}

async fn unreadable(app: &App) -> u64 {
    keys::counts(app).await.unwrap().iter().map(|count| count.unreadable).sum()
}

/// A transfer from end to end, with evidence, texts, and something in the outbox.
async fn lived_in(stage: &Stage) {
    let (owner, buyer) = (Person::owner(stage).await, Person::buyer(stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.ok();
}

#[rstest]
#[tokio::test]
async fn every_binary_column_is_sealed_or_says_why_not(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let query = match db {
        Db::Sqlite => {
            "SELECT m.name AS t, c.name AS c FROM sqlite_master m, pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND lower(c.type) LIKE 'blob%' \
             AND m.name NOT LIKE 'complaint_search%'"
        }
        Db::Postgres => {
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
             WHERE table_schema = 'public' AND data_type = 'bytea'"
        }
    };
    let database = stage.database().await;
    let query = Statement::from_string(database.get_database_backend(), query);
    let rows = database.query_all_raw(query).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name| row.try_get::<String>("", name).unwrap();
    let mut columns: Vec<(String, String)> =
        rows.iter().map(|row| (text(row, "t"), text(row, "c"))).collect();
    columns.sort();
    let sealed = SEALED.iter().filter(|column| !column.vault).map(|column| (column.table, column.column));
    let plain = NOT_SEALED.iter().map(|(table, column, _)| (*table, *column));
    let mut known: Vec<(String, String)> =
        sealed.chain(plain).map(|(table, column)| (table.to_owned(), column.to_owned())).collect();
    known.sort();
    assert_eq!(columns, known, "left: in the schema; right: in SEALED and NOT_SEALED");
}

#[rstest]
#[tokio::test]
async fn after_a_rotation_the_old_key_can_go(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    lived_in(&stage).await;
    let app = under(&stage, &[("new", 9), ("test", 1)]).await;
    let before = sealed(&app, 1).await;
    assert!(before > 20 && sealed(&app, 0).await == 0, "{before} values under the old key");

    let mut most = 0;
    assert_eq!(
        keys::rotate(&app, |done| {
            most = done;
            true
        })
        .await
        .unwrap(),
        before
    );
    assert_eq!((most, sealed(&app, 0).await, sealed(&app, 1).await), (before, before, 0));
    assert_eq!(keys::rotate(&app, |_| true).await.unwrap(), 0, "a second run finds nothing");

    let alone = under(&stage, &[("new", 9)]).await;
    assert_eq!(unreadable(&alone).await, 0);
    let tx = alone.store.read().await.unwrap();
    let owner = &tx.people().by_phone(DEMO_PHONE).await.unwrap()[0];
    assert_eq!((owner.name.as_str(), owner.document_number.as_str()), (DEMO_NAME, DEMO_RESIDENT_ID));
    let verification = stage.id("SELECT verification_id FROM evidence").await;
    let pictures = tx.evidence().pictures_of(verification).await.unwrap();
    let picture = tx.evidence().picture(verification, pictures[0].0).await.unwrap();
    assert_eq!(picture.unwrap(), b"picture 0");
}

#[rstest]
#[tokio::test]
async fn a_rotation_that_was_stopped_goes_on(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    lived_in(&stage).await;
    let app = under(&stage, &[("new", 9), ("test", 1)]).await;
    let all = sealed(&app, 1).await;
    let done = keys::rotate(&app, |done| done == 0).await.unwrap();
    assert!((1..all).contains(&done), "{done} of {all}");
    assert_eq!((sealed(&app, 0).await, sealed(&app, 1).await, unreadable(&app).await), (done, all - done, 0));
    assert_eq!(keys::rotate(&app, |_| true).await.unwrap(), all - done);
    assert_eq!((sealed(&app, 0).await, sealed(&app, 1).await), (all, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_during_a_rotation_stays(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let ids: Vec<Uuid> = (0..250).map(|_| stage.app.id()).collect();
    let tx = stage.app.store.begin().await.unwrap();
    for id in &ids {
        let text = NewNotice { id: *id, channel: "sms", recipient: "13800001234", body: "before" };
        tx.messages().enqueue(text, 0).await.unwrap();
    }
    tx.commit().await.unwrap();

    let app = under(&stage, &[("new", 9), ("test", 1)]).await;
    let database = stage.database().await;
    let writer = async {
        for id in ids.iter().rev() {
            let place = Place { table: "message", row: *id, column: "body" };
            let body = app.store.crypter().seal(place, b"after");
            let update = Query::update()
                .table("message")
                .value("body", body)
                .and_where(Expr::col("id").eq(*id))
                .take();
            database.execute(&update).await.unwrap();
        }
    };
    let (done, ()) = tokio::join!(keys::rotate(&app, |_| true), writer);
    assert!(done.unwrap() >= 250, "the recipients at least");
    assert_eq!((sealed(&app, 1).await, unreadable(&app).await), (0, 0));
    let texts = app.store.read().await.unwrap().messages().queued(1000).await.unwrap();
    let after = texts.iter().filter(|text| text.body == "after").count();
    assert_eq!(after, 250, "nothing was written over");
}
