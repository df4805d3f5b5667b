//! Removing what was kept long enough, in the order foreign keys ask for. A test compares both lists with the schema:
//! a table that starts to point at one of these must say whether it goes along or holds on.

use sea_orm::{
    ConnectionTrait, ExprTrait, StatementBuilder,
    sea_query::{Expr, Func, Query, SelectStatement, SimpleExpr},
};
use uuid::Uuid;

use super::{Result, Store, Tx};

/// A column that holds ids: table, column, and the table they are of.
pub type Pointer = (&'static str, &'static str, &'static str);

/// Rows that go together with what they point at.
pub const PARTS: &[Pointer] = &[
    ("request_vehicle", "vehicle_id", "vehicle"),
    ("actual_user", "vehicle_id", "vehicle"),
    ("sample", "vehicle_id", "vehicle"),
    ("correction", "vehicle_id", "vehicle"),
    ("notice", "vehicle_id", "vehicle"),
    ("card", "vehicle_id", "vehicle"),
    ("outbox", "vehicle_id", "vehicle"),
    ("card_event", "card_id", "card"),
    ("card_test", "card_id", "card"),
    ("request_vehicle", "request_id", "request"),
    ("request_event", "request_id", "request"),
    ("acceptance", "request_id", "request"),
    ("actual_user", "request_id", "request"),
    ("review", "request_id", "request"),
    ("evidence", "request_id", "request"),
    ("verification", "request_id", "request"),
    ("review", "verification_id", "verification"),
    ("evidence", "verification_id", "verification"),
    ("consent", "account_id", "account"),
    ("passkey", "subject_id", "account"),
    ("complaint_event", "complaint_id", "complaint"),
    ("complaint_key", "complaint_id", "complaint"),
    ("complaint_text", "id", "complaint"),
    ("complaint_tag", "complaint_id", "complaint"),
    ("complaint_follower", "complaint_id", "complaint"),
    ("complaint_link", "complaint_id", "complaint"),
    ("complaint_alert", "complaint_id", "complaint"),
    ("staff_alert", "complaint_id", "complaint"),
    ("complaint_presence", "complaint_id", "complaint"),
    ("evidence", "complaint_id", "complaint"),
];

/// Rows that hold on to what they point at: it stays as long as one of them is there.
pub const HOLDERS: &[Pointer] = &[
    ("vehicle", "owner_person_id", "person"),
    ("request", "owner_person_id", "person"),
    ("request", "new_owner_person_id", "person"),
    ("request", "agent_person_id", "person"),
    ("card_batch", "unit_person_id", "person"),
    ("card_batch", "handler_person_id", "person"),
    ("card_test", "responsible_person_id", "person"),
    ("person", "responsible_person_id", "person"),
    ("request", "owner_account_id", "account"),
    ("request", "counterparty_account_id", "account"),
    ("verification", "account_id", "account"),
    ("acceptance", "account_id", "account"),
    ("session", "subject_id", "account"),
    ("evidence", "consent_id", "consent"),
    ("card", "batch_id", "card_batch"),
    ("complaint", "merged_into", "complaint"),
];

/// Repository.
pub struct Purge<'a>(pub(super) &'a Tx);

/// What went with one record or request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    /// Requests.
    pub requests: usize,
    /// People who were on record for nothing else.
    pub people: usize,
    /// Accounts that were used for nothing else.
    pub accounts: usize,
}

impl Purge<'_> {
    /// Vehicles whose service ended at `by_ms` or before and about which nothing is open, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn ended(&self, by_ms: i64, limit: u64) -> Result<Vec<Uuid>> {
        let open = pointing("request_vehicle", "open_vehicle_id", "vehicle");
        let mut query = Query::select();
        query
            .column("id")
            .from("vehicle")
            .and_where(Expr::col("service_ended_at_ms").lte(by_ms))
            .and_where(Expr::exists(open).not())
            .order_by("service_ended_at_ms", sea_orm::Order::Asc)
            .limit(limit);
        self.ids(&query).await
    }

    /// Requests that ended in one of `states` at `by_ms` or before, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unfinished(&self, states: &[&str], by_ms: i64, limit: u64) -> Result<Vec<Uuid>> {
        let mut query = Query::select();
        query
            .column("id")
            .from("request")
            .and_where(Expr::col("closed_at_ms").lte(by_ms))
            .and_where(Expr::col("state").is_in(states.iter().copied()))
            .order_by("closed_at_ms", sea_orm::Order::Asc)
            .limit(limit);
        self.ids(&query).await
    }

    /// Complaints that were closed at `by_ms` or before and into which none was merged that is still there, oldest
    /// first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn closed_complaints(&self, by_ms: i64, limit: u64) -> Result<Vec<Uuid>> {
        let mut query = Query::select();
        query
            .column("id")
            .from("complaint")
            .and_where(Expr::col("closed_at_ms").lte(by_ms))
            .and_where(Expr::exists(pointing("complaint", "merged_into", "complaint")).not())
            .order_by("closed_at_ms", sea_orm::Order::Asc)
            .limit(limit);
        self.ids(&query).await
    }

    /// Removes a complaint with its history and what was sent with it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn complaint(&self, complaint: Uuid) -> Result<()> {
        self.erase("complaint", vec![complaint]).await
    }

    /// Removes a vehicle's record: cards, requests, evidence with its keys, and people and accounts that are left with
    /// nothing. A request about several vehicles goes with the last of them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(&self, vehicle: Uuid) -> Result<Gone> {
        let mut people = self.of("owner_person_id", "vehicle", "id", &[vehicle]).await?;
        let about = self.of("request_id", "request_vehicle", "vehicle_id", &[vehicle]).await?;
        self.erase("vehicle", vec![vehicle]).await?;
        let mut done = Query::select();
        done.column("id")
            .from("request")
            .and_where(Expr::col("id").is_in(about))
            .and_where(Expr::exists(pointing("request_vehicle", "request_id", "request")).not());
        let done = self.ids(&done).await?;
        self.requests(done, &mut people).await
    }

    /// Removes a request and what was given for it.
    ///
    /// # Errors
    /// The database failed.
    pub async fn request(&self, request: Uuid) -> Result<Gone> {
        self.requests(vec![request], &mut Vec::new()).await
    }

    /// How many texts and delivered messages are older; or, unless `only_count`, removes them.
    ///
    /// # Errors
    /// The database failed.
    pub async fn messages(&self, before_ms: i64, only_count: bool) -> Result<u64> {
        let mut total = 0;
        for (table, time) in [("message", "created_at_ms"), ("outbox", "accepted_at_ms")] {
            let old = Expr::col(time).lt(before_ms);
            total += if only_count {
                let query = Query::select()
                    .expr_as(Func::count(Expr::col("id")), "n")
                    .from(table)
                    .and_where(old)
                    .take();
                let row = self.0.db.query_one(&query).await?;
                row.map(|row| row.try_get::<i64>("", "n")).transpose()?.unwrap_or_default().unsigned_abs()
            } else {
                self.run(&Query::delete().from_table(table).and_where(old).take()).await?
            };
        }
        Ok(total)
    }

    async fn requests(&self, requests: Vec<Uuid>, people: &mut Vec<Uuid>) -> Result<Gone> {
        for column in ["owner_person_id", "new_owner_person_id", "agent_person_id"] {
            people.extend(self.of(column, "request", "id", &requests).await?);
        }
        let mut accounts = Vec::new();
        for column in ["owner_account_id", "counterparty_account_id"] {
            accounts.extend(self.of(column, "request", "id", &requests).await?);
        }
        accounts.extend(self.of("account_id", "verification", "request_id", &requests).await?);
        let count = requests.len();
        self.erase("request", requests).await?;
        // Who answers for a unit goes after it.
        let responsible = self.of("responsible_person_id", "person", "id", people).await?;
        let mut gone = Gone { requests: count, ..Gone::default() };
        for people in [std::mem::take(people), responsible] {
            gone.people += self.unless_held("person", people, None).await?;
        }
        let still_on_record = Query::select()
            .expr(Expr::val(1))
            .from("person")
            .and_where(Expr::col(("person", "phone_index")).equals(("account", "phone_index")))
            .take();
        gone.accounts = self.unless_held("account", accounts, Some(still_on_record)).await?;
        Ok(gone)
    }

    /// Erases those that nothing holds on to.
    async fn unless_held(
        &self,
        table: &'static str,
        ids: Vec<Uuid>,
        also: Option<SelectStatement>,
    ) -> Result<usize> {
        let mut free = Query::select();
        free.column("id").from(table).and_where(Expr::col("id").is_in(ids));
        let held = HOLDERS.iter().filter(|(_, _, of)| *of == table);
        // A table that holds on to itself needs another name within.
        let held = held.map(|(holder, column, _)| pointing(holder, column, table));
        for held in held.chain(also) {
            free.and_where(Expr::exists(held).not());
        }
        let free = self.ids(&free).await?;
        let count = free.len();
        self.erase(table, free).await?;
        Ok(count)
    }

    /// Erases rows and, before them, their parts.
    async fn erase(&self, table: &'static str, ids: Vec<Uuid>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        for (part, column, _) in PARTS.iter().filter(|(_, _, of)| *of == table) {
            let parts = self.of("id", part, column, &ids).await?;
            Box::pin(self.erase(part, parts)).await?;
        }
        self.run(&Query::delete().from_table(table).and_where(Expr::col("id").is_in(ids.clone())).take())
            .await?;
        if table == "evidence" {
            self.0.closing().doomed.extend(ids);
        }
        Ok(())
    }

    /// The ids in a column of rows found by another one.
    async fn of(
        &self,
        column: &'static str,
        table: &'static str,
        by: &'static str,
        ids: &[Uuid],
    ) -> Result<Vec<Uuid>> {
        let mut query = Query::select();
        query
            .expr_as(Expr::col(column), "id")
            .distinct()
            .from(table)
            .and_where(Expr::col(by).is_in(ids.iter().copied()))
            .and_where(Expr::col(column).is_not_null());
        self.ids(&query).await
    }

    async fn ids(&self, query: &SelectStatement) -> Result<Vec<Uuid>> {
        let rows = self.0.db.query_all(query).await?;
        Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<std::result::Result<_, _>>()?)
    }

    async fn run(&self, statement: &impl StatementBuilder) -> Result<u64> {
        Ok(self.0.db.execute(statement).await?.rows_affected())
    }
}

/// A row of `holder` whose `column` is the id of the row of `table` asked about.
fn pointing(holder: &'static str, column: &'static str, table: &'static str) -> SelectStatement {
    let same: SimpleExpr = Expr::col(("holder", column)).equals((table, "id"));
    Query::select().expr(Expr::val(1)).from_as(holder, "holder").and_where(same).take()
}

impl Store {
    /// On SQLite, writes the log of changes into the database and empties it: what was deleted is overwritten there
    /// (`secure_delete`), and must not linger here. PostgreSQL has VACUUM for that; see docs/privacy.md.
    ///
    /// # Errors
    /// The database failed.
    pub async fn settle_files(&self) -> Result<()> {
        if self.db.get_database_backend() == sea_orm::DbBackend::Sqlite {
            self.settle_search().await?;
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }
}
