//! A server without HTTP, a platform with it, and one clock for both.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use oem_platform::{Behaviour, Keys, Running};
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};
use server::{
    config::{self, ColumnKey, Config},
    rules::{
        card,
        request::{Kind, State},
    },
    service::{App, Clock},
    store::{Detail, NewCard, NewMessage, NewPerson, NewRequest, NewVehicle},
    sync::{
        envelope,
        standard::Standard,
        worker::{Pace, Worker},
    },
};
use tempfile::TempDir;
use uuid::Uuid;

/// 2026-11-18T11:06:40Z
pub const START_MS: i64 = 1_795_000_000_000;

/// A clock that only moves when told.
pub struct TestClock(AtomicI64);

impl TestClock {
    pub fn forward(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Everything one test needs. Dropping it stops the platform and removes the files.
pub struct World {
    pub app: App,
    pub clock: Arc<TestClock>,
    pub platform: Running,
    pub keys: Keys,
    pub database: String,
    pub _folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(START_MS)));
        let keys = Keys::generate();
        let platform = start_platform(folder.path(), &keys, &clock).await;
        let database = format!("sqlite://{}?mode=rwc", folder.path().join("server.sqlite").display());
        let vault = format!("sqlite://{}?mode=rwc", folder.path().join("vault.sqlite").display());
        let key = || BASE64_STANDARD.encode([7; 32]).into();
        let config = Config {
            database: config::Database { url: database.clone().into(), max_connections: 4 },
            keys: config::Keys {
                column: vec![ColumnKey { id: "test".into(), secret: key() }],
                blind_index: key(),
                audit: key(),
                vault: vault.into(),
            },
            ..Config::default()
        };
        let app = App { clock: clock.clone(), ..App::connect(config).await.unwrap() };
        app.store.migrate().await.unwrap();
        Self { app, clock, platform, keys, database, _folder: folder }
    }

    /// An approved transfer on its way, with its message in the outbox; ids of both.
    pub async fn approved(&self) -> (Uuid, Uuid) {
        let now_ms = self.app.now_ms();
        let [owner, buyer, vehicle, transfer, message] = std::array::from_fn(|_| Uuid::now_v7());
        let tx = self.app.store.begin().await.unwrap();
        let account = tx.accounts().find_or_create("13900005678", Uuid::now_v7(), now_ms).await.unwrap();
        for (id, name, document_number, phone) in [
            (owner, "欧阳娜", "110105194912310027", "13900005678"),
            (buyer, "张三", "11010519491231002X", "13800001234"),
        ] {
            let person = NewPerson {
                id,
                name,
                document_type: "resident_id",
                document_number,
                phone,
                address: None,
                responsible_person_id: None,
            };
            tx.people().insert(person, now_ms).await.unwrap();
        }
        let new = NewVehicle {
            id: vehicle,
            vin: "1M8GDM9AXKP042788",
            engine_number: None,
            brand: "示例",
            model: "A",
            body_colour: "白",
            owner_person_id: Some(owner),
        };
        tx.vehicles().insert(new, now_ms).await.unwrap();
        for (msisdn, iccid, carrier) in [
            ("1064802000031", "898604071120C0015291", "china_mobile"),
            ("1064602000032", "898600D6081370000007", "china_mobile"),
        ] {
            let (id, state) = (Uuid::now_v7(), card::State::Active);
            let card =
                NewCard { id, vehicle_id: Some(vehicle), batch_id: None, msisdn, iccid, carrier, state };
            tx.cards().insert(card, card::Event::Registered, now_ms).await.unwrap();
        }
        let new = NewRequest {
            id: transfer,
            kind: Kind::Transfer,
            vehicles: &[vehicle],
            detail: Detail::None,
            owner_account_id: Some(account.id),
            owner_person_id: Some(owner),
            counterparty_account_id: None,
            invitation: Some("invitation"),
            expires_at_ms: now_ms + 1,
        };
        let mut row = tx.requests().insert(new, now_ms).await.unwrap();
        row.state = State::parse(Kind::Transfer, "syncing").unwrap();
        row.new_owner_person_id = Some(buyer);
        row.verified_at_ms = Some(now_ms - 1000);
        row.policy_version = Some(1);
        tx.requests().save(&mut row).await.unwrap();
        let new = NewMessage {
            id: message,
            aggregate: "request",
            aggregate_id: transfer,
            vehicle_id: vehicle,
            kind: "transfer.approved",
            payload: b"",
        };
        tx.outbox().enqueue(new, now_ms).await.unwrap();
        tx.commit().await.unwrap();
        (transfer, message)
    }

    pub fn adapter(&self) -> Standard {
        let platform = envelope::public_key(&self.keys.public_key).unwrap();
        Standard::new(
            &self.platform.url(),
            "https://ownerproof.example",
            self.keys.secret.parse().unwrap(),
            platform,
        )
    }

    pub fn worker_at(&self, pace: Pace) -> Arc<Worker> {
        let worker = Worker::new(self.app.clone(), Box::new(self.adapter()), pace);
        Arc::new(worker.unwrap())
    }

    pub fn worker(&self) -> Arc<Worker> {
        self.worker_at(Pace::default())
    }

    pub async fn state(&self, transfer: Uuid) -> &'static str {
        let tx = self.app.store.read().await.unwrap();
        tx.requests().find(transfer).await.unwrap().unwrap().state.name()
    }

    pub async fn outbox(&self) -> (String, i32, Option<String>) {
        outbox(&self.database).await
    }
}

/// State, attempts and last error of the only outbox row, read past the store.
pub async fn outbox(database: &str) -> (String, i32, Option<String>) {
    let db = Database::connect(database).await.unwrap();
    let sql = "SELECT state, attempts, last_error FROM outbox";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.unwrap().unwrap();
    db.close().await.unwrap();
    let error = row.try_get("", "last_error").unwrap();
    (row.try_get("", "state").unwrap(), row.try_get("", "attempts").unwrap(), error)
}

pub async fn start_platform(folder: &Path, keys: &Keys, clock: &Arc<TestClock>) -> Running {
    let clock = clock.clone();
    oem_platform::start(oem_platform::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        database: folder.join("platform.sqlite"),
        secret: keys.secret.clone(),
        callback_secret: keys.callback_secret.clone(),
        private_key: keys.private_key.clone(),
        behaviour: Behaviour::default(),
        clock: Arc::new(move || clock.now_ms()),
    })
    .await
    .unwrap()
}

/// Waits, in real time, for what happens in another task; ten seconds at most.
pub async fn eventually(mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("it never happened");
}
