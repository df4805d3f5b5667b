//! Values that work once, stored as SHA-256.

use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, QueryFilter};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::challenge::{ActiveModel, Column, Entity, Model},
};

/// What a value is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An owner adds a passkey.
    OwnerPasskey,
    /// An owner signs in with a passkey.
    OwnerSignIn,
    /// A member of staff adds a passkey.
    StaffPasskey,
    /// A member of staff proves a second factor.
    StaffProof,
    /// A member of staff signs in at the identity provider.
    Oidc,
}

impl Purpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::OwnerPasskey => "owner_passkey",
            Self::OwnerSignIn => "owner_sign_in",
            Self::StaffPasskey => "staff_passkey",
            Self::StaffProof => "staff_proof",
            Self::Oidc => "oidc",
        }
    }
}

/// Repository.
pub struct Challenges<'a>(pub(super) &'a Tx);

fn hash(value: &str) -> Vec<u8> {
    Sha256::digest(value).to_vec()
}

impl Challenges<'_> {
    /// Records a value, and for whom where that is known.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(
        &self,
        value: &str,
        purpose: Purpose,
        subject_id: Option<Uuid>,
        expires_at_ms: i64,
    ) -> Result<()> {
        let row =
            Model { hash: hash(value), purpose: purpose.as_str().to_owned(), subject_id, expires_at_ms };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Uses a value up: exactly one caller gets true, and only for the purpose and the person it was made for.
    ///
    /// # Errors
    /// The database failed.
    pub async fn take(
        &self,
        value: &str,
        purpose: Purpose,
        subject: Option<Uuid>,
        now_ms: i64,
    ) -> Result<bool> {
        let Some(row) = Entity::find_by_id(hash(value)).one(&self.0.db).await? else { return Ok(false) };
        let fits = row.purpose == purpose.as_str() && row.subject_id == subject && row.expires_at_ms > now_ms;
        Ok(row.delete(&self.0.db).await?.rows_affected == 1 && fits)
    }

    /// Removes values that are over.
    ///
    /// # Errors
    /// The database failed.
    pub async fn purge(&self, now_ms: i64) -> Result<u64> {
        let over = Entity::delete_many().filter(Column::ExpiresAtMs.lte(now_ms));
        Ok(over.exec(&self.0.db).await?.rows_affected)
    }
}
