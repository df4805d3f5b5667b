//! The verification policy: recorded, versioned, and told to owners as far as it concerns them.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use server::{
    rules::policy::{Policy, Rule},
    service::{SetupError, policies},
};
use verify::{assess::Thresholds, challenge::Step, document::DocumentType};

use crate::{
    person::Person,
    stage::{Db, Stage},
};

fn version(version: u32, change: impl FnOnce(&mut Policy)) -> Policy {
    let mut policy = Policy { version, ..Policy::default() };
    change(&mut policy);
    policy
}

#[rstest]
#[tokio::test]
async fn a_changed_policy_needs_another_number(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let restarted = async |policy: Policy| {
        let mut app = stage.app.clone();
        let mut config = (*app.config).clone();
        config.policy = [policy].into();
        app.config = config.into();
        policies::record(&app).await
    };
    restarted(Policy::default()).await.unwrap();
    let other = restarted(version(1, |policy| policy.daily_cap = 5)).await.unwrap_err();
    assert!(matches!(other, SetupError::PolicyChanged(1)), "{other}");
    assert!(other.to_string().contains("policy 1") && other.to_string().contains("new version"), "{other}");
    restarted(version(2, |policy| policy.daily_cap = 5)).await.unwrap();

    // Both can be read again, whatever the configuration says by now.
    let tx = stage.app.store.read().await.unwrap();
    assert_eq!(tx.policies().find(1).await.unwrap(), Some(Policy::default()));
    assert_eq!(tx.policies().find(2).await.unwrap().unwrap().daily_cap, 5);
    assert_eq!(policies::find(&stage.app, &tx, 2).await.unwrap().daily_cap, 5);
    drop(tx);
    stage
        .sql("UPDATE policy SET json = REPLACE(json, '\"daily_cap\":5', '\"daily_cap\":9') WHERE version = 2")
        .await;
    assert!(
        stage.app.store.read().await.unwrap().policies().find(2).await.is_err(),
        "changed behind our back"
    );
}

#[rstest]
#[tokio::test]
async fn a_verification_is_judged_as_it_was_opened(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let later = chrono::Utc::now() + Duration::from_secs(600);
    let second = version(2, |policy| {
        policy.valid_from = Some(later);
        policy.rules = vec![Rule { always_review: true, ..policy.rules[0].clone() }];
        policy.challenge.step_pool = vec![Step::Blink, Step::Nod];
        policy.challenge.steps = 2;
    });
    let first = version(1, |policy| policy.challenge.ttl_s = 3_600);
    let Some(stage) = Stage::up_with(db, |config| config.policy = [first, second].into()).await else {
        return;
    };
    let owner = Person::owner(&stage).await;
    owner.consent().await;
    let transfer = owner.start_transfer().await;
    let old = owner.perform(&transfer).await;
    assert_eq!((old.report.policy_version, old.report.steps.len()), (1, 3));
    stage.clock.turn(Duration::from_secs(660));
    assert_eq!(owner.get("/owner/policy").await.ok()["version"], 2);
    let new = owner.perform(&transfer).await;
    assert_eq!((new.report.policy_version, new.report.steps.len()), (2, 2));
    assert_eq!(owner.send(&old).await.ok()["outcome"], "passed");
    let kept = owner.get(&format!("/owner/verifications/{}", old.id)).await.ok();
    assert_eq!((&kept["policy_version"], &kept["outcome"]), (&json!(1), &json!("passed")));
}

#[rstest]
#[tokio::test]
async fn a_policy_may_always_want_a_person(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let cautious = |policy: &mut Policy| policy.rules[0].always_review = true;
    let Some(stage) = Stage::up_with(db, |config| config.policy = [version(1, cautious)].into()).await else {
        return;
    };
    let owner = Person::owner(&stage).await;
    owner.consent().await;
    let transfer = owner.start_transfer().await;
    assert_eq!(owner.verify(&transfer).await["outcome"], "manual_review");
    let open = stage.get("/console/reviews", &stage.staff().await).await.ok();
    assert_eq!(open["items"][0]["reasons"], json!(["policy"]));
}

#[rstest]
#[tokio::test]
async fn owners_learn_what_is_asked_and_no_lines(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let narrow = version(7, |policy| {
        policy.documents.person = vec![DocumentType::ResidentId, DocumentType::Passport];
        policy.thresholds = Thresholds { match_pass: 0.515, ..Thresholds::default() };
    });
    let Some(stage) = Stage::up_with(db, |config| config.policy = [narrow].into()).await else { return };
    let owner = Person::owner(&stage).await;
    let policy = owner.get("/owner/policy").await.ok();
    assert_eq!(policy["version"], 7);
    let documents = policy["documents"].as_array().unwrap();
    let personal: Vec<_> = documents.iter().filter(|one| one["holder"] == "person").collect();
    assert_eq!(personal.len(), 2);
    assert_eq!(
        (&personal[1]["document_type"], &personal[1]["always_review"]),
        (&json!("passport"), &json!(true))
    );
    let way = |kind: &str, role: &str| {
        let ways = policy["ways"].as_array().unwrap();
        ways.iter().find(|way| way["kind"] == kind && way["role"] == role).unwrap()["methods"].clone()
    };
    // No authority is configured, so that way is closed.
    assert_eq!(way("transfer", "counterparty"), json!(["face", "documents"]));
    assert_eq!(way("registration", "agent"), json!(["face", "documents"]));
    assert_eq!((&policy["limits"]["minimum_age"], &policy["limits"]["steps"]), (&json!(14), &json!(3)));
    let text = policy.to_string();
    assert!(!text.contains("0.515") && !text.contains("match") && !text.contains("threshold"), "{text}");
}
