use super::Baseline;
use super::reach::reach;
use crate::challenge::Step;
use crate::signals::FaceSignals;

/// A step begins when its reach rises to 1 and is over when it falls below this.
const OVER: f32 = 0.5;
/// A blink lasts no longer, in milliseconds; 100 to 400 is usual (Schiffman, 2001), asked for it takes longer.
const BLINK_MS: u32 = 800;
/// A movement that does not grow for so long has reached its height, in milliseconds.
const SETTLED_MS: u32 = 100;
/// Nobody is kept waiting for the height any longer, in milliseconds.
const HEIGHT_MS: u32 = 500;
/// Growth that counts, and the reach beyond which none does: a head turned away shows no face.
const GROWTH: (f32, f32) = (0.05, 2.5);

/// What a frame means to the step looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Nothing new.
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
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    /// It must begin from rest: the first frame may show the middle of a movement.
    Unready,
    Ready,
    Under(Way),
    /// Done, and not yet back at rest.
    Lasting,
}

#[derive(Debug, Clone, Copy)]
struct Way {
    begun_ms: u32,
    frames: u32,
    peak: f32,
    peak_ms: u32,
}

impl Finder {
    /// Looks for `step`, measured from `baseline`.
    pub fn new(step: Step, baseline: Baseline) -> Self {
        Self { step, baseline, state: State::Unready }
    }

    /// The step looked for.
    pub fn step(&self) -> Step {
        self.step
    }

    /// Begins again, as after a pause.
    pub fn restart(&mut self) {
        self.state = State::Unready;
    }

    /// Begins again for another step, from the same baseline.
    pub fn switch(&mut self, step: Step) {
        *self = Self::new(step, self.baseline);
    }

    /// From now on measures from `baseline`, in which the face is at rest.
    pub fn rebase(&mut self, baseline: Baseline) {
        (self.baseline, self.state) = (baseline, State::Ready);
    }

    /// Whether the face is in the middle of the step, done or not.
    pub fn is_under_way(&self) -> bool {
        matches!(self.state, State::Under(_) | State::Lasting)
    }

    /// Looks at the next frame, `t_ms` later than the ones before.
    pub fn see(&mut self, t_ms: u32, face: &FaceSignals) -> Sight {
        let Some(reach) = reach(self.step, &self.baseline, face) else {
            self.restart();
            return Sight::Nothing;
        };
        let reach = reach.min(GROWTH.1);
        let (state, sight) = match self.state {
            State::Unready | State::Ready | State::Lasting if reach < OVER => (State::Ready, Sight::Nothing),
            State::Ready if reach >= 1.0 => {
                let way = Way { begun_ms: t_ms, frames: 1, peak: reach, peak_ms: t_ms };
                (State::Under(way), Sight::Peak)
            }
            State::Under(way) => self.go_on(way, t_ms, reach),
            same => (same, Sight::Nothing),
        };
        self.state = state;
        sight
    }

    fn go_on(&self, mut way: Way, t_ms: u32, reach: f32) -> (State, Sight) {
        let lasted = t_ms.saturating_sub(way.begun_ms);
        if reach < OVER {
            // A movement there and back counts if it was no flicker of a single frame.
            let done = match self.step {
                Step::Blink => lasted <= BLINK_MS,
                Step::Nod => true,
                step => way.frames > 1 && lasted >= held_ms(step),
            };
            return (State::Ready, if done { Sight::Done } else { Sight::Nothing });
        }
        way.frames += u32::from(reach >= 1.0);
        let settled = t_ms.saturating_sub(way.peak_ms) >= SETTLED_MS || lasted >= HEIGHT_MS;
        let done = match self.step {
            Step::Blink | Step::Nod => false,
            step => way.frames > 1 && settled && lasted >= held_ms(step),
        };
        if done {
            return (State::Lasting, Sight::Done);
        }
        if reach > way.peak + GROWTH.0 {
            (way.peak, way.peak_ms) = (reach, t_ms);
            return (State::Under(way), Sight::Peak);
        }
        (State::Under(way), Sight::Nothing)
    }
}

/// How long a step must be held, in milliseconds: what lips do in talking is shorter.
fn held_ms(step: Step) -> u32 {
    match step {
        Step::OpenMouth => 150,
        Step::Smile => 300,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(change: impl FnOnce(&mut FaceSignals)) -> FaceSignals {
        let mut face = FaceSignals {
            bounds: [100.0, 100.0, 200.0, 240.0],
            blink: 0.1,
            eye_opening: 0.3,
            eye_span: 120.0,
            jaw_open: 0.02,
            ..FaceSignals::default()
        };
        change(&mut face);
        face
    }

    /// How often the step is done in a run of values, one frame every `ms`.
    fn count_every(ms: u32, step: Step, values: &[f32], set: fn(&mut FaceSignals, f32)) -> usize {
        let baseline = Baseline::of(&[face(|_| ())]).unwrap();
        let mut finder = Finder::new(step, baseline);
        let sights =
            values.iter().enumerate().map(|(i, &value)| finder.see(i as u32 * ms, &face(|f| set(f, value))));
        sights.filter(|sight| *sight == Sight::Done).count()
    }

    fn count(step: Step, values: &[f32], set: fn(&mut FaceSignals, f32)) -> usize {
        count_every(33, step, values, set)
    }

    fn shut(face: &mut FaceSignals, blink: f32) {
        face.blink = blink;
        face.eye_opening = 0.3 * (1.1 - blink);
    }

    #[test]
    fn three_frames_shut_are_a_blink() {
        assert_eq!(count(Step::Blink, &[0.1, 0.1, 0.75, 0.78, 0.7, 0.3, 0.1], shut), 1);
        assert_eq!(count(Step::Blink, &[0.1, 0.7, 0.1, 0.1, 0.7, 0.1], shut), 2);
    }

    #[test]
    fn a_slow_camera_sees_a_blink_in_one_frame() {
        assert_eq!(count_every(100, Step::Blink, &[0.1, 0.1, 0.7, 0.1, 0.1], shut), 1);
    }

    #[test]
    fn eyes_held_shut_are_no_blink() {
        let mut values = vec![0.1; 5];
        values.extend([0.77; 50]);
        values.extend([0.1; 5]);
        assert_eq!(count(Step::Blink, &values, shut), 0);
        assert_eq!(count(Step::Blink, &[0.7, 0.7, 0.7, 0.1, 0.1], shut), 0, "began shut");
    }

    #[test]
    fn lids_of_a_raised_or_turned_head_are_no_blink() {
        let values = [0.1, 0.1, 0.65, 0.65, 0.1, 0.1];
        let raised = |f: &mut FaceSignals, v: f32| {
            shut(f, v);
            f.pitch = if v > 0.5 { -28.0 } else { 0.0 };
        };
        let turned = |f: &mut FaceSignals, v: f32| {
            shut(f, v);
            f.yaw = if v > 0.5 { 30.0 } else { 0.0 };
        };
        let half = |f: &mut FaceSignals, v: f32| f.blink = v;
        assert_eq!(count(Step::Blink, &values, raised), 0);
        assert_eq!(count(Step::Blink, &values, turned), 0);
        assert_eq!(count(Step::Blink, &values, half), 0, "the eye is not covered");
        let nodding = |f: &mut FaceSignals, v: f32| {
            shut(f, v.abs());
            f.pitch = if v < 0.0 { 18.0 } else { 0.0 };
        };
        let shut_throughout = [0.1, 0.1, 0.7, 0.7, -0.7, -0.7, 0.7, -0.7, 0.7, 0.7, 0.1, 0.1];
        assert_eq!(
            count(Step::Blink, &shut_throughout, nodding),
            0,
            "a nod with eyes shut is no row of blinks"
        );
    }

    #[test]
    fn turns_have_a_direction_and_two_frames() {
        let turn = |f: &mut FaceSignals, v: f32| f.yaw = v;
        assert_eq!(count(Step::TurnLeft, &[0.0, 3.0, 16.0, 22.0, 4.0], turn), 1);
        assert_eq!(count(Step::TurnRight, &[0.0, 3.0, 16.0, 22.0, 4.0], turn), 0);
        assert_eq!(count(Step::TurnRight, &[0.0, -3.0, -16.0, -22.0, -4.0], turn), 1);
        assert_eq!(count(Step::TurnLeft, &[0.0, 16.0, 0.0, 0.0], turn), 0, "a single frame is noise");
        assert_eq!(count(Step::TurnLeft, &[16.0; 30], turn), 0, "always turned");
        assert_eq!(count(Step::TurnLeft, &[0.0, 4.0, 8.0, 10.0, 11.0, 8.0, 0.0], turn), 0, "partial");
    }

    #[test]
    fn a_turn_is_done_at_its_height() {
        let baseline = Baseline::of(&[face(|_| ())]).unwrap();
        let mut finder = Finder::new(Step::TurnLeft, baseline);
        let yaws = [0.0, 6.0, 14.0, 20.0, 26.0, 30.0, 30.2, 30.1, 30.0, 30.0, 30.0];
        let sights: Vec<Sight> = yaws
            .iter()
            .enumerate()
            .map(|(i, &yaw)| finder.see(i as u32 * 33, &face(|f| f.yaw = yaw)))
            .collect();
        assert_eq!(sights.iter().rposition(|sight| *sight == Sight::Peak), Some(5), "{sights:?}");
        assert_eq!(sights.iter().filter(|sight| **sight == Sight::Done).count(), 1);
    }

    #[test]
    fn a_turn_that_goes_on_and_on_is_done_all_the_same() {
        let turn = |f: &mut FaceSignals, v: f32| f.yaw = v;
        let values: Vec<f32> = (0..40).map(|i| i as f32).collect();
        assert_eq!(count(Step::TurnLeft, &values, turn), 1);
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
        assert_eq!(count(Step::OpenMouth, &[0.02, 0.12, 0.2, 0.3, 0.18, 0.02], mouth), 0);
        assert_eq!(count(Step::OpenMouth, &[0.02, 0.2, 0.5, 0.4, 0.1, 0.02], mouth), 0, "one vowel");
        assert_eq!(count(Step::OpenMouth, &[0.02, 0.2, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.1], mouth), 1);
    }

    #[test]
    fn a_smile_is_held_with_the_jaw_up() {
        let smile = |f: &mut FaceSignals, v: f32| f.smile = v;
        let laugh = |f: &mut FaceSignals, v: f32| (f.smile, f.jaw_open) = (v, v);
        let held: Vec<f32> = [0.0; 5].into_iter().chain([0.7; 15]).collect();
        assert_eq!(count(Step::Smile, &held, smile), 1);
        assert_eq!(count(Step::Smile, &held, laugh), 0);
        assert_eq!(count(Step::Smile, &[0.0, 0.7, 0.7, 0.7, 0.0], smile), 0, "a vowel");
    }

    #[test]
    fn coming_closer_is_growth_of_three_tenths() {
        let grow = |f: &mut FaceSignals, v: f32| f.eye_span = v;
        assert_eq!(count(Step::ComeCloser, &[120.0, 130.0, 145.0, 150.0, 152.0, 152.0, 152.0], grow), 0);
        let mut closer: Vec<f32> = (0..20).map(|i| 120.0 + 3.0 * i as f32).collect();
        closer.extend([178.0; 10]);
        assert_eq!(count(Step::ComeCloser, &closer, grow), 1);
    }
}
