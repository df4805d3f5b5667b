//! Who did what to which record. Ids only: never personal data, so lines are never removed.
//!
//! Lines form a chain: each carries an HMAC of the line before and of itself, under a key from the configuration.
//! Whoever can write the database, but does not hold that key, can change nothing without [`Store::verify_audit`]
//! finding it. A plain hash would not do: they would simply compute it again.
//!
//! Lines are handed in while a transaction works and written when it commits: the head of the chain is the last
//! lock taken, held for as short as can be, and never waited for by someone another writer waits for.
//!
//! [`Store::verify_audit`]: super::Store::verify_audit

mod chain;
mod verify;

use std::ops::Range;

use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

pub(super) use chain::append;
pub use verify::{Break, Verified};

use super::{
    Result, Tx,
    entity::audit::{Column, Entity, Model},
};

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An account.
    Account(Uuid),
    /// A member of staff.
    Staff(Uuid),
    /// The server itself.
    System,
    /// The OEM platform.
    Platform,
}

impl Actor {
    fn kind(self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Staff(_) => "staff",
            Self::System => "system",
            Self::Platform => "platform",
        }
    }

    fn id(self) -> Option<Uuid> {
        match self {
            Self::Account(id) | Self::Staff(id) => Some(id),
            Self::System | Self::Platform => None,
        }
    }
}

/// A line to add.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Who.
    pub actor: Actor,
    /// What: `transfer.accept`.
    pub action: &'a str,
    /// Kind of record.
    pub subject_kind: &'a str,
    /// Record.
    pub subject_id: Uuid,
    /// More, without personal data.
    pub detail: Option<&'a str>,
}

/// A line as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub seq: i64,
    /// When.
    pub at_ms: i64,
    /// `account`, `staff`, `system` or `platform`.
    pub actor_kind: String,
    /// Account or member of staff.
    pub actor_id: Option<Uuid>,
    /// What.
    pub action: String,
    /// Kind of record.
    pub subject_kind: String,
    /// Record.
    pub subject_id: Uuid,
    /// More, without personal data.
    pub detail: Option<String>,
}

/// Which lines. What is `None` or empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Account or member of staff.
    pub actor: Option<Uuid>,
    /// What.
    pub action: Option<String>,
    /// Records.
    pub subjects: Vec<Uuid>,
    /// When, in Unix milliseconds.
    pub at_ms: Option<Range<i64>>,
}

/// Repository.
pub struct Audit<'a>(pub(super) &'a Tx);

impl Audit<'_> {
    /// Adds a line, written when the transaction commits.
    pub fn record(&self, entry: Entry<'_>, now_ms: i64) {
        let line = Line {
            seq: 0,
            at_ms: now_ms,
            actor_kind: entry.actor.kind().to_owned(),
            actor_id: entry.actor.id(),
            action: entry.action.to_owned(),
            subject_kind: entry.subject_kind.to_owned(),
            subject_id: entry.subject_id,
            detail: entry.detail.map(str::to_owned),
        };
        self.0.closing().lines.push(line);
    }

    /// Lines that were written, newest first, from before the line `before`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(&self, filter: &Filter, before: Option<i64>, limit: u64) -> Result<Vec<Line>> {
        let mut rows = Entity::find().filter(filter.condition());
        if let Some(before) = before {
            rows = rows.filter(Column::Seq.lt(before));
        }
        let rows = rows.order_by_desc(Column::Seq).limit(limit).all(&self.0.db).await?;
        Ok(rows.into_iter().map(Line::from).collect())
    }

    /// How many lines there are.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count(&self, filter: &Filter) -> Result<u64> {
        Ok(Entity::find().filter(filter.condition()).count(&self.0.db).await?)
    }
}

impl Filter {
    fn condition(&self) -> Condition {
        let subjects =
            (!self.subjects.is_empty()).then(|| Column::SubjectId.is_in(self.subjects.iter().copied()));
        let time = self.at_ms.as_ref();
        Condition::all()
            .add_option(self.actor.map(|actor| Column::ActorId.eq(actor)))
            .add_option(self.action.as_deref().map(|action| Column::Action.eq(action)))
            .add_option(subjects)
            .add_option(time.map(|time| Column::AtMs.gte(time.start)))
            .add_option(time.map(|time| Column::AtMs.lt(time.end)))
    }
}

impl From<Model> for Line {
    fn from(row: Model) -> Self {
        let Model { seq, at_ms, actor_kind, actor_id, action, subject_kind, subject_id, detail, hash: _ } =
            row;
        Self { seq, at_ms, actor_kind, actor_id, action, subject_kind, subject_id, detail }
    }
}
