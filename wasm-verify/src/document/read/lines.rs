//! Lines of text in a part of the card.

use ::image::RgbImage;

use super::layout::Area;
use super::strip::cut;
use crate::image::Affine;

/// Resolution in which lines are looked for, pixels a millimetre: strokes are about 0.4 mm wide.
const FINE: f32 = 6.0;
/// Half the height of a line of text, and of it with the empty space above and below, in millimetres.
const HALF_TEXT: f32 = 1.5;
const HALF_LINE: f32 = 2.6;
/// Slopes tried to either side, and the steps between them: a head leans in its portrait, a card leans in space.
const SLOPES: i32 = 12;
const SLOPE: f32 = 0.01;

/// Likely lines of text in `area` of the card, the likeliest first, at most `count`. `card` leads from the card to the
/// picture. Each find leads from (millimetres on the card, millimetres below the line's middle) to the picture.
///
/// Text is many upright strokes in a row with empty space above and below; the guilloche of the background is faint,
/// and edges of the card and of shadows are single.
pub(super) fn find(picture: &RgbImage, card: &Affine, area: Area, count: usize) -> Vec<Affine> {
    let (width, height) =
        (((area.x[1] - area.x[0]) * FINE) as usize, ((area.y[1] - area.y[0]) * FINE) as usize);
    let pixels = Affine { m: [1.0 / FINE, 0.0, area.x[0], 0.0, 1.0 / FINE, area.y[0]] };
    let strokes = strokes(&cut(picture, &card.after(&pixels), width, height), width);
    let middle = width as f32 / 2.0;

    let mut found: Vec<(f32, f32, f32)> = Vec::new();
    for step in -SLOPES..=SLOPES {
        let slope = step as f32 * SLOPE;
        let mut profile = vec![0.0; height];
        for (row, line) in strokes.chunks_exact(width).enumerate() {
            for (column, stroke) in line.iter().enumerate() {
                let flat = row as f32 - slope * (column as f32 - middle);
                if let Some(sum) = profile.get_mut(flat.max(0.0).round() as usize) {
                    *sum += stroke;
                }
            }
        }
        found.extend(contrast(&profile).map(|(row, contrast)| (contrast, row as f32, slope)));
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut lines: Vec<(f32, f32)> = Vec::new();
    for (_, row, slope) in found {
        if lines.iter().all(|line| (line.0 - row).abs() > HALF_TEXT * FINE) {
            lines.push((row, slope));
        }
        if lines.len() == count {
            break;
        }
    }
    let centre = f32::midpoint(area.x[0], area.x[1]);
    let line = |(row, slope): (f32, f32)| {
        let y = area.y[0] + row / FINE;
        card.after(&Affine { m: [1.0, 0.0, 0.0, slope, 1.0, y - slope * centre] })
    };
    lines.into_iter().map(line).collect()
}

/// How much of an upright stroke each pixel is, 0 to 1: the change of brightness to the side, less what noise and
/// background have everywhere, no more for the strongest than for any clear stroke.
fn strokes(colours: &[[f32; 3]], width: usize) -> Vec<f32> {
    let luminance = |c: [f32; 3]| 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2];
    let changes: Vec<f32> = (0..colours.len())
        .map(|at| match at % width {
            0 => 0.0,
            column if column + 1 == width => 0.0,
            _ => (luminance(colours[at + 1]) - luminance(colours[at - 1])).abs(),
        })
        .collect();
    let mean = changes.iter().sum::<f32>() / changes.len().max(1) as f32;
    changes.into_iter().map(|change| ((change - mean) / (4.0 * mean + 1.0)).clamp(0.0, 1.0)).collect()
}

/// For each row that can be the middle of a line: how much more strokes there are in the line than around it.
fn contrast(profile: &[f32]) -> impl Iterator<Item = (usize, f32)> {
    let sums: Vec<f32> = std::iter::once(0.0)
        .chain(profile.iter().scan(0.0, |sum, value| {
            *sum += value;
            Some(*sum)
        }))
        .collect();
    let (text, line) = ((HALF_TEXT * FINE) as usize, (HALF_LINE * FINE) as usize);
    (line..profile.len().saturating_sub(line)).map(move |row| {
        let within = |half: usize| sums[row + half] - sums[row - half];
        let (inside, whole) = (within(text), within(line));
        (row, inside / text as f32 - (whole - inside) / (line - text) as f32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::image::Rgb;

    /// Strokes 3 mm high about y = 20 + slope * (x - 30) mm on a card at 10 pixels a millimetre.
    fn striped(slope: f32) -> RgbImage {
        RgbImage::from_fn(600, 300, |x, y| {
            let off = y as f32 / 10.0 - 20.0 - slope * (x as f32 / 10.0 - 30.0);
            Rgb([if off.abs() < 1.5 && x % 20 < 5 { 40 } else { 220 }; 3])
        })
    }

    #[test]
    fn a_leaning_line_is_found_where_it_is() {
        let card = Affine { m: [10.0, 0.0, 0.0, 0.0, 10.0, 0.0] };
        for slope in [0.0, 0.06, -0.05] {
            let area = Area { x: [5.0, 55.0], y: [12.0, 27.0] };
            let found = find(&striped(slope), &card, area, 1);
            let [left, right] = [10.0, 50.0].map(|x| found[0].apply([x, 0.0])[1] / 10.0);
            let truth = |x: f32| 20.0 + slope * (x - 30.0);
            assert!((left - truth(10.0)).abs() < 0.4 && (right - truth(50.0)).abs() < 0.4, "{left} {right}");
        }
    }

    #[test]
    fn a_picture_without_strokes_or_pixels_does_no_harm() {
        let area = Area { x: [5.0, 55.0], y: [12.0, 27.0] };
        for map in [Affine { m: [10.0, 0.0, 0.0, 0.0, 10.0, 0.0] }, Affine { m: [f32::NAN; 6] }] {
            assert!(find(&RgbImage::new(100, 100), &map, area, 3).len() <= 3);
            assert!(find(&RgbImage::new(0, 0), &map, area, 3).len() <= 3);
        }
    }
}
