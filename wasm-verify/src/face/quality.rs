//! Whether a face is shown well enough to be believed, after ISO/IEC 29794-5: size, place, light, sharpness.

use super::Face;
use crate::image::{Affine, Border, RgbImage, sample_image};

/// Side of the square the face is looked at in, so that measures do not depend on the camera's resolution.
const SIZE: usize = 128;

/// Measures of the face's skin region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// Mean luminance, 0 (black) to 255 (white).
    pub brightness: f32,
    /// Variance of the Laplacian of the luminance; a blurred face is low.
    pub sharpness: f32,
}

/// Measures `face` in `picture`.
pub fn measure(picture: &RgbImage, face: &Face) -> Quality {
    let [x, y, width, height] = face.bounds;
    let map = Affine::onto_rectangle(x, y, width.max(1.0), height.max(1.0), SIZE);
    let square = sample_image(picture, &map, SIZE, Border::Replicate);
    let luminance: Vec<f32> = square
        .pixels()
        .map(|p| 0.299 * f32::from(p.0[0]) + 0.587 * f32::from(p.0[1]) + 0.114 * f32::from(p.0[2]))
        .collect();
    let brightness = luminance.iter().sum::<f32>() / luminance.len() as f32;
    let at = |x: usize, y: usize| luminance[y * SIZE + x];
    let edges: Vec<f32> = (1..SIZE - 1)
        .flat_map(|y| (1..SIZE - 1).map(move |x| (x, y)))
        .map(|(x, y)| at(x - 1, y) + at(x + 1, y) + at(x, y - 1) + at(x, y + 1) - 4.0 * at(x, y))
        .collect();
    let mean = edges.iter().sum::<f32>() / edges.len() as f32;
    let sharpness = edges.iter().map(|e| (e - mean).powi(2)).sum::<f32>() / edges.len() as f32;
    Quality { brightness, sharpness }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::{Rgb, imageops};

    #[test]
    fn blur_and_darkness_show() {
        let checks =
            RgbImage::from_fn(200, 200, |x, y| Rgb([if (x / 4 + y / 4) % 2 == 0 { 200 } else { 40 }; 3]));
        let face = Face { bounds: [20.0, 20.0, 160.0, 160.0], points: [[0.0; 2]; 5], score: 1.0 };
        let sharp = measure(&checks, &face);
        let blurred = measure(&imageops::blur(&checks, 4.0), &face);
        let dark = measure(&imageops::brighten(&checks, -100), &face);
        assert!(blurred.sharpness < sharp.sharpness / 10.0, "{sharp:?} {blurred:?}");
        assert!(dark.brightness < sharp.brightness / 1.5, "{sharp:?} {dark:?}");
    }
}
