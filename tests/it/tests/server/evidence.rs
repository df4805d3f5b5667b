//! Evidence lives as long as its consent.

use std::time::Duration;

use reqwest::Method;
use rstest::rstest;
use sea_orm::{
    ConnectionTrait, QueryResult,
    sea_query::{Expr, InsertStatement, Query},
};
use server::{
    service::consents,
    store::{EvidenceKind, NewEvidence},
};
use uuid::Uuid;

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
    let copies = copies(&stage).await;
    assert_eq!(keys(&stage).await, kept().await);

    let path = format!("/owner/consents/{consent}");
    for _ in 0..2 {
        let withdrawn = stage.call(Method::DELETE, &path, Some(&owner.token), None).await;
        assert_eq!(withdrawn.status, 204);
    }
    assert_eq!((kept().await, keys(&stage).await), (0, 0));
    assert_eq!(owner.get("/owner/consents").await.ok()["items"].as_array().unwrap().len(), 0);
    assert_eq!(owner.state(&id).await, "awaiting_counterparty");

    // Someone brings yesterday's backup back: the rows are there again, and nothing opens them.
    for copy in copies {
        stage.database().await.execute(&copy).await.unwrap();
    }
    assert_eq!(kept().await, draft.keyframes.len() as u64 + 1);
    let tx = stage.app.store.read().await.unwrap();
    let pictures = tx.evidence().pictures_of(verification).await.unwrap();
    assert!(!pictures.is_empty());
    for (picture, _) in pictures {
        assert_eq!(tx.evidence().picture(verification, picture).await.unwrap(), None);
    }
}

/// Every row of evidence, as a statement that would restore it.
async fn copies(stage: &Stage) -> Vec<InsertStatement> {
    let columns = ["id", "verification_id", "consent_id", "kind", "position", "content", "created_at_ms"];
    let all = Query::select().columns(columns).from("evidence").take();
    let rows = stage.database().await.query_all(&all).await.unwrap();
    let copy = |row: &QueryResult| {
        let id = |name| Expr::val(row.try_get::<Uuid>("", name).unwrap());
        let values = [
            id("id"),
            id("verification_id"),
            id("consent_id"),
            Expr::val(row.try_get::<String>("", "kind").unwrap()),
            Expr::val(row.try_get::<i32>("", "position").unwrap()),
            Expr::val(row.try_get::<Vec<u8>>("", "content").unwrap()),
            Expr::val(row.try_get::<i64>("", "created_at_ms").unwrap()),
        ];
        Query::insert().into_table("evidence").columns(columns).values_panic(values).take()
    };
    rows.iter().map(copy).collect()
}

/// How many keys the vault holds.
async fn keys(stage: &Stage) -> u64 {
    let counts = stage.app.store.sealed_counts().await.unwrap();
    counts.iter().filter(|count| count.column.vault).map(|count| count.by_key[0].1).sum()
}

#[rstest]
#[tokio::test]
async fn a_key_without_evidence_is_swept_up(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    owner.consent().await;
    let id = owner.start_transfer().await;
    owner.verify(&id).await;
    let now_ms = stage.app.now_ms();
    assert_eq!(stage.app.store.sweep_vault(now_ms + 1).await.unwrap(), 0, "its evidence is there");
    stage.sql("DELETE FROM evidence").await;
    assert_eq!(stage.app.store.sweep_vault(now_ms - 60_000).await.unwrap(), 0, "it may be about to be used");
    assert!(stage.app.store.sweep_vault(now_ms + 1).await.unwrap() > 1);
    assert_eq!(keys(&stage).await, 0);
}

/// A verdict is written while the consent is withdrawn: whichever is first, nothing is kept without a consent.
#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_under_a_consent_withdrawn_meanwhile(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let consent = owner.consent().await;
    let id = owner.start_transfer().await;
    let draft = owner.perform(&id).await;
    let (account, verification) =
        (stage.id("SELECT account_id FROM consent").await, draft.id.parse().unwrap());
    let store = stage.app.store.clone();

    let tx = store.begin().await.unwrap();
    let found = tx.consents().active(account, "face_evidence_upload").await.unwrap().unwrap();
    let withdrawal = {
        let (app, consent) = (stage.app.clone(), consent.parse().unwrap());
        tokio::spawn(async move { consents::withdraw(&app, account, consent).await })
    };
    tokio::time::sleep(Duration::from_millis(100)).await;
    let piece = NewEvidence {
        id: stage.app.id(),
        verification_id: Some(verification),
        consent_id: Some(found.id),
        complaint_id: None,
        request_id: None,
        kind: EvidenceKind::Keyframe,
        position: 0,
        content: b"face",
    };
    tx.evidence().insert(piece, 0).await.unwrap();
    tx.commit().await.unwrap();
    withdrawal.await.unwrap().unwrap();
    let left = store.read().await.unwrap().evidence().count_of_verification(verification).await.unwrap();
    assert_eq!((left, keys(&stage).await), (0, 0));
}
