//! Pictures made worse, in ways that a camera and a person make them worse.

use image::{Rgb, RgbImage, imageops};
use verify::face::Landmarks;

/// Every pixel's light times `2^stops`, as a sensor sees it: a gamma of 2.2, and nothing above white.
pub fn exposed(picture: &RgbImage, stops: f32) -> RgbImage {
    lit(picture, |_| stops)
}

/// Light that falls off by `stops` within the face from its left edge to its right one.
pub fn lit_from_the_left(picture: &RgbImage, [left, _, width, _]: [f32; 4], stops: f32) -> RgbImage {
    lit(picture, |x| -stops * ((x - left) / width).clamp(0.0, 1.0))
}

fn lit(picture: &RgbImage, stops: impl Fn(f32) -> f32) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let factor = 2f32.powf(stops(x as f32) / 2.2);
        Rgb(picture.get_pixel(x, y).0.map(|value| (f32::from(value) * factor).min(255.0) as u8))
    })
}

/// Out of focus by so many pixels.
pub fn defocused(picture: &RgbImage, sigma: f32) -> RgbImage {
    if sigma > 0.0 { imageops::blur(picture, sigma) } else { picture.clone() }
}

/// Moved sideways by so many pixels while the shutter was open.
pub fn moved(picture: &RgbImage, pixels: u32) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let mean = |channel: usize| {
            let last = picture.width() - 1;
            let sum: u32 =
                (0..=pixels).map(|d| u32::from(picture.get_pixel((x + d).min(last), y).0[channel])).sum();
            (sum / (pixels + 1)) as u8
        };
        Rgb([mean(0), mean(1), mean(2)])
    })
}

/// The outline of the lower face in the mesh, from ear to ear, and a line across the nose back again.
const MASK: [usize; 27] = [
    234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454,
    346, 330, 197, 101, 117, 234,
];

/// A mask drawn up from the chin, `share` of its way to the nose.
pub fn masked(picture: &RgbImage, face: &Landmarks, colour: [u8; 3], share: f32) -> RgbImage {
    let chin = face.at(152)[1];
    let line = chin - share * (chin - face.at(197)[1]);
    let outline: Vec<[f32; 2]> = MASK.iter().map(|index| face.at(*index)).collect();
    painted(picture, colour, 1.0, |point| point[1] >= line && encloses(&outline, point))
}

/// A hand of the person's own skin moved up over the mouth: an ellipse with the gaps between four fingers.
pub fn hand_over_mouth(picture: &RgbImage, face: &Landmarks, share: f32) -> RgbImage {
    let [left, _, width, _] = face.bounds();
    let from = face.at(152)[1] + 0.3 * width;
    let centre = [left + width / 2.0, from + share * (face.at(14)[1] - from)];
    let cheek = face.at(50);
    let skin = picture.get_pixel(cheek[0] as u32, cheek[1] as u32).0;
    let off = |[x, y]: [f32; 2]| [(x - centre[0]) / (0.42 * width), (y - centre[1]) / (0.26 * width)];
    let hand = painted(picture, skin, 1.0, |p| off(p)[0].hypot(off(p)[1]) < 1.0);
    let gap = skin.map(|value| (f32::from(value) * 0.75) as u8);
    painted(&hand, gap, 1.0, |p| {
        off(p)[0].hypot(off(p)[1]) < 0.95
            && [-0.45, 0.0, 0.45].iter().any(|at| (off(p)[1] - at).abs() < 0.035)
    })
}

/// Dark glasses whose lenses let through `1 - darkness`.
pub fn sunglasses(picture: &RgbImage, face: &Landmarks, darkness: f32) -> RgbImage {
    let lens = |outer: usize, inner: usize| {
        let (a, b) = (face.at(outer), face.at(inner));
        ([(a[0] + b[0]) / 2.0, (a[1] + b[1]) / 2.0], (a[0] - b[0]).hypot(a[1] - b[1]))
    };
    let lenses = [lens(33, 133), lens(263, 362)];
    painted(picture, [25, 22, 20], darkness, |[x, y]| {
        lenses.iter().any(|&([cx, cy], eye)| {
            ((x - cx) / (0.95 * eye)).hypot((y - cy - 0.1 * eye) / (0.72 * eye)) < 1.0
        })
    })
}

/// A lamp reflected at `centre`: white within `radius`, gone at one and a half of it.
pub fn reflection(picture: &RgbImage, centre: [f32; 2], radius: f32) -> RgbImage {
    let mut shown = picture.clone();
    for (x, y, pixel) in shown.enumerate_pixels_mut() {
        let far = (x as f32 - centre[0]).hypot(y as f32 - centre[1]) / radius.max(f32::EPSILON);
        let light = 400.0 * ((1.5 - far) / 0.5).clamp(0.0, 1.0);
        pixel.0 = pixel.0.map(|value| (f32::from(value) + light).min(255.0) as u8);
    }
    shown
}

fn painted(picture: &RgbImage, colour: [u8; 3], cover: f32, inside: impl Fn([f32; 2]) -> bool) -> RgbImage {
    let mut shown = picture.clone();
    for (x, y, pixel) in shown.enumerate_pixels_mut() {
        if inside([x as f32, y as f32]) {
            for (value, paint) in pixel.0.iter_mut().zip(colour) {
                *value = (f32::from(*value) * (1.0 - cover) + f32::from(paint) * cover) as u8;
            }
        }
    }
    shown
}

/// Even-odd rule.
fn encloses(outline: &[[f32; 2]], [x, y]: [f32; 2]) -> bool {
    let sides = outline.windows(2).filter(|side| (side[0][1] > y) != (side[1][1] > y));
    let left = sides.filter(|s| x < s[0][0] + (y - s[0][1]) / (s[1][1] - s[0][1]) * (s[1][0] - s[0][0]));
    left.count() % 2 == 1
}
