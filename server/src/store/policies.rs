//! Verification policies, kept so that a verdict can be explained by the rules it was made under. A row never changes.

use sea_orm::{EntityTrait, sea_query::OnConflict};
use sha2::{Digest, Sha256};

use super::{
    Result, StoreError, Tx,
    entity::policy::{ActiveModel, Column, Entity, Model},
};
use crate::rules::policy::Policy;

/// Repository.
pub struct Policies<'a>(pub(super) &'a Tx);

impl Policies<'_> {
    /// The policy with this number, as it was recorded.
    ///
    /// # Errors
    /// The database failed, or what it holds is not what was recorded.
    pub async fn find(&self, version: u32) -> Result<Option<Policy>> {
        let corrupt = StoreError::Corrupt("policy");
        let Some(row) = Entity::find_by_id(version.cast_signed()).one(&self.0.db).await? else {
            return Ok(None);
        };
        if row.sha256 != digest(&row.json) {
            return Err(corrupt);
        }
        serde_json::from_str(&row.json).map(Some).map_err(|_| corrupt)
    }

    /// Records a policy, unless one with its number is there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, policy: &Policy, now_ms: i64) -> Result<()> {
        let json = serde_json::to_string(policy).map_err(|_| StoreError::Corrupt("policy"))?;
        let version = policy.version.cast_signed();
        let row = Model { version, sha256: digest(&json), json, created_at_ms: now_ms };
        let keep = OnConflict::column(Column::Version).do_nothing().to_owned();
        Entity::insert(ActiveModel::from(row)).on_conflict(keep).exec_without_returning(&self.0.db).await?;
        Ok(())
    }
}

fn digest(json: &str) -> Vec<u8> {
    Sha256::digest(json).to_vec()
}
