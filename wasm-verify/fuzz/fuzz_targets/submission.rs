//! A report with its pictures: belongs to the challenge or is refused, and has one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::{
    assess::{Submission, check},
    challenge::{Challenge, Step, Task},
    report::Report,
};

fuzz_target!(|input: (&[u8], Vec<Vec<u8>>)| {
    let (report, keyframes) = input;
    let Ok(parsed) = Report::parse(report) else { return };
    assert_eq!(parsed.to_bytes(), report);
    let challenge = Challenge {
        verification_id: parsed.verification_id.clone(),
        nonce: parsed.nonce.clone(),
        steps: parsed.steps.iter().map(|record| record.step).chain([Step::Blink]).map(Task::from).collect(),
        policy_version: parsed.policy_version,
        step_timeout_ms: 10_000,
    };
    let _ = check(&challenge, &Submission { report, keyframes: &keyframes, document_portrait: None });
});
