//! The quality gate on pictures made worse step by step: nothing wrong at first, the right words from some step on,
//! no other words in between, and a measure that only ever falls (or rises).
//!
//! With the real networks: `OWNERPROOF_MODELS` and `OWNERPROOF_TEST_PICTURES` name them and pictures of two people.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stderr)]

mod worse;

use std::{env, fs, path::Path};

use image::{
    Rgb, RgbImage,
    imageops::{self, FilterType},
};
use rstest::rstest;
use verify::{
    challenge::{Challenge, Step},
    engine::{Engine, Portrait},
    face::{
        Landmarks,
        quality::{DocumentFlaw, Quality, measure},
    },
    image::decode,
    session::{Guidance, Session},
    signals::Tracker,
};

struct World {
    engine: Engine,
    pictures: String,
}

/// A webcam's frame, and how wide the face in it is made.
const FRAME: (u32, u32) = (640, 480);
const FACE: f32 = 190.0;

impl World {
    fn up() -> Option<Self> {
        let Ok(pictures) = env::var("OWNERPROOF_TEST_PICTURES") else {
            eprintln!("NOT RUN with the real networks: OWNERPROOF_TEST_PICTURES is not set");
            return None;
        };
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let models = workspace.join(env::var_os("OWNERPROOF_MODELS").unwrap_or("models/build".into()));
        let engine = Engine::load(|role| fs::read(models.join(role.name()).with_extension("onnx"))).unwrap();
        Some(Self { engine, pictures })
    }

    /// The person before a camera: the face `width` pixels wide and in the middle of the frame.
    fn person(&self, name: &str, width: f32, (across, down): (u32, u32)) -> RgbImage {
        let file = fs::read(Path::new(&self.pictures).join(name).with_extension("jpg")).unwrap();
        let portrait = decode(&file).unwrap();
        let [x, y, w, h] = self.landmarks(&portrait).bounds();
        let scale = width / w;
        let side = |length: u32| (length as f32 * scale) as u32;
        let scaled = imageops::resize(
            &portrait,
            side(portrait.width()),
            side(portrait.height()),
            FilterType::CatmullRom,
        );
        let centre = [(x + w / 2.0) * scale, (y + h / 2.0) * scale];
        RgbImage::from_fn(across, down, |column, row| {
            let x = column as f32 - across as f32 / 2.0 + centre[0];
            let y = row as f32 - down as f32 / 2.0 + centre[1];
            let inside = |value: f32, length: u32| (value.max(0.0) as u32).min(length - 1);
            *scaled.get_pixel(inside(x, scaled.width()), inside(y, scaled.height()))
        })
    }

    fn landmarks(&self, picture: &RgbImage) -> Landmarks {
        Tracker::default().see(&self.engine, picture, 0).unwrap().landmarks.unwrap()
    }

    fn quality(&self, picture: &RgbImage) -> Quality {
        measure(picture, &self.landmarks(picture))
    }

    /// What a session says to its first frame.
    fn guidance(&self, frame: &RgbImage) -> Guidance {
        let challenge = Challenge {
            verification_id: String::new(),
            nonce: String::new(),
            steps: vec![Step::Blink.into()],
            policy_version: 1,
            step_timeout_ms: 10_000,
        };
        Session::new(challenge, None).push(&self.engine, frame, 1).unwrap().guidance
    }

    /// Asserts that the frames are fine up to some step and then told with the one code only.
    fn told(&self, what: &str, frames: &[RgbImage], code: Guidance) {
        let codes: Vec<Guidance> = frames.iter().map(|frame| self.guidance(frame)).collect();
        let fine = codes.iter().take_while(|said| **said == Guidance::HoldStill).count();
        assert!(fine > 0, "{what}: the picture itself is refused: {codes:?}");
        assert!(fine < codes.len(), "{what}: never told: {codes:?}");
        assert!(codes[fine..].iter().all(|said| *said == code), "{what}: {codes:?}");
    }

    /// Asserts that a measure never rises (by more than noise) from step to step.
    fn falls(&self, what: &str, frames: &[RgbImage], measure: impl Fn(&Quality) -> f32) {
        let values: Vec<f32> = frames.iter().map(|frame| measure(&self.quality(frame))).collect();
        assert!(values.windows(2).all(|pair| pair[1] <= pair[0] * 1.03 + 0.005), "{what}: {values:?}");
        assert!(values[values.len() - 1] < values[0] - 0.05, "{what}: {values:?}");
    }
}

fn steps<const N: usize>(amounts: [f32; N], worse: impl Fn(f32) -> RgbImage) -> Vec<RgbImage> {
    amounts.into_iter().map(worse).collect()
}

const PEOPLE: [&str; 2] = ["obama", "biden"];

#[test]
fn light() {
    let Some(world) = World::up() else { return };
    for name in PEOPLE {
        let frame = world.person(name, FACE, FRAME);
        let dark = steps([0.0, 1.0, 2.0, 3.0, 5.0, 6.0], |stops| worse::exposed(&frame, -stops));
        world.told(name, &dark, Guidance::Lighter);
        world.falls(name, &dark, |quality| quality.brightest / 255.0);
        let bright = steps([0.0, 0.5, 1.0, 2.0, 3.0], |stops| worse::exposed(&frame, stops));
        world.told(name, &bright, Guidance::Darker);
        world.falls(name, &bright, |quality| 1.0 - quality.burnt);
        let bounds = world.landmarks(&frame).bounds();
        let uneven =
            steps([0.0, 1.0, 2.0, 4.0, 6.0, 8.0], |stops| worse::lit_from_the_left(&frame, bounds, stops));
        world.told(name, &uneven, Guidance::EvenLight);
        world.falls(name, &uneven[1..], |quality| -quality.unevenness);
    }
}

#[test]
fn sharpness() {
    let Some(world) = World::up() else { return };
    for name in PEOPLE {
        // The same blur, as a share of the face, is told at the same step whatever the camera's resolution.
        for (width, size) in [(120.0, FRAME), (FACE, FRAME), (400.0, (1280, 960))] {
            let what = format!("{name}, {width} pixels");
            let frame = world.person(name, width, size);
            let defocused =
                steps([0.0, 0.004, 0.008, 0.03, 0.045], |share| worse::defocused(&frame, share * width));
            world.told(&what, &defocused, Guidance::Blurred);
            world.falls(&what, &defocused, |quality| quality.sharpness);
            assert_eq!(world.guidance(&defocused[2]), Guidance::HoldStill, "{what}");
            assert_eq!(world.guidance(&defocused[3]), Guidance::Blurred, "{what}");
        }
        let frame = world.person(name, FACE, FRAME);
        let moved = steps([0.0, 2.0, 5.0, 12.0, 20.0, 30.0], |pixels| worse::moved(&frame, pixels as u32));
        world.falls(name, &moved, |quality| quality.sharpness);
        world.told(name, &moved, Guidance::Blurred);
        // Less light or less contrast is no blur.
        let sharp = world.quality(&frame).sharpness;
        let dim = world.quality(&worse::exposed(&frame, -2.0)).sharpness;
        assert!((sharp - dim).abs() < 0.2 * sharp, "{name}: {sharp} {dim}");
    }
}

#[test]
fn eyes_and_mouth() {
    let Some(world) = World::up() else { return };
    for name in PEOPLE {
        let frame = world.person(name, FACE, FRAME);
        let face = world.landmarks(&frame);
        let glasses =
            steps([0.0, 0.2, 0.4, 0.9, 0.97], |darkness| worse::sunglasses(&frame, &face, darkness));
        world.told(name, &glasses, Guidance::TakeOffSunglasses);
        world.falls(name, &glasses, |quality| quality.eyes_seen);
        for colour in [[140, 190, 215], [225, 225, 225], [35, 32, 32], [225, 170, 190]] {
            let masks = steps([0.0, 0.2, 0.9, 1.0], |share| worse::masked(&frame, &face, colour, share));
            world.told(&format!("{name}, mask {colour:?}"), &masks, Guidance::UncoverFace);
        }
        let hand = steps([0.0, 0.3, 1.0], |share| worse::hand_over_mouth(&frame, &face, share));
        world.told(&format!("{name}, hand"), &hand, Guidance::UncoverFace);
    }
}

#[test]
fn place() {
    let Some(world) = World::up() else { return };
    for name in PEOPLE {
        let at = |width: f32| world.person(name, width, FRAME);
        world.told(name, &steps([190.0, 150.0, 120.0, 92.0, 80.0], at), Guidance::Closer);
        world.told(name, &steps([190.0, 240.0, 290.0, 430.0], at), Guidance::Further);
        let frame = world.person(name, 120.0, FRAME);
        let shifted = steps([0.0, 60.0, 120.0, 180.0, 220.0], |pixels| {
            RgbImage::from_fn(FRAME.0, FRAME.1, |x, y| *frame.get_pixel(x.saturating_sub(pixels as u32), y))
        });
        world.told(name, &shifted, Guidance::Center);
        // Somebody comes into view behind the person.
        let behind = steps([0.0, 20.0, 100.0, 115.0], |width| {
            let mut both = frame.clone();
            if width > 0.0 {
                let other = world.person(PEOPLE[1], width, (width as u32 * 3 / 2, width as u32 * 2));
                imageops::replace(&mut both, &other, 10, 100);
            }
            both
        });
        world.told(name, &behind, Guidance::SeveralFaces);
    }
}

/// A card of a resident ID's layout on a table, and where its portrait and its lines are.
fn card(world: &World, name: &str) -> RgbImage {
    let mut card = RgbImage::from_pixel(960, 660, Rgb([96, 84, 72]));
    let paper = RgbImage::from_fn(856, 540, |x, y| {
        let line = (60..470).contains(&x) && y % 70 > 40 && y % 70 < 60 && (x / 9 + y / 7) % 3 != 0;
        Rgb(if line { [40, 40, 48] } else { [196, 206, 212] })
    });
    imageops::replace(&mut card, &paper, 52, 60);
    imageops::replace(&mut card, &world.person(name, 160.0, (260, 320)), 52 + 540, 60 + 70);
    card
}

#[rstest]
#[case::portrait([722.0, 290.0], 32.0)]
#[case::lines([320.0, 330.0], 110.0)]
fn glare_on_a_document(#[case] centre: [f32; 2], #[case] radius: f32) {
    document("glare", DocumentFlaw::Glare, |card, step| worse::reflection(card, centre, step * radius / 4.0));
}

#[test]
fn a_blurred_document() {
    document("blur", DocumentFlaw::Blurred, |card, step| worse::defocused(card, 2.0 * step));
}

#[test]
fn a_dark_document() {
    document("dark", DocumentFlaw::Dark, |card, step| worse::exposed(card, -1.3 * step));
}

#[test]
fn a_good_portrait_has_no_flaw() {
    let Some(world) = World::up() else { return };
    for name in ["obama", "obama2", "obama3", "biden"] {
        let file = fs::read(Path::new(&world.pictures).join(name).with_extension("jpg")).unwrap();
        let found = world.engine.portrait(&decode(&file).unwrap()).unwrap();
        assert!(matches!(found, Portrait::Found(..)), "{name}: {found:?}");
    }
}

/// Asserts that the document is fine at first, and from some of five steps on refused with the one flaw.
fn document(what: &str, flaw: DocumentFlaw, worse: impl Fn(&RgbImage, f32) -> RgbImage) {
    let Some(world) = World::up() else { return };
    for name in PEOPLE {
        let card = card(&world, name);
        let found = (0..5).map(|step| match world.engine.portrait(&worse(&card, step as f32)).unwrap() {
            Portrait::Found(..) => None,
            Portrait::Flawed(flaw) => Some(flaw),
            _ => panic!("{what}, {name}: no portrait at step {step}"),
        });
        let found: Vec<Option<DocumentFlaw>> = found.collect();
        let fine = found.iter().take_while(|flaw| flaw.is_none()).count();
        assert!((1..5).contains(&fine), "{what}, {name}: {found:?}");
        assert!(found[fine..].iter().all(|told| *told == Some(flaw)), "{what}, {name}: {found:?}");
    }
}
