//! Files of complaints, and everything about one in one file.

use std::io::{Cursor, Read};

use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::{Method, header};
use rstest::rstest;
use serde_json::{Value, json};
use server::rules::rights::Role;
use sha2::{Digest, Sha256};
use zip::ZipArchive;

use crate::{
    complaint_actions::Desk,
    person::{BUYER, Person},
    reviews::staff,
    stage::{Db, Stage},
};

/// A PNG picture of one pixel.
const PIXEL: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR42mP4//8/AAX+Av4zEpUUAAAAAElFTkSuQmCC";
const GIF: &str = "R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=";

/// A PDF document of one page, whose catalogue has this too.
fn pdf(more: &str) -> Vec<u8> {
    let objects = [
        format!("<</Type/Catalog/Pages 2 0 R{more}>>"),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>".to_owned(),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (at, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let start = file.len();
    file +=
        &format!("{table}trailer\n<</Size {}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    file.into_bytes()
}

/// Files as they are sent.
fn sent(files: &[&str]) -> Value {
    files.iter().map(|content| json!({"content": content})).collect()
}

fn encoded(file: &[u8]) -> String {
    BASE64_STANDARD.encode(file)
}

#[rstest]
#[tokio::test]
async fn files_are_told_by_content_kept_sealed_and_given_out_to_be_saved(
    #[values(Db::Sqlite, Db::Postgres)] db: Db,
) {
    let Some(stage) = Stage::up(db).await else { return };
    let (owner, stranger) = (Person::owner(&stage).await, Person::buyer(&stage).await);
    let desk = Desk::of(&owner, "wrong_data", json!({})).await;
    let path = format!("/owner/complaints/{}/attachments", desk.complaint);
    let files = json!({"files": sent(&[PIXEL, &encoded(&pdf(""))]), "text": "合同和照片"});
    stranger.post(&path, files.clone()).await.refused(404, "not-found");
    let script = pdf("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>");
    for bad in [
        GIF.to_owned(),
        "%%%".to_owned(),
        encoded(b"%PDF-1.4\nnothing"),
        encoded(&script),
        encoded(&pdf("")[..40]),
    ] {
        owner.post(&path, json!({"files": sent(&[PIXEL, &bad])})).await.refused(422, "attachment-invalid");
    }
    let kept = owner.post(&path, files).await.ok();
    let ids: Vec<&str> = kept["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    let seen = owner.get(&format!("/owner/complaints/{}", desk.complaint)).await.ok();
    assert_eq!(seen["lines"].as_array().unwrap().last().unwrap()["attachments"], kept["ids"]);
    if matches!(db, Db::Sqlite) {
        assert!(!stage.stored().windows(8).any(|bytes| bytes == b"%PDF-1.4"), "a file lies open");
    }

    let look = async |path: String, token: &str| {
        let answer =
            stage.raw(Method::GET, &format!("/api/v1{path}")).bearer_auth(token).send().await.unwrap();
        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
        let headers =
            [header::CONTENT_TYPE, header::CONTENT_DISPOSITION, header::X_CONTENT_TYPE_OPTIONS].map(header);
        (headers, answer.bytes().await.unwrap())
    };
    let ([kind, disposition, sniff], content) = look(format!("{path}/{}", ids[1]), &owner.token).await;
    assert_eq!((kind.as_str(), sniff.as_str(), &content[..]), ("application/pdf", "nosniff", &pdf("")[..]));
    assert!(
        disposition.starts_with("attachment; filename=") && disposition.ends_with("-2.pdf\""),
        "{disposition}"
    );
    let console = format!("/console/complaints/{}/attachments", desk.complaint);
    let ([kind, ..], content) = look(format!("{console}/{}", ids[0]), &desk.anna).await;
    assert!(kind == "image/jpeg" && content.starts_with(b"\xff\xd8\xff"), "a picture is drawn anew");
    stranger.get(&format!("{path}/{}", ids[0])).await.refused(404, "not-found");

    // What staff keep to themselves the person does not see.
    let note = desk.act("attachments", json!({"files": sent(&[PIXEL]), "voice": "noted"})).await.ok();
    owner.get(&format!("{path}/{}", note["ids"][0].as_str().unwrap())).await.refused(404, "not-found");
    let auditor = staff(&stage, "ai", Role::Auditor).await;
    desk.act_as(&auditor, "attachments", json!({"files": sent(&[PIXEL]), "voice": "noted"}))
        .await
        .refused(403, "right-missing");
    look(format!("{console}/{}", ids[0]), &auditor).await;
    let looks =
        stage.ask("SELECT CAST(COUNT(*) AS TEXT) FROM audit WHERE action = 'complaint.attachment'").await;
    assert_eq!(looks, "3");
}

#[rstest]
#[tokio::test]
async fn there_is_a_most_of_files(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let desk = Desk::of(&owner, "fee", json!({})).await;
    let path = format!("/owner/complaints/{}/attachments", desk.complaint);
    owner.post(&path, json!({"files": sent(&[PIXEL; 11])})).await.refused(400, "bad-request");
    owner.post(&path, json!({"files": []})).await.refused(400, "bad-request");
    for _ in 0..3 {
        owner.post(&path, json!({"files": sent(&[PIXEL; 10])})).await.ok();
    }
    owner.post(&path, json!({"files": sent(&[PIXEL])})).await.refused(409, "attachments-full");
    owner.post(&format!("/owner/complaints/{}/withdrawal", desk.complaint), json!({})).await.ok();
}

#[rstest]
#[tokio::test]
async fn a_package_holds_the_whole_case_and_counts_as_a_look(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(stage) = Stage::up(db).await else { return };
    let owner = Person::owner(&stage).await;
    let transfer = owner.start_transfer().await;
    let attack = "</pre><script>alert('x')</script>";
    let about = json!({"request_id": transfer, "text": attack, "name": "<b>张伟</b>"});
    let desk = Desk::of(&owner, "cannot_transfer", about).await;
    let path = format!("/owner/complaints/{}/attachments", desk.complaint);
    owner.post(&path, json!({"files": sent(&[PIXEL, &encoded(&pdf(""))])})).await.ok();
    desk.act("notes", json!({"text": "内部备注"})).await.ok();

    let reason = json!({"reason": "用户向申诉受理机构申诉。"});
    let (bo, auditor) = (staff(&stage, "bo", Role::Handler).await, staff(&stage, "ai", Role::Auditor).await);
    desk.act_as(&bo, "package", reason.clone()).await.refused(409, "case-taken");
    desk.act_as(&auditor, "package", reason.clone()).await.refused(403, "right-missing");
    desk.act("package", json!({"reason": "\u{7}"})).await.refused(422, "sentence-invalid");
    let looks =
        async || stage.get("/console/reveals", &auditor).await.ok()["items"].as_array().unwrap().len();
    assert_eq!(looks().await, 0, "what is refused is no look");

    let url = format!("/api/v1/console/complaints/{}/package", desk.complaint);
    let request =
        stage.raw(Method::POST, &url).bearer_auth(&desk.anna).header("idempotency-key", "a").json(&reason);
    let answer = request.send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()[header::CONTENT_TYPE]),
        (200, &header::HeaderValue::from_static("application/zip"))
    );
    let archive = answer.bytes().await.unwrap();
    assert_eq!(looks().await, 1);
    assert_eq!(desk.case().await["lines"].as_array().unwrap().last().unwrap()["act"], "package");

    let mut archive = ZipArchive::new(Cursor::new(&archive[..])).unwrap();
    let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
    let mut content = |name: &str| {
        let mut content = Vec::new();
        archive.by_name(name).unwrap().read_to_end(&mut content).unwrap();
        content
    };
    let sums = String::from_utf8(content("SHA256SUMS")).unwrap();
    assert_eq!(sums.lines().count() + 1, names.len());
    for line in sums.lines() {
        let (sum, name) = line.split_once("  ").unwrap();
        let digest: String = Sha256::digest(content(name)).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, sum, "{name}");
    }
    let page = String::from_utf8(content("complaint.html")).unwrap();
    assert!(!page.contains("<script") && !page.contains("<b>"), "what people wrote is only text");
    for shown in ["&lt;script&gt;", "内部备注", "13800001234", "LSVAM4186C2184841", "1064802000031", "anna"]
    {
        assert!(page.contains(shown), "{shown}");
    }
    let data: Value = serde_json::from_slice(&content("complaint.json")).unwrap();
    assert_eq!(data["requests"][0]["id"], transfer);
    assert_eq!(data["timeline"][0]["text"], attack);
    let file =
        data["timeline"].as_array().unwrap().iter().find_map(|line| line["attachments"][1].as_str()).unwrap();
    assert_eq!(content(file), pdf(""));
    assert!(data["audit"].as_array().unwrap().iter().any(|line| line["action"] == "complaint.file"));
    assert_ne!(BUYER.0, data["phone"]);
}
