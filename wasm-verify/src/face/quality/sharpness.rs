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
