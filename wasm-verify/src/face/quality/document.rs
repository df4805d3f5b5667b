use super::super::{Face, Region};
use super::chip::{Chip, luminance};
use super::{light, sharpness::sharpness};
use crate::image::{Affine, Border, RgbImage, sample_image};

/// What is wrong with the photograph of a document, in the order in which it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentFlaw {
    /// Too little light on the portrait.
    Dark,
    /// A light reflected by the portrait or by the lines beside it.
    Glare,
    /// Out of focus, or moved.
    Blurred,
}

/// The luma that the brightest tenth of the portrait must exceed.
const DARK: f32 = 60.0;
/// The largest share of the portrait that may be burnt out.
const BURNT: f32 = 0.06;
/// Least sharpness. A print is softer than a face before the camera.
const BLURRED: f32 = 0.13;
/// The largest share of the lines that one reflection may cover.
const REFLECTION: f32 = 0.04;
/// From this luma on a place is burnt out; paper is darker by far.
const SATURATED: f32 = 248.0;
const PAPER: f32 = 230.0;
/// The lines are looked at in so many places a side.
const PLACES: usize = 48;
/// Where a resident ID has its lines (GA 448), from the centre of the portrait's face, in widths of that face:
/// left, top, width, height.
const LINES: [f32; 4] = [-4.0, -1.1, 3.0, 2.9];

/// The first thing wrong with the photograph of a document whose portrait shows `face`.
pub fn document_flaw(photograph: &RgbImage, face: &Face) -> Option<DocumentFlaw> {
    let chip = Chip::cut(photograph, &Region::of_face(face));
    if light::brightest(&chip) < DARK {
        return Some(DocumentFlaw::Dark);
    }
    if light::burnt(&chip) > BURNT || reflection(photograph, face) > REFLECTION {
        return Some(DocumentFlaw::Glare);
    }
    (sharpness(&chip) < BLURRED).then_some(DocumentFlaw::Blurred)
}

/// The share of the lines beside the portrait that the largest reflection covers. None where the picture does not
/// show them, and none on paper that is itself burnt out: there the lines can still be read.
fn reflection(photograph: &RgbImage, face: &Face) -> f32 {
    let [x, y, width, height] = face.bounds;
    let [left, top, across, down] = LINES.map(|share| share * width);
    let (left, top) = (x + width / 2.0 + left, y + height / 2.0 + top);
    let inside = left >= 0.0 && top >= 0.0 && top + down <= photograph.height() as f32;
    if !inside {
        return 0.0;
    }
    let map = Affine::onto_rectangle(left, top, across, down, PLACES);
    let lines = sample_image(photograph, &map, PLACES, Border::Replicate);
    let lumas: Vec<f32> = lines.pixels().map(|pixel| luminance(pixel.0.map(f32::from))).collect();
    if super::statistics::median(lumas.clone()) > PAPER {
        return 0.0;
    }
    largest(&lumas.iter().map(|luma| *luma >= SATURATED).collect::<Vec<_>>()) as f32 / lumas.len() as f32
}

/// How many places the largest connected group has, in a square of [`PLACES`] a side.
fn largest(marked: &[bool]) -> usize {
    let mut open = marked.to_vec();
    let mut take = |at: usize| open.get_mut(at).is_some_and(std::mem::take);
    let mut most = 0;
    for start in 0..marked.len() {
        let mut waiting: Vec<usize> = take(start).then_some(start).into_iter().collect();
        let mut count = 0;
        while let Some(at) = waiting.pop() {
            count += 1;
            let column = at % PLACES;
            let sides = [
                (column > 0).then(|| at - 1),
                (column + 1 < PLACES).then_some(at + 1),
                at.checked_sub(PLACES),
                Some(at + PLACES),
            ];
            waiting.extend(sides.into_iter().flatten().filter(|&next| take(next)));
        }
        most = most.max(count);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_hangs_together_is_one_reflection() {
        let mut marked = vec![false; PLACES * PLACES];
        [0, 1, PLACES, 2 * PLACES, PLACES - 1].iter().for_each(|at| marked[*at] = true);
        assert_eq!(largest(&marked), 4);
        assert_eq!(largest(&vec![true; PLACES * PLACES]), PLACES * PLACES);
        assert_eq!(largest(&[]), 0);
    }
}
