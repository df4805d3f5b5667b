//! What the skin itself shows when a picture has no surroundings to judge by.
//!
//! Printing and a second exposure take away the finest detail and, when overexposed, the colour; a screen's coloured
//! dots leave grain in the colours that skin does not have (after Boulkenafet et al., 2016: colour texture carries
//! over from one camera to another better than brightness alone).

use crate::face::Face;
use crate::image::{Affine, Border, Channels, RgbImage, sample_area};

/// The face is measured at this size, in pixels, whatever its size in the picture.
const SIZE: usize = 96;

/// Figures about the skin, none of which depends on the size of the face or on exposure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Texture {
    /// Mean saturation (HSV), 0 to 1. Below 0.1 a face is nearly grey.
    pub saturation: f32,
    /// Logarithm of the finest detail over the next coarser. Near 0 when sharp, below -0.2 when soft.
    pub fineness: f32,
    /// Logarithm of the detail in redness over the detail in brightness. About -2; higher with coloured grain.
    pub colour_grain: f32,
}

impl Texture {
    /// Measures the inside of the face's bounds.
    pub fn measure(picture: &RgbImage, face: &Face) -> Self {
        let [x, y, width, height] = face.bounds;
        let map = Affine::onto_rectangle(x, y, width.max(1.0), height.max(1.0), SIZE);
        let skin = sample_area::<2>(picture, &map, SIZE, Channels::Rgb, Border::Replicate);
        let (red, rest) = skin.split_at(SIZE * SIZE);
        let (green, blue) = rest.split_at(SIZE * SIZE);
        let colours = || red.iter().zip(green).zip(blue).map(|((red, green), blue)| [*red, *green, *blue]);
        // ITU-R BT.601.
        let luma: Vec<f32> = colours().map(|[r, g, b]| 0.299 * r + 0.587 * g + 0.114 * b).collect();
        let redness: Vec<f32> = red.iter().zip(&luma).map(|(red, luma)| 0.713 * (red - luma)).collect();
        let saturation = colours().map(|[r, g, b]| {
            let most = r.max(g).max(b);
            (most - r.min(g).min(b)) / (most + 1.0)
        });
        let fine = blurred(&luma, 2);
        let coarse = blurred(&fine, 6);
        Self {
            saturation: saturation.sum::<f32>() / (SIZE * SIZE) as f32,
            fineness: ((deviation(&difference(&luma, &fine)) + 0.05)
                / (deviation(&difference(&fine, &coarse)) + 0.05))
                .ln(),
            colour_grain: ((deviation(&laplacian(&redness)) + 0.05) / (deviation(&laplacian(&luma)) + 0.1))
                .ln(),
        }
    }
}

/// What `combine` makes of a value and the ones before and after it, along rows (`step` 1) or columns (`step`
/// [`SIZE`]). Beyond the edge lies the edge's own value.
fn along(plane: &[f32], at: usize, step: usize, combine: impl Fn(f32, f32, f32) -> f32) -> f32 {
    let place = at / step % SIZE;
    let before = if place == 0 { at } else { at - step };
    let after = if place == SIZE - 1 { at } else { at + step };
    combine(plane[before], plane[at], plane[after])
}

/// `times` over, the binomial filter 1 2 1 in both directions: twice is a Gaussian of one pixel, eight times of two.
fn blurred(plane: &[f32], times: usize) -> Vec<f32> {
    let mut plane = plane.to_vec();
    for step in [1, SIZE].repeat(times) {
        plane = (0..plane.len())
            .map(|at| along(&plane, at, step, |before, here, after| (before + 2.0 * here + after) / 4.0))
            .collect();
    }
    plane
}

fn laplacian(plane: &[f32]) -> Vec<f32> {
    let bend = |before: f32, here: f32, after: f32| before - 2.0 * here + after;
    (0..plane.len()).map(|at| along(plane, at, 1, bend) + along(plane, at, SIZE, bend)).collect()
}

fn difference(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn deviation(values: &[f32]) -> f32 {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    (values.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count).sqrt()
}

#[cfg(test)]
mod tests {
    use ::image::{Rgb, imageops};

    use super::*;

    const FACE: Face = Face { bounds: [0.0, 0.0, 96.0, 96.0], points: [[0.0; 2]; 5], score: 1.0 };

    /// Skin-coloured noise: the same at every run.
    fn skin() -> RgbImage {
        let mut state = 1u32;
        RgbImage::from_fn(96, 96, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let light = 90.0 + (state >> 26) as f32;
            Rgb([light * 1.2, light, light * 0.8].map(|value| value as u8))
        })
    }

    #[test]
    fn blur_makes_a_face_soft() {
        let soft = imageops::blur(&skin(), 2.0);
        assert!(Texture::measure(&soft, &FACE).fineness < Texture::measure(&skin(), &FACE).fineness - 0.3);
    }

    #[test]
    fn a_faded_print_is_pale() {
        let faded = RgbImage::from_fn(96, 96, |x, y| Rgb([skin().get_pixel(x, y)[1]; 3]));
        assert!(Texture::measure(&faded, &FACE).saturation < 0.01);
        assert!(Texture::measure(&skin(), &FACE).saturation > 0.2);
    }

    #[test]
    fn coloured_dots_are_grain() {
        let dotted = RgbImage::from_fn(96, 96, |x, y| {
            let mut pixel = *skin().get_pixel(x, y);
            pixel[((x + y) % 3) as usize] += 60;
            pixel
        });
        let grain = |picture: &RgbImage| Texture::measure(picture, &FACE).colour_grain;
        assert!(grain(&dotted) > grain(&skin()) + 0.3, "{} {}", grain(&dotted), grain(&skin()));
    }

    #[test]
    fn nothing_to_measure_gives_finite_figures() {
        let Texture { saturation, fineness, colour_grain } = Texture::measure(&RgbImage::new(1, 1), &FACE);
        assert!(saturation.is_finite() && fineness.is_finite() && colour_grain.is_finite());
    }
}
