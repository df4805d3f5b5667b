//! Systems of OEMs. A secret is 256 random bits, so its SHA-256 is enough.

use hmac::digest::CtOutput;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::Expr};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::client::{ActiveModel, Column, Entity, Model},
};
use crate::rules::rights::{Names, Scope};

/// A system of an OEM.
#[derive(Clone, Debug)]
pub struct Client {
    /// Id, which it signs in with.
    pub id: Uuid,
    /// What operators call it.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// When it was added.
    pub created_at_ms: i64,
    /// Since when it may no longer sign in.
    pub disabled_at_ms: Option<i64>,
}

/// Repository.
pub struct Clients<'a>(pub(super) &'a Tx);

impl Clients<'_> {
    /// The client with this id, unless disabled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<Client>> {
        let row = Entity::find_by_id(id).filter(Column::DisabledAtMs.is_null()).one(&self.0.db).await?;
        Ok(row.map(Client::from))
    }

    /// The client with this id, if the secret is its own and it is not disabled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn with_secret(&self, id: Uuid, secret: &str) -> Result<Option<Client>> {
        let row = Entity::find_by_id(id).filter(Column::DisabledAtMs.is_null()).one(&self.0.db).await?;
        let fits = |row: &Model| {
            let kept = row.secret_hash.as_slice().try_into().ok();
            kept.is_some_and(|kept: [u8; 32]| {
                CtOutput::<Sha256>::new(Sha256::digest(secret)) == CtOutput::new(kept.into())
            })
        };
        Ok(row.filter(fits).map(Client::from))
    }

    /// Every client, oldest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn all(&self) -> Result<Vec<Client>> {
        let rows = Entity::find().order_by_asc(Column::Id).all(&self.0.db).await?;
        Ok(rows.into_iter().map(Client::from).collect())
    }

    /// Records a client.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] when the name is taken.
    pub async fn insert(&self, client: &Client, secret: &str) -> Result<()> {
        let row = Model {
            id: client.id,
            name: client.name.clone(),
            secret_hash: Sha256::digest(secret).to_vec(),
            scopes: Scope::join(&client.scopes),
            created_at_ms: client.created_at_ms,
            disabled_at_ms: client.disabled_at_ms,
        };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// The client may no longer sign in; its id, if there is one of this name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn disable(&self, name: &str, now_ms: i64) -> Result<Option<Uuid>> {
        let Some(row) = Entity::find().filter(Column::Name.eq(name)).one(&self.0.db).await? else {
            return Ok(None);
        };
        let change = Entity::update_many().col_expr(Column::DisabledAtMs, Expr::value(now_ms));
        change.filter(Column::Id.eq(row.id)).exec(&self.0.db).await?;
        Ok(Some(row.id))
    }
}

impl From<Model> for Client {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            name: row.name,
            scopes: Scope::split(&row.scopes),
            created_at_ms: row.created_at_ms,
            disabled_at_ms: row.disabled_at_ms,
        }
    }
}
