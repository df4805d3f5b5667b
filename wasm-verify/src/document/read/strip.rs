//! Rectangles cut out of a picture along a line of text.

use ::image::RgbImage;

use crate::image::Affine;

/// Colours of `width` x `height` pixels, rows from the top, each 0 to 255. `map` leads from the pixels' middles to
/// the picture; where it shrinks, several places are averaged, so that thin strokes do not vanish.
pub(super) fn cut(picture: &RgbImage, map: &Affine, width: usize, height: usize) -> Vec<[f32; 3]> {
    let [a, b, _, d, e, _] = map.m;
    let shrink = a.hypot(d).max(b.hypot(e));
    let fine = if shrink.is_finite() { shrink.round().clamp(1.0, 4.0) as usize } else { 1 };
    let mut pixels = Vec::with_capacity(width * height);
    for row in 0..height {
        for column in 0..width {
            let mut sum = [0.0; 3];
            for part in 0..fine * fine {
                let offset = |part: usize| (part as f32 + 0.5) / fine as f32 - 0.5;
                let place = [column as f32 + offset(part % fine), row as f32 + offset(part / fine)];
                let colour = bilinear(picture, map.apply(place));
                sum.iter_mut().zip(colour).for_each(|(sum, value)| *sum += value);
            }
            pixels.push(sum.map(|value| value / (fine * fine) as f32));
        }
    }
    pixels
}

/// The colour at a place between pixels; beyond the edge, that of the edge.
fn bilinear(picture: &RgbImage, [x, y]: [f32; 2]) -> [f32; 3] {
    let (right, bottom) = (picture.width().saturating_sub(1), picture.height().saturating_sub(1));
    // Casts from float saturate and turn NaN into 0.
    let (x, y) = (x.clamp(0.0, right as f32), y.clamp(0.0, bottom as f32));
    let (left, top) = (x as u32, y as u32);
    let (fx, fy) = (x - left as f32, y - top as f32);
    let at = |x: u32, y: u32| picture.get_pixel_checked(x.min(right), y.min(bottom)).map_or([0; 3], |p| p.0);
    let (p, q, r, s) = (at(left, top), at(left + 1, top), at(left, top + 1), at(left + 1, top + 1));
    std::array::from_fn(|i| {
        let mix = |a: [u8; 3], b: [u8; 3]| f32::from(a[i]) * (1.0 - fx) + f32::from(b[i]) * fx;
        mix(p, q) * (1.0 - fy) + mix(r, s) * fy
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::Rgb;

    #[test]
    fn a_cut_one_to_one_is_the_picture_and_a_smaller_one_its_average() {
        let picture = RgbImage::from_fn(8, 4, |x, _| Rgb([if x % 2 == 0 { 200 } else { 100 }; 3]));
        let same = cut(&picture, &Affine { m: [1.0, 0.0, 0.0, 0.0, 1.0, 0.0] }, 8, 4);
        assert_eq!((same[0], same[1]), ([200.0; 3], [100.0; 3]));
        let half = cut(&picture, &Affine { m: [2.0, 0.0, 0.5, 0.0, 2.0, 0.5] }, 4, 2);
        assert!(half.iter().all(|colour| (colour[0] - 150.0).abs() < 1.0), "{half:?}");
    }

    #[test]
    fn wild_maps_do_not_panic() {
        for value in [f32::NAN, f32::INFINITY, -1e30] {
            assert_eq!(cut(&RgbImage::new(3, 3), &Affine { m: [value; 6] }, 5, 2).len(), 10);
        }
        assert_eq!(cut(&RgbImage::new(0, 0), &Affine { m: [1.0; 6] }, 1, 1), [[0.0; 3]]);
    }
}
