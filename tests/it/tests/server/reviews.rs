//! Manual review: who may do what, and what follows from it.

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};
use server::{rules::rights::Role, service::passwords::hash_password, store::StaffMember};

use crate::{
    person::Person,
    stage::{Db, Stage},
};

/// A member of staff with one role, signed in.
pub async fn staff(stage: &Stage, name: &str, role: Role) -> String {
    let member = StaffMember {
        id: stage.app.id(),
        username: name.to_owned(),
        password_hash: hash_password("long enough"),
        roles: vec![role],
    };
    let tx = stage.app.store.begin().await.unwrap();
    tx.staff().insert(member, stage.app.now_ms()).await.unwrap();
    tx.commit().await.unwrap();
    let body = json!({"username": name, "password": "long enough"});
    let answer = stage.call(Method::POST, "/console/sessions", None, Some(body)).await.ok();
    answer["token"].as_str().unwrap().to_owned()
}

/// The owner sent pictures the machine could not decide about. The transfer, and the address of its review.
async fn undecided(stage: &Stage, owner: &Person<'_>, reviewer: &str) -> (String, String) {
    let transfer = owner.start_transfer().await;
    owner.consent().await;
    let answer = owner.send(&owner.perform(&transfer).await.show("unclear")).await.ok();
    assert_eq!(answer["outcome"], "manual_review");
    let open = stage.get("/console/reviews", reviewer).await.ok();
    let item = open["items"].as_array().unwrap().iter().find(|item| item["request_id"] == *transfer);
    (transfer.clone(), format!("/console/reviews/{}", item.unwrap()["id"].as_str().unwrap()))
}

fn answer(message: &str) -> Value {
    json!({"reason": "unreadable", "message": message})
}

async fn notice(owner: &Person<'_>, transfer: &str) -> Value {
    owner.get(&format!("/owner/requests/{transfer}")).await.ok()["review"].clone()
}

#[rstest]
#[tokio::test]
async fn a_reviewer_claims_looks_and_passes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let reviewer = staff(&stage, "rui", Role::Reviewer).await;
    let (transfer, review) = undecided(&stage, &owner, &reviewer).await;
    assert_eq!(notice(&owner, &transfer).await["state"], "waiting");

    let seen = stage.get(&review, &reviewer).await.ok();
    assert_eq!((&seen["name_masked"], &seen["reasons"]), (&json!("张*"), &json!(["match_unclear"])));
    assert_eq!(seen["document_number_masked"], "110105********002X");
    let picture = format!("{review}/evidence/{}", seen["evidence"][0]["id"].as_str().unwrap());
    stage.get(&picture, &reviewer).await.refused(409, "review-taken");
    stage.post(&format!("{review}/pass"), &reviewer, json!({})).await.refused(409, "review-taken");

    assert_eq!(stage.post(&format!("{review}/claim"), &reviewer, json!({})).await.ok()["mine"], true);
    let file =
        stage.raw(Method::GET, &format!("/api/v1{picture}")).bearer_auth(&reviewer).send().await.unwrap();
    assert_eq!(file.bytes().await.unwrap().as_ref(), b"unclear");
    let looks = stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE action = 'review.evidence'").await;
    assert_eq!(looks, "1");

    stage.post(&format!("{review}/pass"), &reviewer, json!({})).await.ok();
    assert_eq!(owner.state(&transfer).await, "awaiting_counterparty");
    assert_eq!(notice(&owner, &transfer).await["state"], "passed");
    stage.post(&format!("{review}/refuse"), &reviewer, answer("too late")).await.refused(409, "conflict");
    let closed = stage.get("/console/reviews?state=closed", &reviewer).await.ok();
    assert_eq!(closed["items"][0]["state"], "passed");
    let texts = stage.get("/console/messages", &stage.staff().await).await.ok();
    assert!(texts["items"][0]["text"].as_str().unwrap().contains("人工审核已通过"));
}

#[rstest]
#[tokio::test]
async fn a_refusal_says_why_and_ends_the_transfer(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let reviewer = staff(&stage, "rui", Role::Reviewer).await;
    let (transfer, review) = undecided(&stage, &owner, &reviewer).await;
    stage.post(&format!("{review}/claim"), &reviewer, json!({})).await.ok();
    for sentence in ["", "   ", &"长".repeat(201), "a\u{7}b"] {
        let refuse = stage.post(&format!("{review}/refuse"), &reviewer, answer(sentence)).await;
        refuse.refused(422, "sentence-invalid");
    }
    stage.post(&format!("{review}/refuse"), &reviewer, answer("证件照片与本人不符")).await.ok();
    assert_eq!(owner.state(&transfer).await, "rejected");
    assert_eq!(notice(&owner, &transfer).await["message"], "证件照片与本人不符");
    let (stored, sentence) = (stage.stored(), "证件照片与本人不符".as_bytes());
    assert!(!stored.windows(sentence.len()).any(|bytes| bytes == sentence), "kept in the clear");
}

#[rstest]
#[tokio::test]
async fn who_is_sent_back_verifies_once_more(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let reviewer = staff(&stage, "rui", Role::Reviewer).await;
    let (transfer, review) = undecided(&stage, &owner, &reviewer).await;
    stage.post(&format!("{review}/claim"), &reviewer, json!({})).await.ok();
    stage.post(&format!("{review}/send-back"), &reviewer, answer("证件反光，请重拍")).await.ok();
    assert_eq!(owner.state(&transfer).await, "owner_verifying");
    assert_eq!(notice(&owner, &transfer).await["message"], "证件反光，请重拍");
    assert_eq!(owner.verify(&transfer).await["outcome"], "passed");
    assert_eq!(owner.state(&transfer).await, "awaiting_counterparty");
}

#[rstest]
#[tokio::test]
async fn two_people_are_two(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) =
        Stage::up_with(db, |config| config.policy.first_mut().unwrap().rules[0].two_people = true).await
    else {
        return;
    };
    let owner = Person::owner(&stage).await;
    let (first, second) =
        (staff(&stage, "rui", Role::Reviewer).await, staff(&stage, "song", Role::Supervisor).await);
    let (transfer, review) = undecided(&stage, &owner, &first).await;
    stage.post(&format!("{review}/claim"), &first, json!({})).await.ok();
    stage.post(&format!("{review}/claim"), &second, json!({})).await.refused(409, "review-taken");
    let half = stage.post(&format!("{review}/pass"), &first, json!({})).await.ok();
    assert_eq!((&half["state"], &half["second_look"]), (&json!("waiting"), &json!(true)));
    assert_eq!(owner.state(&transfer).await, "manual_review");
    stage.post(&format!("{review}/claim"), &first, json!({})).await.refused(409, "second-person-needed");
    stage.post(&format!("{review}/claim"), &second, json!({})).await.ok();
    stage.post(&format!("{review}/pass"), &second, json!({})).await.ok();
    assert_eq!(owner.state(&transfer).await, "awaiting_counterparty");
}

#[rstest]
#[tokio::test]
async fn a_cancelled_transfer_leaves_the_queue(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let reviewer = staff(&stage, "rui", Role::Reviewer).await;
    let (transfer, review) = undecided(&stage, &owner, &reviewer).await;
    stage.post(&format!("{review}/claim"), &reviewer, json!({})).await.ok();
    owner.post(&format!("/owner/requests/{transfer}/cancel"), json!({})).await.ok();
    let open = stage.get("/console/reviews", &reviewer).await.ok();
    assert_eq!(open["items"], json!([]));
    stage.post(&format!("{review}/pass"), &reviewer, json!({})).await.refused(409, "conflict");
    assert_eq!(owner.state(&transfer).await, "cancelled");
}

#[rstest]
#[tokio::test]
async fn roles_say_who_may(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let reviewer = staff(&stage, "rui", Role::Reviewer).await;
    let (_, review) = undecided(&stage, &owner, &reviewer).await;
    for role in Role::ALL {
        let token = staff(&stage, role.as_str(), *role).await;
        let reads = stage.get("/console/reviews", &token).await.status == StatusCode::OK;
        let claims = stage.post(&format!("{review}/claim"), &token, json!({})).await.status == StatusCode::OK;
        if claims {
            stage.post(&format!("{review}/release"), &token, json!({})).await.ok();
        }
        let texts = stage.get("/console/messages", &token).await.status == StatusCode::OK;
        let expected = match role {
            Role::Handler => (false, false, true),
            Role::Reviewer => (true, true, false),
            Role::Supervisor => (true, true, true),
            Role::Auditor => (true, false, false),
            Role::Administrator => (false, false, true),
        };
        assert_eq!((reads, claims, texts), expected, "{role}");
    }
    stage.get("/console/reviews", &owner.token).await.refused(401, "sign-in-needed");
    let handler = staff(&stage, "han", Role::Handler).await;
    stage.get("/console/reviews", &handler).await.refused(403, "right-missing");
}
