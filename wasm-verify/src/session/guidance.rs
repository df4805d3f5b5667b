use serde::Serialize;

use crate::challenge::{Step, Task};
use crate::face::quality::{self, Flaw};
use crate::image::RgbImage;
use crate::liveness::MIN_FACE;
use crate::signals::Sighting;

/// The one thing to tell the person now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Guidance {
    /// No face in sight.
    NoFace,
    /// More than one person in sight.
    SeveralFaces,
    /// Come closer.
    Closer,
    /// Move away.
    Further,
    /// Bring the face to the middle.
    Center,
    /// More light on the face.
    Lighter,
    /// Less light on the face.
    Darker,
    /// Light from the front instead of one side.
    EvenLight,
    /// The picture is blurred: hold the phone still, wipe the lens.
    Blurred,
    /// Take off the dark glasses.
    TakeOffSunglasses,
    /// Nothing before the mouth: no mask, no hand.
    UncoverFace,
    /// Open the eyes.
    OpenEyes,
    /// Look straight into the camera.
    LookHere,
    /// All is well: hold still.
    HoldStill,
    /// All is well; what judges is still on its way to the device.
    Loading,
    /// Look straight again after a step.
    ReturnCenter,
    /// Do this step: blink.
    Blink,
    /// Do this step: open the mouth.
    OpenMouth,
    /// Do this step: turn to the left.
    TurnLeft,
    /// Do this step: turn to the right.
    TurnRight,
    /// Do this step: nod.
    Nod,
    /// Do this step: smile.
    Smile,
    /// Do this step: come closer.
    ComeCloser,
    /// Nothing more to do.
    Done,
}

impl Guidance {
    /// Whether the fault must be put right before a step can be seen at all. During a step smaller faults are
    /// forgiven: a hint about the light would hide what to do.
    pub(super) fn hides_the_face(&self) -> bool {
        matches!(self, Self::NoFace | Self::SeveralFaces | Self::Closer)
    }
}

impl From<Flaw> for Guidance {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Dark => Self::Lighter,
            Flaw::Bright => Self::Darker,
            Flaw::Uneven => Self::EvenLight,
            Flaw::Blurred => Self::Blurred,
            Flaw::EyesHidden => Self::TakeOffSunglasses,
            Flaw::MouthCovered => Self::UncoverFace,
        }
    }
}

impl From<Step> for Guidance {
    fn from(step: Step) -> Self {
        match step {
            Step::Blink => Self::Blink,
            Step::OpenMouth => Self::OpenMouth,
            Step::TurnLeft => Self::TurnLeft,
            Step::TurnRight => Self::TurnRight,
            Step::Nod => Self::Nod,
            Step::Smile => Self::Smile,
            Step::ComeCloser => Self::ComeCloser,
        }
    }
}

/// Widest face, as a share of the frame's shorter side.
const WIDEST: f32 = 0.85;
/// The same where the face will be asked to come closer and must still fit the frame.
const ROOMY: f32 = 0.6;
/// Farthest the face's centre may be from the frame's, as a share of each side.
const OFF_CENTRE: f32 = 0.25;

/// The first thing wrong with the frame, in the order in which a person can mend it.
/// `next` is the task that will be asked.
pub fn fault(frame: &RgbImage, sighting: &Sighting, next: Option<&Task>) -> Option<Guidance> {
    let Some(face) = &sighting.signals.face else { return Some(Guidance::NoFace) };
    if sighting.signals.faces > 1 {
        return Some(Guidance::SeveralFaces);
    }
    let (frame_width, frame_height) = (frame.width() as f32, frame.height() as f32);
    let [x, y, width, height] = face.bounds;
    let widest = if next.is_some_and(|task| task.allows(Step::ComeCloser)) { ROOMY } else { WIDEST };
    if width < MIN_FACE {
        return Some(Guidance::Closer);
    }
    if width > frame_width.min(frame_height) * widest {
        return Some(Guidance::Further);
    }
    let off =
        |start: f32, size: f32, whole: f32| (start + size / 2.0 - whole / 2.0).abs() > whole * OFF_CENTRE;
    if off(x, width, frame_width) || off(y, height, frame_height) {
        return Some(Guidance::Center);
    }
    // A face that looks aside is measured wrongly, and is told to look here anyway.
    let landmarks = sighting.landmarks.as_ref().filter(|_| face.is_straight())?;
    quality::measure(frame, landmarks).flaw().map(Guidance::from)
}
