//! The server with the real networks, and pictures of two people: bad pictures change nothing, and a device that
//! lies never passes.
//!
//! The pictures are not in the repository: `OWNERPROOF_TEST_PICTURES` names a folder with three of one person
//! (`obama.jpg`, `obama2.jpg`, `obama3.jpg`) and one of another (`biden.jpg`).

use std::{
    env, fs,
    io::Cursor,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use image::{
    ImageFormat, RgbImage,
    imageops::{self, FilterType},
};
use rstest::rstest;
use serde_json::json;
use server::verification::{Assessor, Native};
use verify::{
    assess::{Submission, Thresholds, check},
    challenge::{Challenge, Step},
    digest::sha256_hex,
    document::{Document, DocumentType},
    image::{MAX_BYTES, MAX_SIDE, decode, to_jpeg},
    net::Role,
    report::Scores,
};

use crate::{
    person::{Draft, Person},
    stage::{Db, Stage},
};

/// A server with the real networks. It asks for one turn to the left: two photographs can show that.
struct World {
    stage: Stage,
    engine: Arc<Native>,
    /// What a true device says it ran.
    networks: Vec<String>,
    pictures: Pictures,
}

struct Pictures(PathBuf);

impl Pictures {
    /// The file as it is.
    fn file(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name).with_extension("jpg")).unwrap()
    }

    fn pixels(&self, name: &str) -> RgbImage {
        decode(&self.file(name)).unwrap()
    }

    /// Another picture of the same moment: a little smaller.
    fn again(&self, name: &str) -> Vec<u8> {
        to_jpeg(&smaller(&self.pixels(name)))
    }

    /// The person looking to the other side.
    fn mirrored(&self, name: &str) -> RgbImage {
        imageops::flip_horizontal(&self.pixels(name))
    }

    /// Two people in one picture.
    fn couple(&self) -> Vec<u8> {
        let (one, other) = (self.pixels("obama"), self.pixels("biden"));
        let mut both = RgbImage::new(one.width() + other.width(), one.height().max(other.height()));
        imageops::replace(&mut both, &one, 0, 0);
        imageops::replace(&mut both, &other, i64::from(one.width()), 0);
        to_jpeg(&both)
    }
}

fn smaller(picture: &RgbImage) -> RgbImage {
    imageops::resize(picture, picture.width() * 9 / 10, picture.height() * 9 / 10, FilterType::Triangle)
}

/// A wall in the evening: no face.
fn wall() -> Vec<u8> {
    to_jpeg(&RgbImage::from_fn(640, 480, |x, y| image::Rgb([(x / 3) as u8, (y / 3) as u8, 90])))
}

/// One pixel wider than anybody may send, in few bytes.
fn wide() -> Vec<u8> {
    let mut file = Vec::new();
    RgbImage::new(MAX_SIDE + 1, 8).write_to(&mut Cursor::new(&mut file), ImageFormat::Png).unwrap();
    file
}

impl World {
    async fn up(db: Db) -> Option<Self> {
        let Some(pictures) = env::var_os("OWNERPROOF_TEST_PICTURES") else {
            eprintln!("NOT RUN with the real networks: OWNERPROOF_TEST_PICTURES is not set");
            return None;
        };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let models = workspace.join(env::var_os("OWNERPROOF_MODELS").unwrap_or("models/build".into()));
        let file = |role: Role| fs::read(models.join(role.name()).with_extension("onnx")).unwrap();
        let networks = Role::ALL.iter().map(|role| sha256_hex(&file(*role))).collect();
        let engine = Arc::new(Native::load(&models).unwrap());
        let stage = Stage::judged_by(engine.clone(), db, |config| {
            let challenge = &mut config.policy.first_mut().unwrap().challenge;
            (challenge.step_pool, challenge.steps) = (vec![Step::TurnLeft], 1);
        });
        Some(Self { stage: stage.await?, engine, networks, pictures: Pictures(pictures.into()) })
    }

    /// A true performance: at rest, turned to the left, at rest again, with a document of the same person.
    async fn truth(&self, owner: &Person<'_>, transfer: &str) -> Draft {
        let mut draft = owner.perform(transfer).await;
        draft.report.engine.networks = self.networks.clone();
        let draft = draft
            .keyframe(0, self.pictures.file("obama"))
            .keyframe(1, self.pictures.file("obama3"))
            .keyframe(2, self.pictures.again("obama"))
            .document(self.pictures.file("obama2"));
        self.claiming(draft, |_| {})
    }

    /// The draft with the figures its pictures give, changed by `lie`.
    fn claiming(&self, mut draft: Draft, lie: impl FnOnce(&mut Scores)) -> Draft {
        let challenge = Challenge {
            verification_id: draft.report.verification_id.clone(),
            nonce: draft.report.nonce.clone(),
            steps: vec![Step::TurnLeft.into()],
            policy_version: draft.report.policy_version,
            step_timeout_ms: 10_000,
        };
        let report = draft.report.to_bytes();
        let submission = Submission {
            report: &report,
            keyframes: &draft.keyframes,
            document_portrait: draft.document.as_deref(),
        };
        // A passport: its number is not read by machine.
        let stated = Document::parse(DocumentType::Passport, "E12345678").unwrap();
        let checked = check(&challenge, &submission).unwrap();
        draft.report.scores = self.engine.assess(&checked, &stated, &Thresholds::default()).unwrap().scores;
        lie(&mut draft.report.scores);
        draft
    }

    /// Everything a report could have changed, counted.
    async fn ledger(&self) -> String {
        let tables = [
            "evidence",
            "verification WHERE state = 'open'",
            "verification WHERE outcome IS NOT NULL OR report_sha256 IS NOT NULL",
            "person",
            "request_event",
            "outbox",
            "message",
            "audit",
        ];
        let counts = tables.map(|table| format!("CAST((SELECT COUNT(*) FROM {table}) AS TEXT)"));
        self.stage.ask(&format!("SELECT {}", counts.join(" || ' ' || "))).await
    }

    /// Asserts that the report is refused in these words and changes nothing.
    async fn refused(&self, owner: &Person<'_>, draft: &Draft, status: u16, slug: &str) {
        let before = self.ledger().await;
        owner.send(draft).await.refused(status, slug);
        assert_eq!(self.ledger().await, before, "{slug}");
    }

    /// Why the last report did not pass, for staff.
    async fn reasons(&self) -> String {
        let last = "SELECT reasons FROM verification WHERE outcome IS NOT NULL ORDER BY id DESC LIMIT 1";
        self.stage.ask(last).await
    }
}

#[rstest]
#[tokio::test]
async fn bad_pictures_change_nothing(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(world) = World::up(db).await else { return };
    let (owner, pictures) = (Person::owner(&world.stage).await, &world.pictures);
    owner.consent().await;
    let id = owner.start_transfer().await;

    let late = world.truth(&owner, &id).await;
    world.stage.clock.turn(Duration::from_secs(301));
    world.refused(&owner, &late, 410, "nonce-expired").await;

    let truth = world.truth(&owner, &id).await;
    let path = format!("/owner/verifications/{}", truth.id);
    let portrait = pictures.file("obama");
    let cut = portrait[..portrait.len() / 2].to_vec();
    let heavy = [portrait.as_slice(), &vec![0; MAX_BYTES]].concat();
    for (file, slug) in [
        (cut.clone(), "image-damaged"),
        (heavy, "image-too-large"),
        (wide(), "image-too-large"),
        (b"GIF89a".to_vec(), "image-format"),
        (wall(), "keyframe-no-face"),
        (pictures.couple(), "keyframe-several-faces"),
    ] {
        for index in [0, 1] {
            world.refused(&owner, &truth.clone().keyframe(index, file.clone()), 422, slug).await;
            assert_eq!(owner.get(&path).await.ok()["state"], "open", "{slug}");
        }
    }
    for (file, slug) in [
        (cut, "image-damaged"),
        (wide(), "image-too-large"),
        (wall(), "document-no-face"),
        (pictures.couple(), "document-several-faces"),
    ] {
        world.refused(&owner, &truth.clone().document(file), 422, slug).await;
        assert_eq!(owner.get(&path).await.ok()["state"], "open", "{slug}");
    }
    let mut swapped = truth.clone();
    swapped.keyframes[2] = pictures.file("obama");
    world.refused(&owner, &swapped, 422, "keyframe-hash-mismatch").await;
    let mut swapped = truth.clone();
    swapped.document = Some(pictures.file("biden"));
    world.refused(&owner, &swapped, 422, "document-hash-mismatch").await;

    // After all that the same challenge can still be met, once.
    assert_eq!(owner.get(&path).await.ok()["state"], "open");
    assert_eq!(owner.send(&truth).await.ok()["outcome"], "passed");
    assert_eq!(world.reasons().await, "[]");
    assert_eq!(owner.state(&id).await, "awaiting_counterparty");
    world.refused(&owner, &truth, 409, "nonce-reused").await;
}

#[rstest]
#[tokio::test]
async fn a_device_that_lies_never_passes(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(world) = World::up(db).await else { return };
    let (owner, pictures) = (Person::owner(&world.stage).await, &world.pictures);
    owner.consent().await;
    let id = owner.start_transfer().await;

    // Somebody else before the camera, who does everything that is asked.
    let stranger = |draft: Draft| {
        let at_rest = pictures.mirrored("biden");
        draft
            .keyframe(0, to_jpeg(&at_rest))
            .keyframe(1, pictures.file("biden"))
            .keyframe(2, to_jpeg(&smaller(&at_rest)))
    };
    let honest = world.claiming(stranger(world.truth(&owner, &id).await), |_| {});
    assert_eq!(owner.send(&honest).await.ok()["outcome"], "failed");
    assert_eq!(world.reasons().await, r#"["no_match"]"#);
    let lie =
        world.claiming(stranger(world.truth(&owner, &id).await), |scores| scores.similarity = Some(0.8));
    assert_eq!(owner.send(&lie).await.ok()["outcome"], "failed");
    assert_eq!(world.reasons().await, r#"["no_match","claims_differ"]"#);

    // The right person, but figures that the pictures do not give.
    for change in [-0.3, 0.2] {
        let truth = world.truth(&owner, &id).await;
        let lie = world.claiming(truth, |scores| scores.similarity = scores.similarity.map(|s| s + change));
        assert_eq!(owner.send(&lie).await.ok()["outcome"], "failed");
        assert_eq!(world.reasons().await, r#"["claims_differ"]"#);
    }
    assert_eq!(owner.state(&id).await, "owner_verifying");

    // Everything is true, but another program may have said so.
    let mut other = world.truth(&owner, &id).await;
    other.report.engine.networks[5] = sha256_hex(b"another network");
    assert_eq!(owner.send(&other).await.ok()["outcome"], "manual_review");
    assert_eq!(world.reasons().await, r#"["other_networks"]"#);
    assert_eq!(owner.state(&id).await, "manual_review");
}

#[rstest]
#[tokio::test]
async fn photographs_of_a_document_must_show_its_portrait(#[values(Db::Sqlite, Db::Postgres)] db: Db) {
    let Some(world) = World::up(db).await else { return };
    let (owner, pictures) = (Person::owner(&world.stage).await, &world.pictures);
    let consent = json!({"purpose": "document_review", "text_version": "2026-11"});
    owner.post("/owner/consents", consent).await.ok();
    let mut body = owner.request(&owner.start_transfer().await);
    body["method"] = json!("documents");
    let opened = owner.post("/owner/verifications", body).await.ok();
    let path = format!("/owner/verifications/{}/photographs", opened["id"].as_str().unwrap());
    let send = async |file: &[u8]| {
        let photograph = json!({"shows": "document", "picture": BASE64_STANDARD.encode(file)});
        owner.post(&path, json!({"photographs": [photograph]})).await
    };
    send(&wall()).await.refused(422, "document-no-face");
    send(&pictures.couple()).await.refused(422, "document-several-faces");
    assert_eq!(send(&pictures.file("obama2")).await.ok()["outcome"], "manual_review");
}
