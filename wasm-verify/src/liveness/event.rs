//! Finding what the challenge asked for in the signals: a change, not a state. Eyes held shut are no blink, and a
//! face that is always turned does not turn.

use crate::challenge::Step;
use crate::signals::FaceSignals;

/// How this person holds still: what every change is measured from.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Baseline {
    /// Degrees, to the person's left.
    pub yaw: f32,
    /// Degrees, downwards.
    pub pitch: f32,
    /// Eyes, 0 open to 1 shut.
    pub blink: f32,
    /// Jaw, 0 shut to 1 dropped.
    pub jaw_open: f32,
}

impl Baseline {
    /// The median of several frames. `None` for none.
    pub fn of(frames: &[FaceSignals]) -> Option<Self> {
        if frames.is_empty() {
            return None;
        }
        let median = |value: fn(&FaceSignals) -> f32| {
            let mut all: Vec<f32> = frames.iter().map(value).collect();
            all.sort_by(f32::total_cmp);
            all[all.len() / 2]
        };
        Some(Self {
            yaw: median(|f| f.yaw),
            pitch: median(|f| f.pitch),
            blink: median(|f| f.blink),
            jaw_open: median(|f| f.jaw_open),
        })
    }

    /// Whether the head is held as it was.
    pub fn is_near(&self, face: &FaceSignals) -> bool {
        (face.yaw - self.yaw).abs() < NEAR && (face.pitch - self.pitch).abs() < NEAR
    }
}

impl From<&FaceSignals> for Baseline {
    fn from(face: &FaceSignals) -> Self {
        Self { yaw: face.yaw, pitch: face.pitch, blink: face.blink, jaw_open: face.jaw_open }
    }
}

/// Degrees within which a head counts as held still.
const NEAR: f32 = 5.0;
/// Degrees a head must turn.
pub const TURN: f32 = 13.0;
/// Degrees a head must be lowered.
pub const NOD: f32 = 10.0;
/// How far beyond the baseline eyes must close, and in any case.
const SHUT: (f32, f32) = (0.2, 0.45);
/// How far beyond the baseline a mouth must open.
pub const MOUTH: f32 = 0.25;
/// A blink lasts no longer, in milliseconds; 100 to 400 is usual (Schiffman, 2001), asked for it takes longer.
const BLINK_MS: u32 = 800;
/// Beyond this pitch lids look shut that are not.
const LIDS: f32 = 15.0;

/// What a frame means to the step looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Nothing yet.
    Nothing,
    /// The best picture of it so far.
    Peak,
    /// Done with this frame.
    Done,
}

/// Looks for one step in a stream of frames.
#[derive(Debug, Clone)]
pub struct Finder {
    step: Step,
    baseline: Baseline,
    ready: bool,
    begun: Option<Begun>,
}

#[derive(Debug, Clone, Copy)]
struct Begun {
    t_ms: u32,
    peak: f32,
}

impl Finder {
    /// Looks for `step`, measured from `baseline`.
    pub fn new(step: Step, baseline: Baseline) -> Self {
        Self { step, baseline, ready: false, begun: None }
    }

    /// The step looked for.
    pub fn step(&self) -> Step {
        self.step
    }

    /// Begins again, as after a pause.
    pub fn restart(&mut self) {
        *self = Self::new(self.step, self.baseline);
    }

    /// Looks at the next frame, `t_ms` later than the ones before.
    pub fn see(&mut self, t_ms: u32, face: &FaceSignals) -> Sight {
        let (on, off, value) = self.measure(face);
        match self.begun {
            // It must begin from rest: the first frame may show the middle of a movement.
            None if value < off => {
                self.ready = true;
                Sight::Nothing
            }
            None if self.ready && value >= on => {
                self.begun = Some(Begun { t_ms, peak: value });
                Sight::Peak
            }
            None => Sight::Nothing,
            Some(begun) => self.go_on(begun, t_ms, value, on, off),
        }
    }

    fn go_on(&mut self, begun: Begun, t_ms: u32, value: f32, on: f32, off: f32) -> Sight {
        let lasted = t_ms.saturating_sub(begun.t_ms);
        let over = value < off;
        if over {
            self.begun = None;
        }
        match self.step {
            // Those that end with the return to rest.
            Step::Blink if over && lasted <= BLINK_MS => Sight::Done,
            Step::Nod if over => Sight::Done,
            // Those that are done when reached; a second frame tells them from noise.
            Step::TurnLeft | Step::TurnRight | Step::OpenMouth if value >= on => {
                (self.begun, self.ready) = (None, false);
                Sight::Done
            }
            Step::Blink if value > begun.peak => {
                self.begun = Some(Begun { peak: value, ..begun });
                Sight::Peak
            }
            _ => Sight::Nothing,
        }
    }

    /// The value above which the step is on, the one below which it is off, and the frame's.
    fn measure(&self, face: &FaceSignals) -> (f32, f32, f32) {
        let from = &self.baseline;
        let pitch = face.pitch - from.pitch;
        match self.step {
            Step::Blink => {
                let on = (from.blink + SHUT.0).max(SHUT.1);
                let value = if pitch.abs() < LIDS { face.blink } else { 0.0 };
                (on, on - 0.1, value)
            }
            Step::OpenMouth => (from.jaw_open + MOUTH, from.jaw_open + MOUTH / 2.0, face.jaw_open),
            Step::TurnLeft => (TURN, TURN / 2.0, face.yaw - from.yaw),
            Step::TurnRight => (TURN, TURN / 2.0, from.yaw - face.yaw),
            Step::Nod => (NOD, NOD / 2.0, pitch),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(change: impl FnOnce(&mut FaceSignals)) -> FaceSignals {
        let mut face = FaceSignals {
            bounds: [100.0, 100.0, 200.0, 240.0],
            yaw: 0.0,
            pitch: 0.0,
            roll: 0.0,
            blink: 0.1,
            jaw_open: 0.02,
            smile: 0.0,
        };
        change(&mut face);
        face
    }

    /// How often the step is done in a run of values, one frame every 33 ms.
    fn count(step: Step, values: &[f32], set: fn(&mut FaceSignals, f32)) -> usize {
        let baseline = Baseline::of(&[face(|_| ())]).unwrap();
        let mut finder = Finder::new(step, baseline);
        let sights =
            values.iter().enumerate().map(|(i, &value)| finder.see(i as u32 * 33, &face(|f| set(f, value))));
        sights.filter(|sight| *sight == Sight::Done).count()
    }

    #[test]
    fn three_frames_shut_are_a_blink() {
        assert_eq!(count(Step::Blink, &[0.1, 0.1, 0.75, 0.78, 0.7, 0.3, 0.1], |f, v| f.blink = v), 1);
        assert_eq!(count(Step::Blink, &[0.1, 0.7, 0.1, 0.1, 0.7, 0.1], |f, v| f.blink = v), 2);
    }

    #[test]
    fn eyes_held_shut_are_no_blink() {
        let mut values = vec![0.1; 5];
        values.extend([0.77; 50]);
        values.extend([0.1; 5]);
        assert_eq!(count(Step::Blink, &values, |f, v| f.blink = v), 0);
        assert_eq!(count(Step::Blink, &[0.7, 0.7, 0.7, 0.1, 0.1], |f, v| f.blink = v), 0, "began shut");
    }

    #[test]
    fn lids_of_a_raised_head_are_no_blink() {
        let raised = |f: &mut FaceSignals, v: f32| {
            f.blink = v;
            f.pitch = if v > 0.5 { -28.0 } else { 0.0 };
        };
        assert_eq!(count(Step::Blink, &[0.1, 0.1, 0.65, 0.65, 0.1, 0.1], raised), 0);
    }

    #[test]
    fn turns_have_a_direction_and_two_frames() {
        let turn = |f: &mut FaceSignals, v: f32| f.yaw = v;
        assert_eq!(count(Step::TurnLeft, &[0.0, 3.0, 16.0, 22.0], turn), 1);
        assert_eq!(count(Step::TurnRight, &[0.0, 3.0, 16.0, 22.0], turn), 0);
        assert_eq!(count(Step::TurnRight, &[0.0, -3.0, -16.0, -22.0], turn), 1);
        assert_eq!(count(Step::TurnLeft, &[0.0, 16.0, 0.0, 0.0], turn), 0, "a single frame is noise");
        assert_eq!(count(Step::TurnLeft, &[16.0, 16.0, 16.0], turn), 0, "always turned");
    }

    #[test]
    fn a_nod_goes_down_and_comes_back() {
        let nod = |f: &mut FaceSignals, v: f32| f.pitch = v;
        assert_eq!(count(Step::Nod, &[0.0, 6.0, 14.0, 20.0, 9.0, 2.0], nod), 1);
        assert_eq!(count(Step::Nod, &[0.0, 6.0, 14.0, 20.0, 20.0], nod), 0);
    }

    #[test]
    fn talking_does_not_open_the_mouth_wide() {
        let mouth = |f: &mut FaceSignals, v: f32| f.jaw_open = v;
        assert_eq!(count(Step::OpenMouth, &[0.02, 0.12, 0.2, 0.1, 0.18, 0.02], mouth), 0);
        assert_eq!(count(Step::OpenMouth, &[0.02, 0.2, 0.5, 0.6, 0.1], mouth), 1);
    }
}
