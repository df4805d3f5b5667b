use super::stated::document_face;
use super::{Assessment, Checked, Engine, EvidenceError, Reason};
use crate::challenge::Step;
use crate::face::quality::measure;
use crate::face::{Embedding, Landmarks, Region, rivals};
use crate::image::decode;
use crate::liveness::continuity::{is_broken, is_frozen};
use crate::liveness::parallax::Parallax;
use crate::net::NetworkError;
use crate::report::{Outcome, Report, Scores, Shows, StepRecord};
use crate::signals::{FaceSignals, PRESENCE, face_signals};

/// Where the lines are drawn. They belong to the policy and never leave the server.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Thresholds {
    /// From this similarity on (cosine), person and document match.
    pub match_pass: f32,
    /// From this one on, a member of staff decides; below, they do not match.
    pub match_review: f32,
    /// From this passive liveness on (0 to 1, mean of the pictures at rest), the person is live.
    pub live_pass: f32,
    /// From this one on, a member of staff decides.
    pub live_review: f32,
    /// From this excess inclination on, in degrees ([`Parallax::excess`]), what turned was a sheet.
    pub flat: f32,
    /// From this one on, a member of staff decides.
    pub flat_review: f32,
    /// Least similarity of any picture to the first; turned heads are less alike.
    pub continuity: f32,
    /// How far the device's figures may be from ours: builds differ in the order of their sums.
    pub claim_tolerance: f32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            // FMR at most 1e-4 on fold 1 of Labeled Faces in the Wild, all against all (`docs/accuracy.md`).
            match_pass: 0.46,
            match_review: 0.36,
            live_pass: 0.5,
            live_review: 0.3,
            flat: 16.0,
            flat_review: 12.0,
            continuity: 0.25,
            claim_tolerance: 0.1,
        }
    }
}

/// One keyframe as the server sees it.
struct Look {
    landmarks: Landmarks,
    signals: FaceSignals,
    embedding: Embedding,
    live: f32,
    clear: bool,
}

/// Looks at every picture of `checked` and weighs what it finds. Takes a few hundred milliseconds a picture.
///
/// # Errors
/// A picture that cannot be read or does not show exactly one face is bad input.
pub fn assess(engine: &Engine, limits: &Thresholds, checked: &Checked) -> Result<Assessment, EvidenceError> {
    let report = &checked.report;
    let mut reasons = Vec::new();
    if report.outcome != Outcome::Passed {
        reasons.push(Reason::DeviceRefused);
    }
    if !plausible(report) {
        reasons.push(Reason::ImplausibleTiming);
    }
    if report.steps.iter().any(|step| is_cut(report, step)) {
        reasons.push(Reason::TrackBroken);
    }
    if report.engine.networks != engine.networks() {
        reasons.push(Reason::OtherNetworks);
    }
    if checked.keyframes.is_empty() {
        reasons.push(Reason::DeviceOnly);
        return Ok(Assessment::new(reasons, Scores { similarity: None, live: None, continuity: None }));
    }
    let looks: Vec<Look> = checked
        .keyframes
        .iter()
        .enumerate()
        .map(|(index, file)| look(engine, index, file))
        .collect::<Result<_, _>>()?;
    let document = checked.document_portrait.map(|file| portrait(engine, file)).transpose()?;

    let repeated = report
        .keyframes
        .iter()
        .enumerate()
        .any(|(i, a)| report.keyframes[..i].iter().any(|b| a.sha256 == b.sha256));
    if repeated {
        reasons.push(Reason::PictureRepeated);
    }
    // One doubtful picture among several is no reason: device and server differ a little about each.
    let (clear, poor): (Vec<&Look>, Vec<&Look>) =
        of(report, &looks, Shows::Rest).partition(|look| look.clear);
    if poor.len() > clear.len() {
        reasons.push(Reason::PoorPicture);
    }
    let scores = scores(report, &looks, document.as_ref());
    weigh_liveness(limits, report, &looks, &scores, &mut reasons);
    weigh_match(limits, &scores, &mut reasons);
    if claims_differ(limits, &report.scores, &scores) {
        reasons.push(Reason::ClaimsDiffer);
    }
    Ok(Assessment::new(reasons, scores))
}

fn look(engine: &Engine, index: usize, file: &[u8]) -> Result<Look, EvidenceError> {
    let picture = decode(file).map_err(|error| EvidenceError::KeyframeImage(index, error))?;
    let faces =
        engine.frame_detector().and_then(|detector| detector.detect(&picture)).map_err(engine_failed)?;
    if rivals(&faces) > 1 {
        return Err(EvidenceError::KeyframeSeveralFaces(index));
    }
    let face = faces.first().ok_or(EvidenceError::KeyframeNoFace(index))?;
    let landmarks = engine
        .landmarker()
        .and_then(|landmarker| landmarker.find(&picture, &Region::of_face(face)))
        .map_err(engine_failed)?
        .filter(|landmarks| landmarks.presence >= PRESENCE)
        .ok_or(EvidenceError::KeyframeNoFace(index))?;
    let embedding = engine.embed(&picture, face).map_err(engine_failed)?;
    Ok(Look {
        signals: face_signals(engine, &landmarks).map_err(engine_failed)?,
        clear: measure(&picture, &landmarks).flaw().is_none(),
        landmarks,
        embedding: embedding.ok_or(EvidenceError::KeyframeNoFace(index))?,
        live: engine.pad().and_then(|pad| pad.live(&picture, face)).map_err(engine_failed)?,
    })
}

fn portrait(engine: &Engine, file: &[u8]) -> Result<Embedding, EvidenceError> {
    let photograph = decode(file).map_err(EvidenceError::DocumentImage)?;
    let face = document_face(engine, &photograph)?;
    engine.embed(&photograph, &face).map_err(engine_failed)?.ok_or(EvidenceError::DocumentNoFace)
}

fn engine_failed(_: NetworkError) -> EvidenceError {
    EvidenceError::Engine
}

/// Pictures of the given kind.
fn of<'a>(report: &'a Report, looks: &'a [Look], shows: Shows) -> impl Iterator<Item = &'a Look> {
    report.keyframes.iter().zip(looks).filter(move |(record, _)| record.shows == shows).map(|(_, look)| look)
}

fn scores(report: &Report, looks: &[Look], document: Option<&Embedding>) -> Scores {
    let person = Embedding::mean(of(report, looks, Shows::Rest).map(|look| &look.embedding));
    let live: Vec<f32> = of(report, looks, Shows::Rest).map(|look| look.live).collect();
    let continuity = looks.split_first().and_then(|(first, others)| {
        others.iter().map(|look| first.embedding.similarity(&look.embedding)).reduce(f32::min)
    });
    Scores {
        similarity: person.zip(document).map(|(person, document)| person.similarity(document)),
        live: (!live.is_empty()).then(|| live.iter().sum::<f32>() / live.len() as f32),
        continuity,
    }
}

fn weigh_liveness(
    limits: &Thresholds,
    report: &Report,
    looks: &[Look],
    scores: &Scores,
    reasons: &mut Vec<Reason>,
) {
    match scores.live {
        Some(live) if live >= limits.live_pass => {}
        Some(live) if live >= limits.live_review => reasons.push(Reason::LivenessUnclear),
        _ => reasons.push(Reason::NotLive),
    }
    if scores.continuity.is_none_or(|least| least < limits.continuity) {
        reasons.push(Reason::FaceChanged);
    }
    // Each step's picture comes right after the picture of the same head at rest.
    let views: Vec<Option<(&Look, &Look)>> = report
        .steps
        .iter()
        .map(|record| {
            let at = usize::from(record.keyframe);
            at.checked_sub(1).and_then(|before| looks.get(before)).zip(looks.get(at))
        })
        .collect();
    let shown = report.steps.iter().zip(&views).all(|(record, views)| {
        views.is_some_and(|(rest, look)| shows(record.step, &rest.signals, &look.signals))
    });
    if !shown {
        reasons.push(Reason::StepNotShown);
    }
    let turns = report.steps.iter().zip(views).filter(|(record, _)| record.step.turns_the_head());
    let excess = turns
        .filter_map(|(_, views)| {
            views.and_then(|(rest, look)| Parallax::between(&rest.landmarks, &look.landmarks))
        })
        .map(|parallax| parallax.excess());
    reasons.extend(excess.reduce(f32::max).and_then(|excess| weigh_parallax(limits, excess)));
}

/// Whether the most sheet-like of all turns is too much like a sheet's.
fn weigh_parallax(limits: &Thresholds, excess: f32) -> Option<Reason> {
    if excess < limits.flat_review {
        None
    } else if excess < limits.flat {
        Some(Reason::ParallaxUnclear)
    } else {
        Some(Reason::Flat)
    }
}

fn weigh_match(limits: &Thresholds, scores: &Scores, reasons: &mut Vec<Reason>) {
    match scores.similarity {
        Some(similarity) if similarity >= limits.match_pass => {}
        Some(similarity) if similarity >= limits.match_review => reasons.push(Reason::MatchUnclear),
        Some(_) => reasons.push(Reason::NoMatch),
        None => reasons.push(Reason::NoDocument),
    }
}

/// Whether a single picture shows the step, measured from the picture at rest. A little less is asked than of the
/// device, which saw the movement: the picture at rest is one frame, not the median of many.
fn shows(step: Step, rest: &FaceSignals, face: &FaceSignals) -> bool {
    match step {
        Step::Blink => face.blink > rest.blink + 0.12 && face.blink > 0.35,
        Step::OpenMouth => face.jaw_open > rest.jaw_open + 0.15,
        Step::TurnLeft => face.yaw - rest.yaw > 8.0,
        Step::TurnRight => rest.yaw - face.yaw > 8.0,
        Step::Nod => face.pitch - rest.pitch > 5.0,
        Step::Smile => face.smile > rest.smile + 0.2,
        Step::ComeCloser => face.eye_span > rest.eye_span * 1.2,
    }
}

/// Before its height a movement has taken this long at least, in milliseconds.
const MOVEMENT_MS: u32 = 200;

/// Whether the footage was cut while the step was shown. Between steps it may be: who it is, is seen anew there.
fn is_cut(report: &Report, step: &StepRecord) -> bool {
    let height = report.keyframes.get(usize::from(step.keyframe)).map_or(step.done_ms, |frame| frame.at_ms);
    is_broken(&report.signals, height.saturating_sub(MOVEMENT_MS), step.done_ms)
}

/// Frames of a session come no faster than this on the mean, in milliseconds: 120 a second.
const FASTEST_MS: u32 = 8;
/// A person needs this long, in milliseconds, from reading what to do to having done it.
const REACTION_MS: u32 = 60;

/// Whether the times can be those of a camera and a person, and the frames those of something that lives.
fn plausible(report: &Report) -> bool {
    let spent = |step: &StepRecord| step.done_ms.saturating_sub(step.asked_ms);
    let lasted =
        report.signals.first().zip(report.signals.last()).map(|(first, last)| last.t_ms - first.t_ms);
    let gaps = report.signals.len().saturating_sub(1) as u64;
    report.steps.iter().all(|step| spent(step) >= REACTION_MS)
        && lasted.is_some_and(|lasted| u64::from(lasted) >= gaps * u64::from(FASTEST_MS))
        && !is_frozen(&report.signals)
}

/// Whether the device claims figures its pictures do not give. Liveness is not compared: the device averages many
/// frames, we have few.
fn claims_differ(limits: &Thresholds, claimed: &Scores, computed: &Scores) -> bool {
    let differ = |a: Option<f32>, b: Option<f32>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() > limits.claim_tolerance,
        (a, b) => a.is_some() != b.is_some(),
    };
    differ(claimed.similarity, computed.similarity) || differ(claimed.continuity, computed.continuity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assess::Grade;
    use crate::report::tests::example;
    use crate::signals::Signals;

    #[test]
    fn the_worst_reason_decides() {
        let scores = Scores { similarity: None, live: None, continuity: None };
        assert_eq!(Assessment::new(vec![], scores).grade, Grade::Pass);
        assert_eq!(Assessment::new(vec![Reason::DeviceOnly], scores).grade, Grade::ManualReview);
        assert_eq!(Assessment::new(vec![Reason::DeviceOnly, Reason::NotLive], scores).grade, Grade::Fail);
    }

    #[test]
    fn similarity_is_graded_by_both_lines() {
        let reasons = |similarity| {
            let mut reasons = Vec::new();
            weigh_match(
                &Thresholds::default(),
                &Scores { similarity, live: None, continuity: None },
                &mut reasons,
            );
            reasons
        };
        assert_eq!(reasons(Some(0.6)), []);
        assert_eq!(reasons(Some(0.4)), [Reason::MatchUnclear]);
        assert_eq!(reasons(Some(0.1)), [Reason::NoMatch]);
        assert_eq!(reasons(Some(f32::NAN)), [Reason::NoMatch]);
        assert_eq!(reasons(None), [Reason::NoDocument]);
    }

    #[test]
    fn a_step_faster_than_a_person_is_implausible() {
        let mut report = example();
        assert!(plausible(&report));
        report.steps[0].done_ms = report.steps[0].asked_ms + 10;
        assert!(!plausible(&report));
    }

    #[test]
    fn frames_faster_than_a_camera_none_at_all_or_all_the_same_are_implausible() {
        let frames = |times: &mut dyn Iterator<Item = u32>, face: fn(u32) -> Option<FaceSignals>| {
            let signals = times.map(|t_ms| Signals { t_ms, faces: 1, face: face(t_ms) }).collect();
            Report { signals, ..example() }
        };
        assert!(plausible(&frames(&mut (0..90).map(|i| i * 33), |_| None)));
        assert!(!plausible(&frames(&mut (0..90).map(|i| i * 5), |_| None)));
        assert!(!plausible(&frames(&mut std::iter::empty(), |_| None)));
        assert!(!plausible(&frames(&mut (0..90).map(|i| i * 33), |_| example().signals[0].face)));
    }

    #[test]
    fn a_cut_in_the_movement_counts_and_one_before_it_does_not() {
        let mut report = example();
        let [mut here, mut there] = [report.signals[0]; 2];
        (here.t_ms, there.t_ms) = (1380, 1400);
        there.face.as_mut().unwrap().bounds[0] += 300.0;
        report.signals = vec![here, there];
        assert!(is_cut(&report, &report.steps[0]));
        (report.signals[0].t_ms, report.signals[1].t_ms) = (1000, 1033);
        assert!(!is_cut(&report, &report.steps[0]));
    }

    #[test]
    fn a_sheet_is_flat_and_a_head_is_not() {
        let limits = Thresholds::default();
        assert_eq!(weigh_parallax(&limits, 4.0), None);
        assert_eq!(weigh_parallax(&limits, 14.0), Some(Reason::ParallaxUnclear));
        assert_eq!(weigh_parallax(&limits, 25.0), Some(Reason::Flat));
        assert_eq!(weigh_parallax(&limits, f32::NAN), Some(Reason::Flat));
    }

    #[test]
    fn claims_are_held_against_what_was_computed() {
        let limits = Thresholds::default();
        let claimed = Scores { similarity: Some(0.7), live: None, continuity: Some(0.5) };
        assert!(!claims_differ(&limits, &claimed, &Scores { similarity: Some(0.68), ..claimed }));
        assert!(claims_differ(&limits, &claimed, &Scores { similarity: Some(0.4), ..claimed }));
        assert!(claims_differ(&limits, &claimed, &Scores { similarity: None, ..claimed }));
    }
}
