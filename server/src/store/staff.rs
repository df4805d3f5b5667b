//! Members of staff.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::staff::{ActiveModel, Column, Entity, Model},
};
use crate::rules::rights::{Right, Role};

/// A member of staff.
#[derive(Clone, Debug)]
pub struct StaffMember {
    /// Id.
    pub id: Uuid,
    /// Sign-in name.
    pub username: String,
    /// Argon2id hash, as a PHC string.
    pub password_hash: String,
    /// What they are.
    pub roles: Vec<Role>,
}

impl StaffMember {
    /// Whether one of the roles gives the right.
    pub fn may(&self, right: Right) -> bool {
        self.roles.iter().any(|role| role.gives(right))
    }
}

/// Repository.
pub struct Staff<'a>(pub(super) &'a Tx);

impl Staff<'_> {
    /// The member with this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<StaffMember>> {
        Ok(Entity::find_by_id(id).one(&self.0.db).await?.map(StaffMember::from))
    }

    /// The member with this sign-in name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_username(&self, username: &str) -> Result<Option<StaffMember>> {
        let row = Entity::find().filter(Column::Username.eq(username)).one(&self.0.db).await?;
        Ok(row.map(StaffMember::from))
    }

    /// Records a member.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] when the name is taken.
    pub async fn insert(&self, member: StaffMember, now_ms: i64) -> Result<()> {
        let StaffMember { id, username, password_hash, roles } = member;
        let roles = roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().join(" ");
        let row = Model { id, username, password_hash, roles, created_at_ms: now_ms };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }
}

impl From<Model> for StaffMember {
    fn from(row: Model) -> Self {
        let Model { id, username, password_hash, roles, .. } = row;
        // A role this version does not know gives no rights.
        let roles = roles.split_whitespace().filter_map(|role| role.parse().ok()).collect();
        Self { id, username, password_hash, roles }
    }
}
