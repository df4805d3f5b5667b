//! Nothing that travels can be changed or put in another order.

use p256::{
    ecdsa::{SigningKey, signature::Signer},
    elliptic_curve::rand_core::OsRng,
};
use proptest::prelude::*;
use verify::{
    challenge::Step,
    digest::sha256_hex,
    report::{self, EngineIdentity, KeyframeRecord, Outcome, Report, Scores, Shows, StepRecord, VERSION},
    signals::{FaceSignals, Signals},
};

use super::*;

/// A submission as it travels: base64 of the report, of its signature, of each picture.
struct Sent {
    key: SigningKey,
    challenge: Challenge,
    report: Report,
    pictures: Vec<Vec<u8>>,
}

impl Sent {
    fn new() -> Self {
        let steps = vec![Step::TurnLeft, Step::Blink];
        let pictures: Vec<Vec<u8>> = (0..5).map(|i| format!("picture {i}").into_bytes()).collect();
        let keyframe = |(index, file): (usize, &Vec<u8>)| KeyframeRecord {
            shows: if index % 2 == 0 { Shows::Rest } else { Shows::Step },
            at_ms: index as u32 * 1000,
            sha256: sha256_hex(file),
        };
        let record = |(index, step): (usize, &Step)| {
            let at_ms = (2 * index as u32 + 1) * 1000;
            let keyframe = (2 * index + 1) as u8;
            StepRecord { step: *step, asked_ms: at_ms - 400, done_ms: at_ms + 400, keyframe }
        };
        let frame = |index: u32| {
            let face = FaceSignals {
                bounds: [200.5, 90.25, 210.0, 260.0 + index as f32],
                yaw: 1.25,
                pitch: -2.5,
                roll: 0.0,
                blink: 0.1,
                jaw_open: 0.02,
                smile: 0.3,
                eye_opening: 0.3,
                eye_span: 110.0,
            };
            Signals { t_ms: 100 * index, faces: 1, face: Some(face) }
        };
        let report = Report {
            version: VERSION,
            verification_id: "v".into(),
            nonce: "n".into(),
            policy_version: 1,
            engine: EngineIdentity {
                crate_version: "0".into(),
                wasm_sha256: sha256_hex(b"wasm"),
                networks: vec![sha256_hex(b"network")],
            },
            outcome: Outcome::Passed,
            scores: Scores { similarity: Some(0.7), live: Some(0.99), continuity: Some(0.6) },
            steps: steps.iter().enumerate().map(record).collect(),
            keyframes: pictures.iter().enumerate().map(keyframe).collect(),
            document_sha256: None,
            signals: (0..5).map(frame).collect(),
        };
        let challenge = Challenge {
            verification_id: "v".into(),
            nonce: "n".into(),
            steps: steps.into_iter().map(Into::into).collect(),
            policy_version: 1,
            step_timeout_ms: 10_000,
        };
        Self { key: SigningKey::random(&mut OsRng), challenge, report, pictures }
    }

    /// The texts that travel, signed.
    fn texts(&self) -> Vec<String> {
        let report = self.report.to_bytes();
        let signature: Signature = self.key.sign(&report);
        let mut texts = vec![BASE64_STANDARD.encode(&report), BASE64_STANDARD.encode(signature.to_bytes())];
        texts.extend(self.pictures.iter().map(|file| BASE64_STANDARD.encode(file)));
        texts
    }

    fn is_admitted(&self, texts: &[String]) -> bool {
        let [report, signature, keyframes @ ..] = texts else { return false };
        let upload = Upload { report, signature, keyframes, document_portrait: None };
        let key = self.key.verifying_key().to_encoded_point(false);
        admit(key.as_bytes(), &self.challenge, &upload).is_ok()
    }

    /// Signed by the true device, as a device that lies would.
    fn is_admitted_signed(&self) -> bool {
        self.is_admitted(&self.texts())
    }
}

#[test]
fn what_was_sent_is_admitted() {
    let sent = Sent::new();
    assert!(sent.is_admitted_signed());
    assert!(sent.report.to_bytes().len() < report::MAX_BYTES);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Any bit of what travels: the report, the signature, a picture. Their base64 has one spelling for each
    /// content, so its bits are as many ways to lie as those of the bytes.
    #[test]
    fn no_bit_can_be_changed(part in 0usize..7, at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let sent = Sent::new();
        let mut texts = sent.texts();
        let mut bytes = std::mem::take(&mut texts[part]).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        // What is no text any more is refused before it gets here.
        if let Ok(text) = String::from_utf8(bytes) {
            texts[part] = text;
            prop_assert!(!sent.is_admitted(&texts), "part {part}, byte {at}, bit {bit}");
        }
    }

    /// The same behind the base64: every bit of the bytes themselves.
    #[test]
    fn no_bit_of_the_bytes_can_be_changed(
        part in 0usize..7,
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
    ) {
        let sent = Sent::new();
        let mut texts = sent.texts();
        let mut bytes = BASE64_STANDARD.decode(&texts[part]).unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        texts[part] = BASE64_STANDARD.encode(&bytes);
        prop_assert!(!sent.is_admitted(&texts), "part {part}, byte {at}, bit {bit}");
    }

    /// A device that signs what it likes still cannot change the order of anything.
    #[test]
    fn nothing_can_be_reordered(
        list in 0usize..5,
        order in Just([0usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let mut sent = Sent::new();
        let permuted = order != [0, 1, 2, 3, 4];
        match list {
            0 => sent.pictures = order.map(|i| sent.pictures[i].clone()).into(),
            1 => sent.report.keyframes = order.map(|i| sent.report.keyframes[i].clone()).into(),
            2 => {
                sent.pictures = order.map(|i| sent.pictures[i].clone()).into();
                sent.report.keyframes = order.map(|i| sent.report.keyframes[i].clone()).into();
            }
            3 => sent.report.signals = order.map(|i| sent.report.signals[i]).into(),
            _ => sent.report.steps.reverse(),
        }
        prop_assert_eq!(sent.is_admitted_signed(), !permuted && list != 4);
    }

    /// Nor swap what two records say and leave their times.
    #[test]
    fn no_two_steps_or_pictures_can_trade_places(a in 0usize..5, b in 0usize..5) {
        prop_assume!(a % 2 != b % 2);
        let mut sent = Sent::new();
        let (one, other) = (sent.report.keyframes[a].shows, sent.report.keyframes[b].shows);
        (sent.report.keyframes[a].shows, sent.report.keyframes[b].shows) = (other, one);
        prop_assert!(!sent.is_admitted_signed());
        let mut sent = Sent::new();
        let steps = &mut sent.report.steps;
        (steps[0].step, steps[1].step) = (steps[1].step, steps[0].step);
        prop_assert!(!sent.is_admitted_signed());
    }
}
