use ::image::{Rgb, RgbImage};

/// A map of the plane, `x' = a x + b y + c`, `y' = d x + e y + f`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// Coefficients `[a, b, c, d, e, f]`.
    pub m: [f32; 6],
}

impl Affine {
    /// Where the point goes.
    pub fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [a, b, c, d, e, f] = self.m;
        [a * x + b * y + c, d * x + e * y + f]
    }

    /// This map after `first`: the one map that does both.
    pub fn after(&self, first: &Self) -> Self {
        let [a, b, c, d, e, f] = self.m;
        let [g, h, i, j, k, l] = first.m;
        Self {
            m: [
                a * g + b * j,
                a * h + b * k,
                a * i + b * l + c,
                d * g + e * j,
                d * h + e * k,
                d * i + e * l + f,
            ],
        }
    }

    /// The map of a square of `size` pixels onto the rectangle with the given corner and sides, pixel centres to
    /// pixel centres, as a resize does it.
    pub fn onto_rectangle(x: f32, y: f32, width: f32, height: f32, size: usize) -> Self {
        let (sx, sy) = (width / size as f32, height / size as f32);
        Self { m: [sx, 0.0, x + 0.5 * sx - 0.5, 0.0, sy, y + 0.5 * sy - 0.5] }
    }

    /// The map of a square of `size` pixels onto the square of side `side` about `centre`, turned by `angle`
    /// radians (clockwise on the screen).
    pub fn onto_turned_square(centre: [f32; 2], side: f32, angle: f32, size: usize) -> Self {
        let scale = side / size as f32;
        let (sin, cos) = (angle.sin() * scale, angle.cos() * scale);
        let half = size as f32 / 2.0;
        Self {
            m: [
                cos,
                -sin,
                centre[0] - cos * half + sin * half,
                sin,
                cos,
                centre[1] - sin * half - cos * half,
            ],
        }
    }

    /// The similarity (turn, scale, shift) that brings `from` closest to `to` in least squares (Umeyama 1991,
    /// without reflection, which never helps for faces). `None` when the points coincide.
    pub fn similarity(from: &[[f32; 2]], to: &[[f32; 2]]) -> Option<Self> {
        let mean = |points: &[[f32; 2]]| {
            let n = points.len() as f64;
            points.iter().fold([0.0; 2], |m, p| [m[0] + f64::from(p[0]) / n, m[1] + f64::from(p[1]) / n])
        };
        let (from_mean, to_mean) = (mean(from), mean(to));
        // As complex numbers the best turn and scale is sum(to * conj(from)) / sum(|from|^2).
        let (mut re, mut im, mut norm) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (f64::from(p[0]) - from_mean[0], f64::from(p[1]) - from_mean[1]);
            let (qx, qy) = (f64::from(q[0]) - to_mean[0], f64::from(q[1]) - to_mean[1]);
            re += qx * px + qy * py;
            im += qy * px - qx * py;
            norm += px * px + py * py;
        }
        if norm.is_nan() || norm < 1e-6 {
            return None;
        }
        let (cos, sin) = (re / norm, im / norm);
        let shift_x = to_mean[0] - cos * from_mean[0] + sin * from_mean[1];
        let shift_y = to_mean[1] - sin * from_mean[0] - cos * from_mean[1];
        Some(Self { m: [cos, -sin, shift_x, sin, cos, shift_y].map(|value| value as f32) })
    }

    /// The way back. `None` for a map that loses an area.
    pub fn inverse(&self) -> Option<Self> {
        let [a, b, c, d, e, f] = self.m.map(f64::from);
        let det = a * e - b * d;
        if !det.is_finite() || det.abs() < 1e-12 {
            return None;
        }
        let (ia, ib, id, ie) = (e / det, -b / det, -d / det, a / det);
        Some(Self { m: [ia, ib, -(ia * c + ib * f), id, ie, -(id * c + ie * f)].map(|value| value as f32) })
    }
}

/// What lies beyond the picture's edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Black.
    Black,
    /// The edge's own pixels, on and on.
    Replicate,
}

/// Order of colours in a network's input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channels {
    /// Red first.
    Rgb,
    /// Blue first, as OpenCV keeps pictures.
    Bgr,
}

/// Cuts a square of `size` pixels out of `picture` by bilinear interpolation, as a planar tensor (`3 x size x size`)
/// with values `0..=255` times `scale`. `map` leads from the square to the picture.
pub fn sample(
    picture: &RgbImage,
    map: &Affine,
    size: usize,
    channels: Channels,
    scale: f32,
    border: Border,
) -> Vec<f32> {
    let plane = size * size;
    let mut tensor = vec![0.0; 3 * plane];
    let place = match channels {
        Channels::Rgb => [0, plane, 2 * plane],
        Channels::Bgr => [2 * plane, plane, 0],
    };
    each_pixel(picture, map, size, border, |index, colour| {
        for (start, value) in place.into_iter().zip(colour) {
            tensor[start + index] = value * scale;
        }
    });
    tensor
}

/// The same tensor with every value the mean of `N x N` bilinear samples spread over its area: what is finer than a
/// pixel of the square (noise, moire) is averaged instead of picked at random. Values `0..=255`.
pub fn sample_area<const N: usize>(
    picture: &RgbImage,
    map: &Affine,
    size: usize,
    channels: Channels,
    border: Border,
) -> Vec<f32> {
    let n = N as f32;
    let [a, b, c, d, e, f] = map.m;
    let shift = (1.0 - n) / (2.0 * n);
    let finer = Affine { m: [a / n, b / n, c + (a + b) * shift, d / n, e / n, f + (d + e) * shift] };
    let samples = sample(picture, &finer, size * N, channels, 1.0 / (n * n), border);
    let mut tensor = vec![0.0; 3 * size * size];
    for (row, line) in samples.chunks_exact(size * N).enumerate() {
        let means = &mut tensor[row / N * size..][..size];
        for (mean, samples) in means.iter_mut().zip(line.chunks_exact(N)) {
            *mean += samples.iter().sum::<f32>();
        }
    }
    tensor
}

/// The same square as a picture, for people and for [`crate::face::quality`].
pub fn sample_image(picture: &RgbImage, map: &Affine, size: usize, border: Border) -> RgbImage {
    let mut square = RgbImage::new(size as u32, size as u32);
    each_pixel(picture, map, size, border, |index, colour| {
        square.put_pixel(
            (index % size) as u32,
            (index / size) as u32,
            Rgb(colour.map(|value| value.round() as u8)),
        );
    });
    square
}

fn each_pixel(
    picture: &RgbImage,
    map: &Affine,
    size: usize,
    border: Border,
    mut put: impl FnMut(usize, [f32; 3]),
) {
    let (width, height) = (i64::from(picture.width()), i64::from(picture.height()));
    if width == 0 || height == 0 {
        return;
    }
    let data = picture.as_raw();
    let pixel = |x: i64, y: i64| -> [f32; 3] {
        if border == Border::Black && !((0..width).contains(&x) && (0..height).contains(&y)) {
            return [0.0; 3];
        }
        let at = 3 * (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)) as usize;
        [f32::from(data[at]), f32::from(data[at + 1]), f32::from(data[at + 2])]
    };
    for row in 0..size {
        for column in 0..size {
            let [x, y] = map.apply([column as f32, row as f32]);
            // A float to integer cast saturates, so even a map gone wild stays in range.
            let (left, top) = (x.floor(), y.floor());
            let (fx, fy) = (x - left, y - top);
            let (left, top) = (left.clamp(-1e6, 1e6) as i64, top.clamp(-1e6, 1e6) as i64);
            let corners =
                [pixel(left, top), pixel(left + 1, top), pixel(left, top + 1), pixel(left + 1, top + 1)];
            let weights = [(1.0 - fx) * (1.0 - fy), fx * (1.0 - fy), (1.0 - fx) * fy, fx * fy];
            let mut colour = [0.0; 3];
            for (corner, weight) in corners.iter().zip(weights) {
                for (sum, value) in colour.iter_mut().zip(corner) {
                    *sum += value * weight;
                }
            }
            put(row * size + column, colour);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similarity_recovers_turn_scale_and_shift() {
        let truth = Affine { m: [0.8, -0.6, 5.0, 0.6, 0.8, -3.0] };
        let from = [[0.0, 0.0], [10.0, 1.0], [4.0, 9.0], [-2.0, 6.0]];
        let found = Affine::similarity(&from, &from.map(|p| truth.apply(p))).unwrap();
        for (a, b) in found.m.iter().zip(truth.m) {
            assert!((a - b).abs() < 1e-4, "{found:?}");
        }
        assert_eq!(Affine::similarity(&[[1.0, 1.0]; 3], &[[2.0, 2.0]; 3]), None);
    }

    #[test]
    fn inverse_leads_back() {
        let map = Affine::onto_turned_square([40.0, 30.0], 50.0, 0.3, 64);
        let back = map.inverse().unwrap().apply(map.apply([10.0, 20.0]));
        assert!((back[0] - 10.0).abs() < 1e-3 && (back[1] - 20.0).abs() < 1e-3);
        let twice = map.after(&map.inverse().unwrap()).apply([10.0, 20.0]);
        assert!((twice[0] - 10.0).abs() < 1e-3 && (twice[1] - 20.0).abs() < 1e-3);
        let centre = map.apply([32.0, 32.0]);
        assert!((centre[0] - 40.0).abs() < 1e-3 && (centre[1] - 30.0).abs() < 1e-3);
    }

    #[test]
    fn a_resize_by_one_changes_nothing() {
        let picture = RgbImage::from_fn(8, 8, |x, y| Rgb([x as u8 * 20, y as u8 * 20, 7]));
        let same = sample_image(&picture, &Affine::onto_rectangle(0.0, 0.0, 8.0, 8.0, 8), 8, Border::Black);
        assert_eq!(same, picture);
    }

    #[test]
    fn the_mean_over_an_area_is_that_of_a_box() {
        let picture = RgbImage::from_fn(12, 12, |x, y| {
            Rgb([(x * 20) as u8, (y * 20) as u8, ((x + y) % 2) as u8 * 200])
        });
        let map = Affine::onto_rectangle(0.0, 0.0, 12.0, 12.0, 4);
        let means = sample_area::<3>(&picture, &map, 4, Channels::Rgb, Border::Replicate);
        assert!((means[5] - 80.0).abs() < 1e-3 && (means[16 + 5] - 80.0).abs() < 1e-3, "{means:?}");
        assert!(means[32..].iter().all(|blue| (blue - 100.0).abs() < 12.0), "a chequer is grey: {means:?}");
    }

    #[test]
    fn wild_maps_do_not_panic() {
        let picture = RgbImage::new(4, 4);
        for value in [f32::NAN, f32::INFINITY, 1e30, -1e30] {
            let map = Affine { m: [value; 6] };
            assert_eq!(sample(&picture, &map, 4, Channels::Rgb, 1.0, Border::Replicate).len(), 48);
        }
    }
}
