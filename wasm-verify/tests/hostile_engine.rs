//! The real networks and hostile input: whatever comes, the engine answers, and goes on answering.
//!
//! Needs the networks (`OWNERPROOF_MODELS`) and the pictures of the packages (`OWNERPROOF_TEST_PICTURES`).

#![allow(missing_docs, clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use std::sync::LazyLock;

use common::file;
use image::{
    Rgb, RgbImage,
    imageops::{self, FilterType},
};
use verify::{
    challenge::{Challenge, Step},
    engine::{Engine, Portrait},
    face::{Blendshapes, Detector, Embedder, Landmarker},
    image::MAX_SIDE,
    inspect::inspect,
    liveness::PassivePad,
    net::{NetworkError, Role},
    session::{Phase, Session},
};

/// The engine, or nothing where the pictures are not at hand.
fn engine() -> Option<&'static Engine> {
    static ENGINE: LazyLock<Option<Engine>> = LazyLock::new(|| {
        common::picture("obama.jpg")?;
        Some(Engine::load(|role| Ok::<_, std::convert::Infallible>(file(role))).unwrap())
    });
    ENGINE.as_ref()
}

/// One person, a head and shoulders, `width` pixels wide.
fn person(width: u32) -> RgbImage {
    let picture = common::picture("obama.jpg").unwrap();
    let height = picture.height() * width / picture.width();
    imageops::resize(&picture, width, height, FilterType::Triangle)
}

fn session(steps: &[Step]) -> Session {
    let challenge = Challenge {
        verification_id: "v".into(),
        nonce: "n".into(),
        steps: steps.iter().copied().map(Into::into).collect(),
        policy_version: 1,
        step_timeout_ms: 5_000,
    };
    Session::new(challenge, None)
}

/// Shapes no camera has, up to the largest that is let in.
const SHAPES: [(u32, u32); 8] =
    [(1, 1), (1, 2), (2, 1), (3, 7), (1, 4096), (MAX_SIDE, 1), (MAX_SIDE, 8), (17, MAX_SIDE)];

#[test]
fn frames_of_any_shape_are_looked_at() {
    let Some(engine) = engine() else { return };
    for (width, height) in SHAPES {
        let frame = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 251) as u8, (y % 241) as u8, 90]));
        let found = inspect(engine, &frame).unwrap();
        assert!(found.faces == 0, "{width}x{height}: {} faces", found.faces);
        assert!(matches!(engine.portrait(&frame).unwrap(), Portrait::NoFace), "{width}x{height}");
    }
}

#[test]
fn frames_may_change_size_and_time_may_go_back() {
    let Some(engine) = engine() else { return };
    let mut session = session(&[Step::Blink]);
    let face = person(320);
    let mut frames: Vec<(RgbImage, u32)> = Vec::new();
    for round in 0..3u32 {
        for (index, (width, height)) in SHAPES.into_iter().enumerate() {
            let t_ms = round * 1_000 + index as u32 * 60;
            frames.push((face.clone(), t_ms));
            frames.push((imageops::crop_imm(&face, 40, 0, 200, 240).to_image(), t_ms + 20));
            frames.push((RgbImage::new(width, height), t_ms + 40));
        }
    }
    for t_ms in [u32::MAX, 0, u32::MAX - 1, 5, u32::MAX] {
        frames.push((face.clone(), t_ms));
    }
    for (frame, t_ms) in &frames {
        let progress = session.push(engine, frame, *t_ms).unwrap();
        assert!(progress.outcome.is_none_or(|_| progress.phase == Phase::Done));
    }
}

#[test]
fn five_hundred_faces_are_several() {
    let Some(engine) = engine() else { return };
    // The head alone, 64 by 80 pixels, 25 in a row, 20 rows.
    let head = imageops::crop_imm(&person(910), 330, 57, 320, 400).to_image();
    let head = imageops::resize(&head, 64, 80, FilterType::Triangle);
    let mut crowd = RgbImage::new(25 * 64, 20 * 80);
    for index in 0..500i64 {
        imageops::replace(&mut crowd, &head, index % 25 * 64, index / 25 * 80);
    }
    let found = inspect(engine, &crowd).unwrap();
    assert!(found.faces > 100, "{} faces", found.faces);
    assert!(matches!(engine.portrait(&crowd).unwrap(), Portrait::SeveralFaces));
    let mut session = session(&[Step::Blink]);
    for t_ms in 0..5 {
        let progress = session.push(engine, &crowd, t_ms * 400).unwrap();
        assert!(progress.step.is_none() && progress.outcome.is_none());
    }
}

/// Prepares the network a file claims to be. Whether it can is not asked: a changed weight is a network too, and
/// which one it should be is told by its hash, before it gets here.
fn load(role: Role, bytes: &[u8]) -> Result<(), NetworkError> {
    match role {
        Role::Detector => Detector::load(bytes, Detector::FRAME).map(drop),
        Role::Landmarks => Landmarker::load(bytes).map(drop),
        Role::Blendshapes => Blendshapes::load(bytes).map(drop),
        Role::PadV2 | Role::PadV1se => PassivePad::load(bytes, bytes).map(drop),
        Role::Embedder => Embedder::load(bytes).map(drop),
    }
}

#[test]
fn networks_cut_short_are_refused() {
    if engine().is_none() {
        return;
    }
    for role in Role::ALL {
        let whole = file(role);
        for cut in 1..24 {
            assert!(load(role, &whole[..whole.len() * cut / 24]).is_err(), "{role:?} cut to {cut}/24");
        }
        for length in [0, 1, 2, 7, 64, whole.len() - 1] {
            assert!(load(role, &whole[..length]).is_err(), "{role:?} cut to {length} bytes");
        }
    }
}

#[test]
fn networks_with_changed_bytes_do_no_harm() {
    if engine().is_none() {
        return;
    }
    // The smallest network; half of it is structure, not weights.
    let whole = file(Role::Blendshapes);
    for round in 0..200u64 {
        let mut bytes = whole.clone();
        for change in 0..=round % 4 {
            // Places and values spread by a multiplicative hash: the same in every run.
            let hash = (4 * round + change + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let at = (hash >> 16) as usize % bytes.len();
            bytes[at] ^= (hash >> 8) as u8 | 1;
        }
        let _ = load(Role::Blendshapes, &bytes);
    }
}
