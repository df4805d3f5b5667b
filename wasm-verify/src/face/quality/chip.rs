use super::super::{Landmarks, Region};
use crate::image::{Affine, Border, RgbImage, sample_image};

/// Side of the chip in pixels: the scale at which the recogniser looks at a face.
pub const SIZE: usize = 112;
/// Side of the chip, as a share of the region the landmark network looks at: 1.2 faces instead of 1.5.
const SHARE: f32 = 0.8;
/// At most so many samples a side are averaged into one pixel; a face wider than 250 pixels is thinned out.
const MAX_SAMPLES: usize = 3;
/// Half axes of the ellipse that lies within the face, as shares of the chip.
const WITHIN: [f32; 2] = [0.31, 0.40];

/// A face brought to one size and upright, so that a measure means the same for a face 100 or 400 pixels wide.
pub struct Chip {
    colours: Vec<[f32; 3]>,
    luma: Plane,
    to_chip: Option<Affine>,
}

impl Chip {
    /// Cuts the chip out of `picture`, each pixel the mean of what it covers.
    pub fn cut(picture: &RgbImage, region: &Region) -> Self {
        let side = region.side * SHARE;
        let square = Affine::onto_turned_square(region.centre, side, region.angle, SIZE);
        let samples = (side / SIZE as f32).ceil().clamp(1.0, MAX_SAMPLES as f32) as usize;
        let colours = if samples == 1 {
            let square = sample_image(picture, &square, SIZE, Border::Replicate);
            square.pixels().map(|pixel| pixel.0.map(f32::from)).collect()
        } else {
            let fine = Affine::onto_turned_square(region.centre, side, region.angle, SIZE * samples);
            averaged(picture, &fine, samples)
        };
        let luma = Plane(colours.iter().map(|colour| luminance(*colour)).collect());
        Self { colours, luma, to_chip: square.inverse() }
    }

    /// The luminance, 0 to 255.
    pub fn luma(&self) -> &Plane {
        &self.luma
    }

    /// The pixels well within the face: colour and luminance.
    pub fn within(&self) -> impl Iterator<Item = ([f32; 3], f32)> {
        let inside = (0..SIZE * SIZE).filter(|index| is_within(index % SIZE, index / SIZE));
        inside.map(|index| (self.colours[index], self.luma.0[index]))
    }

    /// Where a point of the face mesh lies in the chip.
    pub fn place(&self, landmarks: &Landmarks, index: usize) -> [f32; 2] {
        self.to_chip.map_or([0.0; 2], |map| map.apply(landmarks.at(index)))
    }

    /// The colours of the skin at the given points of the mesh, each the mean of nine pixels.
    pub fn at(&self, landmarks: &Landmarks, mesh: &[usize]) -> Vec<[f32; 3]> {
        let nine = |index: &usize| {
            let [x, y] = self.place(landmarks, *index);
            let (x, y) = (x.clamp(1.0, SIZE as f32 - 2.0) as usize, y.clamp(1.0, SIZE as f32 - 2.0) as usize);
            let mut sum = [0.0; 3];
            for row in y - 1..=y + 1 {
                for colour in &self.colours[row * SIZE + x - 1..=row * SIZE + x + 1] {
                    for (sum, value) in sum.iter_mut().zip(colour) {
                        *sum += value / 9.0;
                    }
                }
            }
            sum
        };
        mesh.iter().map(nine).collect()
    }
}

/// The colours of a chip of which each pixel is the mean of `samples` squared places of `fine`.
fn averaged(picture: &RgbImage, fine: &Affine, samples: usize) -> Vec<[f32; 3]> {
    // Coordinates in 65536ths of a pixel: whole numbers are faster here. A cast from float saturates.
    let fixed = |value: f32| (value * 65536.0) as i64;
    let (right, bottom) = (i64::from(picture.width().max(1)) - 1, i64::from(picture.height().max(1)) - 1);
    let (dx, dy) = (fixed(fine.m[0]), fixed(fine.m[3]));
    let data = picture.as_raw();
    let mut sums = vec![[0u32; 3]; SIZE * SIZE];
    for row in 0..SIZE * samples {
        let [x, y] = fine.apply([0.5, row as f32 + 0.5]).map(fixed);
        let (mut x, mut y) = (x, y);
        for sum in &mut sums[row / samples * SIZE..(row / samples + 1) * SIZE] {
            for _ in 0..samples {
                // What lies beyond the edge repeats it.
                let (column, line) = ((x >> 16).clamp(0, right), (y >> 16).clamp(0, bottom));
                let at = 3 * (line * (right + 1) + column) as usize;
                if let Some(pixel) = data.get(at..at + 3) {
                    sum.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += u32::from(*value));
                }
                (x, y) = (x.saturating_add(dx), y.saturating_add(dy));
            }
        }
    }
    let count = (samples * samples) as f32;
    sums.into_iter().map(|sum| sum.map(|value| value as f32 / count)).collect()
}

/// Whether a pixel of a chip lies well within the face.
pub fn is_within(x: usize, y: usize) -> bool {
    let off = |at: usize, axis: f32| (at as f32 + 0.5 - SIZE as f32 / 2.0) / (SIZE as f32 * axis);
    off(x, WITHIN[0]).powi(2) + off(y, WITHIN[1]).powi(2) < 1.0
}

/// Luma of ITU-R BT.601: gamma-coded, so equal steps look about equal.
pub fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// One number for each pixel of a chip.
#[derive(Clone)]
pub struct Plane(pub Vec<f32>);

impl Plane {
    /// The value at a pixel; beyond the edge, that of the edge.
    pub fn get(&self, x: isize, y: isize) -> f32 {
        let inside = |at: isize| at.clamp(0, SIZE as isize - 1) as usize;
        self.0[inside(y) * SIZE + inside(x)]
    }

    /// Smoothed along one axis by an odd, symmetric kernel.
    pub fn smoothed(&self, kernel: &[f32], axis: Axis) -> Self {
        let half = kernel.len() / 2;
        let mut smooth = vec![0.0; SIZE * SIZE];
        for (y, row) in smooth.chunks_exact_mut(SIZE).enumerate() {
            match axis {
                Axis::Across => {
                    let here = &self.0[y * SIZE..(y + 1) * SIZE];
                    let beyond = |end: f32| std::iter::repeat_n(end, half);
                    let padded: Vec<f32> =
                        beyond(here[0]).chain(here.iter().copied()).chain(beyond(here[SIZE - 1])).collect();
                    for (at, weight) in kernel.iter().enumerate() {
                        row.iter_mut().zip(&padded[at..]).for_each(|(sum, value)| *sum += weight * value);
                    }
                }
                Axis::Down => {
                    for (at, weight) in kernel.iter().enumerate() {
                        let from = (y + at).saturating_sub(half).min(SIZE - 1) * SIZE;
                        let there = &self.0[from..from + SIZE];
                        row.iter_mut().zip(there).for_each(|(sum, value)| *sum += weight * value);
                    }
                }
            }
        }
        Self(smooth)
    }
}

/// A direction in the chip.
#[derive(Clone, Copy)]
pub enum Axis {
    Across,
    Down,
}
