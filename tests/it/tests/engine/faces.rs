//! Finding and comparing faces.

use std::{env, fs, path::PathBuf};

use verify::{
    assess::Thresholds,
    engine::Engine,
    face::Detector,
    image::{RgbImage, decode},
};

fn file(folder: &str, name: &str) -> Vec<u8> {
    fs::read(PathBuf::from(env::var_os(folder).unwrap()).join(name)).unwrap()
}

fn picture(name: &str) -> RgbImage {
    decode(&file("OWNERPROOF_TEST_PICTURES", name)).unwrap()
}

#[test]
fn the_second_look_finds_the_same_points() {
    let detector = Detector::load(&file("OWNERPROOF_MODELS", "detector.onnx"), Detector::FRAME).unwrap();
    let picture = picture("obama.jpg");
    let face = detector.detect(&picture).unwrap().swap_remove(0);
    let again = detector.points_again(&picture, &face).unwrap().unwrap();
    for (first, second) in face.points.iter().zip(again) {
        let apart = (first[0] - second[0]).hypot(first[1] - second[1]);
        assert!(apart < face.bounds[2] / 10.0, "{first:?} and {second:?} are {apart} pixels apart");
    }
}

#[test]
fn one_person_matches_and_two_do_not_at_the_shipped_lines() {
    let engine = Engine::load(|role| {
        Ok::<_, std::io::Error>(file("OWNERPROOF_MODELS", &format!("{}.onnx", role.name())))
    })
    .unwrap();
    let embedding = |name| engine.embed_subject(&picture(name)).unwrap().unwrap();
    let [one, same, other] = ["obama.jpg", "obama2.jpg", "biden.jpg"].map(embedding);
    let lines = Thresholds::default();
    assert!(one.similarity(&same) >= lines.match_pass, "{}", one.similarity(&same));
    assert!(one.similarity(&other) < lines.match_review, "{}", one.similarity(&other));
}
