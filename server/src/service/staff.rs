//! Who works here, and as what: for administrators, and for operators at the command line.

use secrecy::SecretString;
use uuid::Uuid;

use super::{App, Refusal, Result, passwords};
use crate::{
    rules::rights::{Names, Role},
    store::{Actor, SessionKind, StaffMember, StaffRecord, StoreError, Tx},
};

/// Most members in one page.
pub const PAGE: u64 = 50;

/// Who changes something: an administrator, or an operator at the command line.
#[derive(Clone, Copy)]
pub enum By<'a> {
    /// Signed in.
    Administrator(&'a StaffMember),
    /// At the command line.
    Operator,
}

impl By<'_> {
    fn actor(self) -> Actor {
        match self {
            Self::Administrator(who) => Actor::Staff(who.id),
            Self::Operator => Actor::System,
        }
    }

    fn is(self, id: Uuid) -> bool {
        matches!(self, Self::Administrator(who) if who.id == id)
    }
}

/// One page of members, oldest first, after the member `after`; and where the next page starts.
///
/// # Errors
/// The store failed.
pub async fn page(app: &App, after: Option<Uuid>) -> Result<(Vec<StaffRecord>, Option<Uuid>)> {
    let mut members = app.store.read().await?.staff().page(after, PAGE + 1).await?;
    let more = members.len() as u64 > PAGE;
    members.truncate(PAGE as usize);
    let next = members.last().filter(|_| more).map(|last| last.member.id);
    Ok((members, next))
}

/// Adds a member.
///
/// # Errors
/// [`Refusal::PasswordInvalid`]; [`Refusal::NameTaken`].
pub async fn add(
    app: &App,
    by: By<'_>,
    username: &str,
    password: SecretString,
    roles: Vec<Role>,
) -> Result<StaffRecord> {
    let password_hash = passwords::choose(username, password).await?;
    let member = StaffMember { id: app.id(), username: username.to_owned(), password_hash, roles };
    let (id, roles) = (member.id, Role::join(&member.roles));
    let tx = app.store.begin().await?;
    tx.staff().insert(member, app.now_ms()).await.map_err(|error| match error {
        StoreError::Conflict => Refusal::NameTaken.into(),
        error => super::Error::from(error),
    })?;
    finish(app, tx, by, id, "staff.add", Some(&roles)).await
}

/// Changes what a member is.
///
/// # Errors
/// [`Refusal::OwnAdministrator`] for administrators who would stop being one; [`Refusal::NotFound`].
pub async fn set_roles(app: &App, by: By<'_>, id: Uuid, roles: &[Role]) -> Result<StaffRecord> {
    if by.is(id) && !roles.contains(&Role::Administrator) {
        return Err(Refusal::OwnAdministrator.into());
    }
    let tx = app.store.begin().await?;
    find(&tx, id).await?;
    tx.staff().set_roles(id, roles).await?;
    finish(app, tx, by, id, "staff.roles", Some(&Role::join(roles))).await
}

/// A member may no longer sign in; their sessions end now.
///
/// # Errors
/// [`Refusal::OwnAdministrator`] for oneself; [`Refusal::NotFound`].
pub async fn disable(app: &App, by: By<'_>, id: Uuid) -> Result<StaffRecord> {
    if by.is(id) {
        return Err(Refusal::OwnAdministrator.into());
    }
    let tx = app.store.begin().await?;
    find(&tx, id).await?;
    tx.staff().set_disabled(id, Some(app.now_ms())).await?;
    tx.sessions().delete_all(SessionKind::Staff, id, None).await?;
    finish(app, tx, by, id, "staff.disable", None).await
}

/// A member may sign in again.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn enable(app: &App, by: By<'_>, id: Uuid) -> Result<StaffRecord> {
    let tx = app.store.begin().await?;
    find(&tx, id).await?;
    tx.staff().set_disabled(id, None).await?;
    finish(app, tx, by, id, "staff.enable", None).await
}

/// Gives a member another password; their sessions end, and earlier failures are forgiven.
///
/// # Errors
/// [`Refusal::NotFound`], [`Refusal::PasswordInvalid`].
pub async fn set_password(app: &App, by: By<'_>, id: Uuid, password: SecretString) -> Result<StaffRecord> {
    let username = find(&app.store.read().await?, id).await?.member.username;
    let hash = passwords::choose(&username, password).await?;
    let tx = app.store.begin().await?;
    tx.staff().set_password(id, hash).await?;
    tx.sessions().delete_all(SessionKind::Staff, id, None).await?;
    tx.attempts().forgive(&username).await?;
    finish(app, tx, by, id, "staff.password", None).await
}

/// Forgets a member's authenticator app, recovery codes and passkeys, for someone who has lost them; their sessions end.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn reset_second_factor(app: &App, by: By<'_>, id: Uuid) -> Result<StaffRecord> {
    let tx = app.store.begin().await?;
    find(&tx, id).await?;
    tx.second_factors().forget(id).await?;
    tx.passkeys().delete_all(SessionKind::Staff, id).await?;
    tx.sessions().delete_all(SessionKind::Staff, id, None).await?;
    finish(app, tx, by, id, "staff.reset_second_factor", None).await
}

/// The member with this sign-in name.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn named(app: &App, username: &str) -> Result<StaffRecord> {
    Ok(app.store.read().await?.staff().record_of(username).await?.ok_or(Refusal::NotFound)?)
}

async fn find(tx: &Tx, id: Uuid) -> Result<StaffRecord> {
    Ok(tx.staff().record(id).await?.ok_or(Refusal::NotFound)?)
}

async fn finish(
    app: &App,
    tx: Tx,
    by: By<'_>,
    id: Uuid,
    action: &str,
    detail: Option<&str>,
) -> Result<StaffRecord> {
    app.audit(&tx, by.actor(), action, ("staff", id), detail);
    let record = find(&tx, id).await?;
    tx.commit().await?;
    Ok(record)
}
