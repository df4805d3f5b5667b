//! Verifying without a face: photographs of documents, which a member of staff looks at.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_STANDARD};
use image::{Rgb, RgbImage};
use reqwest::Method;
use rstest::rstest;
use serde_json::{Value, json};
use server::rules::policy::Method as By;
use verify::document::DocumentType;
use verify::image::{decode, to_jpeg};

use crate::{
    person::{Person, up_to_counterparty},
    stage::{Db, Stage},
};

/// A grown-up who is not on record, and a child, by number.
const ADULT: &str = "440524198001010013";
const CHILD: &str = "110101201501010011";

/// A photograph; a black one is what nobody can read.
fn photograph(shade: u8, width: u32) -> String {
    BASE64_STANDARD.encode(to_jpeg(&RgbImage::from_pixel(width, width / 2, Rgb([shade; 3]))))
}

fn of(shows: &str, picture: &str) -> Value {
    json!({"shows": shows, "picture": picture})
}

fn sent(photographs: &[Value]) -> Value {
    json!({"photographs": photographs})
}

/// What opens a verification by documents.
fn by_documents(person: &Person<'_>, request: &str) -> Value {
    let mut body = person.request(request);
    body["method"] = json!("documents");
    body.as_object_mut().unwrap().remove("device_key");
    body
}

async fn agree(person: &Person<'_>) -> String {
    let body = json!({"purpose": "document_review", "text_version": "2026-11"});
    person.post("/owner/consents", body).await.ok()["id"].as_str().unwrap().to_owned()
}

/// Opens a verification by documents; the address its photographs go to.
async fn opened(person: &Person<'_>, body: Value) -> String {
    let answer = person.post("/owner/verifications", body).await.ok();
    assert_eq!(answer["method"], "documents", "{answer}");
    format!("/owner/verifications/{}/photographs", answer["id"].as_str().unwrap())
}

#[rstest]
#[tokio::test]
async fn a_member_of_staff_decides_by_the_documents(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let path = opened(&owner, by_documents(&owner, &transfer)).await;
    let sides = [of("document", &photograph(200, 64)), of("document", &photograph(150, 64))];
    owner.post(&path, sent(&sides)).await.refused(403, "consent-needed");
    owner.consent().await;
    owner.post(&path, sent(&sides)).await.refused(403, "consent-needed");
    let consent = agree(&owner).await;
    let verdict = owner.post(&path, sent(&sides)).await.ok();
    assert_eq!((&verdict["outcome"], &verdict["may_retry"]), (&json!("manual_review"), &json!(false)));
    owner.post(&path, sent(&sides)).await.refused(409, "nonce-reused");
    assert_eq!(owner.state(&transfer).await, "manual_review");

    let staff = stage.staff().await;
    let open = stage.get("/console/reviews", &staff).await.ok();
    let review = &open["items"][0];
    assert_eq!(review["reasons"], json!(["documents"]));
    let pieces = review["evidence"].as_array().unwrap();
    assert_eq!(pieces.iter().map(|piece| &piece["kind"]).collect::<Vec<_>>(), ["document", "document"]);
    let address = format!("/console/reviews/{}", review["id"].as_str().unwrap());
    stage.post(&format!("{address}/claim"), &staff, json!({})).await.ok();
    let picture = format!("/api/v1{address}/evidence/{}", pieces[1]["id"].as_str().unwrap());
    let seen = stage.raw(Method::GET, &picture).bearer_auth(&staff).send().await.unwrap();
    let seen = decode(&seen.bytes().await.unwrap()).unwrap();
    assert!(seen.get_pixel(9, 9).0[0].abs_diff(150) < 3);
    stage.post(&format!("{address}/pass"), &staff, json!({})).await.ok();
    assert_eq!(owner.state(&transfer).await, "awaiting_counterparty");

    // Withdrawing the consent deletes what was kept under it.
    let id = path.split('/').nth(3).unwrap().parse().unwrap();
    let kept =
        async || stage.app.store.read().await.unwrap().evidence().count_of_verification(id).await.unwrap();
    assert_eq!(kept().await, 2);
    let consent = format!("/owner/consents/{consent}");
    assert_eq!(stage.call(Method::DELETE, &consent, Some(&owner.token), None).await.status, 204);
    assert_eq!(kept().await, 0);
}

#[rstest]
#[tokio::test]
async fn photographs_are_told_by_their_content(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    agree(&owner).await;
    let path = opened(&owner, by_documents(&owner, &transfer)).await;
    let good = photograph(200, 64);
    let base64 = |bytes: &[u8]| BASE64_STANDARD.encode(bytes);
    let cut = &BASE64_STANDARD.decode(&good).unwrap()[..300];
    for (pictures, status, slug) in [
        (vec![of("document", &base64(b"%PDF-1.7"))], 422, "image-format"),
        (vec![of("document", &base64(cut))], 422, "image-damaged"),
        (vec![of("document", "not base64!")], 400, "bad-request"),
        (vec![of("selfie", &good)], 400, "bad-request"),
        (vec![], 400, "bad-request"),
        (vec![of("document", &good); 7], 400, "bad-request"),
        (vec![of("guardian_document", &good)], 422, "photograph-missing"),
        (vec![of("document", &photograph(0, 64))], 422, "document-unclear"),
    ] {
        owner.post(&path, sent(&pictures)).await.refused(status, slug);
    }
    // One side may be unreadable: the other one shows the portrait.
    let mixed = [of("document", &photograph(0, 64)), of("document", &photograph(200, 3_000))];
    assert_eq!(owner.post(&path, sent(&mixed)).await.ok()["outcome"], "manual_review");
    let id = path.split('/').nth(3).unwrap().parse().unwrap();
    let tx = stage.app.store.read().await.unwrap();
    let (large, _) = tx.evidence().pictures_of(id).await.unwrap()[1];
    let kept = decode(&tx.evidence().picture(id, large).await.unwrap().unwrap()).unwrap();
    assert_eq!(kept.dimensions(), (2_000, 1_000), "large ones are scaled down");
}

#[rstest]
#[tokio::test]
async fn who_has_no_better_photograph_sends_it_as_it_is(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    agree(&owner).await;
    let path = opened(&owner, by_documents(&owner, &transfer)).await;
    let mut body = sent(&[of("document", &photograph(0, 64))]);
    owner.post(&path, body.clone()).await.refused(422, "document-unclear");
    body["as_they_are"] = json!(true);
    assert_eq!(owner.post(&path, body).await.ok()["outcome"], "manual_review");
}

#[rstest]
#[tokio::test]
async fn photographs_are_waited_for_an_hour(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    agree(&owner).await;
    let path = opened(&owner, by_documents(&owner, &transfer)).await;
    stage.clock.turn(Duration::from_secs(3_601));
    let late = owner.post(&path, sent(&[of("document", &photograph(200, 64))])).await;
    late.refused(410, "nonce-expired");
}

#[rstest]
#[tokio::test]
async fn each_way_takes_its_own_evidence(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    owner.consent().await;
    agree(&owner).await;
    let transfer = owner.start_transfer().await;
    let face = owner.perform(&transfer).await;
    let photographs = format!("/owner/verifications/{}/photographs", face.id);
    let picture = sent(&[of("document", &photograph(200, 64))]);
    owner.post(&photographs, picture).await.refused(409, "conflict");
    owner
        .post(&format!("/owner/verifications/{}/outcome", face.id), json!({}))
        .await
        .refused(409, "conflict");
    let path = opened(&owner, by_documents(&owner, &transfer)).await;
    let other = crate::person::Draft { id: path.split('/').nth(3).unwrap().to_owned(), ..face };
    owner.send(&other).await.refused(409, "conflict");
}

#[rstest]
#[tokio::test]
async fn the_policy_says_which_ways_and_documents_are_open(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let narrow = |config: &mut server::config::Config| {
        let policy = config.policy.first_mut().unwrap();
        policy.documents.person = vec![DocumentType::ResidentId, DocumentType::HouseholdRegister];
        policy.rules[0].methods = vec![By::Face, By::Authority];
    };
    let Some(stage) = Stage::up_with(db, narrow).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let open = async |change: Value| {
        let mut body = owner.request(&transfer);
        body.as_object_mut().unwrap().append(&mut change.as_object().unwrap().clone());
        owner.post("/owner/verifications", body).await
    };
    open(json!({"method": "documents"})).await.refused(422, "method-not-accepted");
    // The policy would allow it, but there is no authority.
    open(json!({"method": "authority"})).await.refused(422, "method-not-accepted");
    let passport = json!({"document_type": "passport", "document_number": "E12345678"});
    open(passport).await.refused(422, "document-type-invalid");
    open(json!({"document_type": "business_licence"})).await.refused(422, "document-type-invalid");
    open(json!({"document_type": "library_card"})).await.refused(400, "bad-request");
    // A household register shows no face.
    open(json!({"document_type": "household_register"})).await.refused(422, "method-not-accepted");
    assert_eq!(owner.state(&transfer).await, "draft");
}

#[rstest]
#[tokio::test]
async fn a_passport_is_compared_with_the_face_and_seen_by_staff(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let transfer = up_to_counterparty(&owner, &buyer).await;
    buyer.consent().await;
    let mut body = buyer.request(&transfer);
    body["document_type"] = json!("passport");
    for (number, slug) in
        [("E1234567890", "document-number-invalid"), ("Ｅ12345678", "document-number-invalid")]
    {
        body["document_number"] = json!(number);
        buyer.post("/owner/verifications", body.clone()).await.refused(422, slug);
    }
    body["document_number"] = json!(" e12345678 ");
    let draft = buyer.performed(body).await;
    assert_eq!(buyer.send(&draft).await.ok()["outcome"], "manual_review");
    let staff = stage.staff().await;
    let review = stage.get("/console/reviews", &staff).await.ok()["items"][0].clone();
    assert_eq!(review["reasons"], json!(["document_type"]));
    assert_eq!(
        (&review["document_type"], &review["document_number_masked"]),
        (&json!("passport"), &json!("E1*****78"))
    );
    let address = format!("/console/reviews/{}", review["id"].as_str().unwrap());
    stage.post(&format!("{address}/claim"), &staff, json!({})).await.ok();
    stage.post(&format!("{address}/pass"), &staff, json!({})).await.ok();
    assert_eq!(buyer.state(&transfer).await, "card_limit_check");
}

#[rstest]
#[tokio::test]
async fn pipl_31_a_child_comes_with_a_guardian(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let transfer = up_to_counterparty(&owner, &buyer).await;
    agree(&buyer).await;
    let mut body = buyer.request(&transfer);
    body["document_number"] = json!(CHILD);
    buyer.post("/owner/verifications", body.clone()).await.refused(422, "guardian-needed");
    body["method"] = json!("documents");
    buyer.post("/owner/verifications", body.clone()).await.refused(422, "guardian-needed");
    body["guardian"] = json!({"name": "李大红", "document_type": "resident_id", "document_number": CHILD});
    buyer.post("/owner/verifications", body.clone()).await.refused(422, "guardian-needed");
    body["guardian"]["document_number"] = json!(ADULT);
    let path = opened(&buyer, body).await;
    let child = of("document", &photograph(200, 64));
    buyer.post(&path, sent(std::slice::from_ref(&child))).await.refused(422, "photograph-missing");
    let both = [child, of("guardian_document", &photograph(180, 64))];
    assert_eq!(buyer.post(&path, sent(&both)).await.ok()["outcome"], "manual_review");
    let review = stage.get("/console/reviews", &stage.staff().await).await.ok()["items"][0].clone();
    assert_eq!(
        review["guardian"],
        json!({"name_masked": "李*红", "document_type": "resident_id",
        "document_number_masked": "440524********0013"})
    );
    let stored = stage.stored();
    for secret in [ADULT, CHILD, "李大红"] {
        assert!(!stored.windows(secret.len()).any(|bytes| bytes == secret.as_bytes()), "kept in the clear");
    }
}

#[rstest]
#[tokio::test]
async fn pipl_31_a_policy_may_leave_children_to_the_counter(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let strict =
        |config: &mut server::config::Config| config.policy.first_mut().unwrap().minors.guardian = false;
    let Some(stage) = Stage::up_with(db, strict).await else { return };
    let (owner, buyer) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let transfer = up_to_counterparty(&owner, &buyer).await;
    let mut body = by_documents(&buyer, &transfer);
    body["document_number"] = json!(CHILD);
    body["guardian"] = json!({"name": "李大红", "document_type": "resident_id", "document_number": ADULT});
    buyer.post("/owner/verifications", body).await.refused(422, "guardian-needed");
}
