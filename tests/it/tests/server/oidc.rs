//! Staff sign in at the OEM's own identity provider: a real one over HTTP, which a test can make lie.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    elliptic_curve::rand_core::OsRng,
};
use poem::{
    EndpointExt, Route, get, handler,
    http::StatusCode,
    listener::{Acceptor, Listener, TcpListener},
    post,
    web::{Data, Form, Json},
};
use reqwest::{Method, Url};
use rstest::rstest;
use serde_json::{Value, json};
use server::{rules::rights::Role, service::Clock};
use sha2::{Digest, Sha256};
use tokio::task::JoinHandle;

use crate::stage::{Answer, Db, Stage};

/// The identity provider.
#[derive(Clone)]
struct Provider {
    url: String,
    key: SigningKey,
    /// What it saw of the browser, and what it will say.
    state: Arc<Mutex<State>>,
}

#[derive(Clone, Default)]
struct State {
    nonce: String,
    challenge: String,
    now_s: i64,
    /// Spoils the claims.
    claims: BTreeMap<&'static str, Value>,
    /// Signs with this instead.
    key: Option<SigningKey>,
    /// The form of the last exchange.
    seen: BTreeMap<String, String>,
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[handler]
fn discovery(provider: Data<&Provider>) -> Json<Value> {
    let url = &provider.url;
    Json(json!({
        "issuer": url,
        "authorization_endpoint": format!("{url}/authorize?tenant=1"),
        "token_endpoint": format!("{url}/token"),
        "jwks_uri": format!("{url}/keys"),
    }))
}

#[handler]
fn keys(provider: Data<&Provider>) -> Json<Value> {
    let point = provider.key.verifying_key().to_encoded_point(false);
    let (x, y) = (encode(point.x().unwrap()), encode(point.y().unwrap()));
    Json(json!({"keys": [{"kty": "EC", "use": "sig", "kid": "1", "crv": "P-256", "x": x, "y": y}]}))
}

#[handler]
fn exchange(provider: Data<&Provider>, form: Form<BTreeMap<String, String>>) -> poem::Result<Json<Value>> {
    let mut state = provider.state.lock().unwrap();
    state.seen = form.0;
    // PKCE, as RFC 7636 asks of the provider.
    if state.seen["code"] != "good" || encode(Sha256::digest(&state.seen["code_verifier"])) != state.challenge
    {
        return Err(StatusCode::BAD_REQUEST.into());
    }
    let mut claims = json!({
        "iss": provider.url, "aud": "ownerproof", "sub": "u-1", "nonce": state.nonce,
        "iat": state.now_s, "exp": state.now_s + 300,
        "preferred_username": "rui", "groups": ["staff", "reviewers"],
    });
    for (name, value) in &state.claims {
        claims[*name] = value.clone();
    }
    let message =
        format!("{}.{}", encode(json!({"alg": "ES256", "kid": "1"}).to_string()), encode(claims.to_string()));
    let signature: Signature = state.key.as_ref().unwrap_or(&provider.key).sign(message.as_bytes());
    let id_token = format!("{message}.{}", encode(signature.to_bytes()));
    Ok(Json(json!({"access_token": "a", "token_type": "Bearer", "id_token": id_token})))
}

impl Provider {
    async fn up() -> (Self, JoinHandle<std::io::Result<()>>) {
        let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
        let url = format!("http://{}", acceptor.local_addr()[0].as_socket_addr().unwrap());
        let provider = Self { url, key: SigningKey::random(&mut OsRng), state: Arc::default() };
        let routes = Route::new()
            .at("/.well-known/openid-configuration", get(discovery))
            .at("/keys", get(keys))
            .at("/token", post(exchange))
            .data(provider.clone());
        (provider, tokio::spawn(poem::Server::new_with_acceptor(acceptor).run(routes)))
    }

    async fn stage(&self, db: Db) -> Option<Stage> {
        Stage::up_with(db, |config| {
            let oidc = &mut config.sign_in.oidc;
            oidc.issuer = self.url.clone();
            oidc.client_id = "ownerproof".into();
            oidc.client_secret = "a secret & more".into();
            oidc.roles = [
                (Role::Reviewer, vec!["reviewers".into()]),
                (Role::Administrator, vec!["admins".into(), "root".into()]),
            ]
            .into();
        })
        .await
    }

    /// The browser goes to the provider's page; state and browser secret.
    async fn begin(&self, stage: &Stage) -> (String, String) {
        let begun = stage.call(Method::POST, "/console/oidc/authorizations", None, None).await.ok();
        let url: Url = begun["url"].as_str().unwrap().parse().unwrap();
        let query: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        assert_eq!(query["redirect_uri"], format!("{}/console/", stage.url));
        assert_eq!((&query["code_challenge_method"][..], &query["tenant"][..]), ("S256", "1"));
        let mut state = self.state.lock().unwrap();
        state.nonce = query["nonce"].clone();
        state.challenge = query["code_challenge"].clone();
        state.now_s = stage.clock.now_ms() / 1000;
        (query["state"].clone(), begun["browser_secret"].as_str().unwrap().to_owned())
    }

    async fn sign_in(&self, stage: &Stage) -> Answer {
        let (state, browser) = self.begin(stage).await;
        finish(stage, &state, "good", &browser).await
    }

    fn says(&self, name: &'static str, value: Value) {
        self.state.lock().unwrap().claims = [(name, value)].into();
    }
}

async fn finish(stage: &Stage, state: &str, code: &str, browser: &str) -> Answer {
    let body = json!({"state": state, "code": code, "browser_secret": browser});
    stage.call(Method::POST, "/console/oidc/sessions", None, Some(body)).await
}

#[rstest]
#[tokio::test]
async fn claims_make_a_member_of_staff(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (provider, _server) = Provider::up().await;
    let Some(stage) = provider.stage(db).await else { return };
    let session = provider.sign_in(&stage).await.ok();
    assert_eq!(provider.state.lock().unwrap().seen["client_secret"], "a secret & more");
    let token = session["token"].as_str().unwrap();
    let me = stage.get("/console/me", token).await.ok();
    assert_eq!(
        (&me["username"], &me["roles"], &me["next"]),
        (&json!("oidc:rui"), &json!(["reviewer"]), &json!("ready"))
    );
    stage.get("/console/reviews", token).await.ok();
    stage.get("/console/staff", token).await.refused(403, "right-missing");

    // The next sign-in takes over what has changed, for the same member.
    provider.says("groups", json!("reviewers root"));
    let session = provider.sign_in(&stage).await.ok();
    let again = stage.get("/console/me", session["token"].as_str().unwrap()).await.ok();
    assert_eq!((&again["id"], &again["roles"]), (&me["id"], &json!(["reviewer", "administrator"])));
    stage.get("/console/staff", token).await.ok();

    provider.says("groups", json!(["staff"]));
    provider.sign_in(&stage).await.refused(403, "right-missing");
    // Without a password nobody gets in under that name here.
    let body = json!({"username": "oidc:rui", "password": ""});
    let local = stage.call(Method::POST, "/console/sessions", None, Some(body)).await;
    local.refused(401, "credentials-wrong");
    provider.says("sub", json!("u-2"));
    provider.sign_in(&stage).await.refused(409, "name-taken");

    let disable = format!("/console/staff/{}/disable", me["id"].as_str().unwrap());
    stage.post(&disable, &stage.staff().await, json!({})).await.ok();
    stage.get("/console/me", token).await.refused(401, "sign-in-needed");
    provider.state.lock().unwrap().claims.clear();
    provider.sign_in(&stage).await.refused(403, "right-missing");
}

#[rstest]
#[tokio::test]
async fn a_token_that_is_not_for_us_is_refused(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (provider, _server) = Provider::up().await;
    let Some(stage) = provider.stage(db).await else { return };
    let now_s = stage.clock.now_ms() / 1000;
    for (name, value) in [
        ("nonce", json!("another")),
        ("aud", json!("another")),
        ("iss", json!("https://another.example")),
        ("exp", json!(now_s - 120)),
        ("iat", json!(now_s + 600)),
        ("sub", json!("")),
    ] {
        provider.says(name, value);
        provider.sign_in(&stage).await.refused(401, "oidc-refused");
    }
    provider.state.lock().unwrap().claims.clear();
    provider.state.lock().unwrap().key = Some(SigningKey::random(&mut OsRng));
    provider.sign_in(&stage).await.refused(401, "oidc-refused");
    provider.state.lock().unwrap().key = None;
    provider.sign_in(&stage).await.ok();
}

#[rstest]
#[tokio::test]
async fn a_state_works_once_in_the_browser_that_began(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let (provider, _server) = Provider::up().await;
    let Some(stage) = provider.stage(db).await else { return };
    let (state, browser) = provider.begin(&stage).await;
    finish(&stage, &state, "good", &browser).await.ok();
    finish(&stage, &state, "good", &browser).await.refused(401, "oidc-refused");
    let (state, _) = provider.begin(&stage).await;
    finish(&stage, &state, "good", &browser).await.refused(401, "oidc-refused");
    let (state, browser) = provider.begin(&stage).await;
    finish(&stage, &state, "bad", &browser).await.refused(401, "oidc-refused");
    finish(&stage, "invented", "good", &browser).await.refused(401, "oidc-refused");
    let (state, browser) = provider.begin(&stage).await;
    stage.clock.turn(std::time::Duration::from_secs(601));
    finish(&stage, &state, "good", &browser).await.refused(401, "oidc-refused");
}

#[tokio::test]
async fn without_a_provider_there_is_none() {
    let stage = Stage::up(Db::Sqlite).await.unwrap();
    let begin = stage.call(Method::POST, "/console/oidc/authorizations", None, None).await;
    begin.refused(404, "not-found");
    finish(&stage, "s", "c", "b").await.refused(404, "not-found");
    let gone = Stage::up_with(Db::Sqlite, |config| config.sign_in.oidc.issuer = "http://127.0.0.1:1".into());
    let begin = gone.await.unwrap().call(Method::POST, "/console/oidc/authorizations", None, None).await;
    begin.refused(503, "unavailable");
}
