//! The index of what was said in complaints. It holds keyed hashes of terms ([`terms`]), without their order: whoever
//! has the database but not the key cannot ask it anything. What it finds *may* hold the words; the sealed texts tell.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ConnectionTrait, DatabaseBackend, Statement,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use super::{Complaint, Result, Store, Tx};
use crate::rules::complaint::terms::{self, Query};

/// Bytes of a hash. Two terms with the same one cost a look at a text, no wrong answer.
const HASH: usize = 5;
/// Pages of SQLite's index that are merged at once: others may write in between.
const MERGED: i32 = 500;
/// As many complaints are fetched and sorted at once; of more, the list is walked in its order.
const FEW: i64 = 1_000;

/// Repository.
pub struct Search<'a>(pub(super) &'a Tx);

impl Search<'_> {
    /// Lets a complaint be found by everything that was said in it, and by nothing else.
    ///
    /// # Errors
    /// The database failed.
    pub async fn index(&self, complaint: Uuid, texts: impl Iterator<Item = &str>) -> Result<()> {
        let texts: Vec<String> = texts.map(terms::normal).collect();
        let terms: BTreeSet<&str> =
            texts.iter().flat_map(|text| terms::terms(text)).take(terms::MAX_TERMS).collect();
        let hashes = self.hashes(terms).join(" ");
        let id = || complaint.into();
        if self.0.is_postgres() {
            let sql = "INSERT INTO complaint_text (id, terms) VALUES ($1, $2::tsvector) \
                ON CONFLICT (id) DO UPDATE SET terms = excluded.terms";
            return self.run(sql, [id(), hashes.into()]).await;
        }
        self.run("INSERT INTO complaint_text (id) VALUES (?) ON CONFLICT (id) DO NOTHING", [id()]).await?;
        let sql = "INSERT OR REPLACE INTO complaint_search (rowid, terms) \
            SELECT seq, ? FROM complaint_text WHERE id = ?";
        self.run(sql, [hashes.into(), id()]).await
    }

    /// Those of these complaints in which the words were really said.
    ///
    /// # Errors
    /// The database failed, or a text does not open.
    pub async fn holding(&self, found: Vec<Complaint>, query: &Query) -> Result<Vec<Complaint>> {
        let ids: Vec<Uuid> = found.iter().map(|complaint| complaint.id).collect();
        let mut texts: HashMap<Uuid, Vec<String>> = HashMap::new();
        for (complaint, text) in self.0.complaints().texts(&ids).await? {
            texts.entry(complaint).or_default().push(text);
        }
        let said = |complaint: &Complaint| texts.get(&complaint.id).is_some_and(|texts| query.is_in(texts));
        Ok(found.into_iter().filter(said).collect())
    }

    /// The condition that a complaint has every term. PostgreSQL's statistics tell how rare they are together; SQLite
    /// has none, so the index is asked first.
    pub(super) async fn has(&self, query: &Query) -> Result<SimpleExpr> {
        let hashes = self.hashes(query.terms());
        // Letters and digits of ours, in the statement itself: a plan for one search must not serve the next.
        if self.0.is_postgres() {
            let terms = hashes.join(" & ");
            return Ok(Expr::cust(format!(
                "id IN (SELECT id FROM complaint_text WHERE terms @@ '{terms}'::tsquery)"
            )));
        }
        let rows =
            format!("SELECT rowid FROM complaint_search WHERE complaint_search MATCH '{}'", hashes.join(" "));
        let count = format!("SELECT COUNT(*) AS count FROM ({rows} LIMIT {})", FEW + 1);
        let count = self.0.db.query_one_raw(Statement::from_string(DatabaseBackend::Sqlite, count)).await?;
        let count: i64 = count.map(|row| row.try_get("", "count")).transpose()?.unwrap_or_default();
        Ok(Expr::cust(if count > FEW {
            format!(
                "EXISTS (SELECT 1 FROM complaint_text t WHERE t.id = complaint.id AND +t.seq IN ({rows}))"
            )
        } else {
            format!("id IN (SELECT t.id FROM complaint_text t WHERE t.seq IN ({rows}))")
        }))
    }

    fn hashes(&self, terms: BTreeSet<&str>) -> Vec<String> {
        let hash = |term| hex::encode(&self.0.crypter.blind_index("term", term)[..HASH]);
        terms.into_iter().map(hash).collect()
    }

    /// How much this connection has changed.
    async fn changes(&self) -> Result<i64> {
        let sql = Statement::from_string(DatabaseBackend::Sqlite, "SELECT total_changes() AS n");
        let row = self.0.db.query_one_raw(sql).await?;
        Ok(row.map(|row| row.try_get("", "n")).transpose()?.unwrap_or_default())
    }

    async fn run(&self, sql: &str, values: impl IntoIterator<Item = sea_orm::Value>) -> Result<()> {
        let statement = Statement::from_sql_and_values(self.0.db.get_database_backend(), sql, values);
        self.0.db.execute_raw(statement).await?;
        Ok(())
    }
}

impl Store {
    /// Merges the parts of SQLite's index, for what was deleted stays in them until then.
    pub(super) async fn settle_search(&self) -> Result<()> {
        let mut pages = -MERGED;
        loop {
            let tx = self.begin().await?;
            let before = tx.search().changes().await?;
            let sql = "INSERT INTO complaint_search (complaint_search, rank) VALUES ('merge', ?)";
            tx.search().run(sql, [pages.into()]).await?;
            // SQLite counts the command itself as one.
            let is_done = tx.search().changes().await? < before + 2;
            tx.commit().await?;
            if is_done {
                return Ok(());
            }
            pages = MERGED;
        }
    }
}
