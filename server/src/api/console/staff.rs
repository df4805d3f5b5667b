//! Who works here, and as what.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};
use uuid::Uuid;

use crate::{
    api::{Group, auth::StaffManager, objects::time, problem::Problem},
    rules::rights,
    service::{
        App,
        staff::{self, By},
    },
    store::StaffRecord,
};

/// Operations.
pub struct Staff;

/// A role.
#[derive(Enum, PartialEq, Eq, Hash)]
#[oai(rename = "StaffRole", rename_all = "snake_case")]
enum Role {
    /// Answers people.
    Handler,
    /// Decides where the machine did not.
    Reviewer,
    /// Answers for handlers and reviewers.
    Supervisor,
    /// Sees what was done, and does nothing.
    Auditor,
    /// Runs the installation.
    Administrator,
}

/// A member of staff.
#[derive(Object)]
struct StaffMember {
    /// Id.
    id: Uuid,
    /// Sign-in name.
    username: String,
    /// What they are.
    roles: Vec<Role>,
    /// When they were added.
    created_at: DateTime<Utc>,
    /// Since when they may no longer sign in.
    #[oai(skip_serializing_if_is_none)]
    disabled_at: Option<DateTime<Utc>>,
}

/// A page of members of staff.
#[derive(Object)]
struct StaffList {
    /// Oldest first, 50 at most.
    items: Vec<StaffMember>,
    /// Goes into `after` for the next page; missing on the last.
    #[oai(skip_serializing_if_is_none)]
    next: Option<Uuid>,
}

/// A new member of staff.
#[derive(Object)]
struct StaffRequest {
    /// Sign-in name.
    #[oai(validator(min_length = 1, max_length = 60, pattern = "^[A-Za-z0-9._@-]+$"))]
    username: String,
    /// 12 to 200 characters, not the user name. They should change it.
    #[oai(validator(max_length = 200))]
    password: String,
    /// What they are.
    #[oai(validator(min_items = 1, max_items = 5, unique_items))]
    roles: Vec<Role>,
}

/// What a member of staff is from now on.
#[derive(Object)]
struct RolesRequest {
    /// All of them.
    #[oai(validator(min_items = 1, max_items = 5, unique_items))]
    roles: Vec<Role>,
}

/// Another password.
#[derive(Object)]
struct PasswordRequest {
    /// 12 to 200 characters, not the user name. They should change it.
    #[oai(validator(max_length = 200))]
    password: String,
}

#[derive(ApiResponse)]
enum Created {
    /// Added.
    #[oai(status = 201)]
    Created(Json<StaffMember>),
}

impl From<Role> for rights::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Handler => Self::Handler,
            Role::Reviewer => Self::Reviewer,
            Role::Supervisor => Self::Supervisor,
            Role::Auditor => Self::Auditor,
            Role::Administrator => Self::Administrator,
        }
    }
}

impl From<rights::Role> for Role {
    fn from(role: rights::Role) -> Self {
        match role {
            rights::Role::Handler => Self::Handler,
            rights::Role::Reviewer => Self::Reviewer,
            rights::Role::Supervisor => Self::Supervisor,
            rights::Role::Auditor => Self::Auditor,
            rights::Role::Administrator => Self::Administrator,
        }
    }
}

impl From<StaffRecord> for StaffMember {
    fn from(record: StaffRecord) -> Self {
        Self {
            id: record.member.id,
            username: record.member.username,
            roles: record.member.roles.into_iter().map(Role::from).collect(),
            created_at: time(record.created_at_ms),
            disabled_at: record.disabled_at_ms.map(time),
        }
    }
}

#[OpenApi]
impl Staff {
    /// The members of staff.
    #[oai(path = "/console/staff", method = "get", operation_id = "staff", tag = "Group::Staff")]
    async fn list(
        &self,
        _staff: StaffManager,
        app: Data<&App>,
        after: Query<Option<Uuid>>,
    ) -> Result<Json<StaffList>, Problem> {
        let (members, next) = staff::page(&app, after.0).await?;
        Ok(Json(StaffList { items: members.into_iter().map(StaffMember::from).collect(), next }))
    }

    /// Add a member of staff.
    #[oai(path = "/console/staff", method = "post", operation_id = "staff_add", tag = "Group::Staff")]
    async fn add(
        &self,
        who: StaffManager,
        app: Data<&App>,
        body: Json<StaffRequest>,
    ) -> Result<Created, Problem> {
        let StaffRequest { username, password, roles } = body.0;
        let roles = roles.into_iter().map(rights::Role::from).collect();
        let by = By::Administrator(&who.0);
        Ok(Created::Created(Json(staff::add(&app, by, &username, password.into(), roles).await?.into())))
    }

    /// Change what a member of staff is. Administrators cannot stop being one by themselves.
    #[oai(
        path = "/console/staff/:id/roles",
        method = "put",
        operation_id = "staff_roles",
        tag = "Group::Staff"
    )]
    async fn set_roles(
        &self,
        who: StaffManager,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<RolesRequest>,
    ) -> Result<Json<StaffMember>, Problem> {
        let roles: Vec<rights::Role> = body.0.roles.into_iter().map(rights::Role::from).collect();
        Ok(Json(staff::set_roles(&app, By::Administrator(&who.0), id.0, &roles).await?.into()))
    }

    /// Give a member of staff another password; their sessions end.
    #[oai(
        path = "/console/staff/:id/password",
        method = "post",
        operation_id = "staff_password",
        tag = "Group::Staff"
    )]
    async fn set_password(
        &self,
        who: StaffManager,
        app: Data<&App>,
        id: Path<Uuid>,
        body: Json<PasswordRequest>,
    ) -> Result<Json<StaffMember>, Problem> {
        let by = By::Administrator(&who.0);
        Ok(Json(staff::set_password(&app, by, id.0, body.0.password.into()).await?.into()))
    }

    /// Forget a member's authenticator app, recovery codes and passkeys; their sessions end.
    #[oai(
        path = "/console/staff/:id/reset-second-factor",
        method = "post",
        operation_id = "staff_reset_second_factor",
        tag = "Group::Staff"
    )]
    async fn reset_second_factor(
        &self,
        who: StaffManager,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<StaffMember>, Problem> {
        Ok(Json(staff::reset_second_factor(&app, By::Administrator(&who.0), id.0).await?.into()))
    }

    /// A member of staff may no longer sign in; their sessions end.
    #[oai(
        path = "/console/staff/:id/disable",
        method = "post",
        operation_id = "staff_disable",
        tag = "Group::Staff"
    )]
    async fn disable(
        &self,
        who: StaffManager,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<StaffMember>, Problem> {
        Ok(Json(staff::disable(&app, By::Administrator(&who.0), id.0).await?.into()))
    }

    /// A member of staff may sign in again.
    #[oai(
        path = "/console/staff/:id/enable",
        method = "post",
        operation_id = "staff_enable",
        tag = "Group::Staff"
    )]
    async fn enable(
        &self,
        who: StaffManager,
        app: Data<&App>,
        id: Path<Uuid>,
    ) -> Result<Json<StaffMember>, Problem> {
        Ok(Json(staff::enable(&app, By::Administrator(&who.0), id.0).await?.into()))
    }
}
