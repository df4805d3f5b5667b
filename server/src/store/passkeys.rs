//! Passkeys of owners and members of staff.

use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    Place, Result, SessionKind, StoreError, Tx, conflict,
    entity::passkey::{ActiveModel, Column, Entity, Model},
};
use crate::rules::webauthn::Credential;

/// A passkey on record.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// Id.
    pub id: Uuid,
    /// Account or member of staff.
    pub subject_id: Uuid,
    /// What the authenticator said.
    pub credential: Credential,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created_at_ms: i64,
    /// When it last signed in.
    pub last_used_at_ms: Option<i64>,
}

/// Repository.
pub struct Passkeys<'a>(pub(super) &'a Tx);

fn place(row: Uuid) -> Place {
    Place { table: "passkey", row, column: "label" }
}

fn of(kind: SessionKind, subject: Uuid) -> Condition {
    Condition::all().add(Column::Kind.eq(kind.as_str())).add(Column::SubjectId.eq(subject))
}

impl Passkeys<'_> {
    /// The passkeys of one person, oldest first.
    ///
    /// # Errors
    /// The database failed, or a label does not open.
    pub async fn list(&self, kind: SessionKind, subject: Uuid) -> Result<Vec<Passkey>> {
        let rows = Entity::find().filter(of(kind, subject)).order_by_asc(Column::Id).all(&self.0.db).await?;
        rows.into_iter().map(|row| self.open(row)).collect()
    }

    /// How many passkeys one person has.
    ///
    /// # Errors
    /// The database failed.
    pub async fn count(&self, kind: SessionKind, subject: Uuid) -> Result<u64> {
        Ok(Entity::find().filter(of(kind, subject)).count(&self.0.db).await?)
    }

    /// The passkey with this credential id.
    ///
    /// # Errors
    /// The database failed, or the label does not open.
    pub async fn find(&self, kind: SessionKind, credential_id: &[u8]) -> Result<Option<Passkey>> {
        let row = Entity::find()
            .filter(Column::Kind.eq(kind.as_str()))
            .filter(Column::CredentialId.eq(credential_id))
            .one(&self.0.db)
            .await?;
        row.map(|row| self.open(row)).transpose()
    }

    /// Records a passkey.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the credential is on record, whoever has it.
    pub async fn insert(&self, kind: SessionKind, new: &Passkey) -> Result<()> {
        let row = Model {
            id: new.id,
            kind: kind.as_str().to_owned(),
            subject_id: new.subject_id,
            credential_id: new.credential.id.clone(),
            public_key: new.credential.key.clone(),
            counter: new.credential.counter.into(),
            label: self.0.crypter.seal(place(new.id), new.label.as_bytes()),
            created_at_ms: new.created_at_ms,
            last_used_at_ms: new.last_used_at_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Writes down a use, if the counter still is what it was when the answer was checked.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when another use came between.
    pub async fn used(&self, passkey: &Passkey, counter: u32, now_ms: i64) -> Result<()> {
        let used = Entity::update_many()
            .col_expr(Column::Counter, Expr::value(i64::from(counter)))
            .col_expr(Column::LastUsedAtMs, Expr::value(now_ms))
            .filter(Column::Id.eq(passkey.id))
            .filter(Column::Counter.eq(i64::from(passkey.credential.counter)));
        match used.exec(&self.0.db).await?.rows_affected {
            1 => Ok(()),
            _ => Err(StoreError::Conflict),
        }
    }

    /// Removes a passkey of this person; false when they have none of this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete(&self, kind: SessionKind, subject: Uuid, id: Uuid) -> Result<bool> {
        let removed = Entity::delete_many().filter(of(kind, subject)).filter(Column::Id.eq(id));
        Ok(removed.exec(&self.0.db).await?.rows_affected == 1)
    }

    /// Removes every passkey of this person.
    ///
    /// # Errors
    /// The database failed.
    pub async fn delete_all(&self, kind: SessionKind, subject: Uuid) -> Result<()> {
        Entity::delete_many().filter(of(kind, subject)).exec(&self.0.db).await?;
        Ok(())
    }

    fn open(&self, row: Model) -> Result<Passkey> {
        let counter = u32::try_from(row.counter).map_err(|_| StoreError::Corrupt("counter"))?;
        Ok(Passkey {
            label: self.0.crypter.open_text(place(row.id), &row.label)?,
            id: row.id,
            subject_id: row.subject_id,
            credential: Credential { id: row.credential_id, key: row.public_key, counter },
            created_at_ms: row.created_at_ms,
            last_used_at_ms: row.last_used_at_ms,
        })
    }
}
