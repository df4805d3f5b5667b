//! Systems of OEMs: OAuth 2.0 client credentials (RFC 6749, section 4.4).

use uuid::Uuid;

use super::{
    App, Refusal, Result,
    sessions::{Start, Token, authenticate, issue},
};
use crate::{
    rules::rights::{Names, Scope},
    store::{Actor, Client, SessionKind, StoreError},
};

/// Adds a client and returns its secret, which is shown once.
///
/// # Errors
/// [`Refusal::NameTaken`].
pub async fn add(app: &App, name: &str, scopes: Vec<Scope>) -> Result<(Client, String)> {
    let secret = app.token();
    let (name, created_at_ms) = (name.to_owned(), app.now_ms());
    let client = Client { id: app.id(), name, scopes, created_at_ms, disabled_at_ms: None };
    let tx = app.store.begin().await?;
    tx.clients().insert(&client, &secret).await.map_err(|error| match error {
        StoreError::Conflict => Refusal::NameTaken.into(),
        error => super::Error::from(error),
    })?;
    let scopes = Scope::join(&client.scopes);
    app.audit(&tx, Actor::System, "client.add", ("client", client.id), Some(&scopes));
    tx.commit().await?;
    Ok((client, secret))
}

/// Every client, oldest first.
///
/// # Errors
/// The store failed.
pub async fn list(app: &App) -> Result<Vec<Client>> {
    Ok(app.store.read().await?.clients().all().await?)
}

/// A client may no longer sign in; its tokens end now.
///
/// # Errors
/// [`Refusal::NotFound`].
pub async fn disable(app: &App, name: &str) -> Result<()> {
    let tx = app.store.begin().await?;
    let id = tx.clients().disable(name, app.now_ms()).await?.ok_or(Refusal::NotFound)?;
    tx.sessions().delete_all(SessionKind::Client, id, None).await?;
    app.audit(&tx, Actor::System, "client.disable", ("client", id), None);
    Ok(tx.commit().await?)
}

/// A token for a client, for the scopes it asks for (with spaces between), or all it has.
///
/// # Errors
/// [`Refusal::ClientUnknown`]; [`Refusal::ScopeUnknown`] for a scope the client does not have.
pub async fn token(app: &App, id: &str, secret: &str, asked: Option<&str>) -> Result<(Token, Vec<Scope>)> {
    let id: Uuid = id.parse().map_err(|_| Refusal::ClientUnknown)?;
    let tx = app.store.begin().await?;
    let client = tx.clients().with_secret(id, secret).await?.ok_or(Refusal::ClientUnknown)?;
    let scopes = match asked {
        None => client.scopes,
        Some(asked) => {
            let named: Option<Vec<Scope>> = asked.split(' ').map(|name| name.parse().ok()).collect();
            let named = named.filter(|named| named.iter().all(|scope| client.scopes.contains(scope)));
            named.ok_or(Refusal::ScopeUnknown)?
        }
    };
    let start = Start {
        kind: SessionKind::Client,
        subject: id,
        method: "secret",
        second_factor: false,
        scopes: &scopes,
    };
    let token = issue(app, &tx, start).await?;
    tx.commit().await?;
    Ok((token, scopes))
}

/// The client a token stands for; its scopes are those of the token that the client still has.
///
/// # Errors
/// [`Refusal::SignInNeeded`].
pub async fn signed_in(app: &App, token: &str) -> Result<Client> {
    let session = authenticate(app, SessionKind::Client, token).await?;
    let client = app.store.read().await?.clients().find(session.subject_id).await?;
    let mut client = client.ok_or(Refusal::SignInNeeded)?;
    client.scopes.retain(|scope| session.scopes.contains(scope));
    Ok(client)
}

/// As [`signed_in`], for a client that has the scope.
///
/// # Errors
/// [`Refusal::SignInNeeded`], [`Refusal::ScopeMissing`].
pub async fn authorise(app: &App, token: &str, scope: Scope) -> Result<Client> {
    let client = signed_in(app, token).await?;
    if client.scopes.contains(&scope) { Ok(client) } else { Err(Refusal::ScopeMissing.into()) }
}
