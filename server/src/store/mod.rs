//! The only user of the database.
//!
//! A use case asks for one transaction ([`Store::begin`]), works on the aggregates through it
//! (`tx.requests()`, `tx.outbox()` …) and commits. Dropping a [`Tx`] undoes everything.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use sea_orm::{
    ConnectOptions, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use uuid::Uuid;
use verify::document::DocumentType;

use crate::config;
use vault::Vault;

mod accounts;
mod attempts;
mod audit;
mod cards;
mod challenges;
mod clients;
mod codes;
mod complaint_bulk;
mod complaint_desk;
mod complaint_lists;
mod complaint_marks;
mod complaint_reports;
mod complaints;
mod consents;
mod corrections;
mod crypter;
mod entity;
mod evidence;
mod feed;
mod idempotency;
mod imports;
mod inbox;
mod lists;
mod messages;
mod migration;
mod notices;
mod outbox;
mod page;
mod passkeys;
mod people;
mod policies;
mod purge;
mod requests;
mod reveals;
mod reviews;
mod samples;
mod sealed;
mod search;
mod second_factors;
mod sessions;
mod staff;
mod staff_alerts;
mod stock;
mod supplementary;
mod vault;
mod vehicles;
mod verifications;
mod vitals;

pub use accounts::{Account, Accounts};
pub use attempts::Attempts;
pub use audit::{Actor, Audit, Break, Entry, Filter, Line, Verified};
pub use cards::{Card, CardEvent, Cards, NewCard};
pub use challenges::{Challenges, Purpose};
pub use clients::{Client, Clients};
pub use codes::{Code, Codes};
pub use complaint_bulk::{BulkComplaint, ComplaintBulk};
pub use complaint_desk::{ComplaintDesk, Duty, SavedView, Template};
pub use complaint_lists::{Assignee, ComplaintFilter, ComplaintLists, ComplaintRegion};
pub use complaint_marks::ComplaintMarks;
pub use complaint_reports::{ComplaintReports, Group, Lapse, Spread, Tally};
pub use complaints::{Complaint, ComplaintLine, Complaints, Words};
pub use consents::{Consent, Consents};
pub use corrections::{Correction, Corrections, Values};
pub use crypter::{CryptError, Crypter, Place};
pub use evidence::{Evidence, EvidenceKind, NewEvidence};
pub use feed::{Alike, Changed, Feed, Present};
pub use idempotency::{Answer, Idempotency, Remembered};
pub use imports::{BATCH, BulkCard, BulkVehicle, Imports};
pub use inbox::Inbox;
pub use lists::{ListedRequest, ListedVehicle, Lists, RequestFilter, RequestOrder, VehicleFilter};
pub use messages::{Messages, NewNotice, Notice, NoticeState};
pub use notices::{NewNotification, Notifications};
pub use outbox::{Message, NewMessage, Outbox};
pub use page::{Page, Position, Span};
pub use passkeys::{Passkey, Passkeys};
pub use people::{NewPerson, People, Person};
pub use policies::Policies;
pub use purge::{HOLDERS, PARTS, Purge};
pub use requests::{Acceptance, Detail, Event, NewRequest, Request, RequestVehicle, Requests};
pub use reveals::{Reveal, RevealFilter, Reveals};
pub use reviews::{NewReview, Review, Reviews};
pub use samples::{Sample, Samples};
pub use sealed::{Count, SEALED, Sealed, Step};
pub use search::Search;
pub use second_factors::{SecondFactors, Totp};
pub use sessions::{NewSession, Session, SessionKind, Sessions};
pub use staff::{Staff, StaffMember, StaffRecord};
pub use staff_alerts::{StaffAlert, StaffAlerts};
pub use stock::{Batch, CardTest, Stock};
pub use supplementary::{BrandProgress, Supplementary};
pub use vehicles::{NewVehicle, Vehicle, Vehicles};
pub use verifications::{Guardian, NewVerification, Verdict, Verification, Verifications};
pub use vitals::{Depth, Vitals};

/// Why the store refused.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database failed or refused.
    #[error("database: {0}")]
    Database(#[from] DbErr),
    /// A stored value does not open.
    #[error(transparent)]
    Crypt(#[from] CryptError),
    /// Somebody else changed the row first, or a unique value is taken.
    #[error("the row was changed by someone else")]
    Conflict,
    /// A stored value cannot be read back.
    #[error("a stored {0} has an unknown value")]
    Corrupt(&'static str),
}

/// Result of the store.
pub type Result<T> = std::result::Result<T, StoreError>;

/// The database and the keys of its columns. Cheap to clone.
#[derive(Clone)]
pub struct Store {
    db: DatabaseConnection,
    vault: Vault,
    crypter: Arc<Crypter>,
    /// Rung after a commit that changed complaints, or who is at one.
    complaints: Arc<Notify>,
}

/// One transaction.
pub struct Tx {
    db: DatabaseTransaction,
    vault: Vault,
    crypter: Arc<Crypter>,
    complaints: Arc<Notify>,
    closing: Mutex<Closing>,
}

/// What is left to do when a transaction ends well.
#[derive(Default)]
struct Closing {
    /// Lines of the audit, to be written last of all.
    lines: Vec<Line>,
    /// Evidence that is deleted: its keys go too.
    doomed: Vec<Uuid>,
    /// Complaints changed, or who is at one.
    complaints: bool,
}

impl Store {
    /// Connects. On SQLite: write-ahead log, foreign keys, and five seconds of patience for a lock.
    ///
    /// # Errors
    /// The database cannot be reached, or the keys are unusable.
    pub async fn connect(database: &config::Database, keys: &config::Keys) -> Result<Self> {
        let mut options = ConnectOptions::new(database.url.expose_secret());
        options
            .max_connections(database.max_connections)
            .acquire_timeout(Duration::from_secs(10))
            .sqlx_logging(false)
            .record_stmt_in_spans(false)
            .map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "NORMAL")
                    .pragma("secure_delete", "ON")
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5))
            });
        let crypter = Arc::new(Crypter::new(keys)?);
        let vault = Vault::connect(&keys.vault).await?;
        Ok(Self { db: Database::connect(options).await?, vault, crypter, complaints: Arc::default() })
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// The database failed.
    pub async fn migrate(&self) -> Result<()> {
        self.vault.migrate().await?;
        Ok(migration::Migrator::up(&self.db, None).await?)
    }

    /// Starts a transaction that may write. SQLite takes its write lock now: a later upgrade would fail at once
    /// instead of waiting.
    ///
    /// # Errors
    /// The database failed.
    pub async fn begin(&self) -> Result<Tx> {
        self.start(SqliteTransactionMode::Immediate).await
    }

    /// Starts a transaction that only reads, so that SQLite readers do not queue.
    ///
    /// # Errors
    /// The database failed.
    pub async fn read(&self) -> Result<Tx> {
        self.start(SqliteTransactionMode::Deferred).await
    }

    /// Checks that the database and the vault answer.
    ///
    /// # Errors
    /// One does not.
    pub async fn ping(&self) -> Result<()> {
        self.db.ping().await?;
        Ok(self.vault.0.ping().await?)
    }

    /// The keys, for look-ups by an encrypted value.
    pub fn crypter(&self) -> &Crypter {
        &self.crypter
    }

    /// Waits for the next commit of this process that changes complaints or who is at one; one that came before nobody
    /// waited counts.
    pub async fn complaints_changed(&self) {
        self.complaints.notified().await;
    }

    async fn start(&self, mode: SqliteTransactionMode) -> Result<Tx> {
        let db = self.db.begin_with_options(options(mode)).await?;
        let (vault, crypter) = (self.vault.clone(), self.crypter.clone());
        let complaints = Arc::clone(&self.complaints);
        Ok(Tx { db, vault, crypter, complaints, closing: Mutex::default() })
    }
}

fn options(mode: SqliteTransactionMode) -> TransactionOptions {
    TransactionOptions { sqlite_transaction_mode: Some(mode), ..Default::default() }
}

macro_rules! aggregates {
    ($($(#[$doc:meta])* $method:ident: $Repository:ident),* $(,)?) => {
        impl Tx {
            $($(#[$doc])* pub fn $method(&self) -> $Repository<'_> { $Repository(self) })*
        }
    };
}

aggregates! {
    /// People who sign in.
    accounts: Accounts,
    /// Verified people.
    people: People,
    /// Vehicles.
    vehicles: Vehicles,
    /// Cards in vehicles.
    cards: Cards,
    /// Cards bought and tested.
    stock: Stock,
    /// Samples of records.
    samples: Samples,
    /// Notices to register.
    notices: Notifications,
    /// Requests and their timelines.
    requests: Requests,
    /// Challenges and verdicts.
    verifications: Verifications,
    /// Pictures and reports kept under a consent.
    evidence: Evidence,
    /// Verification policies.
    policies: Policies,
    /// Manual reviews.
    reviews: Reviews,
    /// Complaints and their histories.
    complaints: Complaints,
    /// What happens to complaints now, and who is at one.
    feed: Feed,
    /// Complaints in bulk.
    complaint_bulk: ComplaintBulk,
    /// Which complaints.
    complaint_lists: ComplaintLists,
    /// Figures about complaints.
    complaint_reports: ComplaintReports,
    /// What was said in complaints.
    search: Search,
    /// How far the cards in use have been registered.
    supplementary: Supplementary,
    /// Tags, links and followers of complaints.
    complaint_marks: ComplaintMarks,
    /// Saved views, templates, and who takes what.
    complaint_desk: ComplaintDesk,
    /// Looks of staff at personal data.
    reveals: Reveals,
    /// Removing what was kept long enough.
    purge: Purge,
    /// Consents.
    consents: Consents,
    /// Corrections of records.
    corrections: Corrections,
    /// One-time codes.
    codes: Codes,
    /// Texts to people.
    messages: Messages,
    /// Bearer tokens.
    sessions: Sessions,
    /// Answers kept for repeated requests.
    idempotency: Idempotency,
    /// Members of staff.
    staff: Staff,
    /// What members of staff should look at.
    staff_alerts: StaffAlerts,
    /// Authenticator apps and recovery codes of staff.
    second_factors: SecondFactors,
    /// Passkeys.
    passkeys: Passkeys,
    /// Values that work once.
    challenges: Challenges,
    /// Attempts to sign in.
    attempts: Attempts,
    /// Systems of OEMs.
    clients: Clients,
    /// Messages to the OEM platform.
    outbox: Outbox,
    /// Ids of messages received.
    inbox: Inbox,
    /// Who did what.
    audit: Audit,
    /// Vehicles and cards in bulk.
    imports: Imports,
    /// What staff list.
    lists: Lists,
    /// How much waits.
    vitals: Vitals,
}

impl Tx {
    /// Makes everything done through this transaction permanent: adds its lines to the audit, commits, and destroys
    /// the keys of evidence that went.
    ///
    /// # Errors
    /// The database failed; nothing was kept.
    pub async fn commit(self) -> Result<()> {
        let Closing { lines, doomed, complaints } = std::mem::take(&mut *self.closing());
        audit::append(&self, lines).await?;
        self.db.commit().await?;
        if complaints {
            self.complaints.notify_one();
        }
        if let Err(error) = self.vault.destroy(&doomed).await {
            // The evidence is gone. Housekeeping sweeps up keys that are left.
            tracing::error!(%error, "keys of deleted evidence are still there");
        }
        Ok(())
    }

    fn closing(&self) -> MutexGuard<'_, Closing> {
        self.closing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The look-up value of a phone number.
    pub(crate) fn phone_index(&self, phone: &str) -> Vec<u8> {
        self.crypter.blind_index("phone", phone)
    }

    /// The look-up value of a document.
    pub(crate) fn document_index(&self, document_type: &str, number: &str) -> Vec<u8> {
        // A temporary ID bears the number of the ID it stands in for: the same person.
        let numbering =
            document_type.parse().map_or(document_type, |kind: DocumentType| kind.numbering().as_str());
        self.crypter.blind_index("document", &format!("{numbering}:{number}"))
    }

    fn is_postgres(&self) -> bool {
        sea_orm::ConnectionTrait::get_database_backend(&self.db) == DbBackend::Postgres
    }
}

/// A unique value that is taken is a conflict, not a failure.
fn conflict(error: DbErr) -> StoreError {
    match error.sql_err() {
        Some(sea_orm::SqlErr::UniqueConstraintViolation(_)) => StoreError::Conflict,
        _ => error.into(),
    }
}
