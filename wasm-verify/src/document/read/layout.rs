//! Where things stand on the portrait side of a resident identity card, in millimetres from its top left corner.
//!
//! The card is ID-1 (85.6 mm x 54.0 mm, ISO/IEC 7810). Places were taken from the usual specimen of the 2004 series;
//! they say where to look, not where things are: the finder of lines takes it from there.

use crate::face::Face;
use crate::image::Affine;

/// The middle between the eyes of the portrait (26 mm x 32 mm, head 15 mm wide: GA 461).
const EYES: [f32; 2] = [69.5, 19.0];
/// From eye to eye.
const EYE_DISTANCE: f32 = 6.2;
/// The middles of the first and the last character of the number.
const NUMBER: [[f32; 2]; 2] = [[30.7, 47.7], [74.4, 47.7]];

/// A rectangle on the card.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    /// Left and right edge.
    pub x: [f32; 2],
    /// Top and bottom edge.
    pub y: [f32; 2],
}

/// Around the number: what the portrait's size and tilt leave open is a few millimetres.
pub(super) const NUMBER_AREA: Area = Area { x: [20.0, 84.0], y: [40.0, 56.0] };
/// Around the line of the name, with the label before it.
pub(super) const NAME_AREA: Area = Area { x: [1.5, 52.0], y: [3.0, 16.0] };

/// How wide faces are in their portraits, as a share of the usual, the usual first.
pub(super) const FACES: [f32; 3] = [1.0, 1.13, 0.88];

/// From the card's plane to the picture, judged by the portrait's eyes, for a face `wide` times as wide as usual.
/// `None` when the points coincide.
pub(super) fn from_face(face: &Face, wide: f32) -> Option<Affine> {
    let half = wide * EYE_DISTANCE / 2.0;
    let eyes = [[EYES[0] - half, EYES[1]], [EYES[0] + half, EYES[1]]];
    Affine::similarity(&eyes, &face.points[..2])
}

/// The same, judged by the ends of the number, which are further apart and better known.
pub(super) fn from_number(ends: [[f32; 2]; 2]) -> Option<Affine> {
    Affine::similarity(&NUMBER, &ends)
}
