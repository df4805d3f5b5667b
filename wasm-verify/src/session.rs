//! The one state machine of a verification on the device: frame in, guidance or verdict out.
//!
//! `Positioning` until the face is held well; then the steps of the challenge, one after the other, each from rest
//! and measured from how the head was held then; then a last look at rest, and the verdict. The same frames at the same times give the same result. Memory is
//! bounded: two pictures in hand, one JPEG for each keyframe, at most [`MAX_SIGNALS`] frames in numbers.

mod guidance;
mod recorder;

use std::mem;

pub use guidance::Guidance;
use recorder::Recorder;
use serde::Serialize;

use crate::challenge::{Challenge, Step};
use crate::digest::sha256_hex;
use crate::engine::Engine;
use crate::face::{Embedding, Landmarks};
use crate::image::RgbImage;
use crate::liveness::continuity::Track;
use crate::liveness::event::{Baseline, Finder, Sight};
use crate::liveness::parallax::Parallax;
use crate::net::NetworkError;
use crate::report::{EngineIdentity, Outcome, Report, Scores, Shows, StepRecord, VERSION};
use crate::signals::{FaceSignals, Sighting, Tracker};

/// How long (milliseconds) and over how many frames at least the face must be held still before the first step.
const HOLD_FIRST: (u32, usize) = (500, 3);
/// The same before each further step.
const HOLD_AGAIN: (u32, usize) = (250, 2);
/// Eyes shut or a mouth open further than this are not at rest.
const EYES_OPEN: f32 = 0.5;
const MOUTH_SHUT: f32 = 0.3;
/// Positioning, or the return to rest, may take this long altogether.
const POSITION_MS: u32 = 60_000;
/// A longer gap between frames is a pause (the app was in the background): the clock of the step stands still.
const PAUSE_MS: u32 = 2_000;
/// Below this mean the device itself calls it an attack. The server has its own limits.
const NOT_LIVE: f32 = 0.5;
/// After this many frames an unmistakable attack ends the session early.
const EARLY: (usize, f32) = (5, 0.15);
/// Least similarity of person and document at which the device says "passed".
const MATCH: f32 = 0.40;
/// Least similarity of the faces of one session, whatever the pose.
const SAME: f32 = 0.25;
/// From this excess inclination on, in degrees, what turned was a sheet ([`Parallax::excess`]).
const FLAT: f32 = 16.0;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// The face is not yet held well.
    Positioning,
    /// A step is to be done.
    Challenge,
    /// The verdict is there.
    Done,
}

/// What to show after a frame.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// Where the session stands.
    pub phase: Phase,
    /// The one thing to tell the person now.
    pub guidance: Guidance,
    /// The step to do, if any.
    pub step: Option<Step>,
    /// How many steps are done.
    pub step_index: usize,
    /// How many there are.
    pub step_count: usize,
    /// Time left for this step, in milliseconds.
    pub step_remaining_ms: u32,
    /// Bounds of the face in pixels: left, top, width, height.
    pub face: Option<[f32; 4]>,
    /// The verdict, once there is one.
    pub outcome: Option<Outcome>,
}

enum State {
    /// Holding still, first for the baseline, then between steps.
    Rest {
        since_ms: u32,
        held: Vec<(u32, FaceSignals)>,
    },
    Doing {
        asked_ms: u32,
        finder: Finder,
        best: Option<Height>,
    },
    Done(Outcome),
}

/// The height of a step, as far as it has been seen.
struct Height {
    at_ms: u32,
    picture: RgbImage,
    landmarks: Option<Landmarks>,
}

/// A running verification.
pub struct Session {
    challenge: Challenge,
    document: Option<Embedding>,
    tracker: Tracker,
    track: Track,
    /// The face may be another one than before: a pause, or a jump.
    doubtful: bool,
    state: State,
    steps: Vec<StepRecord>,
    recorder: Recorder,
    rest: Vec<Embedding>,
    /// The points of the last picture at rest.
    rest_landmarks: Option<Landmarks>,
    live: Vec<f32>,
    continuity: Option<f32>,
    last_ms: Option<u32>,
}

impl Session {
    /// Begins the verification of `challenge` against the face on the document.
    pub fn new(challenge: Challenge, document: Option<Embedding>) -> Self {
        Self {
            challenge,
            document,
            tracker: Tracker::default(),
            track: Track::default(),
            doubtful: false,
            state: State::Rest { since_ms: 0, held: Vec::new() },
            steps: Vec::new(),
            recorder: Recorder::default(),
            rest: Vec::new(),
            rest_landmarks: None,
            live: Vec::new(),
            continuity: None,
            last_ms: None,
        }
    }

    /// Gives the face on the document when it comes after the beginning, as when the embedder is still on its way.
    pub fn compare_with(&mut self, document: Embedding) {
        self.document = Some(document);
    }

    /// Looks at the next frame. `t_ms` counts from any moment before the first frame and never goes back; frames
    /// that do, and frames after the verdict, change nothing. While `engine` can guide but is not complete, the
    /// session gets no further than the first rest.
    pub fn push(&mut self, engine: &Engine, frame: &RgbImage, t_ms: u32) -> Result<Progress, NetworkError> {
        let gap = t_ms.saturating_sub(self.last_ms.unwrap_or(t_ms));
        if matches!(self.state, State::Done(_)) || self.last_ms.is_some_and(|last| t_ms <= last) {
            return Ok(self.progress(t_ms, Guidance::Done, None));
        }
        if self.last_ms.is_none() {
            self.state = State::Rest { since_ms: t_ms, held: Vec::new() };
        }
        self.last_ms = Some(t_ms);
        if gap > PAUSE_MS {
            self.tracker.reset();
            self.begin_again(gap);
        }

        let sighting = self.tracker.see(engine, frame, t_ms)?;
        self.recorder.note(sighting.signals);
        if !self.track.goes_on(&sighting.signals) {
            self.begin_again(0);
        }
        let fault = guidance::fault(frame, &sighting);
        if fault.is_none() && engine.is_complete() {
            self.judge_live(engine, frame, &sighting)?;
            self.recognise(engine, frame)?;
        }
        let shown = sighting.signals.face.map(|face| face.bounds);
        let guidance = match mem::replace(&mut self.state, State::Done(Outcome::StepMissed)) {
            State::Rest { since_ms, held } => {
                self.at_rest(engine, frame, &sighting, fault, (since_ms, held))?
            }
            State::Doing { asked_ms, finder, best } => {
                self.doing(engine, frame, &sighting, fault, (asked_ms, finder, best))?
            }
            State::Done(outcome) => {
                self.state = State::Done(outcome);
                Guidance::Done
            }
        };
        let attacked = self.live.len() >= EARLY.0 && mean(&self.live).is_some_and(|live| live < EARLY.1);
        if attacked && !matches!(self.state, State::Done(_)) {
            self.state = State::Done(Outcome::NotLive);
        }
        Ok(self.progress(t_ms, guidance, shown))
    }

    /// The app was in the background for `gap` milliseconds, or the face jumped: what was half done begins again, and
    /// whose face it is must be seen anew.
    fn begin_again(&mut self, gap: u32) {
        self.doubtful = !self.rest.is_empty();
        match &mut self.state {
            State::Rest { since_ms, held } => {
                *since_ms = since_ms.saturating_add(gap);
                held.clear();
            }
            State::Doing { asked_ms, finder, best } => {
                *asked_ms = asked_ms.saturating_add(gap);
                *best = None;
                finder.restart();
            }
            State::Done(_) => {}
        }
    }

    /// Compares a face of which it is not known where it came from with the first one.
    fn recognise(&mut self, engine: &Engine, frame: &RgbImage) -> Result<(), NetworkError> {
        if mem::take(&mut self.doubtful)
            && let Some(embedding) = engine.embed_largest(frame)?
        {
            self.note_continuity(&embedding);
            if self.continuity.is_some_and(|least| least < SAME) {
                self.state = State::Done(Outcome::FaceChanged);
            }
        }
        Ok(())
    }

    /// Judges passive liveness on frames that were searched for faces and show one straight.
    fn judge_live(
        &mut self,
        engine: &Engine,
        frame: &RgbImage,
        sighting: &Sighting,
    ) -> Result<(), NetworkError> {
        let straight = sighting.signals.face.as_ref().is_some_and(guidance::is_straight);
        if let Some(face) = sighting.face.as_ref().filter(|_| straight && self.live.len() < MAX_LIVE) {
            self.live.push(engine.pad()?.live(frame, face)?);
        }
        Ok(())
    }

    fn at_rest(
        &mut self,
        engine: &Engine,
        frame: &RgbImage,
        sighting: &Sighting,
        fault: Option<Guidance>,
        (since_ms, mut held): (u32, Vec<(u32, FaceSignals)>),
    ) -> Result<Guidance, NetworkError> {
        let t_ms = sighting.signals.t_ms;
        let settled = sighting.signals.face.filter(|face| {
            guidance::is_straight(face) && face.blink < EYES_OPEN && face.jaw_open < MOUTH_SHUT
        });
        let Some(face) = settled.filter(|_| fault.is_none()) else {
            let late = t_ms.saturating_sub(since_ms) > POSITION_MS;
            self.state = if late {
                State::Done(Outcome::StepMissed)
            } else {
                State::Rest { since_ms, held: Vec::new() }
            };
            let away = if self.rest.is_empty() { Guidance::LookHere } else { Guidance::ReturnCenter };
            return Ok(fault.unwrap_or(away));
        };
        if !engine.is_complete() {
            self.state = State::Rest { since_ms: t_ms, held: Vec::new() };
            return Ok(Guidance::Loading);
        }
        held.push((t_ms, face));
        held.retain(|(_, earlier)| Baseline::from(earlier).is_near(&face));
        let (hold_ms, hold_frames) = if self.rest.is_empty() { HOLD_FIRST } else { HOLD_AGAIN };
        let first = held.first().map_or(t_ms, |(first, _)| *first);
        let held_long = t_ms.saturating_sub(first) >= hold_ms && held.len() >= hold_frames;
        if !held_long || !self.keep_rest(engine, frame, sighting)? {
            self.state = State::Rest { since_ms, held };
            return Ok(Guidance::HoldStill);
        }
        let frames: Vec<FaceSignals> = held.iter().map(|(_, face)| *face).collect();
        let baseline = Baseline::of(&frames).unwrap_or_default();
        let next = self.challenge.steps.get(self.steps.len()).copied();
        let Some(step) = next else {
            self.state = State::Done(self.verdict());
            return Ok(Guidance::Done);
        };
        self.state = State::Doing { asked_ms: t_ms, finder: Finder::new(step, baseline), best: None };
        Ok(step.into())
    }

    /// Keeps a picture at rest and the face in it. `false` when the face was not found this time.
    fn keep_rest(
        &mut self,
        engine: &Engine,
        frame: &RgbImage,
        sighting: &Sighting,
    ) -> Result<bool, NetworkError> {
        let Some(embedding) = engine.embed_largest(frame)? else { return Ok(false) };
        self.note_continuity(&embedding);
        self.rest.push(embedding);
        self.rest_landmarks.clone_from(&sighting.landmarks);
        self.recorder.keep(Shows::Rest, sighting.signals.t_ms, frame);
        Ok(true)
    }

    fn doing(
        &mut self,
        engine: &Engine,
        frame: &RgbImage,
        sighting: &Sighting,
        fault: Option<Guidance>,
        (asked_ms, mut finder, mut best): (u32, Finder, Option<Height>),
    ) -> Result<Guidance, NetworkError> {
        let t_ms = sighting.signals.t_ms;
        let step = finder.step();
        let sight = sighting.signals.face.map_or(Sight::Nothing, |face| finder.see(t_ms, &face));
        if sight == Sight::Peak {
            let landmarks = sighting.landmarks.clone();
            best = Some(Height { at_ms: t_ms, picture: frame.clone(), landmarks });
        }
        if sight == Sight::Done
            && let Some(Height { at_ms, picture, landmarks }) = best.take()
        {
            // A picture in which no face can be found proves nothing: the step is asked for again.
            if let Some(embedding) = engine.embed_largest(&picture)? {
                self.note_continuity(&embedding);
                let keyframe = self.recorder.keep(Shows::Step, at_ms, &picture);
                self.steps.push(StepRecord { step, asked_ms, done_ms: t_ms, keyframe });
                self.state = if step.turns_the_head() && self.is_flat(landmarks.as_ref()) {
                    State::Done(Outcome::NotLive)
                } else {
                    State::Rest { since_ms: t_ms, held: Vec::new() }
                };
                return Ok(Guidance::ReturnCenter);
            }
        }
        let late = t_ms.saturating_sub(asked_ms) > self.challenge.step_timeout_ms;
        self.state =
            if late { State::Done(Outcome::StepMissed) } else { State::Doing { asked_ms, finder, best } };
        Ok(fault.filter(Guidance::hides_the_face).unwrap_or(step.into()))
    }

    /// Whether what turned from rest was a picture.
    fn is_flat(&self, turned: Option<&Landmarks>) -> bool {
        let views = self.rest_landmarks.as_ref().zip(turned);
        let parallax = views.and_then(|(rest, turned)| Parallax::between(rest, turned));
        parallax.is_some_and(|parallax| parallax.excess() >= FLAT)
    }

    fn note_continuity(&mut self, embedding: &Embedding) {
        if let Some(first) = self.rest.first() {
            let similarity = first.similarity(embedding);
            self.continuity = Some(self.continuity.map_or(similarity, |least| least.min(similarity)));
        }
    }

    fn scores(&self) -> Scores {
        let similarity = Embedding::mean(&self.rest)
            .zip(self.document.as_ref())
            .map(|(person, document)| person.similarity(document));
        Scores { similarity, live: mean(&self.live), continuity: self.continuity }
    }

    fn verdict(&self) -> Outcome {
        let scores = self.scores();
        if scores.live.is_none_or(|live| live < NOT_LIVE) {
            Outcome::NotLive
        } else if scores.continuity.is_some_and(|least| least < SAME) {
            Outcome::FaceChanged
        } else if scores.similarity.is_some_and(|similarity| similarity < MATCH) {
            Outcome::NoMatch
        } else {
            Outcome::Passed
        }
    }

    fn progress(&self, t_ms: u32, guidance: Guidance, face: Option<[f32; 4]>) -> Progress {
        let (phase, remaining, outcome) = match &self.state {
            State::Done(outcome) => (Phase::Done, 0, Some(*outcome)),
            State::Doing { asked_ms, .. } => {
                let spent = t_ms.saturating_sub(*asked_ms);
                (Phase::Challenge, self.challenge.step_timeout_ms.saturating_sub(spent), None)
            }
            State::Rest { .. } if !self.rest.is_empty() => {
                (Phase::Challenge, self.challenge.step_timeout_ms, None)
            }
            State::Rest { .. } => (Phase::Positioning, self.challenge.step_timeout_ms, None),
        };
        Progress {
            phase,
            guidance: if outcome.is_some() { Guidance::Done } else { guidance },
            step: match &self.state {
                State::Doing { finder, .. } => Some(finder.step()),
                _ => None,
            },
            step_index: self.steps.len(),
            step_count: self.challenge.steps.len(),
            step_remaining_ms: remaining,
            face,
            outcome,
        }
    }

    /// The keyframes so far, as JPEG files in the order of the report.
    pub fn keyframes(&self) -> &[Vec<u8>] {
        self.recorder.pictures()
    }

    /// The report, once there is a verdict. `document` is the portrait as it will be sent.
    pub fn report(&self, engine: EngineIdentity, document: Option<&[u8]>) -> Option<Report> {
        let State::Done(outcome) = self.state else { return None };
        Some(Report {
            version: VERSION,
            verification_id: self.challenge.verification_id.clone(),
            nonce: self.challenge.nonce.clone(),
            policy_version: self.challenge.policy_version,
            engine,
            outcome,
            scores: self.scores(),
            steps: self.steps.clone(),
            keyframes: self.recorder.records().to_vec(),
            document_sha256: document.map(sha256_hex),
            signals: self.recorder.signals().to_vec(),
        })
    }
}

/// More frames judged add nothing to the mean.
const MAX_LIVE: usize = 64;

fn mean(values: &[f32]) -> Option<f32> {
    (!values.is_empty()).then(|| values.iter().sum::<f32>() / values.len() as f32)
}
