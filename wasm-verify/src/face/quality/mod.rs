//! Whether a face is shown well enough to be believed, after ISO/IEC 29794-5: light, sharpness, eyes and mouth
//! visible. Size, place and pose are read from the landmarks themselves.
//!
//! Everything is measured on one [`chip::Chip`]: the face upright and at one size. Each measure is a quotient of
//! what the same face shows elsewhere, so that neither skin nor camera decides.

mod chip;
mod cover;
mod document;
mod light;
mod sharpness;
mod statistics;

use chip::Chip;
pub use document::{DocumentFlaw, document_flaw};
use serde::Serialize;

use super::{Landmarks, Region};
use crate::image::RgbImage;

/// Added to every luma that is divided by, in grey levels: what a camera makes of darkness.
const NOISE: f32 = 10.0;

/// Measures of one face.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Quality {
    /// The luma that the brightest tenth of the face exceeds, 0 to 255.
    pub brightest: f32,
    /// The share of the face that is burnt out, 0 to 1.
    pub burnt: f32,
    /// Natural logarithm of how much lighter the lightest quarter of the face is than the darkest; 0 is even.
    pub unevenness: f32,
    /// Fine detail against coarse detail; see [`sharpness::sharpness`].
    pub sharpness: f32,
    /// How well the better eye can be seen; see [`cover::eyes_seen`].
    pub eyes_seen: f32,
    /// How well the mouth can be seen; see [`cover::mouth_seen`].
    pub mouth_seen: f32,
}

/// What is wrong with a face, in the order in which it can be told: in the dark nothing else can be measured, a
/// blurred face hides eyes and mouth, and a mask makes eyes look dark and light look uneven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// Too little light.
    Dark,
    /// Burnt out.
    Bright,
    /// Out of focus, or moved.
    Blurred,
    /// A mask or a hand before the mouth.
    MouthCovered,
    /// The eyes lie behind dark glasses.
    EyesHidden,
    /// Light from one side only.
    Uneven,
}

impl Flaw {
    /// Every flaw, in order.
    pub const ALL: [Self; 6] =
        [Self::Dark, Self::Bright, Self::Blurred, Self::MouthCovered, Self::EyesHidden, Self::Uneven];
}

/// Calibrated on development stills and footage (`docs/accuracy.md`): all of them good faces to be let through,
/// and the same faces made worse.
const DARK: f32 = 48.0;
const BURNT: f32 = 0.3;
const BLURRED: f32 = 0.15;
const MOUTH: f32 = 0.02;
const EYES: f32 = 0.024;
const UNEVEN: f32 = 0.85;

/// Measures the face in `picture` whose points are `landmarks`.
pub fn measure(picture: &RgbImage, landmarks: &Landmarks) -> Quality {
    let chip = Chip::cut(picture, &Region::following(landmarks));
    let light = light::light(&chip, landmarks);
    Quality {
        brightest: light.brightest,
        burnt: light.burnt,
        unevenness: light.unevenness,
        sharpness: sharpness::sharpness(&chip),
        eyes_seen: cover::eyes_seen(&chip, landmarks),
        mouth_seen: cover::mouth_seen(&chip, landmarks),
    }
}

impl Quality {
    /// The first thing wrong.
    pub fn flaw(&self) -> Option<Flaw> {
        let checks = [
            (Flaw::Dark, self.brightest < DARK),
            (Flaw::Bright, self.burnt > BURNT),
            (Flaw::Blurred, self.sharpness < BLURRED),
            (Flaw::MouthCovered, self.mouth_seen < MOUTH),
            (Flaw::EyesHidden, self.eyes_seen < EYES),
            (Flaw::Uneven, self.unevenness > UNEVEN),
        ];
        checks.into_iter().find(|(_, wrong)| *wrong).map(|(flaw, _)| flaw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Quality = Quality {
        brightest: 180.0,
        burnt: 0.0,
        unevenness: 0.2,
        sharpness: 0.3,
        eyes_seen: 0.2,
        mouth_seen: 0.1,
    };

    #[test]
    fn a_good_face_has_no_flaw() {
        assert_eq!(GOOD.flaw(), None);
    }

    #[test]
    fn what_hides_the_rest_is_told_first() {
        let mut quality = Quality { unevenness: 2.0, ..GOOD };
        assert_eq!(quality.flaw(), Some(Flaw::Uneven));
        quality.eyes_seen = 0.0;
        assert_eq!(quality.flaw(), Some(Flaw::EyesHidden));
        quality.mouth_seen = 0.0;
        assert_eq!(quality.flaw(), Some(Flaw::MouthCovered));
        quality.sharpness = 0.05;
        assert_eq!(quality.flaw(), Some(Flaw::Blurred));
        quality.burnt = 0.9;
        assert_eq!(quality.flaw(), Some(Flaw::Bright));
        quality.brightest = 20.0;
        assert_eq!(quality.flaw(), Some(Flaw::Dark));
    }
}
