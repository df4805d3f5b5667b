//! Consents given and withdrawn.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::consent::{ActiveModel, Column, Entity, Model},
};

/// A consent.
#[derive(Clone, Debug)]
pub struct Consent {
    /// Id.
    pub id: Uuid,
    /// Who gave it.
    pub account_id: Uuid,
    /// What for.
    pub purpose: String,
    /// Version of the text that was shown.
    pub text_version: String,
    /// When it was given.
    pub given_at_ms: i64,
    /// When it was withdrawn.
    pub withdrawn_at_ms: Option<i64>,
}

/// Repository.
pub struct Consents<'a>(pub(super) &'a Tx);

impl Consents<'_> {
    /// The consent with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Consent>> {
        Ok(Entity::find_by_id(id).one(&self.0.db).await?.map(Consent::from))
    }

    /// All consents of an account, newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn of_account(&self, account: Uuid) -> Result<Vec<Consent>> {
        let rows = Entity::find()
            .filter(Column::AccountId.eq(account))
            .order_by_desc(Column::Id)
            .all(&self.0.db)
            .await?;
        Ok(rows.into_iter().map(Consent::from).collect())
    }

    /// The newest consent of an account for a purpose that is not withdrawn. It cannot be withdrawn before the
    /// transaction ends: what is kept under it meanwhile is there when the withdrawal deletes.
    ///
    /// # Errors
    /// The database failed.
    pub async fn active(&self, account: Uuid, purpose: &str) -> Result<Option<Consent>> {
        let row = Entity::find()
            .filter(Column::AccountId.eq(account))
            .filter(Column::Purpose.eq(purpose))
            .filter(Column::WithdrawnAtMs.is_null())
            .order_by_desc(Column::Id)
            .lock_shared()
            .one(&self.0.db)
            .await?;
        Ok(row.map(Consent::from))
    }

    /// Records a consent.
    ///
    /// # Errors
    /// The database failed.
    pub async fn insert(&self, consent: Consent) -> Result<()> {
        let Consent { id, account_id, purpose, text_version, given_at_ms, withdrawn_at_ms } = consent;
        let row = Model { id, account_id, purpose, text_version, given_at_ms, withdrawn_at_ms };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Withdraws a consent. False when it already was.
    ///
    /// # Errors
    /// The database failed.
    pub async fn withdraw(&self, id: Uuid, now_ms: i64) -> Result<bool> {
        let changed = Entity::update_many()
            .col_expr(Column::WithdrawnAtMs, Expr::value(now_ms))
            .filter(Column::Id.eq(id))
            .filter(Column::WithdrawnAtMs.is_null())
            .exec(&self.0.db)
            .await?;
        Ok(changed.rows_affected == 1)
    }
}

impl From<Model> for Consent {
    fn from(row: Model) -> Self {
        let Model { id, account_id, purpose, text_version, given_at_ms, withdrawn_at_ms } = row;
        Self { id, account_id, purpose, text_version, given_at_ms, withdrawn_at_ms }
    }
}
