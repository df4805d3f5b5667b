use super::{Baseline, Finder, Sight, Stillness};
use crate::challenge::Step;
use crate::signals::{FaceSignals, Signals};

/// A step that somebody did, asked or not. Numbers of frames, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    /// What was done.
    pub step: Step,
    /// The first frame in which it counts.
    pub first: usize,
    /// Its height.
    pub peak: usize,
    /// The frame with which it is done.
    pub done: usize,
    /// The last frame before the face is back at rest.
    pub last: usize,
}

/// Degrees within which a head is still enough to measure from. Tighter than a session's rest, in which the person
/// was told to hold still: a slow turn must not drag its own baseline along.
const STILL: f32 = 2.0;
/// Still for so long, in milliseconds and in frames, for the first baseline and for each further one.
const HOLD: [(u32, usize); 2] = [(100, 2), (400, 4)];
/// A face that is still for so long in a step is at rest there, in milliseconds.
const STUCK_MS: u32 = 3_000;

/// Finds every step in footage in which nobody was asked for any, and keeps the baseline fresh as it drifts.
#[derive(Debug)]
pub struct Watch {
    stillness: Stillness,
    seen: usize,
    moved_ms: u32,
    open: Vec<Open>,
    events: Vec<Event>,
}

#[derive(Debug)]
struct Open {
    finder: Finder,
    event: Event,
    done: bool,
}

impl Default for Watch {
    fn default() -> Self {
        Self {
            stillness: Stillness::within(STILL),
            seen: 0,
            moved_ms: 0,
            open: Vec::new(),
            events: Vec::new(),
        }
    }
}

impl Watch {
    /// Every step in `frames`, by its first frame.
    pub fn over(frames: &[Signals]) -> Vec<Event> {
        let mut watch = Self::default();
        frames.iter().for_each(|frame| watch.see(frame));
        watch.close(|_| true);
        watch.events.sort_by_key(|event| (event.first, event.done));
        watch.events
    }

    fn see(&mut self, frame: &Signals) {
        if let Some(face) = &frame.face {
            self.find(frame.t_ms, face);
            self.rest(frame.t_ms, face);
        } else {
            self.stillness.disturb();
        }
        self.seen += 1;
    }

    fn find(&mut self, t_ms: u32, face: &FaceSignals) {
        let index = self.seen;
        for open in &mut self.open {
            let before = open.finder.is_under_way();
            let sight = open.finder.see(t_ms, face);
            match sight {
                Sight::Peak if !before => {
                    open.event = Event { first: index, peak: index, ..open.event };
                }
                Sight::Peak => open.event.peak = index,
                Sight::Done => (open.event.done, open.done) = (index, true),
                Sight::Nothing => {}
            }
            if open.finder.is_under_way() {
                open.event.last = index;
            }
        }
        self.close(|open| !open.finder.is_under_way());
    }

    /// Writes down the events that are done and for which `over` says so.
    fn close(&mut self, over: impl Fn(&Open) -> bool) {
        for open in &mut self.open {
            if open.done && over(open) {
                self.events.push(open.event);
                open.done = false;
            }
        }
    }

    /// A face held still and straight, doing nothing, is what the next change is measured from.
    fn rest(&mut self, t_ms: u32, face: &FaceSignals) {
        let busy = self.open.iter().any(|open| open.finder.is_under_way());
        if !busy {
            self.moved_ms = t_ms;
        }
        if !face.is_at_rest() {
            return self.stillness.disturb();
        }
        self.stillness.hold(t_ms, face);
        let stuck = t_ms.saturating_sub(self.moved_ms) > STUCK_MS;
        let (ms, frames) = HOLD[usize::from(!self.open.is_empty())];
        if let Some(baseline) = self.stillness.baseline(ms, frames).filter(|_| !busy || stuck) {
            self.close(|_| true);
            self.measure_from(baseline);
        }
    }

    fn measure_from(&mut self, baseline: Baseline) {
        if self.open.is_empty() {
            let open = |step| Open {
                finder: Finder::new(step, baseline),
                event: Event { step, first: 0, peak: 0, done: 0, last: 0 },
                done: false,
            };
            self.open = Step::ALL.into_iter().map(open).collect();
        }
        self.open.iter_mut().for_each(|open| open.finder.rebase(baseline));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve seconds of a face, thirty frames a second.
    fn footage(mut change: impl FnMut(usize, &mut FaceSignals)) -> Vec<Signals> {
        (0..360)
            .map(|index| {
                let mut face = FaceSignals { eye_opening: 0.3, eye_span: 120.0, ..FaceSignals::default() };
                change(index, &mut face);
                Signals { t_ms: index as u32 * 33, faces: 1, face: Some(face) }
            })
            .collect()
    }

    fn found(frames: &[Signals]) -> Vec<(Step, usize, usize)> {
        Watch::over(frames).iter().map(|event| (event.step, event.first, event.last)).collect()
    }

    #[test]
    fn turns_and_blinks_are_found_where_they_are() {
        let frames = footage(|index, face| match index {
            60..=64 => (face.blink, face.eye_opening) = (0.8, 0.02),
            100..=180 => face.yaw = 30.0,
            _ => {}
        });
        assert_eq!(found(&frames), [(Step::Blink, 60, 64), (Step::TurnLeft, 100, 180)]);
    }

    #[test]
    fn a_slow_drift_is_no_turn_and_does_not_hide_one() {
        let frames = footage(|index, face| {
            face.yaw = index as f32 * 0.03 + if (300..320).contains(&index) { 20.0 } else { 0.0 };
        });
        assert_eq!(found(&frames), [(Step::TurnLeft, 300, 319)]);
    }

    #[test]
    fn a_slow_turn_does_not_drag_its_baseline_along() {
        let frames = footage(|index, face| face.yaw = (index.saturating_sub(60) as f32 * 0.5).min(25.0));
        assert_eq!(found(&frames).len(), 1);
    }

    #[test]
    fn who_settles_in_a_new_pose_is_measured_from_there() {
        let frames = footage(|index, face| {
            face.yaw = if index < 60 { -13.0 } else { 3.0 };
            if (280..284).contains(&index) {
                (face.blink, face.eye_opening) = (0.8, 0.02);
            }
            if index > 320 {
                face.yaw = -13.0;
            }
        });
        let steps: Vec<Step> = Watch::over(&frames).iter().map(|event| event.step).collect();
        assert_eq!(steps, [Step::TurnLeft, Step::Blink, Step::TurnRight]);
    }

    #[test]
    fn a_face_that_comes_and_goes_invents_nothing() {
        let mut frames = footage(|_, _| ());
        for frame in frames.iter_mut().step_by(7) {
            frame.face = None;
        }
        assert_eq!(found(&frames), []);
        assert_eq!(found(&[]), []);
    }
}
