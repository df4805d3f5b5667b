//! Parallax: whether what turned is a head or a picture of one.
//!
//! Between two views a flat sheet moves by one homography, whose affine part tells how far the sheet was inclined:
//! a sheet inclined by an angle keeps its width across the axis and loses the cosine of the angle along it. The
//! landmark network sees a face-like mesh in any picture, but on a turned sheet that mesh hardly turns: what the
//! camera sees of the sheet's sides does not change. So a sheet must be inclined far more than its face seems to
//! turn, and a head exactly as far. A bent sheet lies in between.
//!
//! The residual of the best homography, the textbook measure, does not serve here: the network draws the nose of a
//! photograph where a nose should be (`docs/accuracy.md` has both figures).

use crate::face::Landmarks;

/// Points that keep their places on a skull whatever the face does, as far as there are any: forehead, temples, brows,
/// corners of the eyes, cheek bones, wings of the nose.
#[rustfmt::skip]
const RIGID: [usize; 33] = [
    10, 151, 109, 338, 67, 297, // forehead
    127, 356, 21, 251, // temples
    9, 8, 168, 107, 336, // brows
    33, 133, 362, 263, // corners of the eyes
    117, 346, 50, 280, 101, 330, 205, 425, 36, 266, // cheek bones
    98, 327, 129, 358, // wings of the nose
];

/// What two views of one face have in common, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parallax {
    /// How far the head turned between them, as the landmarks' depth has it.
    pub turn: f32,
    /// How far a flat sheet would have to be inclined to look like this.
    pub inclination: f32,
}

impl Parallax {
    /// Compares a face at rest with the same face turned or nodding. `None` when the points coincide.
    pub fn between(rest: &Landmarks, turned: &Landmarks) -> Option<Self> {
        let (from, to) = (rest.pose(), turned.pose());
        Some(Self {
            turn: (to.yaw - from.yaw).hypot(to.pitch - from.pitch),
            inclination: inclination(&RIGID.map(|i| rest.at(i)), &RIGID.map(|i| turned.at(i)))?,
        })
    }

    /// How much more a sheet would have to be inclined than the face turned: about 0 for a head, 20 and more for a
    /// sheet.
    pub fn excess(&self) -> f32 {
        self.inclination - self.turn
    }
}

/// The angle whose cosine is the ratio of the two scales of the affine map that brings `from` closest to `to` in
/// least squares.
fn inclination(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<f32> {
    let [a, b, c, d] = linear_part(from, to)?;
    // Singular values of a 2 x 2 matrix: half the sum and half the difference of these.
    let (sum, difference) = ((a + d).hypot(c - b), (a - d).hypot(b + c));
    let ratio = (sum - difference) / (sum + difference);
    ratio.is_finite().then(|| ratio.clamp(0.0, 1.0).acos().to_degrees() as f32)
}

fn linear_part(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<[f64; 4]> {
    let mean = |points: &[[f32; 2]], axis: usize| {
        points.iter().map(|p| f64::from(p[axis])).sum::<f64>() / points.len() as f64
    };
    let (from_mean, to_mean) = ([mean(from, 0), mean(from, 1)], [mean(to, 0), mean(to, 1)]);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    let (mut ux, mut uy, mut vx, mut vy) = (0.0, 0.0, 0.0, 0.0);
    for (p, q) in from.iter().zip(to) {
        let (x, y) = (f64::from(p[0]) - from_mean[0], f64::from(p[1]) - from_mean[1]);
        let (u, v) = (f64::from(q[0]) - to_mean[0], f64::from(q[1]) - to_mean[1]);
        (xx, xy, yy) = (xx + x * x, xy + x * y, yy + y * y);
        (ux, uy, vx, vy) = (ux + u * x, uy + u * y, vx + v * x, vy + v * y);
    }
    let det = xx * yy - xy * xy;
    // Of points on one line the map is not known.
    if det.is_nan() || det <= 1e-9 * (xx + yy) * (xx + yy) {
        return None;
    }
    let solve = |x: f64, y: f64| [(x * yy - y * xy) / det, (y * xx - x * xy) / det];
    let ([a, b], [c, d]) = (solve(ux, uy), solve(vx, vy));
    Some([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A face 15 cm wide, seen half a metre away, turned by `yaw` degrees about the vertical. `depth` says how far
    /// the middle stands out before the sides: 0 for a sheet.
    fn view(yaw: f32, depth: f32) -> Vec<[f32; 2]> {
        let (sin, cos) = yaw.to_radians().sin_cos();
        let grid = (0..49).map(|i| [(i % 7) as f32 / 3.0 - 1.0, (i / 7) as f32 / 3.0 - 1.0]);
        grid.map(|[x, y]| {
            let z = -depth * (1.0 - x * x);
            let (x, y, z) = (7.5 * (cos * x + sin * z), 9.0 * y, 7.5 * (cos * z - sin * x) + 50.0);
            [320.0 + 600.0 * x / z, 240.0 + 600.0 * y / z]
        })
        .collect()
    }

    #[test]
    fn a_sheet_is_inclined_as_far_as_it_is_turned() {
        for yaw in [-45.0f32, -20.0, 30.0, 50.0] {
            let found = inclination(&view(0.0, 0.0), &view(yaw, 0.0)).unwrap();
            assert!((found - yaw.abs()).abs() < 3.0, "{yaw}: {found}");
        }
    }

    #[test]
    fn shift_scale_and_roll_are_no_inclination() {
        let rest = view(0.0, 0.5);
        let moved: Vec<[f32; 2]> =
            rest.iter().map(|[x, y]| [1.2 * x - 0.5 * y + 30.0, 0.5 * x + 1.2 * y - 9.0]).collect();
        assert!(inclination(&rest, &moved).unwrap() < 0.5);
    }

    #[test]
    fn a_head_is_inclined_no_further_than_it_is_turned() {
        for yaw in [15.0, 25.0, 35.0] {
            let found = inclination(&view(0.0, 0.8), &view(yaw, 0.8)).unwrap();
            assert!(found < yaw + 6.0, "{yaw}: {found}");
        }
    }

    #[test]
    fn points_that_say_nothing_give_nothing() {
        let rest = view(0.0, 0.0);
        assert_eq!(inclination(&[[3.0, 4.0]; 9], &rest[..9]), None);
        assert_eq!(inclination(&[[f32::NAN; 2]; 9], &rest[..9]), None);
        assert_eq!(inclination(&rest, &vec![[f32::INFINITY; 2]; rest.len()]), None);
    }
}
