//! Who did what to which record. Ids only: never personal data.

use sea_orm::EntityTrait;
use uuid::Uuid;

use super::{
    Result, Tx,
    entity::audit::{ActiveModel, Entity, Model},
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

/// One line of the audit.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// Id.
    pub id: Uuid,
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

/// Repository.
pub struct Audit<'a>(pub(super) &'a Tx);

impl Audit<'_> {
    /// Adds a line.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(&self, entry: Entry<'_>, now_ms: i64) -> Result<()> {
        let (actor_kind, actor_id) = match entry.actor {
            Actor::Account(id) => ("account", Some(id)),
            Actor::Staff(id) => ("staff", Some(id)),
            Actor::System => ("system", None),
            Actor::Platform => ("platform", None),
        };
        let row = Model {
            id: entry.id,
            at_ms: now_ms,
            actor_kind: actor_kind.to_owned(),
            actor_id,
            action: entry.action.to_owned(),
            subject_kind: entry.subject_kind.to_owned(),
            subject_id: entry.subject_id,
            detail: entry.detail.map(str::to_owned),
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await?;
        Ok(())
    }
}
