//! The ledger: one row per message in a SQLite file. Personal data stays sealed, beside a masked copy to show.

use std::path::Path;

use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, DbErr, QueryResult,
    Statement, Value,
};
use serde::{Deserialize, Serialize};

use crate::{
    event::{Card, Data, Person},
    format::mask,
};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS ledger (
        message_id TEXT PRIMARY KEY,
        request_id TEXT NOT NULL,
        received_at_ms INTEGER NOT NULL,
        deliveries INTEGER NOT NULL DEFAULT 1,
        vin TEXT NOT NULL,
        cards TEXT NOT NULL,
        sealed TEXT NOT NULL,
        person_masked TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        verdict TEXT NOT NULL,
        callbacks_left INTEGER NOT NULL,
        callback_attempts INTEGER NOT NULL DEFAULT 0,
        callback_due_ms INTEGER
    )";

/// A record to write down.
pub struct NewRow<'a> {
    pub digest: String,
    pub message_id: &'a str,
    pub data: &'a Data,
    pub person: &'a Person,
    pub received_at_ms: i64,
    pub confirm_at_ms: i64,
    pub verdict: &'static str,
    pub callbacks: i64,
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Seen for the first time.
    New,
    /// The same message again.
    Again,
    /// A known id with other content: not written.
    Changed,
}

/// One row as it is shown; personal data masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The server's message, stable over its attempts.
    pub message_id: String,
    /// The server's request.
    pub request_id: String,
    /// When it came first, Unix milliseconds.
    pub received_at_ms: i64,
    /// How often it came.
    pub deliveries: i64,
    /// Last six characters shown.
    pub vin_masked: String,
    /// Last four characters shown.
    pub iccids_masked: Vec<String>,
    /// First character shown.
    pub name_masked: String,
    /// First six and last four characters shown.
    pub document_number_masked: String,
    /// First three and last four digits shown.
    pub phone_masked: String,
    /// SHA-256 in hex of what the record says.
    pub sha256: String,
    /// `accepted`, `confirmed`, `rejected`, or `unconfirmed` when the server never took the callback.
    pub state: String,
    /// Callbacks tried so far.
    pub callback_attempts: i64,
}

/// A callback that is due.
pub struct Due {
    pub message_id: String,
    pub request_id: String,
    pub vin: String,
    pub verdict: String,
    pub attempts: i64,
    pub due_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct PersonMasked {
    name: String,
    document_number: String,
    phone: String,
}

/// The database file.
pub struct Ledger(DatabaseConnection);

impl Ledger {
    /// Opens the file, creating it when missing.
    pub async fn open(file: &Path) -> Result<Self, DbErr> {
        let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", file.display()));
        // One connection: every statement here is short, and none waits for a lock.
        options.max_connections(1).sqlx_logging(false);
        let connection = Database::connect(options).await?;
        connection.execute_unprepared("PRAGMA journal_mode = WAL").await?;
        connection.execute_unprepared(SCHEMA).await?;
        Ok(Self(connection))
    }

    /// Writes a record down, once; one statement decides, so a repetition cannot slip between.
    pub async fn record(&self, row: NewRow<'_>) -> Result<Recorded, DbErr> {
        let person = PersonMasked {
            name: mask(&row.person.name, 1, 0),
            document_number: mask(&row.person.document_number, 6, 4),
            phone: mask(&row.person.phone, 3, 4),
        };
        let sql = "
            INSERT INTO ledger (message_id, request_id, received_at_ms, vin, cards, sealed, person_masked, sha256,
                                verdict, callbacks_left, callback_due_ms)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (message_id) DO UPDATE SET deliveries = deliveries + 1 WHERE sha256 = excluded.sha256
            RETURNING deliveries";
        let values = [
            row.message_id.into(),
            row.data.request_id.as_str().into(),
            row.received_at_ms.into(),
            row.data.vin.as_str().into(),
            json(&row.data.cards)?.into(),
            row.data.sealed.as_str().into(),
            json(&person)?.into(),
            row.digest.into(),
            row.verdict.into(),
            row.callbacks.into(),
            row.confirm_at_ms.into(),
        ];
        let written = self.0.query_one_raw(statement(sql, values)).await?;
        Ok(match written.map(|row| row.try_get_by_index::<i64>(0)).transpose()? {
            Some(1) => Recorded::New,
            Some(_) => Recorded::Again,
            None => Recorded::Changed,
        })
    }

    /// All rows, oldest first.
    pub async fn rows(&self) -> Result<Vec<Row>, DbErr> {
        let rows = self
            .0
            .query_all_raw(statement("SELECT * FROM ledger ORDER BY received_at_ms, rowid", []))
            .await?;
        rows.iter().map(read_row).collect()
    }

    /// The callback that is due first, if any is left to do.
    pub async fn next_callback(&self) -> Result<Option<Due>, DbErr> {
        let sql = "SELECT * FROM ledger WHERE callback_due_ms IS NOT NULL ORDER BY callback_due_ms LIMIT 1";
        let row = self.0.query_one_raw(statement(sql, [])).await?;
        row.map(|row| {
            Ok(Due {
                message_id: row.try_get("", "message_id")?,
                request_id: row.try_get("", "request_id")?,
                vin: row.try_get("", "vin")?,
                verdict: row.try_get("", "verdict")?,
                attempts: row.try_get("", "callback_attempts")?,
                due_ms: row.try_get("", "callback_due_ms")?,
            })
        })
        .transpose()
    }

    /// The server took a callback: the next one of the same record is due at once, if there is one.
    pub async fn called_back(&self, message_id: &str) -> Result<(), DbErr> {
        let sql = "
            UPDATE ledger SET
                callback_attempts = callback_attempts + 1,
                callbacks_left = callbacks_left - 1,
                callback_due_ms = CASE WHEN callbacks_left > 1 THEN callback_due_ms END
            WHERE message_id = ?";
        self.0.execute_raw(statement(sql, [message_id.into()])).await.map(drop)
    }

    /// The server did not take it: due again at `due_ms`, or never.
    pub async fn not_called_back(&self, message_id: &str, due_ms: Option<i64>) -> Result<(), DbErr> {
        let sql = "UPDATE ledger SET callback_attempts = callback_attempts + 1, callback_due_ms = ? WHERE message_id = ?";
        self.0.execute_raw(statement(sql, [due_ms.into(), message_id.into()])).await.map(drop)
    }
}

fn read_row(row: &QueryResult) -> Result<Row, DbErr> {
    let parse = |error: serde_json::Error| DbErr::Type(error.to_string());
    let cards: Vec<Card> = serde_json::from_str(&row.try_get::<String>("", "cards")?).map_err(parse)?;
    let person: PersonMasked =
        serde_json::from_str(&row.try_get::<String>("", "person_masked")?).map_err(parse)?;
    let (left, due): (i64, Option<i64>) =
        (row.try_get("", "callbacks_left")?, row.try_get("", "callback_due_ms")?);
    Ok(Row {
        message_id: row.try_get("", "message_id")?,
        request_id: row.try_get("", "request_id")?,
        received_at_ms: row.try_get("", "received_at_ms")?,
        deliveries: row.try_get("", "deliveries")?,
        vin_masked: mask(&row.try_get::<String>("", "vin")?, 0, 6),
        iccids_masked: cards.iter().map(|card| mask(&card.iccid, 0, 4)).collect(),
        name_masked: person.name,
        document_number_masked: person.document_number,
        phone_masked: person.phone,
        sha256: row.try_get("", "sha256")?,
        state: match (left, due) {
            (0, _) => row.try_get("", "verdict")?,
            (_, Some(_)) => "accepted".to_owned(),
            (_, None) => "unconfirmed".to_owned(),
        },
        callback_attempts: row.try_get("", "callback_attempts")?,
    })
}

fn json(value: &impl Serialize) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|error| DbErr::Type(error.to_string()))
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Sqlite, sql, values)
}
