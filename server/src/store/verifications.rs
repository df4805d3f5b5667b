//! Challenges and verdicts.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use verify::{
    challenge::{Challenge, Task},
    document::DocumentType,
};

use super::{
    Place, Result, StoreError, Tx, conflict,
    entity::verification::{ActiveModel, Column, Entity, Model},
};
use crate::rules::{policy::Method, request::Party};

/// One challenge and what came of it.
#[derive(Clone, Debug)]
pub struct Verification {
    /// Id.
    pub id: Uuid,
    /// The request it is for.
    pub request_id: Uuid,
    /// The account it was given to.
    pub account_id: Uuid,
    /// The side of the request.
    pub party: Party,
    /// Name the person gave.
    pub name: String,
    /// By which way.
    pub method: Method,
    /// Type of document.
    pub document_type: DocumentType,
    /// Canonical document number.
    pub document_number: String,
    /// Who consents for a person too young to act alone.
    pub guardian: Option<Guardian>,
    /// Public key of the device, uncompressed SEC1 point.
    pub device_key: Vec<u8>,
    /// What was asked.
    pub challenge: Challenge,
    /// How the authority names the visit.
    pub visit: Option<String>,
    /// `open`, `assessing`, `done` or `expired`.
    pub state: String,
    /// `passed`, `manual_review` or `failed`, once done.
    pub outcome: Option<String>,
    /// Latest moment its report is taken.
    pub expires_at_ms: i64,
}

/// Who consents for a person too young to act alone (PIPL 31). Encrypted at rest as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guardian {
    /// Name on the document.
    pub name: String,
    /// Type of document.
    pub document_type: DocumentType,
    /// Canonical document number.
    pub document_number: String,
}

/// A challenge to record.
#[derive(Clone, Debug)]
pub struct NewVerification<'a> {
    /// Id.
    pub id: Uuid,
    /// The request it is for.
    pub request_id: Uuid,
    /// The account it is given to.
    pub account_id: Uuid,
    /// The side of the request.
    pub party: Party,
    /// Name the person gave.
    pub name: &'a str,
    /// By which way.
    pub method: Method,
    /// Type of document.
    pub document_type: DocumentType,
    /// Canonical document number.
    pub document_number: &'a str,
    /// Who consents for a person too young to act alone.
    pub guardian: Option<&'a Guardian>,
    /// Public key of the device.
    pub device_key: &'a [u8],
    /// What is asked.
    pub challenge: &'a Challenge,
    /// How the authority names the visit.
    pub visit: Option<&'a str>,
    /// Latest moment its report is taken.
    pub expires_at_ms: i64,
}

/// What came of a challenge.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// `passed`, `manual_review` or `failed`.
    pub outcome: &'static str,
    /// JSON array, for staff.
    pub reasons: String,
    /// JSON, for staff; encrypted at rest.
    pub scores: Option<String>,
    /// Hash of the report's canonical bytes, or of whatever was handed in instead.
    pub report_sha256: [u8; 32],
}

/// Repository.
pub struct Verifications<'a>(pub(super) &'a Tx);

fn place(row: Uuid, column: &'static str) -> Place {
    Place { table: "verification", row, column }
}

impl Verifications<'_> {
    /// The verification with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Verification>> {
        Entity::find_by_id(id).one(&self.0.db).await?.map(|row| self.open(row)).transpose()
    }

    /// Why the machine gave its verdict, by name; empty before there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn reasons(&self, id: Uuid) -> Result<Vec<String>> {
        let row: Option<Option<String>> =
            Entity::find_by_id(id).select_only().column(Column::Reasons).into_tuple().one(&self.0.db).await?;
        let Some(reasons) = row.flatten() else { return Ok(Vec::new()) };
        serde_json::from_str(&reasons).map_err(|_| StoreError::Corrupt("verification"))
    }

    /// Challenges given to an account since `since_ms`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count_since(&self, account: Uuid, since_ms: i64) -> Result<u64> {
        Ok(Entity::find()
            .filter(Column::AccountId.eq(account))
            .filter(Column::CreatedAtMs.gte(since_ms))
            .count(&self.0.db)
            .await?)
    }

    /// When this account failed for this document since `since_ms`, ascending.
    ///
    /// # Errors
    /// The database failed.
    pub async fn failures(
        &self,
        account: Uuid,
        document_type: &str,
        document_number: &str,
        since_ms: i64,
    ) -> Result<Vec<i64>> {
        let index = self.0.document_index(document_type, document_number);
        let times: Vec<Option<i64>> = Entity::find()
            .filter(Column::AccountId.eq(account))
            .filter(Column::DocumentIndex.eq(index))
            .filter(Column::Outcome.eq("failed"))
            .filter(Column::FinishedAtMs.gte(since_ms))
            .order_by_asc(Column::FinishedAtMs)
            .select_only()
            .column(Column::FinishedAtMs)
            .into_tuple()
            .all(&self.0.db)
            .await?;
        Ok(times.into_iter().flatten().collect())
    }

    /// Records a challenge.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, new: NewVerification<'_>, now_ms: i64) -> Result<()> {
        let seal = |column, value: &str| self.0.crypter.seal(place(new.id, column), value.as_bytes());
        let guardian = new.guardian.map(serde_json::to_string).transpose();
        let guardian = guardian.map_err(|_| StoreError::Corrupt("verification"))?;
        let row = Model {
            id: new.id,
            request_id: new.request_id,
            account_id: new.account_id,
            party: new.party.as_str().to_owned(),
            name: seal("name", new.name),
            method: new.method.as_str().to_owned(),
            document_type: new.document_type.as_str().to_owned(),
            document_number: seal("document_number", new.document_number),
            document_index: self.0.document_index(new.document_type.as_str(), new.document_number),
            guardian: guardian.map(|guardian| seal("guardian", &guardian)),
            visit: new.visit.map(|visit| seal("visit", visit)),
            device_key: new.device_key.to_vec(),
            nonce: new.challenge.nonce.clone(),
            steps: serde_json::to_string(&new.challenge.steps)
                .map_err(|_| StoreError::Corrupt("challenge"))?,
            step_timeout_ms: new.challenge.step_timeout_ms as i32,
            policy_version: new.challenge.policy_version as i32,
            state: "open".to_owned(),
            outcome: None,
            reasons: None,
            scores: None,
            report_sha256: None,
            created_at_ms: now_ms,
            expires_at_ms: new.expires_at_ms,
            finished_at_ms: None,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Moves from `open` to `assessing`: exactly one caller gets true.
    ///
    /// # Errors
    /// The database failed.
    pub async fn claim(&self, id: Uuid) -> Result<bool> {
        self.shift(id, "open", "assessing").await
    }

    /// Gives a claimed challenge back: the report was bad input and must change nothing.
    ///
    /// # Errors
    /// The database failed.
    pub async fn release(&self, id: Uuid) -> Result<bool> {
        self.shift(id, "assessing", "open").await
    }

    /// Records what came of a claimed challenge.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when it was not claimed.
    pub async fn finish(&self, id: Uuid, verdict: Verdict, now_ms: i64) -> Result<()> {
        let scores = verdict.scores.map(|scores| self.0.crypter.seal(place(id, "scores"), scores.as_bytes()));
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value("done"))
            .col_expr(Column::Outcome, Expr::value(verdict.outcome))
            .col_expr(Column::Reasons, Expr::value(verdict.reasons))
            .col_expr(Column::Scores, Expr::value(scores))
            .col_expr(Column::ReportSha256, Expr::value(verdict.report_sha256.to_vec()))
            .col_expr(Column::FinishedAtMs, Expr::value(now_ms))
            .filter(Column::Id.eq(id))
            .filter(Column::State.eq("assessing"))
            .exec(&self.0.db)
            .await?;
        if changed.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
    }

    /// Closes every open challenge whose time was over at `now_ms`, and those left behind in assessment since
    /// `abandoned_ms`; how many.
    ///
    /// # Errors
    /// The database failed.
    pub async fn expire(&self, now_ms: i64, abandoned_ms: i64) -> Result<u64> {
        let over = |state: &str, at_ms: i64| {
            Condition::all().add(Column::State.eq(state)).add(Column::ExpiresAtMs.lte(at_ms))
        };
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value("expired"))
            .filter(Condition::any().add(over("open", now_ms)).add(over("assessing", abandoned_ms)))
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected)
    }

    async fn shift(&self, id: Uuid, from: &str, to: &str) -> Result<bool> {
        let changed = Entity::update_many()
            .col_expr(Column::State, Expr::value(to))
            .filter(Column::Id.eq(id))
            .filter(Column::State.eq(from))
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    fn open(&self, row: Model) -> Result<Verification> {
        let corrupt = || StoreError::Corrupt("verification");
        let text = |column, value: &[u8]| self.0.crypter.open_text(place(row.id, column), value);
        let steps: Vec<Task> = serde_json::from_str(&row.steps).map_err(|_| corrupt())?;
        let opened =
            |column, value: &Option<Vec<u8>>| value.as_deref().map(|value| text(column, value)).transpose();
        let guardian = opened("guardian", &row.guardian)?;
        let guardian = guardian.map(|guardian| serde_json::from_str(&guardian)).transpose();
        Ok(Verification {
            method: row.method.parse().map_err(|_| corrupt())?,
            guardian: guardian.map_err(|_| corrupt())?,
            visit: opened("visit", &row.visit)?,
            party: row.party.parse().map_err(|_| corrupt())?,
            name: text("name", &row.name)?,
            document_number: text("document_number", &row.document_number)?,
            challenge: Challenge {
                verification_id: row.id.to_string(),
                nonce: row.nonce,
                steps,
                policy_version: row.policy_version as u32,
                step_timeout_ms: row.step_timeout_ms as u32,
            },
            id: row.id,
            request_id: row.request_id,
            account_id: row.account_id,
            document_type: row.document_type.parse().map_err(|_| corrupt())?,
            device_key: row.device_key,
            state: row.state,
            outcome: row.outcome,
            expires_at_ms: row.expires_at_ms,
        })
    }
}
