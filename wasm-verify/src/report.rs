//! What leaves the device: one report, in canonical bytes, bound to the server's nonce.
//!
//! The bytes are JSON with fields in the order of these types and nothing else. [`Report::parse`] refuses bytes
//! that [`Report::to_bytes`] would not write, so two different byte strings never mean the same report, and the
//! signature over the bytes covers every meaning.

use serde::{Deserialize, Serialize};

use crate::challenge::Step;
use crate::signals::Signals;

/// Format version written and read.
pub const VERSION: u8 = 1;
/// A longer report is refused unread, in bytes.
pub const MAX_BYTES: usize = 512 * 1024;
/// More frames are thinned out on the device and refused by the server.
pub const MAX_SIGNALS: usize = 600;

/// Bytes that are no report, or not its canonical spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the report cannot be read")]
pub struct Malformed;

/// A verification as the device saw it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// [`VERSION`].
    pub version: u8,
    /// From the [`crate::challenge::Challenge`].
    pub verification_id: String,
    /// From the challenge.
    pub nonce: String,
    /// From the challenge.
    pub policy_version: u32,
    /// The program that ran.
    pub engine: EngineIdentity,
    /// What the device decided.
    pub outcome: Outcome,
    /// What it computed; the server computes it again.
    pub scores: Scores,
    /// The steps done, in order.
    pub steps: Vec<StepRecord>,
    /// The pictures that prove it, in order of time: at rest before each step, the step, and at rest at the end. The pictures themselves travel only with consent.
    pub keyframes: Vec<KeyframeRecord>,
    /// SHA-256 of the document portrait as it is sent, in hexadecimal.
    pub document_sha256: Option<String>,
    /// The frames in numbers, thinned out evenly.
    pub signals: Vec<Signals>,
}

/// Which program and networks ran on the device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EngineIdentity {
    /// Version of this crate.
    pub crate_version: String,
    /// SHA-256 of the WebAssembly module, in hexadecimal.
    pub wasm_sha256: String,
    /// SHA-256 of each network's file, in the order of [`crate::net::Role::ALL`].
    pub networks: Vec<String>,
}

/// How a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Everything was done and the person matches the document.
    Passed,
    /// A step was not done in time.
    StepMissed,
    /// The face does not match the document.
    NoMatch,
    /// The picture looks like a photograph or a screen.
    NotLive,
    /// The face changed on the way.
    FaceChanged,
}

/// Figures of a session. Thresholds are the server's affair.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scores {
    /// Cosine similarity of the person and the document portrait, if both were seen.
    pub similarity: Option<f32>,
    /// Mean of the passive liveness of the frontal frames, 0 to 1.
    pub live: Option<f32>,
    /// Least similarity of any step's face to the first one.
    pub continuity: Option<f32>,
}

/// One step done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// What was done: what was asked, or its alternative.
    pub step: Step,
    /// When it was asked, in milliseconds since the session began.
    pub asked_ms: u32,
    /// When it was done.
    pub done_ms: u32,
    /// Index of the keyframe that shows it.
    pub keyframe: u8,
}

/// What a keyframe shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// The face, straight, at rest.
    Rest,
    /// The height of a step.
    Step,
}

/// One picture kept as proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyframeRecord {
    /// What it shows.
    pub shows: Shows,
    /// When it was taken, in milliseconds since the session began.
    pub at_ms: u32,
    /// SHA-256 of the JPEG file, in hexadecimal.
    pub sha256: String,
}

impl Report {
    /// The canonical bytes, which are signed and sent.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Serialising these types to memory cannot fail; empty bytes are refused by every reader.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`Malformed`] for anything else than exactly what [`Self::to_bytes`] writes.
    pub fn parse(bytes: &[u8]) -> Result<Self, Malformed> {
        if bytes.len() > MAX_BYTES {
            return Err(Malformed);
        }
        let report: Self = serde_json::from_slice(bytes).map_err(|_| Malformed)?;
        let canonical = report.version == VERSION && report.to_bytes() == bytes;
        if canonical && report.signals.len() <= MAX_SIGNALS { Ok(report) } else { Err(Malformed) }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::digest::sha256_hex;
    use crate::signals::FaceSignals;
    use proptest::prelude::*;

    pub(crate) fn example() -> Report {
        let face = FaceSignals {
            bounds: [200.5, 90.25, 210.0, 260.0],
            yaw: 1.25,
            pitch: -2.5,
            roll: 0.0,
            blink: 0.1,
            eye_opening: 0.3,
            eye_span: 110.5,
            jaw_open: 0.02,
            smile: 0.3,
        };
        Report {
            version: VERSION,
            verification_id: "v".into(),
            nonce: "n".into(),
            policy_version: 1,
            engine: EngineIdentity {
                crate_version: "0".into(),
                wasm_sha256: String::new(),
                networks: vec![String::new()],
            },
            outcome: Outcome::Passed,
            scores: Scores { similarity: Some(0.7), live: Some(0.99), continuity: Some(0.6) },
            steps: vec![StepRecord { step: Step::Blink, asked_ms: 900, done_ms: 1500, keyframe: 1 }],
            keyframes: vec![
                KeyframeRecord { shows: Shows::Rest, at_ms: 800, sha256: sha256_hex(b"rest") },
                KeyframeRecord { shows: Shows::Step, at_ms: 1400, sha256: sha256_hex(b"blink") },
            ],
            document_sha256: None,
            signals: vec![
                Signals { t_ms: 800, faces: 1, face: Some(face) },
                Signals { t_ms: 900, faces: 0, face: None },
            ],
        }
    }

    #[test]
    fn reads_back_what_it_wrote() {
        assert_eq!(Report::parse(&example().to_bytes()).unwrap(), example());
    }

    #[test]
    fn a_figure_that_is_no_number_is_refused() {
        let mut report = example();
        report.signals[0].face.as_mut().unwrap().yaw = f32::NAN;
        assert!(Report::parse(&report.to_bytes()).is_err());
    }

    #[test]
    fn another_spelling_of_the_same_report_is_refused() {
        let text = String::from_utf8(example().to_bytes()).unwrap();
        assert!(Report::parse(text.replace(",\"nonce\"", ", \"nonce\"").as_bytes()).is_err());
        assert!(Report::parse(text.replace("0.99", "0.990").as_bytes()).is_err());
        assert!(
            Report::parse(text.replace("\"version\":1,", "\"version\":1,\"more\":1,").as_bytes()).is_err()
        );
    }

    proptest! {
        #[test]
        fn every_changed_bit_is_refused_or_changes_the_report(at in 0usize..10_000, bit in 0u8..8) {
            let mut bytes = example().to_bytes();
            let at = at % bytes.len();
            bytes[at] ^= 1 << bit;
            prop_assert!(Report::parse(&bytes).map_or(true, |changed| changed != example()));
        }

        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Report::parse(&bytes);
        }
    }
}
