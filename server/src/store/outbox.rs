//! The outbox: what the OEM platform must hear, written in the transaction that made it true.
//!
//! Delivery is at least once and in order per vehicle: only the oldest unsent message of a vehicle can be claimed,
//! and a dead one holds back its successors until it is replayed.

use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryResult, QuerySelect,
    sea_query::{Alias, Expr, LockBehavior, LockType, Query},
};
use uuid::Uuid;

use super::{
    Place, Result, Store, StoreError, Tx, conflict,
    entity::outbox::{ActiveModel, Column, Entity, Model},
};

/// A message to enqueue.
#[derive(Clone, Debug)]
pub struct NewMessage<'a> {
    /// UUIDv7; the stable id under which the platform sees every attempt.
    pub id: Uuid,
    /// Kind of record it is about: `transfer`.
    pub aggregate: &'a str,
    /// Record it is about.
    pub aggregate_id: Uuid,
    /// Messages about one vehicle are delivered in order.
    pub vehicle_id: Uuid,
    /// What happened: `transfer.approved`.
    pub kind: &'a str,
    /// The content; encrypted at rest.
    pub payload: &'a [u8],
}

/// A message claimed for delivery.
#[derive(Clone, Debug)]
pub struct Message {
    /// Stable id.
    pub id: Uuid,
    /// Kind of record it is about.
    pub aggregate: String,
    /// Record it is about.
    pub aggregate_id: Uuid,
    /// Order key.
    pub vehicle_id: Uuid,
    /// What happened.
    pub kind: String,
    /// The content, opened.
    pub payload: Vec<u8>,
    /// Attempts made before this one.
    pub attempts: i32,
    /// Who claimed it.
    pub lease_owner: String,
    /// When it was enqueued, in Unix milliseconds.
    pub created_at_ms: i64,
}

/// Repository.
pub struct Outbox<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "outbox", row, column: "payload" }
}

impl Outbox<'_> {
    /// Whether anything about this aggregate was ever put in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has(&self, aggregate: Uuid) -> Result<bool> {
        let rows = Entity::find().filter(Column::AggregateId.eq(aggregate)).limit(1);
        Ok(rows.one(&self.0.db).await?.is_some())
    }

    /// Adds a message, due at once.
    ///
    /// # Errors
    /// The database failed.
    pub async fn enqueue(&self, message: NewMessage<'_>, now_ms: i64) -> Result<()> {
        let row = Model {
            id: message.id,
            aggregate: message.aggregate.to_owned(),
            aggregate_id: message.aggregate_id,
            vehicle_id: message.vehicle_id,
            kind: message.kind.to_owned(),
            payload: self.0.crypter.seal(place(message.id), message.payload),
            state: "pending".to_owned(),
            attempts: 0,
            next_attempt_at_ms: now_ms,
            lease_until_ms: 0,
            lease_owner: None,
            last_error: None,
            created_at_ms: now_ms,
            accepted_at_ms: None,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// The platform took the message. False when the claim was lost: a worker that was too slow leaves the message
    /// to whoever holds it now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn accepted(&self, message: &Message, now_ms: i64) -> Result<bool> {
        self.settle(message.id, &message.lease_owner, "accepted", Some(now_ms), None).await
    }

    /// Tries again at `at_ms`. `error` must hold no personal data. False when the claim was lost.
    ///
    /// # Errors
    /// The database failed.
    pub async fn retry(&self, message: &Message, at_ms: i64, error: &str) -> Result<bool> {
        let changed = Entity::update_many()
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .col_expr(Column::NextAttemptAtMs, Expr::value(at_ms))
            .col_expr(Column::LeaseUntilMs, Expr::value(0i64))
            .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(Column::LastError, Expr::value(error))
            .filter(held(message.id, &message.lease_owner))
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Gives up until a person replays it. `error` must hold no personal data. False when the claim was lost.
    ///
    /// # Errors
    /// The database failed.
    pub async fn dead(&self, message: &Message, error: &str) -> Result<bool> {
        self.settle(message.id, &message.lease_owner, "dead", None, Some(error)).await
    }

    /// Makes a dead message due again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn replay(&self, id: Uuid, now_ms: i64) -> Result<bool> {
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value("pending"))
            .col_expr(Column::NextAttemptAtMs, Expr::value(now_ms))
            .filter(Column::Id.eq(id))
            .filter(Column::State.eq("dead"))
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    async fn settle(
        &self,
        id: Uuid,
        owner: &str,
        state: &str,
        at_ms: Option<i64>,
        error: Option<&str>,
    ) -> Result<bool> {
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(state))
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .col_expr(Column::AcceptedAtMs, Expr::value(at_ms))
            .col_expr(Column::LeaseUntilMs, Expr::value(0i64))
            .col_expr(Column::LeaseOwner, Expr::value(None::<String>))
            .col_expr(Column::LastError, Expr::value(error))
            .filter(held(id, owner))
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }
}

/// The unsent message, as long as nobody else has claimed it.
fn held(id: Uuid, owner: &str) -> Condition {
    Condition::all().add(Column::Id.eq(id)).add(Column::State.eq("pending")).add(Column::LeaseOwner.eq(owner))
}

impl Store {
    /// Claims up to `limit` due messages for `owner` until `now_ms + lease_ms`; no other owner gets them before.
    ///
    /// One statement claims, because SQLite drops `SKIP LOCKED` without a word; on PostgreSQL the clause keeps two
    /// workers from waiting for each other, and the outer condition is checked again on the locked row.
    ///
    /// A row that cannot be read is dead from then on, with the reason, and holds up no other vehicle.
    ///
    /// # Errors
    /// The database failed.
    pub async fn outbox_claim(
        &self,
        owner: &str,
        now_ms: i64,
        lease_ms: i64,
        limit: u64,
    ) -> Result<Vec<Message>> {
        let tx = self.begin().await?;
        let mut messages = Vec::new();
        for row in claim(&tx, owner, now_ms, lease_ms, limit).await? {
            match self.open(&row) {
                Ok(message) => messages.push(message),
                Err(error) => {
                    let id: Uuid = row.try_get("", "id")?;
                    tracing::error!(message_id = %id, %error, "cannot be read, given up until replayed");
                    tx.outbox().settle(id, owner, "dead", None, Some(&error.to_string())).await?;
                }
            }
        }
        tx.commit().await?;
        messages.sort_by_key(|message| message.id);
        Ok(messages)
    }

    fn open(&self, row: &QueryResult) -> Result<Message> {
        let row = Model::from_query_result(row, "").map_err(|_| StoreError::Corrupt("outbox row"))?;
        Ok(Message {
            payload: self.crypter.open(place(row.id), &row.payload)?,
            id: row.id,
            aggregate: row.aggregate,
            aggregate_id: row.aggregate_id,
            vehicle_id: row.vehicle_id,
            kind: row.kind,
            attempts: row.attempts,
            lease_owner: row.lease_owner.unwrap_or_default(),
            created_at_ms: row.created_at_ms,
        })
    }
}

async fn claim(
    tx: &Tx,
    owner: &str,
    now_ms: i64,
    lease_ms: i64,
    limit: u64,
) -> std::result::Result<Vec<QueryResult>, DbErr> {
    let (this, earlier) = (Alias::new("this"), Alias::new("earlier"));
    let older_unsent = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, earlier.clone())
        .and_where(Expr::col((earlier.clone(), Column::VehicleId)).equals((this.clone(), Column::VehicleId)))
        .and_where(Expr::col((earlier.clone(), Column::State)).ne("accepted"))
        .and_where(Expr::col((earlier, Column::Id)).lt(Expr::col((this.clone(), Column::Id))))
        .take();
    let mut due = Query::select();
    due.column((this.clone(), Column::Id))
        .from_as(Entity, this.clone())
        .and_where(Expr::col((this.clone(), Column::State)).eq("pending"))
        .and_where(Expr::col((this.clone(), Column::NextAttemptAtMs)).lte(now_ms))
        .and_where(Expr::col((this.clone(), Column::LeaseUntilMs)).lte(now_ms))
        .and_where(Expr::exists(older_unsent).not())
        .order_by((this, Column::Id), sea_orm::Order::Asc)
        .limit(limit);
    if tx.is_postgres() {
        due.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let update = Query::update()
        .table(Entity)
        .value(Column::LeaseUntilMs, now_ms + lease_ms)
        .value(Column::LeaseOwner, owner)
        .and_where(Column::Id.in_subquery(due))
        .and_where(Column::LeaseUntilMs.lte(now_ms))
        .returning_all()
        .take();
    tx.db.query_all(&update).await
}
