//! Answers kept for repeated requests. Bodies can hold personal data: what is compared is a keyed hash, what is kept
//! is encrypted.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{
    Place, Result, StoreError, Tx, conflict,
    entity::idempotency_key::{ActiveModel, Column, Entity, Model},
};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub content_type: Option<String>,
    /// Version of the record answered with.
    pub etag: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is known of a key.
#[derive(Clone, Debug)]
pub struct Remembered {
    /// Id.
    pub id: Uuid,
    /// What the request was.
    pub fingerprint: Vec<u8>,
    /// While there is no answer: until when the first request is believed to run.
    pub locked_until_ms: i64,
    /// The answer, once there is one.
    pub answer: Option<Answer>,
    /// From when on the key is as good as new.
    pub expires_at_ms: i64,
}

/// Repository.
pub struct Idempotency<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "idempotency_key", row, column: "body" }
}

impl Idempotency<'_> {
    /// What is stored for the key `key` of the caller.
    pub fn key_index(&self, caller: Uuid, key: &str) -> Vec<u8> {
        self.0.crypter.blind_index("idempotency_key", &format!("{caller}:{key}"))
    }

    /// What is stored for a request: its operation and a hash of its body.
    pub fn fingerprint(&self, operation: &str, body_sha256: &str) -> Vec<u8> {
        self.0.crypter.blind_index("idempotency_request", &format!("{body_sha256}:{operation}"))
    }

    /// What is known of a key.
    ///
    /// # Errors
    /// The database failed, or the answer does not open.
    pub async fn find(&self, key_index: &[u8]) -> Result<Option<Remembered>> {
        let row = Entity::find().filter(Column::KeyIndex.eq(key_index.to_vec())).one(&self.0.db).await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// Remembers that a request runs. The answer comes later.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another request with the key was faster.
    pub async fn insert(&self, key_index: Vec<u8>, new: &Remembered) -> Result<()> {
        let row = Model {
            id: new.id,
            key_index,
            fingerprint: new.fingerprint.clone(),
            locked_until_ms: new.locked_until_ms,
            status: None,
            content_type: None,
            etag: None,
            body: None,
            expires_at_ms: new.expires_at_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Keeps the answer of the request that runs.
    ///
    /// # Errors
    /// The database failed.
    pub async fn answer(&self, id: Uuid, answer: Answer) -> Result<()> {
        let body = self.0.crypter.seal(place(id), &answer.body);
        Entity::update_many()
            .col_expr(Column::Status, Expr::value(i32::from(answer.status)))
            .col_expr(Column::ContentType, Expr::value(answer.content_type))
            .col_expr(Column::Etag, Expr::value(answer.etag))
            .col_expr(Column::Body, Expr::value(body))
            .filter(Column::Id.eq(id))
            .exec(&self.0.db)
            .await?;
        Ok(())
    }

    /// Forgets a key.
    ///
    /// # Errors
    /// The database failed.
    pub async fn forget(&self, id: Uuid) -> Result<()> {
        Entity::delete_by_id(id).exec(&self.0.db).await?;
        Ok(())
    }

    /// Forgets the keys whose time is over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn purge(&self, now_ms: i64) -> Result<u64> {
        let deleted = Entity::delete_many().filter(Column::ExpiresAtMs.lte(now_ms)).exec(&self.0.db).await?;
        Ok(deleted.rows_affected)
    }

    fn open(&self, row: Model) -> Result<Remembered> {
        let answer = match (row.status, row.body) {
            (Some(status), Some(body)) => Some(Answer {
                status: u16::try_from(status).map_err(|_| StoreError::Corrupt("answer"))?,
                content_type: row.content_type,
                etag: row.etag,
                body: self.0.crypter.open(place(row.id), &body)?,
            }),
            _ => None,
        };
        Ok(Remembered {
            id: row.id,
            fingerprint: row.fingerprint,
            locked_until_ms: row.locked_until_ms,
            answer,
            expires_at_ms: row.expires_at_ms,
        })
    }
}
