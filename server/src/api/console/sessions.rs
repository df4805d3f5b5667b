//! Signing in and out as staff.

use chrono::{DateTime, Utc};
use poem::web::Data;
use poem_openapi::{ApiResponse, Enum, Object, OpenApi, param::Path, payload::Json};
use uuid::Uuid;

use crate::{
    api::{
        Group,
        auth::{Anonymous, AnyStaff},
        objects::{Done, SessionList, time},
        problem::Problem,
    },
    rules::{rights::Role, sign_in},
    service::{
        App, sessions,
        staff_sign_in::{self, Factors},
    },
    store::SessionKind,
};

/// Operations.
pub struct Sessions;

/// User name and password.
#[derive(Object)]
struct StaffSessionRequest {
    /// Sign-in name.
    #[oai(validator(max_length = 100))]
    username: String,
    /// Password.
    #[oai(validator(max_length = 200))]
    password: String,
}

/// What a member of staff has to do next.
#[derive(Enum)]
#[oai(rename = "StaffNext", rename_all = "snake_case")]
enum Next {
    /// Nothing: they are in.
    Ready,
    /// Prove a second factor.
    Prove,
    /// Set up a second factor.
    Enrol,
}

/// A way to prove a second factor.
#[derive(Enum)]
#[oai(rename = "SecondFactor", rename_all = "snake_case")]
enum Factor {
    /// A code of an authenticator app, or a recovery code.
    Totp,
    /// A passkey.
    Passkey,
}

/// The answer to a password.
#[derive(Object)]
struct StaffSession {
    /// Goes into `Authorization: Bearer`.
    token: String,
    /// When it stops working.
    expires_at: DateTime<Utc>,
    /// What to do next; until then the token is good for nothing else.
    next: Next,
    /// Ways to prove the second factor.
    factors: Vec<Factor>,
}

/// The signed-in member of staff.
#[derive(Object)]
struct StaffMe {
    /// Id.
    id: Uuid,
    /// Sign-in name.
    username: String,
    /// `handler`, `reviewer`, `supervisor`, `auditor`, `administrator`: any of them.
    roles: Vec<String>,
    /// What to do next.
    next: Next,
    /// Second factors they have.
    factors: Vec<Factor>,
}

/// A new password for oneself.
#[derive(Object)]
struct PasswordChange {
    /// The one in use.
    #[oai(validator(max_length = 200))]
    old: String,
    /// 12 to 200 characters, not the user name.
    #[oai(validator(max_length = 200))]
    new: String,
}

#[derive(ApiResponse)]
enum Created {
    /// The password fits; see what is next.
    #[oai(status = 201)]
    Created(Json<StaffSession>),
}

impl From<sign_in::Next> for Next {
    fn from(next: sign_in::Next) -> Self {
        match next {
            sign_in::Next::Ready => Self::Ready,
            sign_in::Next::Prove => Self::Prove,
            sign_in::Next::Enrol => Self::Enrol,
        }
    }
}

fn ways(factors: Factors) -> Vec<Factor> {
    let totp = factors.totp.then_some(Factor::Totp);
    let passkey = (factors.passkeys > 0).then_some(Factor::Passkey);
    totp.into_iter().chain(passkey).collect()
}

#[OpenApi]
impl Sessions {
    /// Sign in with user name and password.
    #[oai(
        path = "/console/sessions",
        method = "post",
        operation_id = "staff_sign_in",
        tag = "Group::StaffSession"
    )]
    async fn create(
        &self,
        _caller: Anonymous,
        app: Data<&App>,
        body: Json<StaffSessionRequest>,
    ) -> Result<Created, Problem> {
        let StaffSessionRequest { username, password } = body.0;
        let (token, next, factors) = staff_sign_in::with_password(&app, &username, password.into()).await?;
        Ok(Created::Created(Json(StaffSession {
            token: token.token,
            expires_at: time(token.expires_at_ms),
            next: next.into(),
            factors: ways(factors),
        })))
    }

    /// Who is signed in.
    #[oai(path = "/console/me", method = "get", operation_id = "staff_me", tag = "Group::StaffSession")]
    async fn me(&self, staff: AnyStaff) -> Result<Json<StaffMe>, Problem> {
        let staff_sign_in::SignedIn { member, factors, next, .. } = staff.0;
        Ok(Json(StaffMe {
            id: member.id,
            username: member.username,
            roles: member.roles.iter().map(Role::to_string).collect(),
            next: next.into(),
            factors: ways(factors),
        }))
    }

    /// Change one's own password; every other session ends.
    #[oai(
        path = "/console/me/password",
        method = "post",
        operation_id = "staff_change_password",
        tag = "Group::StaffSession"
    )]
    async fn change_password(
        &self,
        staff: AnyStaff,
        app: Data<&App>,
        body: Json<PasswordChange>,
    ) -> Result<Done, Problem> {
        let PasswordChange { old, new } = body.0;
        staff_sign_in::change_password(&app, &staff.0, old.into(), new.into()).await?;
        Ok(Done::Done)
    }

    /// The sessions of the signed-in member of staff.
    #[oai(
        path = "/console/sessions",
        method = "get",
        operation_id = "staff_sessions",
        tag = "Group::StaffSession"
    )]
    async fn list(&self, staff: AnyStaff, app: Data<&App>) -> Result<Json<SessionList>, Problem> {
        staff.0.owes_nothing()?;
        let sessions = sessions::list(&app, SessionKind::Staff, staff.0.member.id).await?;
        Ok(Json(SessionList::new(sessions, staff.0.session.id)))
    }

    /// Sign out.
    #[oai(
        path = "/console/sessions/current",
        method = "delete",
        operation_id = "staff_sign_out",
        tag = "Group::StaffSession"
    )]
    async fn delete(&self, staff: AnyStaff, app: Data<&App>) -> Result<Done, Problem> {
        sessions::end(&app, SessionKind::Staff, staff.0.member.id, staff.0.session.id).await?;
        Ok(Done::Done)
    }

    /// End one of one's own sessions, on whatever device.
    #[oai(
        path = "/console/sessions/:id",
        method = "delete",
        operation_id = "staff_end_session",
        tag = "Group::StaffSession"
    )]
    async fn end(&self, staff: AnyStaff, app: Data<&App>, id: Path<Uuid>) -> Result<Done, Problem> {
        staff.0.owes_nothing()?;
        sessions::end(&app, SessionKind::Staff, staff.0.member.id, id.0).await?;
        Ok(Done::Done)
    }

    /// Sign out everywhere, here too.
    #[oai(
        path = "/console/sessions",
        method = "delete",
        operation_id = "staff_sign_out_everywhere",
        tag = "Group::StaffSession"
    )]
    async fn end_all(&self, staff: AnyStaff, app: Data<&App>) -> Result<Done, Problem> {
        staff.0.owes_nothing()?;
        sessions::end_all(&app, SessionKind::Staff, staff.0.member.id).await?;
        Ok(Done::Done)
    }
}
