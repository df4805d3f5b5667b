//! Evidence lives as long as its consent.

use reqwest::Method;
use rstest::rstest;

use crate::{
    person::Person,
    stage::{Db, Stage},
};

#[rstest]
#[tokio::test]
async fn withdrawing_the_consent_deletes_the_evidence(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let consent = owner.consent().await;
    let id = owner.start_transfer().await;
    let draft = owner.perform(&id).await;
    owner.send(&draft).await.ok();
    let verification = draft.id.parse().unwrap();
    let kept = async || {
        stage.app.store.read().await.unwrap().evidence().count_of_verification(verification).await.unwrap()
    };
    assert_eq!(kept().await, draft.keyframes.len() as u64 + 1);

    let path = format!("/owner/consents/{consent}");
    for _ in 0..2 {
        let withdrawn = stage.call(Method::DELETE, &path, Some(&owner.token), None).await;
        assert_eq!(withdrawn.status, 204);
    }
    assert_eq!(kept().await, 0);
    assert_eq!(owner.get("/owner/consents").await.ok()["items"].as_array().unwrap().len(), 0);
    assert_eq!(owner.state(&id).await, "awaiting_counterparty");
}
