//! A specimen of the portrait side of a resident identity card, drawn flat.

use ab_glyph::{Font, FontVec, PxScale, ScaleFont};
use anyhow::{Context, Result, ensure};
use image::Rgb;
use rand::Rng;
use verify::engine::{Engine, Portrait};
use verify::image::RgbImage;

use super::{font, holder::Holder};

/// Pixels a millimetre.
pub const SCALE: f32 = 20.0;
/// ISO/IEC 7810 ID-1, in millimetres.
pub const SIZE: [f32; 2] = [85.6, 54.0];
const BLACK: [f32; 3] = [30.0, 28.0, 32.0];
const BLUE: [f32; 3] = [70.0, 120.0, 190.0];

/// What it takes to draw.
pub struct Press {
    text: FontVec,
    digits: Option<FontVec>,
    sitters: Vec<Sitter>,
}

impl Press {
    /// Fonts of this machine, and portraits cut from pictures of one person each.
    pub fn new(engine: &Engine, pictures: &[RgbImage]) -> Result<Self> {
        let text = font::find("Noto Sans CJK SC")?.context("no font: apt-get install fonts-noto-cjk")?;
        let sitters = pictures.iter().filter_map(|picture| Sitter::of(engine, picture).transpose());
        let sitters: Vec<Sitter> = sitters.collect::<Result<_>>()?;
        ensure!(!sitters.is_empty(), "no picture shows one face");
        Ok(Self { text, digits: font::find("OCR B")?, sitters })
    }

    /// Whether numbers come out in the font of real cards.
    pub fn has_number_font(&self) -> bool {
        self.digits.is_some()
    }

    /// Draws the card of a holder. Real cards differ by a millimetre or so from one another, and so do these.
    pub fn print(&self, holder: &Holder, rng: &mut impl Rng) -> RgbImage {
        let mut card = background(rng);
        let portrait = self.sitters[rng.random_range(0..self.sitters.len())].portrait(rng);
        let mut off = || rng.random_range(-0.6..0.6f32);
        let [x, y] = [56.0 + off(), 6.2 + off()];
        for (column, row, colour) in portrait.enumerate_pixels() {
            let at = ((x * SCALE) as u32 + column, (y * SCALE) as u32 + row);
            if at.0 < card.width() && at.1 < card.height() {
                card.put_pixel(at.0, at.1, *colour);
            }
        }
        let born = |range: std::ops::Range<usize>| {
            holder.number.get(range).unwrap_or_default().trim_start_matches('0')
        };
        let [left, value] = [5.0 + off(), 15.2 + off()];
        let mut write = |text: &str, x: f32, y: f32, em: f32, colour| {
            write(&mut card, &self.text, text, [x, y], em, 0.0, colour);
        };
        let y = 8.7 + off();
        write("姓名", left, y, 2.9, BLUE);
        write(&holder.name, value, y, 4.0, BLACK);
        let y = 15.6 + off();
        write("性别", left, y, 2.9, BLUE);
        write(holder.sex, value, y, 3.3, BLACK);
        write("民族", value + 9.0, y, 2.9, BLUE);
        write("汉", value + 16.5, y, 3.3, BLACK);
        let y = 22.4 + off();
        write("出生", left, y, 2.9, BLUE);
        write(born(6..10), value, y, 3.3, BLACK);
        write("年", value + 8.5, y, 2.9, BLUE);
        write(born(10..12), value + 13.0, y, 3.3, BLACK);
        write("月", value + 18.0, y, 2.9, BLUE);
        write(born(12..14), value + 22.5, y, 3.3, BLACK);
        write("日", value + 27.0, y, 2.9, BLUE);
        let y = 29.6 + off();
        write("住址", left, y, 2.9, BLUE);
        write("云海省星河市望月区", value, y, 3.3, BLACK);
        write("青石路18号楼2单元", value, y + 4.7, 3.3, BLACK);
        write("305室", value, y + 9.4, 3.3, BLACK);
        let y = 47.7 + off();
        write("公民身份号码", left, y, 2.9, BLUE);
        let pitch = 2.57 * (1.0 + off() / 20.0);
        let (digits, em) = match &self.digits {
            Some(font) => (font, 4.2),
            None => (&self.text, 4.0),
        };
        self::write(&mut card, digits, &holder.number, [29.4 + off(), y], em, pitch, BLACK);
        card
    }
}

/// A picture of one person, and the middles of the eyes in it.
struct Sitter {
    picture: RgbImage,
    eyes: [[f32; 2]; 2],
}

impl Sitter {
    /// `None` when the picture does not show one good face.
    fn of(engine: &Engine, picture: &RgbImage) -> Result<Option<Self>> {
        let Portrait::Found(face, ..) = engine.portrait(picture)? else { return Ok(None) };
        Ok(Some(Self { picture: picture.clone(), eyes: [face.points[0], face.points[1]] }))
    }

    /// The part that a passport photographer would keep (GA 461: 26 mm x 32 mm): eyes about 6.2 mm apart and 12.5 mm
    /// below the upper edge, the head not quite straight.
    fn portrait(&self, rng: &mut impl Rng) -> RgbImage {
        let [left, right] = self.eyes;
        let (dx, dy) = (right[0] - left[0], right[1] - left[1]);
        let scale = dx.hypot(dy) / rng.random_range(5.6..6.8) / SCALE;
        let (sin, cos) = (dy.atan2(dx) + rng.random_range(-0.05..0.05f32)).sin_cos();
        let [x, y] =
            [13.0 + rng.random_range(-0.7..0.7), 12.5 + rng.random_range(-1.2..1.2)].map(|mm| mm * SCALE);
        let eyes = [f32::midpoint(left[0], right[0]), f32::midpoint(left[1], right[1])];
        let [width, height] = [26.0, 32.0].map(|side: f32| (side * SCALE) as u32);
        let last = [self.picture.width() - 1, self.picture.height() - 1];
        RgbImage::from_fn(width, height, |column, row| {
            let (u, v) = ((column as f32 - x) * scale, (row as f32 - y) * scale);
            let place = [eyes[0] + cos * u - sin * v, eyes[1] + sin * u + cos * v];
            let [px, py] = [0, 1].map(|i| (place[i].max(0.0) as u32).min(last[i]));
            *self.picture.get_pixel(px, py)
        })
    }
}

/// A pale ground with faint waves, as the guilloche of security printing.
fn background(rng: &mut impl Rng) -> RgbImage {
    let [width, height] = SIZE.map(|side| (side * SCALE) as u32);
    let (wave, phase) = (rng.random_range(0.8..2.0f32), rng.random_range(0.0..6.0f32));
    RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32 / SCALE, y as f32 / SCALE);
        let line = (7.0 * wave * (y + 1.5 * (x * wave / 4.0 + phase).sin())).sin().powi(8) * 40.0;
        let red = 226.0 + x * 0.2 - line;
        let blue = 244.0 - y * 0.2 - line * 0.6;
        rgb([red, 232.0 - line, blue])
    })
}

fn rgb(colour: [f32; 3]) -> Rgb<u8> {
    Rgb(colour.map(|value| value.clamp(0.0, 255.0) as u8))
}

/// Writes `text` from `at` on, which is its left edge and its middle in millimetres; `em` is the font's size and
/// `pitch`, if not 0, the distance of its characters.
fn write(card: &mut RgbImage, font: &FontVec, text: &str, at: [f32; 2], em: f32, pitch: f32, ink: [f32; 3]) {
    let units = font.units_per_em().unwrap_or(1000.0);
    let scale = PxScale::from(em * SCALE * font.height_unscaled() / units);
    let scaled = font.as_scaled(scale);
    let mut x = at[0] * SCALE;
    for character in text.chars() {
        let glyph = scaled.scaled_glyph(character);
        let advance = scaled.h_advance(glyph.id);
        if let Some(outline) = scaled.outline_glyph(glyph) {
            let bounds = outline.px_bounds();
            // Characters of these fonts are as good as equally high: the middle of each on the line's middle.
            let middle = at[1] * SCALE - f32::midpoint(bounds.min.y, bounds.max.y);
            let base = if character == '·' || character == '一' { 0.0 } else { middle };
            outline.draw(|column, row, cover| {
                let (px, py) = (x + bounds.min.x + column as f32, base + bounds.min.y + row as f32);
                if px >= 0.0 && py >= 0.0 && (px as u32) < card.width() && (py as u32) < card.height() {
                    let pixel = card.get_pixel_mut(px as u32, py as u32);
                    let mix = |i: usize| f32::from(pixel.0[i]) * (1.0 - cover) + ink[i] * cover;
                    *pixel = rgb([mix(0), mix(1), mix(2)]);
                }
            });
        }
        x += if pitch > 0.0 { pitch * SCALE } else { advance * 1.06 };
    }
}
