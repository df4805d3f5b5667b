//! Members of staff sign in at the OEM's own identity provider: OpenID Connect, authorization code with PKCE.
//!
//! The provider answers for who they are, for their second factor, and by its claims for their roles, which are taken
//! over at every sign-in. Only the state is stored, as used up or not; nonce, PKCE verifier and the browser's secret follow
//! from it under our key.

use std::time::Duration;

use reqwest::{Client, Url, redirect};
use secrecy::ExposeSecret;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    App, Refusal, Result,
    passkeys::encode,
    same,
    sessions::{Start, Token, issue},
};
use crate::{
    config,
    rules::{
        clocks,
        id_token::{self, Expected, Keys},
        rights::{Names, Role},
    },
    store::{Actor, Purpose, StaffMember, StoreError, Tx},
};

/// Seconds a sign-in may take at the provider.
const PATIENCE_S: u64 = 600;
/// How long the provider may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Most bytes of one of its answers.
const ANSWER: usize = 256 * 1024;

/// Where the browser goes.
pub struct Authorization {
    /// The provider's page.
    pub url: String,
    /// Stays in the browser that began; only it can finish.
    pub browser_secret: String,
}

/// What the provider says about itself.
#[derive(Deserialize)]
struct Provider {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct TokenResponse {
    id_token: String,
}

/// What follows from a state.
struct Secrets {
    nonce: String,
    verifier: String,
    browser: String,
}

impl Secrets {
    fn of(app: &App, state: &str) -> Self {
        let derive = |purpose| hex::encode(app.store.crypter().blind_index(purpose, state));
        Self {
            nonce: derive("oidc nonce"),
            verifier: derive("oidc verifier"),
            browser: derive("oidc browser"),
        }
    }
}

/// Begins a sign-in.
///
/// # Errors
/// [`Refusal::NotFound`] when no provider is configured; [`Refusal::Unavailable`] when it does not answer.
pub async fn begin(app: &App) -> Result<Authorization> {
    let settings = settings(app)?;
    let provider = discover(settings).await?;
    let (state, redirect_uri) = (app.token(), redirect_uri(app));
    let secrets = Secrets::of(app, &state);
    let challenge = encode(&Sha256::digest(&secrets.verifier));
    let mut url = Url::parse(&provider.authorization_endpoint).map_err(|_| Refusal::Unavailable)?;
    url.query_pairs_mut().extend_pairs([
        ("response_type", "code"),
        ("client_id", &settings.client_id),
        ("redirect_uri", &redirect_uri),
        ("scope", &settings.scopes),
        ("state", &state),
        ("nonce", &secrets.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let tx = app.store.begin().await?;
    let until_ms = clocks::deadline(app.now_ms(), PATIENCE_S);
    tx.challenges().insert(&state, Purpose::Oidc, None, until_ms).await?;
    tx.commit().await?;
    Ok(Authorization { url: url.into(), browser_secret: secrets.browser })
}

/// Finishes a sign-in with what the provider sent back through the browser.
///
/// # Errors
/// [`Refusal::OidcRefused`] when state, code or ID token do not fit; [`Refusal::RightMissing`] for someone whose claims
/// give no role, or who is disabled; [`Refusal::Unavailable`], [`Refusal::NotFound`] as for [`begin`].
pub async fn finish(app: &App, state: &str, code: &str, browser_secret: &str) -> Result<Token> {
    let settings = settings(app)?;
    let secrets = Secrets::of(app, state);
    let tx = app.store.begin().await?;
    let taken = tx.challenges().take(state, Purpose::Oidc, None, app.now_ms()).await?;
    tx.commit().await?;
    if !taken || !same(browser_secret.as_bytes(), secrets.browser.as_bytes()) {
        return Err(Refusal::OidcRefused.into());
    }
    let provider = discover(settings).await?;
    let keys: Keys = get(&provider.jwks_uri).await?;
    let TokenResponse { id_token } = exchange(app, settings, &provider, code, &secrets.verifier).await?;
    let expected = Expected {
        issuer: &provider.issuer,
        audience: &settings.client_id,
        nonce: &secrets.nonce,
        now_s: app.now_ms().div_euclid(1000),
    };
    let claims = id_token::verify(&id_token, &keys, expected).map_err(|fault| {
        tracing::warn!(%fault, "ID token refused");
        Refusal::OidcRefused
    })?;
    admit(app, settings, &claims).await
}

/// Takes over who they are and what their claims make them.
async fn admit(app: &App, settings: &config::Oidc, claims: &Map<String, Value>) -> Result<Token> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let subject = text("sub").filter(|subject| !subject.is_empty()).ok_or(Refusal::OidcRefused)?;
    let roles = roles(settings, claims);
    if roles.is_empty() {
        return Err(Refusal::RightMissing.into());
    }
    let tx = app.store.begin().await?;
    let id = match tx.staff().by_identity(&settings.issuer, subject).await? {
        Some(record) if record.disabled_at_ms.is_some() => return Err(Refusal::RightMissing.into()),
        Some(record) => {
            if record.member.roles != roles {
                tx.staff().set_roles(record.member.id, &roles).await?;
                let detail = Role::join(&roles);
                let subject = ("staff", record.member.id);
                app.audit(&tx, Actor::System, "staff.roles", subject, Some(&detail));
            }
            record.member.id
        }
        None => {
            let name = text("preferred_username").unwrap_or(subject);
            join(app, &tx, &settings.issuer, subject, name, roles).await?
        }
    };
    let token = issue(app, &tx, Start::staff(id, "oidc", true)).await?;
    app.audit(&tx, Actor::Staff(id), "staff.sign_in", ("staff", id), Some("oidc"));
    tx.commit().await?;
    Ok(token)
}

async fn join(
    app: &App,
    tx: &Tx,
    issuer: &str,
    subject: &str,
    name: &str,
    roles: Vec<Role>,
) -> Result<uuid::Uuid> {
    let detail = Role::join(&roles);
    // No local name holds a colon, so nobody at the provider can take one.
    let username = format!("oidc:{}", name.chars().take(95).collect::<String>());
    let member = StaffMember { id: app.id(), username, password_hash: String::new(), roles };
    let id = member.id;
    tx.staff().insert(member, app.now_ms()).await.map_err(|error| match error {
        StoreError::Conflict => Refusal::NameTaken.into(),
        error => super::Error::from(error),
    })?;
    tx.staff().identify(id, issuer, subject).await?;
    app.audit(tx, Actor::System, "staff.add", ("staff", id), Some(&detail));
    Ok(id)
}

/// The roles that the configured claim gives, in the order of [`Role::ALL`].
fn roles(settings: &config::Oidc, claims: &Map<String, Value>) -> Vec<Role> {
    let held: Vec<&str> = match claims.get(&settings.roles_claim) {
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        Some(Value::String(one)) => one.split(' ').collect(),
        _ => Vec::new(),
    };
    let gives = |role: &&Role| {
        settings
            .roles
            .get(role)
            .is_some_and(|groups| groups.iter().any(|group| held.contains(&group.as_str())))
    };
    Role::ALL.iter().filter(gives).copied().collect()
}

fn settings(app: &App) -> Result<&config::Oidc> {
    let settings = &app.config.sign_in.oidc;
    if settings.issuer.is_empty() { Err(Refusal::NotFound.into()) } else { Ok(settings) }
}

/// Where the provider sends the browser back to: the console, which posts what it got.
fn redirect_uri(app: &App) -> String {
    format!("{}/console/", app.config.http.public_url)
}

async fn discover(settings: &config::Oidc) -> Result<Provider> {
    let issuer = settings.issuer.trim_end_matches('/');
    let provider: Provider = get(&format!("{issuer}/.well-known/openid-configuration")).await?;
    // Discovery 1.0, section 4.3.
    if provider.issuer == settings.issuer { Ok(provider) } else { Err(Refusal::Unavailable.into()) }
}

async fn exchange(
    app: &App,
    settings: &config::Oidc,
    provider: &Provider,
    code: &str,
    verifier: &str,
) -> Result<TokenResponse> {
    let form = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &redirect_uri(app)),
        ("client_id", &settings.client_id),
        ("client_secret", settings.client_secret.expose_secret()),
        ("code_verifier", verifier),
    ];
    let form = form.into_iter().filter(|(_, value)| !value.is_empty());
    // A URL's query is a form.
    let body = Url::parse_with_params("form:", form).map_err(|_| Refusal::Internal)?;
    let request = client()?.post(&provider.token_endpoint);
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    let request = request.body(body.query().unwrap_or_default().to_owned());
    let response = request.send().await.map_err(unreachable)?;
    // The provider refuses the code: wrong, used, or another browser's.
    if response.status().is_client_error() {
        return Err(Refusal::OidcRefused.into());
    }
    read(response).await
}

async fn get<T: DeserializeOwned>(url: &str) -> Result<T> {
    read(client()?.get(url).send().await.map_err(unreachable)?).await
}

async fn read<T: DeserializeOwned>(mut response: reqwest::Response) -> Result<T> {
    if !response.status().is_success() {
        tracing::warn!(status = response.status().as_u16(), "identity provider");
        return Err(Refusal::Unavailable.into());
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > ANSWER {
            return Err(Refusal::Unavailable.into());
        }
    }
    Ok(serde_json::from_slice(&bytes).map_err(|_| Refusal::Unavailable)?)
}

fn client() -> Result<Client> {
    let client = Client::builder().timeout(TIMEOUT).redirect(redirect::Policy::none()).build();
    Ok(client.map_err(|_| Refusal::Internal)?)
}

fn unreachable(error: reqwest::Error) -> Refusal {
    tracing::warn!(error = %error.without_url(), "identity provider");
    Refusal::Unavailable
}
