//! Members of staff.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use super::{
    Result, Tx, conflict,
    entity::{
        staff::{ActiveModel, Column, Entity, Model},
        staff_identity,
    },
};
use crate::rules::rights::{Names, Right, Role};

/// A member of staff.
#[derive(Clone, Debug)]
pub struct StaffMember {
    /// Id.
    pub id: Uuid,
    /// Sign-in name.
    pub username: String,
    /// Argon2id hash, as a PHC string; empty for those who sign in at the identity provider.
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

/// A member of staff as administrators see them.
#[derive(Clone, Debug)]
pub struct StaffRecord {
    /// The member.
    pub member: StaffMember,
    /// When they were added.
    pub created_at_ms: i64,
    /// Since when they may no longer sign in.
    pub disabled_at_ms: Option<i64>,
}

/// Repository.
pub struct Staff<'a>(pub(super) &'a Tx);

impl Staff<'_> {
    /// The member with this id, unless disabled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn find(&self, id: Uuid) -> Result<Option<StaffMember>> {
        let row = Entity::find_by_id(id).filter(Column::DisabledAtMs.is_null()).one(&self.0.db).await?;
        Ok(row.map(StaffMember::from))
    }

    /// The member with this sign-in name, unless disabled.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_username(&self, username: &str) -> Result<Option<StaffMember>> {
        let row = Entity::find().filter(Column::Username.eq(username));
        let row = row.filter(Column::DisabledAtMs.is_null()).one(&self.0.db).await?;
        Ok(row.map(StaffMember::from))
    }

    /// Everybody who may sign in and has a right.
    ///
    /// # Errors
    /// The database failed.
    pub async fn with(&self, right: Right) -> Result<Vec<StaffMember>> {
        let rows = Entity::find().filter(Column::DisabledAtMs.is_null()).order_by_asc(Column::Id);
        let members = rows.all(&self.0.db).await?.into_iter().map(StaffMember::from);
        Ok(members.filter(|member| member.may(right)).collect())
    }

    /// The member with this id, disabled or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record(&self, id: Uuid) -> Result<Option<StaffRecord>> {
        Ok(Entity::find_by_id(id).one(&self.0.db).await?.map(StaffRecord::from))
    }

    /// The member with this sign-in name, disabled or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn record_of(&self, username: &str) -> Result<Option<StaffRecord>> {
        let row = Entity::find().filter(Column::Username.eq(username)).one(&self.0.db).await?;
        Ok(row.map(StaffRecord::from))
    }

    /// At most `limit` members, oldest first, after the member `after`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn page(&self, after: Option<Uuid>, limit: u64) -> Result<Vec<StaffRecord>> {
        let mut rows = Entity::find().order_by_asc(Column::Id).limit(limit);
        if let Some(after) = after {
            rows = rows.filter(Column::Id.gt(after));
        }
        Ok(rows.all(&self.0.db).await?.into_iter().map(StaffRecord::from).collect())
    }

    /// Records a member.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] when the name is taken.
    pub async fn insert(&self, member: StaffMember, now_ms: i64) -> Result<()> {
        let StaffMember { id, username, password_hash, roles } = member;
        let roles = Role::join(&roles);
        let row = Model { id, username, password_hash, roles, created_at_ms: now_ms, disabled_at_ms: None };
        Entity::insert(ActiveModel::from(row)).exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    /// Changes what a member is.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_roles(&self, id: Uuid, roles: &[Role]) -> Result<()> {
        self.set(id, Column::Roles, Role::join(roles)).await
    }

    /// Changes the password.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_password(&self, id: Uuid, password_hash: String) -> Result<()> {
        self.set(id, Column::PasswordHash, password_hash).await
    }

    /// Says since when a member may no longer sign in.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_disabled(&self, id: Uuid, since_ms: Option<i64>) -> Result<()> {
        self.set(id, Column::DisabledAtMs, since_ms).await
    }

    /// The member an identity provider knows under this subject, disabled or not.
    ///
    /// # Errors
    /// The database failed.
    pub async fn by_identity(&self, issuer: &str, subject: &str) -> Result<Option<StaffRecord>> {
        let row = staff_identity::Entity::find()
            .filter(staff_identity::Column::SubjectIndex.eq(self.identity(issuer, subject)))
            .one(&self.0.db)
            .await?;
        match row {
            Some(row) => self.record(row.staff_id).await,
            None => Ok(None),
        }
    }

    /// Says who a member is at the identity provider.
    ///
    /// # Errors
    /// [`super::StoreError::Conflict`] when somebody else is.
    pub async fn identify(&self, staff_id: Uuid, issuer: &str, subject: &str) -> Result<()> {
        let row = staff_identity::Model { staff_id, subject_index: self.identity(issuer, subject) };
        let insert = staff_identity::Entity::insert(staff_identity::ActiveModel::from(row));
        insert.exec_without_returning(&self.0.db).await.map_err(conflict)?;
        Ok(())
    }

    fn identity(&self, issuer: &str, subject: &str) -> Vec<u8> {
        self.0.crypter.blind_index("staff identity", &format!("{}:{issuer}{subject}", issuer.len()))
    }

    async fn set(&self, id: Uuid, column: Column, value: impl Into<sea_orm::Value>) -> Result<()> {
        let change = Entity::update_many().col_expr(column, Expr::value(value.into()));
        change.filter(Column::Id.eq(id)).exec(&self.0.db).await?;
        Ok(())
    }
}

impl From<Model> for StaffMember {
    fn from(row: Model) -> Self {
        let Model { id, username, password_hash, roles, .. } = row;
        // A role this version does not know gives no rights.
        Self { id, username, password_hash, roles: Role::split(&roles) }
    }
}

impl From<Model> for StaffRecord {
    fn from(row: Model) -> Self {
        let (created_at_ms, disabled_at_ms) = (row.created_at_ms, row.disabled_at_ms);
        Self { member: row.into(), created_at_ms, disabled_at_ms }
    }
}
