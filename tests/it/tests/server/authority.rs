//! Verifying through an outside authority, over real HTTP with signed questions and answers.

use authority::{Failure, Outcome, Running};
use rstest::rstest;
use serde_json::{Value, json};
use server::{authority::Http, config::Config};
use verify::assess::Grade;

use crate::{
    person::Person,
    stage::{Db, Stage, answer, secret},
};

/// An authority, and a server that knows it.
async fn connected(db: Db, change: impl FnOnce(&mut Config)) -> Option<(Stage, Running)> {
    let config = authority::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        public_url: None,
        request_secret: secret(5),
        answer_secret: secret(6),
    };
    let authority = authority::start(config).await.unwrap();
    let url = authority.url.clone();
    let known = |config: &mut Config| {
        config.authority.url = url;
        config.authority.request_secret = secret(5).into();
        config.authority.answer_secret = secret(6).into();
        change(config);
    };
    Some((Stage::up_with(db, known).await?, authority))
}

fn through_authority(person: &Person<'_>, transfer: &str) -> Value {
    let mut body = person.request(transfer);
    body["method"] = json!("authority");
    body
}

/// The owner went there; the address at which to ask for the outcome.
async fn visiting(owner: &Person<'_>, transfer: &str) -> (Value, String) {
    let visit = owner.post("/owner/verifications", through_authority(owner, transfer)).await.ok();
    let path = format!("/owner/verifications/{}/outcome", visit["id"].as_str().unwrap());
    (visit, path)
}

#[rstest]
#[tokio::test]
async fn the_authority_vouches(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some((stage, authority)) = connected(db, |_| {}).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let (visit, path) = visiting(&owner, &transfer).await;
    assert_eq!(visit["method"], "authority");
    let url = visit["url"].as_str().unwrap();
    assert!(url.starts_with(&authority.url), "{url}");
    let pending = owner.post(&path, json!({})).await;
    pending.refused(409, "authority-pending");
    assert_eq!(pending.headers["retry-after"], "3");

    // The visitor presses a button and is sent back to where the request is shown.
    let page = url.strip_prefix(&authority.url).unwrap();
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let press = http.post(format!("{}{page}", authority.url)).body("outcome=confirmed");
    let press = press.header("content-type", "application/x-www-form-urlencoded");
    let pressed = press.send().await.unwrap();
    assert!(pressed.headers()["location"].to_str().unwrap().ends_with(&transfer));
    let verdict = owner.post(&path, json!({})).await.ok();
    assert_eq!(verdict["outcome"], "passed");
    assert!(verdict["message_zh"].is_string());
    owner.post(&path, json!({})).await.refused(409, "nonce-reused");
    assert_eq!(owner.state(&transfer).await, "awaiting_counterparty");
    let stored = stage.stored();
    let token = page.rsplit('/').next().unwrap();
    assert!(
        !stored.windows(token.len()).any(|bytes| bytes == token.as_bytes()),
        "the visit is kept in the clear"
    );
}

#[rstest]
#[case(Outcome::Denied, Grade::Fail, "failed", "owner_verifying")]
#[case(Outcome::Denied, Grade::ManualReview, "manual_review", "manual_review")]
#[case(Outcome::Undecided, Grade::ManualReview, "manual_review", "manual_review")]
#[tokio::test]
async fn what_its_word_leads_to_is_policy(
    #[case] word: Outcome,
    #[case] denied: Grade,
    #[case] outcome: &str,
    #[case] state: &str,
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let change = |config: &mut Config| config.policy.first_mut().unwrap().authority.denied = denied;
    let Some((stage, authority)) = connected(db, change).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let (_, path) = visiting(&owner, &transfer).await;
    authority.say(word);
    assert_eq!(owner.post(&path, json!({})).await.ok()["outcome"], outcome);
    assert_eq!(owner.state(&transfer).await, state);
    if outcome == "manual_review" {
        let review = stage.get("/console/reviews", &stage.staff().await).await.ok()["items"][0].clone();
        let reason = if word == Outcome::Denied { "authority_denied" } else { "authority_undecided" };
        assert_eq!((&review["reasons"], &review["evidence"]), (&json!([reason]), &json!([])));
    }
}

#[rstest]
#[tokio::test]
async fn an_authority_that_cannot_be_trusted_changes_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some((stage, authority)) = connected(db, |_| {}).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let failures = [Failure::Down, Failure::WrongSecret, Failure::OtherQuestion, Failure::Nonsense];
    for failure in failures {
        authority.fail(Some(failure));
        let refused = owner.post("/owner/verifications", through_authority(&owner, &transfer)).await;
        refused.refused(503, "authority-unavailable");
        assert_eq!(refused.headers["retry-after"], "30");
        assert_eq!(owner.state(&transfer).await, "draft", "{failure:?}");
    }
    authority.fail(None);
    let (_, path) = visiting(&owner, &transfer).await;
    authority.say(Outcome::Confirmed);
    for failure in failures {
        authority.fail(Some(failure));
        owner.post(&path, json!({})).await.refused(503, "authority-unavailable");
        assert_eq!(owner.state(&transfer).await, "owner_verifying", "{failure:?}");
    }
    // Other ways stay open meanwhile, and so does this one when it is back.
    owner.consent().await;
    owner.perform(&transfer).await;
    authority.fail(None);
    assert_eq!(owner.post(&path, json!({})).await.ok()["outcome"], "passed");
}

#[rstest]
#[tokio::test]
async fn only_who_may_verify_is_announced(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some((stage, authority)) = connected(db, |_| {}).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let mut body = through_authority(&owner, &transfer);
    body["document_number"] = json!(crate::person::BUYER.2);
    owner.post("/owner/verifications", body).await.refused(422, "document-mismatch");
    let buyer = Person::buyer(&stage).await;
    let refused = buyer.post("/owner/verifications", through_authority(&buyer, &transfer)).await;
    refused.refused(404, "not-found");
    assert_eq!(authority.visits(), 0);
    // Nor does the authority listen to anybody.
    let unsigned = reqwest::Client::new().post(format!("{}/v1/visits", authority.url)).json(&json!({}));
    assert_eq!(answer(unsigned).await.status, 401);
}

#[test]
fn an_authority_needs_an_address_and_secrets() {
    server::sync::install_tls();
    let mut settings = server::config::Authority::default();
    assert!(Http::configured(&settings).unwrap().is_none());
    settings.url = "ftp://example.org".into();
    assert!(Http::configured(&settings).is_err());
    settings.url = "https://example.org".into();
    let error = Http::configured(&settings).err().unwrap().to_string();
    assert!(error.contains("authority.request_secret"), "{error}");
}
