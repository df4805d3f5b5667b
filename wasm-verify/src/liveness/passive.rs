use super::texture::Texture;
use crate::face::Face;
use crate::image::{Affine, Border, Channels, RgbImage, sample, sample_area};
use crate::net::{Network, NetworkError};

const SIZE: usize = 80;
const SHAPE: [usize; 4] = [1, 3, SIZE, SIZE];

/// Narrowest face, in pixels, on which the networks tell printed and replayed faces from live ones. On smaller
/// ones genuine people are refused.
pub const MIN_FACE: f32 = 100.0;

/// How much of the surroundings the networks were trained with, in widths of the face: V2 and V1SE.
const NEAR: f32 = 2.7;
const WIDE: f32 = 4.0;

/// Passive presentation attack detection (ISO/IEC 30107-3): MiniFASNet V2 and V1SE (Silent-Face), each on two views.
///
/// Each looks at the face with some of its surroundings, where the edges of a sheet or a screen are. One view is as
/// the networks were trained; the other, taken over the whole area of each pixel, in neutral colour, mirrored and
/// with the other network's margin, withstands noise, dim light and coloured light.
#[derive(Clone)]
pub struct PassivePad {
    near: Network,
    wide: Network,
}

impl PassivePad {
    /// Prepares both networks.
    pub fn load(v2: &[u8], v1se: &[u8]) -> Result<Self, NetworkError> {
        let load = |bytes| Network::load(bytes, &SHAPE);
        Ok(Self { near: load(v2)?, wide: load(v1se)? })
    }

    /// How likely the face is live, 0 to 1. From 0.5 on it is at the operating point of `docs/accuracy.md`.
    pub fn live(&self, picture: &RgbImage, face: &Face) -> Result<f32, NetworkError> {
        let light = neutral_light(picture);
        let odds = [
            log_odds(&self.near, plain_view(picture, face, NEAR))?,
            log_odds(&self.near, even_view(picture, face, WIDE, light))?,
            log_odds(&self.wide, plain_view(picture, face, WIDE))?,
            log_odds(&self.wide, even_view(picture, face, NEAR, light))?,
        ];
        let tight = tightness(room(picture, face));
        let texture = (tight > 0.0).then(|| Texture::measure(picture, face));
        Ok(weigh(odds, tight, texture.as_ref()))
    }
}

/// Turns the log odds of every network on every view into a probability whose line is 0.5.
///
/// The two that doubt most count: a network is fooled on one view more easily than on both, and on a phone in full
/// view V1SE alone was fooled now and then. The networks are surest with surroundings; the less there are (`tight`,
/// 0 to 1), the lower live faces and attacks score alike. Then the line moves along and the skin's texture joins in.
///
/// Chosen on 2026-11-22 on the development stills of `docs/accuracy.md`: the line for full frames on `sudipto0315` and
/// copies of it with noise, dim, coloured and excess light, and as low as the attacks allow; the terms for tight
/// pictures on `nuaa`, held against `sudipto0315`, a monitor's replay and LFW cut as tightly. Many settings were compared
/// on these few hundred stills before these round figures stayed.
fn weigh(mut odds: [f32; 4], tight: f32, texture: Option<&Texture>) -> f32 {
    odds.sort_by(f32::total_cmp);
    let networks = ((odds[0] + odds[1]) / 2.0).clamp(-8.0, 8.0);
    let skin = texture.map_or(0.0, |texture| {
        60.0 * (texture.saturation.min(0.12) - 0.12) + 16.0 * (texture.fineness + 0.1).clamp(-0.3, 0.3)
            - 3.0 * (texture.colour_grain + 1.9)
    });
    logistic((networks + 1.0 + tight * (skin + 2.7)) / 2.0)
}

fn logistic(log_odds: f32) -> f32 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// The margin about the face that the picture has room for, in widths or heights of the face, whichever is less.
fn room(picture: &RgbImage, face: &Face) -> f32 {
    let [width, height] = [face.bounds[2], face.bounds[3]].map(|side| side.trunc().max(1.0));
    ((picture.width() as f32 - 1.0) / width).min((picture.height() as f32 - 1.0) / height)
}

/// 0 with enough surroundings, 1 when the face fills the picture.
fn tightness(room: f32) -> f32 {
    ((1.35 - room) / 0.3).clamp(0.0, 1.0)
}

/// The logarithm of live over not live. The third of three classes and the first are kinds of attack.
fn log_odds(network: &Network, view: Vec<f32>) -> Result<f32, NetworkError> {
    let outputs = network.run(&SHAPE, view)?;
    let live = outputs.first().and_then(|p| p.get(1)).copied().filter(|p| p.is_finite()).unwrap_or(0.0);
    let live = live.clamp(1e-6, 1.0 - 1e-6);
    Ok((live / (1.0 - live)).ln())
}

/// Face and surroundings as the networks were trained.
fn plain_view(picture: &RgbImage, face: &Face, margin: f32) -> Vec<f32> {
    let map = surroundings(picture, face, margin);
    sample(picture, &map, SIZE, Channels::Bgr, 1.0, Border::Replicate)
}

/// Face and surroundings without noise and cast: each pixel the mean of its area, each colour times `light`, mirrored.
fn even_view(picture: &RgbImage, face: &Face, margin: f32, light: [f32; 3]) -> Vec<f32> {
    let map = surroundings(picture, face, margin);
    let mut view = sample_area::<3>(picture, &map, SIZE, Channels::Bgr, Border::Replicate);
    for (plane, gain) in view.chunks_exact_mut(SIZE * SIZE).zip(light) {
        plane.iter_mut().for_each(|value| *value = (*value * gain).min(255.0));
        plane.chunks_exact_mut(SIZE).for_each(<[f32]>::reverse);
    }
    view
}

/// What to multiply blue, green and red by so that the picture is grey on average (the grey-world assumption).
fn neutral_light(picture: &RgbImage) -> [f32; 3] {
    let sums = picture.as_raw().chunks_exact(3).fold([0u64; 3], |sums, pixel| {
        [sums[0] + u64::from(pixel[2]), sums[1] + u64::from(pixel[1]), sums[2] + u64::from(pixel[0])]
    });
    let count = (picture.as_raw().len() / 3).max(1) as f32;
    let means = sums.map(|sum| sum as f32 / count + 1.0);
    let grey = means.iter().sum::<f32>() / 3.0;
    means.map(|mean| (grey / mean).clamp(0.5, 2.0))
}

/// The face's bounds enlarged about their centre, shrunk and shifted to lie within the picture, as the networks
/// were trained.
fn surroundings(picture: &RgbImage, face: &Face, margin: f32) -> Affine {
    let (limit_x, limit_y) = (picture.width() as f32 - 1.0, picture.height() as f32 - 1.0);
    let [x, y, width, height] = face.bounds.map(f32::trunc);
    let (width, height) = (width.max(1.0), height.max(1.0));
    let margin = margin.min(room(picture, face));
    let place = |start: f32, size: f32, limit: f32| {
        let first = start + size / 2.0 - size * margin / 2.0;
        first.min(limit - size * margin).max(0.0).trunc()
    };
    let (left, top) = (place(x, width, limit_x), place(y, height, limit_y));
    Affine::onto_rectangle(left, top, (width * margin).trunc() + 1.0, (height * margin).trunc() + 1.0, SIZE)
}

#[cfg(test)]
mod tests {
    use ::image::Rgb;

    use super::*;

    const fn face(bounds: [f32; 4]) -> Face {
        Face { bounds, points: [[0.0; 2]; 5], score: 1.0 }
    }

    #[test]
    fn surroundings_stay_within_the_picture() {
        let picture = RgbImage::new(640, 480);
        for bounds in [[0.0, 0.0, 100.0, 120.0], [560.0, 380.0, 100.0, 120.0], [200.0, 100.0, 300.0, 360.0]] {
            for margin in [NEAR, WIDE] {
                let map = surroundings(&picture, &face(bounds), margin);
                let [first, last] = [0.0, SIZE as f32 - 1.0].map(|at| map.apply([at, at]));
                assert!(first[0] >= -0.5 && first[1] >= -0.5, "{bounds:?} {first:?}");
                assert!(last[0] <= 640.0 && last[1] <= 480.0, "{bounds:?} {last:?}");
            }
        }
    }

    #[test]
    fn a_face_that_fills_the_picture_is_tight() {
        let picture = RgbImage::new(200, 200);
        assert_eq!(tightness(room(&picture, &face([10.0, 5.0, 150.0, 190.0]))), 1.0);
        assert_eq!(tightness(room(&picture, &face([60.0, 60.0, 60.0, 80.0]))), 0.0);
    }

    #[test]
    fn more_odds_are_never_less_live() {
        for tight in [0.0, 0.5, 1.0] {
            let scores: Vec<f32> = (-10..=10).map(|odds| weigh([odds as f32; 4], tight, None)).collect();
            assert!(scores.is_sorted() && scores[0] < 0.2 && scores[20] > 0.9, "{tight} {scores:?}");
        }
    }

    #[test]
    fn doubt_on_two_views_outweighs_certainty_on_two() {
        assert!(weigh([8.0, 8.0, -2.0, -2.0], 0.0, None) < 0.5);
        assert!(weigh([8.0, 8.0, 3.0, -1.0], 0.0, None) > 0.5);
    }

    #[test]
    fn a_pale_soft_face_is_less_live_than_a_fresh_one() {
        let fresh = Texture { saturation: 0.3, fineness: 0.0, colour_grain: -2.4 };
        let pale = Texture { saturation: 0.05, ..fresh };
        let soft = Texture { fineness: -0.3, ..fresh };
        for worse in [pale, soft] {
            assert!(weigh([-4.0; 4], 1.0, Some(&worse)) < weigh([-4.0; 4], 1.0, Some(&fresh)) - 0.1);
        }
    }

    #[test]
    fn a_colour_cast_leaves_the_even_view_unchanged() {
        let grey = RgbImage::from_fn(90, 90, |x, y| Rgb([((x * 7 + y * 3) % 100 + 50) as u8; 3]));
        let cast = RgbImage::from_fn(90, 90, |x, y| {
            let [red, green, blue] = grey.get_pixel(x, y).0.map(f32::from);
            Rgb([(red * 1.2) as u8, green as u8, (blue * 0.7) as u8])
        });
        let view = |picture: &RgbImage| {
            even_view(picture, &face([30.0, 30.0, 30.0, 30.0]), NEAR, neutral_light(picture))
        };
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        let [blue, green, red] =
            [0, 1, 2].map(|plane| mean(&view(&cast)[plane * SIZE * SIZE..][..SIZE * SIZE]));
        assert!((blue - green).abs() < 2.0 && (red - green).abs() < 2.0, "{blue} {green} {red}");
    }
}
