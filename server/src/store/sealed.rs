//! Every column that is sealed under a column key, in one place, and how they get a new key.
//!
//! Giving a new key is done while the server runs: a value is read, sealed again, and written back only if it is
//! still the one that was read. What somebody else wrote meanwhile stays, and is under the newest key already.
//! Nothing remembers how far it got: a value under an old key starts with that key's id, so a second run finds
//! what the first one left.

use sea_orm::{
    ConnectionTrait, DatabaseConnection, ExprTrait, SqliteTransactionMode, TransactionTrait,
    sea_query::{Alias, Expr, Func, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{Crypter, Place, Result, Store, options};

/// A sealed column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Table.
    pub table: &'static str,
    /// Column.
    pub column: &'static str,
    /// Column of the row's id.
    pub key: &'static str,
    /// It is in the vault, not in the database.
    pub vault: bool,
}

const fn sealed(table: &'static str, column: &'static str) -> Sealed {
    Sealed { table, column, key: "id", vault: false }
}

/// All of them. A test compares with the schema: a binary column is here or says why not.
pub const SEALED: &[Sealed] = &[
    sealed("account", "phone"),
    sealed("actual_user", "document_number"),
    sealed("actual_user", "name"),
    sealed("actual_user", "phone"),
    sealed("complaint", "name"),
    sealed("complaint", "phone"),
    sealed("complaint_event", "words"),
    sealed("complaint_view", "filter"),
    sealed("correction", "after"),
    sealed("correction", "before"),
    sealed("idempotency_key", "body"),
    sealed("message", "body"),
    sealed("message", "recipient"),
    sealed("notice", "phone"),
    sealed("outbox", "payload"),
    sealed("passkey", "label"),
    sealed("person", "address"),
    sealed("person", "document_number"),
    sealed("person", "name"),
    sealed("person", "phone"),
    sealed("request", "detail"),
    sealed("request", "invitation"),
    sealed("reveal", "sentence"),
    sealed("review", "message"),
    sealed("vehicle", "engine_number"),
    sealed("verification", "document_number"),
    sealed("verification", "guardian"),
    sealed("verification", "name"),
    sealed("verification", "scores"),
    sealed("verification", "visit"),
    Sealed { table: "totp", column: "secret", key: "staff_id", vault: false },
    Sealed { table: "data_key", column: "sealed", key: "id", vault: true },
];

/// How many values of a column each key seals.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The column.
    pub column: Sealed,
    /// By key id, newest first.
    pub by_key: Vec<(String, u64)>,
    /// Values under keys that are not configured: they cannot be read.
    pub unreadable: u64,
}

/// A step through a column.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Values sealed again.
    pub resealed: u64,
    /// The last row looked at; the next step goes on after it. `None` at the end.
    pub last: Option<Uuid>,
}

impl Store {
    /// Counts every sealed value by its key.
    ///
    /// # Errors
    /// A database failed.
    pub async fn sealed_counts(&self) -> Result<Vec<Count>> {
        let mut counts = Vec::with_capacity(SEALED.len());
        for column in SEALED {
            let all = self.count(*column, Expr::val(true)).await?;
            let mut by_key = Vec::new();
            for id in self.crypter.key_ids() {
                by_key.push((id.to_owned(), self.count(*column, column.is_under(id)).await?));
            }
            let readable: u64 = by_key.iter().map(|(_, count)| count).sum();
            counts.push(Count { column: *column, by_key, unreadable: all.saturating_sub(readable) });
        }
        Ok(counts)
    }

    /// Seals up to `limit` values of a column, in rows after `after`, again with the newest key: one transaction.
    ///
    /// # Errors
    /// A database failed, or a value does not open.
    pub async fn reseal(&self, column: Sealed, after: Option<Uuid>, limit: u64) -> Result<Step> {
        let db = self.home(column);
        let newest = self.crypter.key_ids().next().unwrap_or_default();
        let mut old = Query::select();
        old.column(column.key)
            .column(column.column)
            .from(column.table)
            .and_where(column.is_under(newest).not())
            .order_by(column.key, sea_orm::Order::Asc)
            .limit(limit);
        if let Some(after) = after {
            old.and_where(Expr::col(column.key).gt(after));
        }
        let rows = db.query_all(&old).await?;
        let mut step = Step { resealed: 0, last: None };
        let tx = db.begin_with_options(options(SqliteTransactionMode::Immediate)).await?;
        for row in rows {
            let (id, old): (Uuid, Vec<u8>) = (row.try_get("", column.key)?, row.try_get("", column.column)?);
            let place = Place { table: column.table, row: id, column: column.column };
            let new = self.crypter.seal(place, &self.crypter.open(place, &old)?);
            let swap = Query::update()
                .table(column.table)
                .value(column.column, new)
                .and_where(Expr::col(column.key).eq(id))
                .and_where(Expr::col(column.column).eq(old))
                .take();
            step.resealed += tx.execute(&swap).await?.rows_affected();
            step.last = Some(id);
        }
        tx.commit().await?;
        Ok(step)
    }

    async fn count(&self, column: Sealed, which: SimpleExpr) -> Result<u64> {
        let query = Query::select()
            .expr_as(Func::count(Expr::col(column.column)), Alias::new("count"))
            .from(column.table)
            .and_where(Expr::col(column.column).is_not_null())
            .and_where(which)
            .take();
        let row = self.home(column).query_one(&query).await?;
        let count: i64 = row.map(|row| row.try_get("", "count")).transpose()?.unwrap_or_default();
        Ok(count.unsigned_abs())
    }

    fn home(&self, column: Sealed) -> &DatabaseConnection {
        if column.vault { &self.vault.0 } else { &self.db }
    }
}

impl Sealed {
    /// The value is under this key. Both databases count bytes of a binary from 1.
    fn is_under(self, key: &str) -> SimpleExpr {
        let prefix = Crypter::prefix(key);
        let start = Func::cust("substr").arg(Expr::col(self.column)).arg(1).arg(prefix.len() as i32);
        Expr::expr(start).eq(prefix)
    }
}
