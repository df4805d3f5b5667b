//! Bearer tokens, stored as SHA-256: a token is 256 random bits, so nothing slower is needed.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::session::{ActiveModel, Column, Entity, Model},
};

/// Whose token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// An account.
    Owner,
    /// A member of staff.
    Staff,
}

impl SessionKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Staff => "staff",
        }
    }
}

/// A token in force.
#[derive(Clone, Copy, Debug)]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// Account or staff id.
    pub subject_id: Uuid,
}

/// Repository.
pub struct Sessions<'a>(pub(super) &'a Tx);

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

impl Sessions<'_> {
    /// The session of a token, if it is of this kind and not over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, kind: SessionKind, token: &str, now_ms: i64) -> Result<Option<Session>> {
        let row = Entity::find()
            .filter(Column::TokenHash.eq(hash(token)))
            .filter(Column::Kind.eq(kind.as_str()))
            .filter(Column::ExpiresAtMs.gt(now_ms))
            .one(&self.0.db)
            .await?;
        Ok(row.map(|row| Session { id: row.id, subject_id: row.subject_id }))
    }

    /// Records a token.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(
        &self,
        kind: SessionKind,
        session: Session,
        token: &str,
        now_ms: i64,
        expires_at_ms: i64,
    ) -> Result<()> {
        let row = Model {
            id: session.id,
            token_hash: hash(token),
            kind: kind.as_str().to_owned(),
            subject_id: session.subject_id,
            created_at_ms: now_ms,
            expires_at_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Ends a session.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, id: Uuid) -> Result<()> {
        Entity::delete_by_id(id).exec(&self.0.db).await?;
        Ok(())
    }

    /// Removes sessions that are over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn purge(&self, now_ms: i64) -> Result<u64> {
        let deleted = Entity::delete_many().filter(Column::ExpiresAtMs.lte(now_ms)).exec(&self.0.db).await?;
        Ok(deleted.rows_affected)
    }
}
