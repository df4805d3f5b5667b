//! The one state machine of a verification on the device: frame in, guidance or verdict out.
//!
//! `Positioning` until the face is held well; then the steps of the challenge, one after the other, each from rest
//! and measured from how the head was held then; then a last look at rest, and the verdict. The same frames at the
//! same times give the same result. Memory is bounded: two pictures in hand, one JPEG for each keyframe, at most
//! [`crate::report::MAX_SIGNALS`] frames in numbers.
//!
//! [`Flow`] says what is asked when, from numbers alone; [`Session`] looks at the pictures.

mod flow;
mod guidance;
mod recorder;

use std::mem;

pub use flow::{Flow, Moment};
pub use guidance::{Guidance, fault};
use recorder::Recorder;
use serde::Serialize;

use crate::challenge::{Challenge, Step};
use crate::digest::sha256_hex;
use crate::engine::Engine;
use crate::face::{Embedding, Landmarks};
use crate::image::RgbImage;
use crate::liveness::continuity::Track;
use crate::liveness::parallax::Parallax;
use crate::net::NetworkError;
use crate::report::{EngineIdentity, Outcome, Report, Scores, Shows, StepRecord, VERSION};
use crate::signals::{FaceSignals, Sighting, Tracker};

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
    /// Whether another movement can be asked for in place of this step.
    pub has_alternative: bool,
    /// Bounds of the face in pixels: left, top, width, height.
    pub face: Option<[f32; 4]>,
    /// The verdict, once there is one.
    pub outcome: Option<Outcome>,
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
    flow: Flow,
    /// The height of the running step so far.
    best: Option<Height>,
    track: Track,
    /// The face may be another one than before: a pause, or a jump.
    doubtful: bool,
    outcome: Option<Outcome>,
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
            flow: Flow::new(&challenge),
            challenge,
            document,
            tracker: Tracker::default(),
            best: None,
            track: Track::default(),
            doubtful: false,
            outcome: None,
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
        if self.outcome.is_some() || self.last_ms.is_some_and(|last| t_ms <= last) {
            return Ok(self.progress(t_ms, Guidance::Done, None));
        }
        let gap_ms = t_ms - self.last_ms.replace(t_ms).unwrap_or(t_ms);
        if gap_ms > flow::PAUSE_MS {
            self.tracker.reset();
            self.begin_again();
        }
        let sighting = self.tracker.see(engine, frame, t_ms)?;
        self.recorder.note(sighting.signals);
        if !self.track.goes_on(&sighting.signals) {
            self.begin_again();
        }
        let resting = self.flow.next().filter(|_| self.flow.step().is_none());
        let loading = (!engine.is_complete()).then_some(Guidance::Loading);
        let fault = fault(frame, &sighting, resting).or(loading);
        if fault.is_none() {
            self.judge_live(engine, frame, &sighting)?;
            self.recognise(engine, frame)?;
        }
        let (asked, moment) = self.flow.see(&sighting.signals, fault);
        let guidance = self.keep(engine, frame, &sighting, moment)?.unwrap_or(asked);
        self.outcome = self.outcome.or_else(|| self.ended());
        Ok(self.progress(t_ms, guidance, sighting.signals.face.map(|face| face.bounds)))
    }

    /// The app was in the background, or the face jumped: what was half done begins again, and whose face it is must be
    /// seen anew.
    fn begin_again(&mut self) {
        self.doubtful = self.flow.has_begun();
        self.best = None;
        self.flow.again();
    }

    /// Compares a face of which it is not known where it came from with the first one.
    fn recognise(&mut self, engine: &Engine, frame: &RgbImage) -> Result<(), NetworkError> {
        if mem::take(&mut self.doubtful)
            && let Some(embedding) = engine.embed_largest(frame)?
        {
            self.note_continuity(&embedding);
            if self.continuity.is_some_and(|least| least < SAME) {
                self.outcome = Some(Outcome::FaceChanged);
            }
        }
        Ok(())
    }

    /// Asks for the alternative the server drew for the running step, with the whole time for it: the person cannot
    /// do the step. `false`, and nothing changes, when there is none or it was asked already.
    pub fn ask_another(&mut self) -> bool {
        let asked = self.flow.ask_another();
        if asked {
            self.best = None;
        }
        asked
    }

    /// Keeps what the flow points out; the guidance that follows from it, if any.
    fn keep(
        &mut self,
        engine: &Engine,
        frame: &RgbImage,
        sighting: &Sighting,
        moment: Moment,
    ) -> Result<Option<Guidance>, NetworkError> {
        match moment {
            Moment::Passing => {}
            Moment::Peak => {
                let landmarks = sighting.landmarks.clone();
                self.best = Some(Height { at_ms: sighting.signals.t_ms, picture: frame.clone(), landmarks });
            }
            Moment::Rest => {
                if self.keep_rest(engine, frame, sighting)? {
                    return Ok(Some(self.flow.rested()));
                }
            }
            Moment::Done { step, asked_ms } => {
                if self.keep_step(engine, sighting.signals.t_ms, step, asked_ms)? {
                    self.flow.done();
                } else {
                    self.flow.again();
                    return Ok(Some(step.into()));
                }
            }
        }
        Ok(None)
    }

    /// How the session ends with this frame, if it does.
    fn ended(&self) -> Option<Outcome> {
        let attacked = self.live.len() >= EARLY.0 && mean(&self.live).is_some_and(|live| live < EARLY.1);
        if self.flow.is_complete() {
            Some(self.verdict())
        } else if attacked {
            Some(Outcome::NotLive)
        } else {
            self.flow.missed()
        }
    }

    /// Judges passive liveness on frames that were searched for faces and show one straight.
    fn judge_live(
        &mut self,
        engine: &Engine,
        frame: &RgbImage,
        sighting: &Sighting,
    ) -> Result<(), NetworkError> {
        let straight = sighting.signals.face.as_ref().is_some_and(FaceSignals::is_straight);
        if let Some(face) = sighting.face.as_ref().filter(|_| straight && self.live.len() < MAX_LIVE) {
            self.live.push(engine.pad()?.live(frame, face)?);
        }
        Ok(())
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

    /// Keeps the height of the step and the face in it. `false` when the face was not found.
    fn keep_step(
        &mut self,
        engine: &Engine,
        done_ms: u32,
        step: Step,
        asked_ms: u32,
    ) -> Result<bool, NetworkError> {
        let Some(Height { at_ms, picture, landmarks }) = self.best.take() else { return Ok(false) };
        let Some(embedding) = engine.embed_largest(&picture)? else { return Ok(false) };
        self.note_continuity(&embedding);
        let keyframe = self.recorder.keep(Shows::Step, at_ms, &picture);
        self.steps.push(StepRecord { step, asked_ms, done_ms, keyframe });
        if step.turns_the_head() && self.is_flat(landmarks.as_ref()) {
            self.outcome = Some(Outcome::NotLive);
        }
        Ok(true)
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
        let phase = match self.outcome {
            Some(_) => Phase::Done,
            None if self.flow.has_begun() => Phase::Challenge,
            None => Phase::Positioning,
        };
        Progress {
            phase,
            guidance: if self.outcome.is_some() { Guidance::Done } else { guidance },
            step: self.flow.step(),
            step_index: self.steps.len(),
            step_count: self.flow.step_count(),
            step_remaining_ms: self.flow.remaining_ms(t_ms),
            has_alternative: self.flow.alternative().is_some(),
            face,
            outcome: self.outcome,
        }
    }

    /// The keyframes so far, as JPEG files in the order of the report.
    pub fn keyframes(&self) -> &[Vec<u8>] {
        self.recorder.pictures()
    }

    /// The report, once there is a verdict. `document` is the portrait as it will be sent.
    pub fn report(&self, engine: EngineIdentity, document: Option<&[u8]>) -> Option<Report> {
        let outcome = self.outcome?;
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
