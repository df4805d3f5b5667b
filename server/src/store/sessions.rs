//! Bearer tokens, stored as SHA-256: a token is 256 random bits, so nothing slower is needed.

use std::time::Duration;

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::session::{ActiveModel, Column, Entity, Model},
};
use crate::rules::rights::{Names, Scope};

/// Whose token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionKind {
    /// An account.
    Owner,
    /// A member of staff.
    Staff,
    /// A system of an OEM.
    Client,
}

impl SessionKind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Staff => "staff",
            Self::Client => "client",
        }
    }
}

/// A token in force.
#[derive(Clone, Debug)]
pub struct Session {
    /// Id.
    pub id: Uuid,
    /// Account, member of staff or client.
    pub subject_id: Uuid,
    /// How they signed in: `code`, `passkey`, `password`, `oidc` or `secret`.
    pub method: String,
    /// A second factor was proved, or the identity provider answers for it.
    pub second_factor: bool,
    /// What a client may do with it.
    pub scopes: Vec<Scope>,
    /// When they signed in.
    pub created_at_ms: i64,
    /// When it was last used, to the minute.
    pub last_used_at_ms: i64,
    /// When it stops working, used or not.
    pub expires_at_ms: i64,
}

/// A token to record.
#[derive(Clone, Copy, Debug)]
pub struct NewSession<'a> {
    /// Id.
    pub id: Uuid,
    /// Whose.
    pub kind: SessionKind,
    /// Account, member of staff or client.
    pub subject_id: Uuid,
    /// As in [`Session`].
    pub method: &'static str,
    /// As in [`Session`].
    pub second_factor: bool,
    /// As in [`Session`].
    pub scopes: &'a [Scope],
    /// The token itself; only its hash is kept.
    pub token: &'a str,
    /// How long it works without being used.
    pub idle: Duration,
    /// When it stops working, used or not.
    pub expires_at_ms: i64,
}

/// A use is written down when the last one is this old: a write a minute, not one a request.
const COARSE_MS: i64 = 60_000;
/// Most sessions in one list.
const LISTED: u64 = 100;

/// Repository.
pub struct Sessions<'a>(pub(super) &'a Tx);

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token).to_vec()
}

fn in_force(now_ms: i64) -> Condition {
    let idle = Expr::col(Column::LastUsedAtMs).add(Expr::col(Column::IdleMs));
    Condition::all().add(Column::ExpiresAtMs.gt(now_ms)).add(idle.gt(now_ms))
}

fn of(kind: SessionKind, subject: Uuid) -> Condition {
    Condition::all().add(Column::Kind.eq(kind.as_str())).add(Column::SubjectId.eq(subject))
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
            .filter(in_force(now_ms))
            .one(&self.0.db)
            .await?;
        Ok(row.map(Session::from))
    }

    /// The sessions of one person, newest first, 100 at most.
    ///
    /// # Errors
    /// The database failed.
    pub async fn list(&self, kind: SessionKind, subject: Uuid, now_ms: i64) -> Result<Vec<Session>> {
        let rows = Entity::find()
            .filter(of(kind, subject))
            .filter(in_force(now_ms))
            .order_by_desc(Column::Id)
            .limit(LISTED)
            .all(&self.0.db)
            .await?;
        Ok(rows.into_iter().map(Session::from).collect())
    }

    /// Who a token stands for, whatever its kind, if it is not over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn subject(&self, token: &str, now_ms: i64) -> Result<Option<Uuid>> {
        let row = Entity::find()
            .filter(Column::TokenHash.eq(hash(token)))
            .filter(in_force(now_ms))
            .one(&self.0.db)
            .await?;
        Ok(row.map(|row| row.subject_id))
    }

    /// Records a token.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, new: NewSession<'_>, now_ms: i64) -> Result<()> {
        let row = Model {
            id: new.id,
            token_hash: hash(new.token),
            kind: new.kind.as_str().to_owned(),
            subject_id: new.subject_id,
            method: new.method.to_owned(),
            second_factor: new.second_factor,
            scopes: Scope::join(new.scopes),
            idle_ms: i64::try_from(new.idle.as_millis()).unwrap_or(i64::MAX / 2),
            created_at_ms: now_ms,
            last_used_at_ms: now_ms,
            expires_at_ms: new.expires_at_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Writes down that a session is in use.
    ///
    /// # Errors
    /// The database failed.
    pub async fn touch(&self, id: Uuid, now_ms: i64) -> Result<()> {
        let used = Entity::update_many().col_expr(Column::LastUsedAtMs, Expr::value(now_ms));
        used.filter(Column::Id.eq(id)).exec(&self.0.db).await?;
        Ok(())
    }

    /// Writes down that a second factor was proved.
    ///
    /// # Errors
    /// The database failed.
    pub async fn second_factor_proved(&self, id: Uuid) -> Result<()> {
        let proved = Entity::update_many().col_expr(Column::SecondFactor, Expr::value(true));
        proved.filter(Column::Id.eq(id)).exec(&self.0.db).await?;
        Ok(())
    }

    /// Ends a session of this person; false when they have none of this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, kind: SessionKind, subject: Uuid, id: Uuid) -> Result<bool> {
        let ended = Entity::delete_many().filter(of(kind, subject)).filter(Column::Id.eq(id));
        Ok(ended.exec(&self.0.db).await?.rows_affected == 1)
    }

    /// Ends every session of this person but one, if one is named.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_all(&self, kind: SessionKind, subject: Uuid, but: Option<Uuid>) -> Result<()> {
        let mut ended = Entity::delete_many().filter(of(kind, subject));
        if let Some(id) = but {
            ended = ended.filter(Column::Id.ne(id));
        }
        ended.exec(&self.0.db).await?;
        Ok(())
    }

    /// Removes sessions that are over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn purge(&self, now_ms: i64) -> Result<u64> {
        let deleted = Entity::delete_many().filter(in_force(now_ms).not()).exec(&self.0.db).await?;
        Ok(deleted.rows_affected)
    }
}

impl Session {
    /// Whether the next use should be written down.
    pub fn is_stale(&self, now_ms: i64) -> bool {
        now_ms - self.last_used_at_ms >= COARSE_MS
    }
}

impl From<Model> for Session {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            subject_id: row.subject_id,
            method: row.method,
            second_factor: row.second_factor,
            scopes: Scope::split(&row.scopes),
            created_at_ms: row.created_at_ms,
            last_used_at_ms: row.last_used_at_ms,
            expires_at_ms: row.expires_at_ms,
        }
    }
}
