use super::chip::{Axis, Chip, Plane, SIZE, is_within};

/// Binomial kernel with a standard deviation of one pixel.
const FINE: [f32; 5] = [1.0 / 16.0, 4.0 / 16.0, 6.0 / 16.0, 4.0 / 16.0, 1.0 / 16.0];
/// Two of these in a row have a standard deviation of 3.7 pixels.
const COARSE: [f32; 9] = [1.0 / 9.0; 9];

/// How much fine detail a face shows, against its coarse detail, in the direction that has less of it: a lens out
/// of focus blurs both, a movement one. The quotient knows nothing of contrast or brightness, and the chip nothing
/// of size.
pub fn sharpness(chip: &Chip) -> f32 {
    along(chip.luma(), Axis::Across).min(along(chip.luma(), Axis::Down))
}

/// Energy below one pixel of the chip over energy between one and four, in one direction.
fn along(luma: &Plane, axis: Axis) -> f32 {
    let fine = luma.smoothed(&FINE, axis);
    let coarse = fine.smoothed(&COARSE, axis).smoothed(&COARSE, axis);
    // A flat patch has no detail of either kind: one grey level of coarse detail stands for the camera's noise.
    difference(luma, &fine) / (difference(&fine, &coarse) + 1.0)
}

/// Root mean square of the difference within the face.
fn difference(a: &Plane, b: &Plane) -> f32 {
    let inside = (0..SIZE * SIZE).filter(|index| is_within(index % SIZE, index / SIZE));
    let (sum, count) = inside
        .fold((0.0, 0.0f32), |(sum, count), index| (sum + (a.0[index] - b.0[index]).powi(2), count + 1.0));
    (sum / count.max(1.0)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::Region;
    use image::{Rgb, RgbImage, imageops};

    /// Rings of ever finer detail, `side` pixels wide.
    fn rings(side: u32, low: f32, high: f32) -> RgbImage {
        RgbImage::from_fn(side, side, |x, y| {
            let off = |at: u32| at as f32 / side as f32 - 0.5;
            let wave = (0.5 + 0.5 * (200.0 * (off(x).powi(2) + off(y).powi(2))).sin()) * (high - low) + low;
            Rgb([wave as u8; 3])
        })
    }

    fn of(picture: &RgbImage) -> f32 {
        let side = picture.width() as f32;
        let region = Region { centre: [side / 2.0; 2], side: side / 0.8, angle: 0.0 };
        sharpness(&Chip::cut(picture, &region))
    }

    #[test]
    fn neither_size_nor_contrast_counts() {
        let one = of(&rings(224, 40.0, 220.0));
        assert!((of(&rings(448, 40.0, 220.0)) - one).abs() < 0.1 * one);
        assert!((of(&rings(224, 40.0, 110.0)) - one).abs() < 0.1 * one);
    }

    #[test]
    fn blur_counts() {
        let sharp = rings(224, 40.0, 220.0);
        let sideways = [0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0];
        let smeared = (0..20).fold(sharp.clone(), |picture, _| imageops::filter3x3(&picture, &sideways));
        let smeared_down = imageops::rotate90(&smeared);
        for worse in [smeared, smeared_down, imageops::blur(&sharp, 6.0)] {
            assert!(of(&worse) < 0.9 * of(&sharp), "{} {}", of(&worse), of(&sharp));
        }
        assert!(of(&RgbImage::new(224, 224)) < 0.01);
    }
}
