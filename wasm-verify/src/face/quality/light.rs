use super::super::Landmarks;
use super::chip::{Chip, luminance};
use super::statistics::{median, quantile};

/// A pixel counts as burnt out from this value of its brightest channel and this luma on.
const BURNT: (f32, f32) = (250.0, 225.0);
/// Points of the mesh on each quarter of the face, where neither hair nor beard nor glasses lie as a rule: the
/// person's right and left cheek below the eye, right and left cheek beside the mouth.
const QUARTERS: [[usize; 5]; 4] = [
    [117, 118, 101, 50, 36],
    [346, 347, 330, 280, 266],
    [205, 206, 207, 187, 203],
    [425, 426, 427, 411, 423],
];

/// How a face is lit.
pub struct Light {
    pub brightest: f32,
    pub burnt: f32,
    pub unevenness: f32,
}

/// Measures exposure within the face and evenness over its quarters.
pub fn light(chip: &Chip, landmarks: &Landmarks) -> Light {
    let quarters = QUARTERS
        .map(|mesh| median(chip.at(landmarks, &mesh).into_iter().map(luminance).collect()) + super::NOISE);
    let (low, high) = quarters.into_iter().fold((f32::MAX, f32::MIN), |(l, h), v| (l.min(v), h.max(v)));
    Light { brightest: brightest(chip), burnt: burnt(chip), unevenness: (high / low).ln() }
}

/// The luma that the brightest tenth of the face exceeds. Dark skin in good light has bright places too.
pub fn brightest(chip: &Chip) -> f32 {
    quantile(chip.within().map(|(_, luma)| luma).collect(), 0.9)
}

/// The share of the face that is burnt out.
pub fn burnt(chip: &Chip) -> f32 {
    let burnt = |&(colour, luma): &([f32; 3], f32)| {
        luma >= BURNT.1 && colour.into_iter().fold(0.0, f32::max) >= BURNT.0
    };
    chip.within().filter(burnt).count() as f32 / chip.within().count().max(1) as f32
}
