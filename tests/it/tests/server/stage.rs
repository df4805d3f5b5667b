//! A server at work: its own database, its own port, a clock that can be turned, and an assessor that follows the
//! script written into the pictures.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use poem::listener::{Acceptor, Listener, TcpListener};
use reqwest::{Method, StatusCode};
use sea_orm::{ConnectionTrait, Statement};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use server::{
    api,
    config::{ColumnKey, Config},
    rules::{rights::Role, sign_in::SecondFactor},
    service::{App, Clock, SystemClock, policies, seed},
    verification::Assessor,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use uuid::Uuid;
use verify::{
    assess::{Assessment, Checked, EvidenceError, Reason, Thresholds},
    document::Document,
    image::{ImageError, decode},
    report::Outcome,
};

/// A kind of database.
#[derive(Clone, Copy, Debug)]
pub enum Db {
    Sqlite,
    Postgres,
}

/// A server at work.
pub struct Stage {
    pub url: String,
    pub app: App,
    pub clock: Arc<TurnedClock>,
    pub folder: TempDir,
    http: reqwest::Client,
    server: JoinHandle<std::io::Result<()>>,
}

/// The machine's clock, turned forward.
#[derive(Default)]
pub struct TurnedClock(AtomicI64);

impl TurnedClock {
    pub fn turn(&self, by: Duration) {
        self.0.fetch_add(by.as_millis() as i64, Ordering::SeqCst);
    }
}

impl Clock for TurnedClock {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms() + self.0.load(Ordering::SeqCst)
    }
}

/// Does what the first keyframe says.
struct Scripted;

impl Assessor for Scripted {
    fn assess(
        &self,
        checked: &Checked<'_>,
        _: &Document,
        _: &Thresholds,
    ) -> Result<Assessment, EvidenceError> {
        let reasons = match checked.keyframes.first().map(Vec::as_slice) {
            None => vec![Reason::DeviceOnly],
            Some(b"no face") => return Err(EvidenceError::KeyframeNoFace(0)),
            Some(b"two faces") => return Err(EvidenceError::KeyframeSeveralFaces(0)),
            Some(b"truncated") => return Err(EvidenceError::KeyframeImage(0, ImageError::Damaged)),
            Some(b"huge") => return Err(EvidenceError::KeyframeImage(0, ImageError::TooLarge)),
            Some(b"replay") => vec![Reason::NotLive],
            Some(b"unclear") => vec![Reason::MatchUnclear],
            Some(b"slow") => {
                std::thread::sleep(Duration::from_millis(300));
                vec![]
            }
            Some(_) if checked.report.outcome != Outcome::Passed => vec![Reason::DeviceRefused],
            Some(_) => vec![],
        };
        let grades = reasons.iter().map(|reason| reason.grade());
        let grade = grades.max().unwrap_or(verify::assess::Grade::Pass);
        Ok(Assessment { grade, reasons, scores: checked.report.scores })
    }

    /// Nobody can read what is black.
    fn look(&self, photograph: &[u8]) -> Result<(), EvidenceError> {
        let picture = decode(photograph).map_err(EvidenceError::DocumentImage)?;
        if picture.get_pixel(0, 0).0[0] > 30 { Ok(()) } else { Err(EvidenceError::DocumentUnclear) }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    pub body: Value,
}

impl Answer {
    /// The answer of a request that must work.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.body
    }

    /// Asserts that this is a well-formed problem.
    #[track_caller]
    pub fn refused(&self, status: u16, slug: &str) {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        assert_eq!(self.body["type"], format!("/problems/{slug}"), "{self:?}");
        assert_eq!(self.body["status"], status);
        assert!(self.body["title"].is_string() && self.body["detail"].is_string());
    }
}

impl Stage {
    /// A server with the demonstration's rows; `None` where the database is not available.
    pub async fn up(db: Db) -> Option<Self> {
        Self::up_with(db, |_| {}).await
    }

    /// As [`Stage::up`], with other settings.
    pub async fn up_with(db: Db, change: impl FnOnce(&mut Config)) -> Option<Self> {
        Self::judged_by(Arc::new(Scripted), db, change).await
    }

    /// As [`Stage::up_with`], with another assessor.
    pub async fn judged_by(
        assessor: Arc<dyn Assessor>,
        db: Db,
        change: impl FnOnce(&mut Config),
    ) -> Option<Self> {
        server::sync::install_tls();
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.database.url = database(db, &folder).await?.into();
        config.keys.column = vec![ColumnKey { id: "test".into(), secret: secret(1).into() }];
        config.keys.blind_index = secret(2).into();
        config.keys.audit = secret(4).into();
        let vault = folder.path().join("vault.sqlite");
        config.keys.vault = format!("sqlite://{}?mode=rwc", vault.display()).into();
        config.notify.show_codes = true;
        config.oem.callback_secret = secret(3).into();
        config.staff_seed.password = "correct horse".into();
        config.staff_seed.roles = Role::ALL.to_vec();
        config.sign_in.per_address_per_minute = 10_000;
        config.sign_in.staff_second_factor = SecondFactor::WhenEnrolled;
        // Turning the clock makes nobody idle.
        config.sign_in.owner_idle_minutes = 1_000_000;
        config.sign_in.staff_idle_minutes = 1_000_000;
        change(&mut config);
        let stage = Self::open(config, Arc::default(), folder, assessor).await;
        seed::demo(&stage.app).await.unwrap();
        Some(stage)
    }

    /// Another server on the same database, with the same clock.
    pub async fn beside(&self) -> Self {
        let (config, folder) = ((*self.app.config).clone(), tempfile::tempdir().unwrap());
        Self::open(config, self.clock.clone(), folder, Arc::new(Scripted)).await
    }

    async fn open(
        mut config: Config,
        clock: Arc<TurnedClock>,
        folder: TempDir,
        assessor: Arc<dyn Assessor>,
    ) -> Self {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let address = acceptor.local_addr()[0].as_socket_addr().copied().unwrap();
        let url = format!("http://{address}");
        config.http.public_url = url.clone();
        let app = App { clock: clock.clone(), ..App::connect(config).await.unwrap() };
        app.store.migrate().await.unwrap();
        policies::record(&app).await.unwrap();
        app.desk.open(assessor);
        let server = tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(api::routes(app.clone())));
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { url, app, clock, folder, http, server }
    }

    /// A request to the API.
    pub async fn call(&self, method: Method, path: &str, token: Option<&str>, body: Option<Value>) -> Answer {
        let mut request = self.http.request(method, format!("{}/api/v1{path}", self.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        answer(request).await
    }

    pub async fn get(&self, path: &str, token: &str) -> Answer {
        self.call(Method::GET, path, Some(token), None).await
    }

    pub async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(token), Some(body)).await
    }

    /// Everything a database in files holds, byte for byte.
    pub fn stored(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
    }

    /// Changes the database behind the server's back.
    pub async fn sql(&self, statement: &str) {
        self.try_sql(statement).await.unwrap();
    }

    /// As [`Stage::sql`], where the database itself may refuse.
    pub async fn try_sql(&self, statement: &str) -> Result<(), sea_orm::DbErr> {
        self.database().await.execute_unprepared(statement).await.map(drop)
    }

    /// The first column of the first row, a text.
    pub async fn ask(&self, query: &str) -> String {
        let database = self.database().await;
        let statement = Statement::from_string(database.get_database_backend(), query);
        database.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// The first column of the first row, an id.
    pub async fn id(&self, query: &str) -> Uuid {
        let database = self.database().await;
        let statement = Statement::from_string(database.get_database_backend(), query);
        database.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }

    /// The database, past the server.
    pub async fn database(&self) -> sea_orm::DatabaseConnection {
        sea_orm::Database::connect(self.app.config.database.url.expose_secret()).await.unwrap()
    }

    /// Any request to this server, built by hand.
    pub fn raw(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// A member of staff signed in.
    pub async fn staff(&self) -> String {
        let body = json!({"username": "admin", "password": "correct horse"});
        let answer = self.call(Method::POST, "/console/sessions", None, Some(body)).await.ok();
        answer["token"].as_str().unwrap().to_owned()
    }

    /// The newest code in the message centre.
    pub async fn code(&self) -> String {
        let staff = self.staff().await;
        let messages = self.get("/console/messages", &staff).await.ok();
        let text = messages["items"][0]["text"].as_str().unwrap();
        let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take(6).collect();
        assert_eq!(digits.len(), 6, "{text}");
        digits
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Sends a request and reads the answer.
pub async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    // An event stream has no end.
    let endless = headers.get("content-type").is_some_and(|kind| kind == "text/event-stream");
    let bytes = if endless { Default::default() } else { response.bytes().await.unwrap() };
    Answer { status, headers, body: serde_json::from_slice(&bytes).unwrap_or(Value::Null) }
}

/// 32 bytes in base64.
pub fn secret(byte: u8) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    BASE64_STANDARD.encode([byte; 32])
}

async fn database(db: Db, folder: &TempDir) -> Option<String> {
    match db {
        Db::Sqlite => Some(format!("sqlite://{}?mode=rwc", folder.path().join("db.sqlite").display())),
        Db::Postgres => {
            let Ok(server) = std::env::var("OWNERPROOF_TEST_POSTGRES_URL") else {
                eprintln!("NOT RUN on PostgreSQL: OWNERPROOF_TEST_POSTGRES_URL is not set");
                return None;
            };
            let name = format!("it_{}", Uuid::new_v4().simple());
            let admin = sea_orm::Database::connect(format!("{server}/postgres")).await.unwrap();
            admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
            admin.close().await.unwrap();
            Some(format!("{server}/{name}"))
        }
    }
}
