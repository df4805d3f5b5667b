//! A photograph turned before the camera, through the real networks: what they make of it is flat.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test may unwrap")]

mod common;

use image::{
    Rgb,
    imageops::{self, FilterType},
};
use verify::{
    face::{Detector, Landmarker, Landmarks, Region},
    image::RgbImage,
    liveness::parallax::Parallax,
    net::Role,
};

const WIDTH: f32 = 640.0;
const HEIGHT: f32 = 480.0;
/// Of a camera with a field of view of 56°.
const FOCAL: f32 = 600.0;

struct Eyes {
    detector: Detector,
    landmarker: Landmarker,
}

impl Eyes {
    /// The head and what is about it, 500 pixels high.
    fn head(&self, picture: &RgbImage) -> RgbImage {
        let [x, y, width, height] = self.detector.detect(picture).unwrap()[0].bounds;
        let (left, top) = ((x - width / 2.0).max(0.0) as u32, (y - height / 4.0).max(0.0) as u32);
        let head =
            imageops::crop_imm(picture, left, top, (2.0 * width) as u32, (1.5 * height) as u32).to_image();
        imageops::resize(&head, 500 * head.width() / head.height(), 500, FilterType::Triangle)
    }

    fn look(&self, frame: &RgbImage) -> Landmarks {
        let faces = self.detector.detect(frame).unwrap();
        self.landmarker.find(frame, &Region::of_face(&faces[0])).unwrap().unwrap()
    }
}

/// What a camera sees of a photograph `1.2` high at a distance of `2`, turned by `yaw` degrees about the vertical and
/// bent round it by `bend` degrees from edge to edge.
fn frame(photograph: &RgbImage, yaw: f32, bend: f32) -> RgbImage {
    let (sin, cos) = yaw.to_radians().sin_cos();
    let scale = photograph.height() as f32 / 1.2;
    let half = photograph.width() as f32 / scale / 2.0;
    let radius = if bend == 0.0 { f32::INFINITY } else { 2.0 * half / bend.to_radians() };
    RgbImage::from_fn(WIDTH as u32, HEIGHT as u32, |x, y| {
        let ray = [(x as f32 - WIDTH / 2.0) / FOCAL, (y as f32 - HEIGHT / 2.0) / FOCAL];
        // In the sheet's own frame, turned back: where the ray from the eye meets it.
        let (eye, to) = ([2.0 * sin, -2.0 * cos], [ray[0] * cos - sin, ray[0] * sin + cos]);
        let met = if radius.is_finite() {
            // A cylinder about a vertical axis `radius` behind the middle of the sheet: the nearer meeting.
            let (a, b) = (to[0] * to[0] + to[1] * to[1], eye[0] * to[0] + (eye[1] - radius) * to[1]);
            let c = eye[0] * eye[0] + (eye[1] - radius).powi(2) - radius * radius;
            (-b - (b * b - a * c).sqrt()) / a
        } else {
            -eye[1] / to[1]
        };
        let (across, down) = (eye[0] + met * to[0], met * ray[1]);
        let along = if radius.is_finite() { radius * (across / radius).asin() } else { across };
        let (u, v) = ((along + half) * scale, (down + 0.6) * scale);
        let on = u >= 0.0 && v >= 0.0 && u < photograph.width() as f32 && v < photograph.height() as f32;
        if on { *photograph.get_pixel(u as u32, v as u32) } else { Rgb([120, 125, 118]) }
    })
}

#[test]
fn a_photograph_that_turns_is_flat_and_a_person_is_not() {
    let Some(person) = common::picture("obama.jpg") else { return };
    let eyes = Eyes {
        detector: Detector::load(&common::file(Role::Detector), Detector::FRAME).unwrap(),
        landmarker: Landmarker::load(&common::file(Role::Landmarks)).unwrap(),
    };
    let excess = |rest: &Landmarks, turned: &Landmarks| Parallax::between(rest, turned).unwrap().excess();
    for name in ["obama.jpg", "obama2.jpg", "biden.jpg"] {
        let photograph = eyes.head(&common::picture(name).unwrap());
        for bend in [0.0, 60.0] {
            let rest = eyes.look(&frame(&photograph, 0.0, bend));
            for yaw in [-45.0, -35.0, 35.0, 45.0] {
                let found = excess(&rest, &eyes.look(&frame(&photograph, yaw, bend)));
                assert!(found > 12.0, "{name} bent by {bend}, turned by {yaw}: {found}");
            }
        }
    }
    let turned = eyes.look(&common::picture("obama3.jpg").unwrap());
    let found = excess(&eyes.look(&person), &turned);
    assert!(found < 12.0, "a person, turned: {found}");
}
