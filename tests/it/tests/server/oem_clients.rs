//! Systems of OEMs: client credentials.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Method;
use rstest::rstest;
use serde_json::json;
use server::{rules::rights::Scope, service::clients};

use crate::{
    person::{Person, acceptance, up_to_acceptance},
    stage::{Answer, Db, Stage, answer},
};

async fn token(stage: &Stage, basic: Option<(&str, &str)>, form: &str) -> Answer {
    let mut request = stage.raw(Method::POST, "/api/v1/oem/token");
    request = request.header("content-type", "application/x-www-form-urlencoded").body(form.to_owned());
    if let Some((id, secret)) = basic {
        let credentials = BASE64_STANDARD.encode(format!("{id}:{secret}"));
        request = request.header("authorization", format!("Basic {credentials}"));
    }
    answer(request).await
}

const GRANT: &str = "grant_type=client_credentials";

#[rstest]
#[tokio::test]
async fn a_secret_buys_a_short_token(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (client, secret) = clients::add(&stage.app, "platform", Scope::ALL.to_vec()).await.unwrap();
    let id = client.id.to_string();
    let by_basic = token(&stage, Some((&id, &secret)), GRANT).await.ok();
    let by_body = token(&stage, None, &format!("{GRANT}&client_id={id}&client_secret={secret}")).await.ok();
    assert_eq!((&by_body["token_type"], &by_body["expires_in"]), (&json!("Bearer"), &json!(900)));
    assert_eq!(by_body["scope"], "requests.read");
    for token in [&by_basic, &by_body] {
        let token = token["access_token"].as_str().unwrap();
        let me = stage.get("/oem/clients/self", token).await.ok();
        assert_eq!((&me["name"], &me["scopes"]), (&json!("platform"), &json!(["requests.read"])));
        stage.get("/console/staff", token).await.refused(401, "sign-in-needed");
        stage.get("/owner/me", token).await.refused(401, "sign-in-needed");
    }
    stage.clock.turn(Duration::from_secs(900));
    let over = by_basic["access_token"].as_str().unwrap();
    stage.get("/oem/clients/self", over).await.refused(401, "sign-in-needed");

    let fresh = token(&stage, Some((&id, &secret)), GRANT).await.ok();
    clients::disable(&stage.app, "platform").await.unwrap();
    let ended = fresh["access_token"].as_str().unwrap();
    stage.get("/oem/clients/self", ended).await.refused(401, "sign-in-needed");
    token(&stage, Some((&id, &secret)), GRANT).await.refused(401, "client-unknown");
}

#[rstest]
#[tokio::test]
async fn other_requests_are_refused_as_oauth_says(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (client, secret) = clients::add(&stage.app, "platform", vec![]).await.unwrap();
    let id = client.id.to_string();
    let body = format!("{GRANT}&client_id={id}&client_secret={secret}");
    let nobody = uuid::Uuid::nil().to_string();
    for (basic, form, status, slug, error) in [
        (Some((&id[..], "wrong")), GRANT, 401, "client-unknown", "invalid_client"),
        (Some((&nobody[..], &secret[..])), GRANT, 401, "client-unknown", "invalid_client"),
        (Some(("x", "y")), GRANT, 401, "client-unknown", "invalid_client"),
        (None, GRANT, 401, "client-unknown", "invalid_client"),
        (Some((&id[..], &secret[..])), &body[..], 401, "client-unknown", "invalid_client"),
        (Some((&id[..], &secret[..])), "grant_type=password", 400, "grant-unknown", "unsupported_grant_type"),
        (
            Some((&id[..], &secret[..])),
            &format!("{GRANT}&scope=requests.read")[..],
            400,
            "scope-unknown",
            "invalid_scope",
        ),
    ] {
        let refused = token(&stage, basic, form).await;
        refused.refused(status, slug);
        assert_eq!(refused.body["error"], error);
        assert_eq!(refused.headers.get("www-authenticate").is_some(), status == 401);
    }
    for form in ["scope=x", &format!("{GRANT}&scope={}", "x".repeat(501)), "{}"] {
        token(&stage, Some((&id, &secret)), form).await.refused(400, "bad-request");
    }
}

#[rstest]
#[tokio::test]
async fn a_client_sees_where_a_delivered_request_stands(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (client, secret) = clients::add(&stage.app, "platform", Scope::ALL.to_vec()).await.unwrap();
    let token = token(&stage, Some((&client.id.to_string(), &secret)), GRANT).await.ok();
    let token = token["access_token"].as_str().unwrap();
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let id = up_to_acceptance(&owner, &buyer).await;
    let path = format!("/oem/requests/{id}");
    stage.get(&path, token).await.refused(404, "not-found");
    buyer.post(&format!("/owner/requests/{id}/accept"), acceptance()).await.ok();
    let seen = stage.get(&path, token).await.ok();
    assert_eq!(seen["id"], json!(id));
    let fields: Vec<&String> = seen.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["created_at", "id", "kind", "state"], "nothing about people");
}
