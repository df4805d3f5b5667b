use super::Baseline;
use crate::challenge::Step;
use crate::signals::FaceSignals;

/// Degrees a head must turn.
const TURN: f32 = 13.0;
/// Degrees a head must be lowered.
const NOD: f32 = 10.0;
/// How far beyond the baseline eyes must close, and in any case.
const SHUT: (f32, f32) = (0.2, 0.45);
/// Share of the open eye that must be covered: half-shut lids of a head that looks down are no blink.
const COVERED: f32 = 0.5;
/// How far beyond the baseline a mouth must open; talking stays below or is shorter.
const MOUTH: f32 = 0.35;
/// How far beyond the baseline the corners of the mouth must be drawn.
const SMILE: f32 = 0.35;
/// A jaw dropped further than this beyond the baseline laughs or talks.
const JAW: f32 = 0.2;
/// How much larger than at rest the face must become.
const CLOSER: f32 = 0.3;
/// Beyond this pitch and yaw from the baseline, lids look shut that are not.
const LIDS: (f32, f32) = (15.0, 20.0);

/// How far a face is into a step: 0 at the baseline, 1 where the step counts, and beyond. `None` where the face is held
/// so that nobody can tell.
pub(super) fn reach(step: Step, from: &Baseline, face: &FaceSignals) -> Option<f32> {
    let (yaw, pitch) = (face.yaw - from.yaw, face.pitch - from.pitch);
    Some(match step {
        Step::Blink if pitch.abs() < LIDS.0 && yaw.abs() < LIDS.1 => {
            let shape = (face.blink - from.blink) / SHUT.0.max(SHUT.1 - from.blink);
            let covered = 1.0 - face.eye_opening / from.eye_opening.max(f32::EPSILON);
            shape.min(covered / COVERED)
        }
        Step::Smile if face.jaw_open < from.jaw_open + JAW => (face.smile - from.smile) / SMILE,
        Step::Blink | Step::Smile => return None,
        Step::OpenMouth => (face.jaw_open - from.jaw_open) / MOUTH,
        Step::TurnLeft => yaw / TURN,
        Step::TurnRight => -yaw / TURN,
        Step::Nod => pitch / NOD,
        Step::ComeCloser => (face.eye_span / from.eye_span.max(f32::EPSILON) - 1.0) / CLOSER,
    })
}
