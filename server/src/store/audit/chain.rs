//! How lines are bound to each other.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, QuerySelect};

use super::Line;
use crate::store::{
    Crypter, Result, StoreError, Tx,
    entity::{
        audit::{ActiveModel, Entity, Model},
        audit_head as head,
    },
};

/// The one row of the head.
pub(super) const HEAD: i32 = 1;
/// What the first line is bound to.
pub(super) const START: [u8; 32] = [0; 32];

impl Line {
    /// The line as bytes, one spelling for one meaning.
    fn canonical(&self) -> Vec<u8> {
        let mut out = b"ownerproof audit 1".to_vec();
        out.extend(self.seq.to_be_bytes());
        out.extend(self.at_ms.to_be_bytes());
        out.extend(self.subject_id.as_bytes());
        let actor = self.actor_id.map(|id| id.to_string());
        let texts = [
            Some(self.actor_kind.as_str()),
            actor.as_deref(),
            Some(&self.action),
            Some(&self.subject_kind),
            self.detail.as_deref(),
        ];
        for text in texts {
            // 0 for none: an empty text has length 1.
            out.extend(text.map_or(0, |text| text.len() as u64 + 1).to_be_bytes());
            out.extend(text.unwrap_or_default().as_bytes());
        }
        out
    }

    /// The hash that binds this line to the one before it.
    pub(super) fn hash(&self, crypter: &Crypter, previous: &[u8]) -> Vec<u8> {
        crypter.chain(previous, &self.canonical())
    }
}

/// Writes the lines of a transaction that is about to commit. On PostgreSQL writers queue here, at the head; on
/// SQLite they have queued when they began.
pub(in crate::store) async fn append(tx: &Tx, lines: Vec<Line>) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let before = head::Entity::find_by_id(HEAD).lock_exclusive().one(&tx.db).await?;
    let mut last = before.ok_or(StoreError::Corrupt("head of the audit"))?;
    let mut rows = Vec::with_capacity(lines.len());
    for mut line in lines {
        line.seq = last.seq + 1;
        last = head::Model { seq: line.seq, hash: line.hash(&tx.crypter, &last.hash), ..last };
        rows.push(ActiveModel::from(line.row(last.hash.clone())));
    }
    Entity::insert_many(rows).exec_without_returning(&tx.db).await?;
    head::ActiveModel { id: Set(HEAD), seq: Set(last.seq), hash: Set(last.hash) }.update(&tx.db).await?;
    Ok(())
}

impl Line {
    fn row(self, hash: Vec<u8>) -> Model {
        let Self { seq, at_ms, actor_kind, actor_id, action, subject_kind, subject_id, detail } = self;
        Model { seq, at_ms, actor_kind, actor_id, action, subject_kind, subject_id, detail, hash }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn no_two_lines_have_the_same_bytes() {
        let line = Line {
            seq: 1,
            at_ms: 2,
            actor_kind: "system".into(),
            actor_id: None,
            action: "ab".into(),
            subject_kind: "c".into(),
            subject_id: Uuid::nil(),
            detail: None,
        };
        let others = [
            Line { seq: 2, ..line.clone() },
            Line { at_ms: 3, ..line.clone() },
            Line { actor_id: Some(Uuid::nil()), ..line.clone() },
            Line { action: "a".into(), subject_kind: "bc".into(), ..line.clone() },
            Line { subject_id: Uuid::max(), ..line.clone() },
            Line { detail: Some(String::new()), ..line.clone() },
        ];
        assert!(others.iter().all(|other| other.canonical() != line.canonical()));
    }
}
