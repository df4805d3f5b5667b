//! A card as a phone's camera sees it, in the hand or on a table.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, imageops};
use rand::Rng;
use verify::image::RgbImage;

use super::card::{SCALE, SIZE};

/// How hard a photograph is on the reader; every measure is the most that occurs.
#[derive(Clone, Copy)]
pub struct Conditions {
    /// Width of the card in the photograph, in pixels: least and most.
    pub width: [f32; 2],
    /// Turn of the card, in degrees.
    pub turn: f32,
    /// How far each corner is off, as a share of the card's width: perspective.
    pub perspective: f32,
    /// Standard deviation of the blur, in pixels.
    pub blur: f32,
    /// Length of the movement during exposure, in pixels.
    pub shake: f32,
    /// Standard deviation of the sensor's noise, in grey levels.
    pub noise: f32,
    /// Darkest exposure, and how much light falls off from edge to edge; 1 is full light, 0 even light.
    pub light: [f32; 2],
    /// Brightest reflection of a lamp, in grey levels.
    pub glare: f32,
    /// Poorest JPEG quality.
    pub quality: u8,
}

/// Good light, a steady hand, close and straight.
pub const GOOD: Conditions = Conditions {
    width: [1200.0, 1800.0],
    turn: 2.0,
    perspective: 0.01,
    blur: 0.6,
    shake: 0.0,
    noise: 3.0,
    light: [0.85, 0.1],
    glare: 0.0,
    quality: 90,
};

/// Photographs the card: the JPEG file.
pub fn take(card: &RgbImage, on: &Conditions, rng: &mut impl Rng) -> Vec<u8> {
    let width = rng.random_range(on.width[0]..on.width[1]);
    let (frame_width, frame_height) = ((width * 1.22) as u32, (width * 0.9) as u32);
    let corners = corners(width, [frame_width as f32 / 2.0, frame_height as f32 / 2.0], on, rng);
    let to_card = Projective::of_square(corners).inverse();
    let table = [(); 3].map(|()| rng.random_range(40.0..170.0f32));
    let gain = rng.random_range(on.light[0]..=1.0);
    let fall = [(); 2].map(|()| rng.random_range(-on.light[1]..=on.light[1]));
    let lamp = [rng.random_range(0.05..0.95), rng.random_range(0.05..0.95)];
    let (glare, spread) = (rng.random_range(0.0..=on.glare), rng.random_range(0.04..0.16f32));
    let angle = rng.random_range(0.0..std::f32::consts::TAU);
    let shake = rng.random_range(0.0..=on.shake);
    let moves = 1 + shake.ceil() as usize;

    let mut photo = RgbImage::from_fn(frame_width, frame_height, |x, y| {
        let mut sum = [0.0; 3];
        for step in 0..moves {
            let along = if moves > 1 { (step as f32 / (moves - 1) as f32 - 0.5) * shake } else { 0.0 };
            let place = to_card.apply([x as f32 + along * angle.cos(), y as f32 + along * angle.sin()]);
            let colour = look(card, place).unwrap_or(table);
            sum.iter_mut().zip(colour).for_each(|(sum, value)| *sum += value);
        }
        let [u, v] = to_card.apply([x as f32, y as f32]);
        let light = gain * (1.0 + fall[0] * (u - 0.5) + fall[1] * (v - 0.5));
        let shine =
            glare * (-((u - lamp[0]).powi(2) + (v - lamp[1]).powi(2)) / (2.0 * spread * spread)).exp();
        Rgb(sum.map(|value| (value / moves as f32 * light + shine).clamp(0.0, 255.0) as u8))
    });
    let blur = rng.random_range(0.0..=on.blur);
    if blur > 0.3 {
        photo = imageops::blur(&photo, blur);
    }
    let noise = rng.random_range(0.0..=on.noise);
    for value in photo.iter_mut() {
        // The sum of three uniform variables is near enough to a normal one.
        let normal: f32 = (0..3).map(|_| rng.random_range(-1.0..1.0f32)).sum();
        *value = (f32::from(*value) + normal * noise).clamp(0.0, 255.0) as u8;
    }
    let mut file = Vec::new();
    let quality = rng.random_range(on.quality..=95);
    // Writing to memory does not fail.
    let _ = photo.write_with_encoder(JpegEncoder::new_with_quality(&mut file, quality));
    file
}

/// Where the card's corners are in the frame, clockwise from the top left one.
fn corners(width: f32, centre: [f32; 2], on: &Conditions, rng: &mut impl Rng) -> [[f32; 2]; 4] {
    let (sin, cos) = rng.random_range(-on.turn..=on.turn).to_radians().sin_cos();
    let height = width * SIZE[1] / SIZE[0];
    [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]].map(|[x, y]| {
        let off = |rng: &mut _| -> f32 {
            let rng: &mut dyn rand::RngCore = rng;
            rng.random_range(-on.perspective..=on.perspective) * width
        };
        let (x, y) = (x * width + off(rng), y * height + off(rng));
        [centre[0] + cos * x - sin * y, centre[1] + sin * x + cos * y]
    })
}

/// The card's colour at a place from (0, 0) to (1, 1); nothing beyond.
fn look(card: &RgbImage, [u, v]: [f32; 2]) -> Option<[f32; 3]> {
    if !(0.0..1.0).contains(&u) || !(0.0..1.0).contains(&v) {
        return None;
    }
    let (x, y) = (u * (card.width() - 1) as f32, v * (card.height() - 1) as f32);
    let (left, top, fx, fy) = (x as u32, y as u32, x.fract(), y.fract());
    let at = |dx: u32, dy: u32| {
        card.get_pixel((left + dx).min(card.width() - 1), (top + dy).min(card.height() - 1))
    };
    let corners = [
        (at(0, 0), (1.0 - fx) * (1.0 - fy)),
        (at(1, 0), fx * (1.0 - fy)),
        (at(0, 1), (1.0 - fx) * fy),
        (at(1, 1), fx * fy),
    ];
    Some(std::array::from_fn(|i| corners.iter().map(|(pixel, weight)| f32::from(pixel.0[i]) * weight).sum()))
}

/// The card seen from so far that its pixels are about those of the photograph: else thin strokes would flicker.
pub fn reduced(card: &RgbImage, on: &Conditions) -> RgbImage {
    let width = f32::midpoint(on.width[0], on.width[1]);
    let (width, height) = (width as u32, (width * SIZE[1] / SIZE[0]) as u32);
    if width as f32 >= SIZE[0] * SCALE {
        return card.clone();
    }
    imageops::resize(card, width, height, imageops::FilterType::Triangle)
}

/// A map of the plane that keeps lines straight (Heckbert 1989).
struct Projective([f32; 9]);

impl Projective {
    /// From the unit square to a quadrangle.
    fn of_square([p, q, r, s]: [[f32; 2]; 4]) -> Self {
        let sum = [p[0] - q[0] + r[0] - s[0], p[1] - q[1] + r[1] - s[1]];
        let (d1, d2) = ([q[0] - r[0], q[1] - r[1]], [s[0] - r[0], s[1] - r[1]]);
        let cross = |a: [f32; 2], b: [f32; 2]| a[0] * b[1] - a[1] * b[0];
        let (g, h) = (cross(sum, d2) / cross(d1, d2), cross(d1, sum) / cross(d1, d2));
        Self([
            q[0] - p[0] + g * q[0],
            s[0] - p[0] + h * s[0],
            p[0],
            q[1] - p[1] + g * q[1],
            s[1] - p[1] + h * s[1],
            p[1],
            g,
            h,
            1.0,
        ])
    }

    fn inverse(&self) -> Self {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        // The adjugate: a factor does not matter.
        Self([
            e * i - f * h,
            c * h - b * i,
            b * f - c * e,
            f * g - d * i,
            a * i - c * g,
            c * d - a * f,
            d * h - e * g,
            b * g - a * h,
            a * e - b * d,
        ])
    }

    fn apply(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        let [a, b, c, d, e, f, g, h, i] = self.0;
        let w = g * x + h * y + i;
        [(a * x + b * y + c) / w, (d * x + e * y + f) / w]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_leads_the_corners_back() {
        let corners = [[10.0, 12.0], [110.0, 8.0], [105.0, 70.0], [14.0, 66.0]];
        let there = Projective::of_square(corners);
        for (corner, at) in [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]].into_iter().zip(corners) {
            let (to, back) = (there.apply(corner), there.inverse().apply(at));
            assert!((0..2).all(|i| (to[i] - at[i]).abs() < 1e-3 && (back[i] - corner[i]).abs() < 1e-4));
        }
    }
}
