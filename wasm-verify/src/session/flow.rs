use super::Guidance;
use crate::challenge::{Challenge, Step, Task};
use crate::liveness::event::{Finder, Sight, Stillness};
use crate::report::Outcome;
use crate::signals::{FaceSignals, Signals};

/// How long (milliseconds) and over how many frames at least the face must be held still before the first step.
const HOLD_FIRST: (u32, usize) = (500, 3);
/// The same before each further step, and at the end.
const HOLD_AGAIN: (u32, usize) = (250, 2);
/// Degrees within which a head counts as held still.
const STILL: f32 = 5.0;
/// Positioning, or the return to rest, may take this long altogether.
const POSITION_MS: u32 = 60_000;
/// A longer gap between frames is a pause (the app was in the background): the clock of the step stands still.
pub(super) const PAUSE_MS: u32 = 2_000;
/// Who smiles more than this cannot begin to smile.
const SMILES: f32 = 0.4;

/// What is asked when: the part of a session that needs numbers only, no picture and no network. The one who drives
/// it looks at the pictures it points out, and answers whether they show a face.
#[derive(Debug)]
pub struct Flow {
    steps: Vec<Task>,
    timeout_ms: u32,
    state: State,
    /// Steps done.
    done: usize,
    /// Pictures at rest.
    rests: usize,
    last_ms: Option<u32>,
}

#[derive(Debug)]
enum State {
    /// Holding still, first for the baseline, then between steps.
    Rest { since_ms: u32, stillness: Stillness },
    /// A step is asked.
    Doing { asked_ms: u32, finder: Finder },
    /// The last picture at rest is there: nothing more to do.
    Complete,
    /// Too late.
    Missed,
}

/// What a frame is to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Nothing to keep.
    Passing,
    /// The face at rest: [`Flow::rested`] goes on.
    Rest,
    /// The height of the step so far.
    Peak,
    /// The step is done: [`Flow::done`] goes on, [`Flow::again`] asks once more.
    Done {
        /// What was done.
        step: Step,
        /// When it was asked.
        asked_ms: u32,
    },
}

impl Flow {
    /// Begins at the first step of `challenge`.
    pub fn new(challenge: &Challenge) -> Self {
        Self {
            steps: challenge.steps.clone(),
            timeout_ms: challenge.step_timeout_ms,
            state: State::rest(0),
            done: 0,
            rests: 0,
            last_ms: None,
        }
    }

    /// Looks at the next frame; `fault` is what is wrong with it. After a pause, what was half done begins again, and
    /// no time has passed.
    pub fn see(&mut self, frame: &Signals, fault: Option<Guidance>) -> (Guidance, Moment) {
        let t_ms = frame.t_ms;
        match self.last_ms.replace(t_ms) {
            None => self.state = State::rest(t_ms),
            Some(last) if t_ms.saturating_sub(last) > PAUSE_MS => self.state.resume(t_ms - last),
            Some(_) => {}
        }
        match &self.state {
            State::Rest { .. } => self.at_rest(t_ms, frame.face.as_ref(), fault),
            State::Doing { .. } => self.doing(t_ms, frame.face.as_ref(), fault),
            State::Complete | State::Missed => (Guidance::Done, Moment::Passing),
        }
    }

    fn at_rest(
        &mut self,
        t_ms: u32,
        face: Option<&FaceSignals>,
        fault: Option<Guidance>,
    ) -> (Guidance, Moment) {
        let next = self.next().copied();
        let State::Rest { since_ms, stillness } = &mut self.state else {
            return (Guidance::Done, Moment::Passing);
        };
        let smiles = |face: &FaceSignals| {
            face.smile > SMILES && next.is_some_and(|task: Task| task.allows(Step::Smile))
        };
        let loading = fault == Some(Guidance::Loading);
        let fault = fault.filter(|_| !loading);
        let Some(face) = face.filter(|face| fault.is_none() && face.is_at_rest() && !smiles(face)) else {
            stillness.disturb();
            if t_ms.saturating_sub(*since_ms) > POSITION_MS {
                self.state = State::Missed;
            }
            let away = match face {
                Some(face) if face.is_straight() && face.has_shut_eyes() => Guidance::OpenEyes,
                _ if self.rests == 0 => Guidance::LookHere,
                _ => Guidance::ReturnCenter,
            };
            return (fault.unwrap_or(away), Moment::Passing);
        };
        if loading {
            // The person does what is asked; the wait is ours.
            self.state = State::rest(t_ms);
            return (Guidance::Loading, Moment::Passing);
        }
        stillness.hold(t_ms, face);
        let (ms, frames) = if self.rests == 0 { HOLD_FIRST } else { HOLD_AGAIN };
        let held = stillness.baseline(ms, frames).is_some();
        (Guidance::HoldStill, if held { Moment::Rest } else { Moment::Passing })
    }

    fn doing(
        &mut self,
        t_ms: u32,
        face: Option<&FaceSignals>,
        fault: Option<Guidance>,
    ) -> (Guidance, Moment) {
        let State::Doing { asked_ms, finder } = &mut self.state else {
            return (Guidance::Done, Moment::Passing);
        };
        let (step, asked_ms) = (finder.step(), *asked_ms);
        let asked = fault.filter(Guidance::hides_the_face).unwrap_or(step.into());
        match face.map_or(Sight::Nothing, |face| finder.see(t_ms, face)) {
            Sight::Done => return (Guidance::ReturnCenter, Moment::Done { step, asked_ms }),
            Sight::Peak => return (asked, Moment::Peak),
            Sight::Nothing => {}
        }
        if t_ms.saturating_sub(asked_ms) > self.timeout_ms {
            self.state = State::Missed;
        }
        (asked, Moment::Passing)
    }

    /// The picture at rest shows a face: the next step is asked, measured from how the head is held now.
    pub fn rested(&mut self) -> Guidance {
        let State::Rest { stillness, .. } = &self.state else { return Guidance::Done };
        let (Some(asked_ms), Some(baseline)) = (self.last_ms, stillness.baseline(0, 1)) else {
            return Guidance::HoldStill;
        };
        self.rests += 1;
        let Some(task) = self.next() else {
            self.state = State::Complete;
            return Guidance::Done;
        };
        let step = task.step;
        self.state = State::Doing { asked_ms, finder: Finder::new(step, baseline) };
        step.into()
    }

    /// The picture of the step shows a face.
    pub fn done(&mut self) {
        self.done += 1;
        self.state = State::rest(self.last_ms.unwrap_or(0));
    }

    /// What is half done begins again: the picture of the step shows no face and proves nothing, or the face jumped.
    pub fn again(&mut self) {
        self.state.resume(0);
    }

    /// Asks for the alternative of the running step, with the whole time for it. `false` when there is none.
    pub fn ask_another(&mut self) -> bool {
        let Some(other) = self.alternative() else { return false };
        if let (State::Doing { asked_ms, finder }, Some(now)) = (&mut self.state, self.last_ms) {
            finder.switch(other);
            *asked_ms = now;
        }
        true
    }

    /// What could be asked instead of the running step, if it was not asked already.
    pub fn alternative(&self) -> Option<Step> {
        let running = self.step()?;
        self.next().filter(|task| task.step == running)?.alternative
    }

    /// The running step.
    pub fn step(&self) -> Option<Step> {
        match &self.state {
            State::Doing { finder, .. } => Some(finder.step()),
            _ => None,
        }
    }

    /// The task that is asked, or will be.
    pub fn next(&self) -> Option<&Task> {
        self.steps.get(self.done)
    }

    /// How many steps there are.
    pub fn step_count(&self) -> usize {
        self.steps.len()
    }

    /// Whether a picture at rest was kept yet.
    pub fn has_begun(&self) -> bool {
        self.rests > 0
    }

    /// Time left for the running step at `t_ms`, in milliseconds.
    pub fn remaining_ms(&self, t_ms: u32) -> u32 {
        match &self.state {
            State::Doing { asked_ms, .. } => self.timeout_ms.saturating_sub(t_ms.saturating_sub(*asked_ms)),
            _ => self.timeout_ms,
        }
    }

    /// Whether everything asked was done and shown.
    pub fn is_complete(&self) -> bool {
        matches!(self.state, State::Complete)
    }

    /// How it ended, if for want of time.
    pub fn missed(&self) -> Option<Outcome> {
        matches!(self.state, State::Missed).then_some(Outcome::StepMissed)
    }
}

impl State {
    fn rest(since_ms: u32) -> Self {
        Self::Rest { since_ms, stillness: Stillness::within(STILL) }
    }

    fn resume(&mut self, gap_ms: u32) {
        match self {
            Self::Rest { since_ms, stillness } => {
                *since_ms = since_ms.saturating_add(gap_ms);
                stillness.disturb();
            }
            Self::Doing { asked_ms, finder } => {
                *asked_ms = asked_ms.saturating_add(gap_ms);
                finder.restart();
            }
            Self::Complete | Self::Missed => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME_MS: u32 = 33;

    fn challenge(steps: &[Step]) -> Challenge {
        let task = |step: &Step| Task { step: *step, alternative: Some(Step::OpenMouth) };
        Challenge {
            verification_id: String::new(),
            nonce: String::new(),
            steps: steps.iter().map(task).collect(),
            policy_version: 1,
            step_timeout_ms: 10_000,
        }
    }

    /// A person before the camera who does as told after a moment of thought.
    struct Person {
        flow: Flow,
        t_ms: u32,
        told: (Option<Step>, u32),
        moments: Vec<Moment>,
    }

    impl Person {
        fn before(flow: Flow) -> Self {
            Self { flow, t_ms: 0, told: (None, 0), moments: Vec::new() }
        }

        fn look(&mut self, face: Option<FaceSignals>) -> Guidance {
            let (guidance, moment) = self.flow.see(&Signals { t_ms: self.t_ms, faces: 1, face }, None);
            match moment {
                Moment::Rest => {
                    self.flow.rested();
                }
                Moment::Done { .. } => self.flow.done(),
                Moment::Passing | Moment::Peak => {}
            }
            if moment != Moment::Passing {
                self.moments.push(moment);
            }
            if self.flow.step() != self.told.0 {
                self.told = (self.flow.step(), self.t_ms);
            }
            self.t_ms += FRAME_MS;
            guidance
        }

        fn face(&self) -> FaceSignals {
            let mut face = FaceSignals { eye_opening: 0.3, eye_span: 120.0, ..FaceSignals::default() };
            let since = self.t_ms.saturating_sub(self.told.1);
            if (600..1_000).contains(&since) {
                match self.told.0 {
                    Some(Step::TurnLeft) => face.yaw = 25.0,
                    Some(Step::Nod) => face.pitch = 18.0,
                    Some(Step::Blink) => (face.blink, face.eye_opening) = (0.8, 0.02),
                    Some(Step::OpenMouth) => face.jaw_open = 0.7,
                    _ => {}
                }
            }
            face
        }

        /// Cooperates for so long; the flow ends or does not.
        fn cooperate(&mut self, ms: u32) {
            let until = self.t_ms + ms;
            while self.t_ms < until && !self.flow.is_complete() && self.flow.missed().is_none() {
                let face = self.face();
                self.look(Some(face));
            }
        }

        fn keyframes(&self) -> usize {
            self.moments.iter().filter(|moment| **moment != Moment::Peak).count()
        }
    }

    #[test]
    fn a_cooperative_person_needs_no_eight_seconds() {
        let mut person = Person::before(Flow::new(&challenge(&[Step::TurnLeft, Step::Nod, Step::Blink])));
        person.cooperate(8_000);
        assert!(person.flow.is_complete());
        assert_eq!(person.keyframes(), 7);
    }

    #[test]
    fn the_same_frames_give_the_same_moments() {
        let run = || {
            let mut person = Person::before(Flow::new(&challenge(&[Step::Blink, Step::TurnLeft])));
            person.cooperate(8_000);
            person.moments
        };
        assert_eq!(run(), run());
    }

    #[test]
    fn a_photograph_misses_its_step() {
        let mut person = Person::before(Flow::new(&challenge(&[Step::Blink])));
        for _ in 0..600 {
            person.look(Some(FaceSignals { eye_opening: 0.3, eye_span: 120.0, ..FaceSignals::default() }));
        }
        assert_eq!(person.flow.missed(), Some(Outcome::StepMissed));
        assert_eq!(person.keyframes(), 1);
    }

    #[test]
    fn nobody_in_sight_is_waited_for_a_minute() {
        let mut person = Person::before(Flow::new(&challenge(&[Step::Blink])));
        for _ in 0..1_700 {
            assert_eq!(person.look(None), Guidance::LookHere);
        }
        assert_eq!(person.flow.missed(), None);
        (0..200).for_each(|_| {
            person.look(None);
        });
        assert_eq!(person.flow.missed(), Some(Outcome::StepMissed));
    }

    #[test]
    fn another_movement_can_be_asked_for_once() {
        let mut person = Person::before(Flow::new(&challenge(&[Step::Smile])));
        assert!(!person.flow.ask_another(), "nothing is asked yet");
        person.cooperate(3_000);
        assert_eq!(
            (person.flow.step(), person.flow.alternative()),
            (Some(Step::Smile), Some(Step::OpenMouth))
        );
        assert!(person.flow.ask_another());
        assert_eq!((person.flow.step(), person.flow.alternative()), (Some(Step::OpenMouth), None));
        assert!(!person.flow.ask_another());
        assert_eq!(person.flow.remaining_ms(person.t_ms - FRAME_MS), 10_000);
        person.cooperate(3_000);
        assert!(person.flow.is_complete());
        assert!(person.moments.iter().any(|m| matches!(m, Moment::Done { step: Step::OpenMouth, .. })));
    }

    #[test]
    fn a_pause_stops_the_clock_and_begins_the_step_again() {
        let mut person = Person::before(Flow::new(&challenge(&[Step::TurnLeft])));
        person.cooperate(900);
        assert_eq!(person.flow.step(), Some(Step::TurnLeft));
        let left = person.flow.remaining_ms(person.t_ms);
        person.t_ms += 120_000;
        person.look(Some(FaceSignals {
            yaw: 25.0,
            eye_opening: 0.3,
            eye_span: 120.0,
            ..FaceSignals::default()
        }));
        assert!(person.flow.remaining_ms(person.t_ms).abs_diff(left) <= 2 * FRAME_MS);
        person.cooperate(300);
        assert!(!person.moments.iter().any(|m| matches!(m, Moment::Done { .. })), "it began turned");
        person.told.1 = person.t_ms;
        person.cooperate(3_000);
        assert!(person.flow.is_complete());
    }

    #[test]
    fn who_smiles_already_is_not_asked_to_smile() {
        let mut person = Person::before(Flow::new(&challenge(&[Step::Smile])));
        let smiling = FaceSignals { smile: 0.8, eye_opening: 0.3, eye_span: 120.0, ..FaceSignals::default() };
        for _ in 0..100 {
            person.look(Some(smiling));
        }
        assert_eq!(person.flow.step(), None);
    }
}
