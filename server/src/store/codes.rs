//! One-time sign-in codes, stored hashed.

use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, sea_query::Expr};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::sign_in_code::{ActiveModel, Column, Entity, Model},
};

/// A code that was sent.
#[derive(Clone, Debug)]
pub struct Code {
    /// Id.
    pub id: Uuid,
    /// Keyed hash of id and code.
    pub code_hash: Vec<u8>,
    /// Wrong guesses so far.
    pub attempts: i32,
    /// When it was sent.
    pub created_at_ms: i64,
    /// When it stops working.
    pub expires_at_ms: i64,
    /// It was used.
    pub used: bool,
}

/// Repository.
pub struct Codes<'a>(pub(super) &'a Tx);

impl Codes<'_> {
    /// The newest code sent to a phone.
    ///
    /// # Errors
    /// The database failed.
    pub async fn latest(&self, phone: &str) -> Result<Option<Code>> {
        let row = Entity::find()
            .filter(Column::PhoneIndex.eq(self.0.phone_index(phone)))
            .order_by_desc(Column::CreatedAtMs)
            .order_by_desc(Column::Id)
            .one(&self.0.db)
            .await?;
        Ok(row.map(|row| Code {
            id: row.id,
            code_hash: row.code_hash,
            attempts: row.attempts,
            created_at_ms: row.created_at_ms,
            expires_at_ms: row.expires_at_ms,
            used: row.used_at_ms.is_some(),
        }))
    }

    /// Records a code by its hash; see [`Codes::hash`].
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(
        &self,
        id: Uuid,
        phone: &str,
        code: &str,
        now_ms: i64,
        expires_at_ms: i64,
    ) -> Result<()> {
        let row = Model {
            id,
            phone_index: self.0.phone_index(phone),
            code_hash: self.hash(id, code),
            attempts: 0,
            created_at_ms: now_ms,
            expires_at_ms,
            used_at_ms: None,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// The stored form of a code: keyed, because six digits are quickly tried out.
    pub fn hash(&self, id: Uuid, code: &str) -> Vec<u8> {
        self.0.crypter.blind_index("sign-in code", &format!("{id}:{code}"))
    }

    /// Counts a wrong guess.
    ///
    /// # Errors
    /// The database failed.
    pub async fn miss(&self, id: Uuid) -> Result<()> {
        Entity::update_many()
            .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
            .filter(Column::Id.eq(id))
            .exec(&self.0.db)
            .await?;
        Ok(())
    }

    /// Uses a code up: exactly one caller gets true.
    ///
    /// # Errors
    /// The database failed.
    pub async fn consume(&self, id: Uuid, now_ms: i64) -> Result<bool> {
        let changed = Entity::update_many()
            .col_expr(Column::UsedAtMs, Expr::value(now_ms))
            .filter(Column::Id.eq(id))
            .filter(Column::UsedAtMs.is_null())
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Removes codes that are over and were sent before `sent_before_ms`: younger ones still say when the next code
    /// may be sent.
    ///
    /// # Errors
    /// The database failed.
    pub async fn purge(&self, sent_before_ms: i64, now_ms: i64) -> Result<u64> {
        let deleted = Entity::delete_many()
            .filter(Column::ExpiresAtMs.lte(now_ms))
            .filter(Column::CreatedAtMs.lte(sent_before_ms))
            .exec(&self.0.db)
            .await?;
        Ok(deleted.rows_affected)
    }
}
