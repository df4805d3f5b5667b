use super::EvidenceError;
use crate::challenge::Challenge;
use crate::digest::sha256_hex;
use crate::report::{Malformed, Outcome, Report, Shows};

/// What a device sends.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// The canonical bytes of the report.
    pub report: &'a [u8],
    /// The keyframes as files, in the order of the report; none without consent.
    pub keyframes: &'a [Vec<u8>],
    /// The document portrait as a file.
    pub document_portrait: Option<&'a [u8]>,
}

/// A submission that is well-formed and belongs to the challenge.
#[derive(Debug, Clone)]
pub struct Checked<'a> {
    /// The report, parsed.
    pub report: Report,
    /// The keyframes, each the one the report names; none if only the device's word is given.
    pub keyframes: &'a [Vec<u8>],
    /// The document portrait, the one the report names.
    pub document_portrait: Option<&'a [u8]>,
}

/// Whether the submission is well-formed and answers this challenge. Decodes no picture.
///
/// # Errors
/// The first thing wrong with it.
pub fn check<'a>(challenge: &Challenge, submission: &Submission<'a>) -> Result<Checked<'a>, EvidenceError> {
    let report = Report::parse(submission.report).map_err(|Malformed| EvidenceError::ReportMalformed)?;
    let bound = report.verification_id == challenge.verification_id
        && report.nonce == challenge.nonce
        && report.policy_version == challenge.policy_version;
    if !bound {
        return Err(EvidenceError::NonceMismatch);
    }
    if !follows(&report, challenge) {
        return Err(EvidenceError::StepsMismatch);
    }
    let document_portrait = submission.document_portrait;
    if !submission.keyframes.is_empty() || document_portrait.is_some() {
        if submission.keyframes.len() != report.keyframes.len() {
            return Err(EvidenceError::KeyframeCount);
        }
        for (index, (file, record)) in submission.keyframes.iter().zip(&report.keyframes).enumerate() {
            if sha256_hex(file) != record.sha256 {
                return Err(EvidenceError::KeyframeHashMismatch(index));
            }
        }
        if document_portrait.map(sha256_hex) != report.document_sha256 {
            return Err(EvidenceError::DocumentHashMismatch);
        }
    }
    Ok(Checked { report, keyframes: submission.keyframes, document_portrait })
}

/// Whether the steps are the challenge's, in its order and in an order of time that can be. A session that failed
/// may end early, one that passed did everything and shows the face at rest before and after.
fn follows(report: &Report, challenge: &Challenge) -> bool {
    let in_order = report.steps.len() <= challenge.steps.len()
        && report.steps.iter().zip(&challenge.steps).all(|(record, task)| task.allows(record.step));
    let complete = report.steps.len() == challenge.steps.len();
    let keyframe = |index: usize| report.keyframes.get(index);
    let rest = |frame: Option<&crate::report::KeyframeRecord>| frame.is_some_and(|f| f.shows == Shows::Rest);
    let steps_shown = report.steps.iter().enumerate().all(|(index, record)| {
        // Pictures at rest and of steps take turns.
        usize::from(record.keyframe) == 2 * index + 1
            && rest(keyframe(2 * index))
            && keyframe(2 * index + 1).is_some_and(|frame| {
                frame.shows == Shows::Step && (record.asked_ms..=record.done_ms).contains(&frame.at_ms)
            })
            && record.asked_ms <= record.done_ms
    });
    let in_time = |times: &[u32]| times.windows(2).all(|pair| pair[0] < pair[1]);
    let times: Vec<u32> = report.keyframes.iter().map(|frame| frame.at_ms).collect();
    let frames: Vec<u32> = report.signals.iter().map(|frame| frame.t_ms).collect();
    let one_by_one = report.steps.windows(2).all(|pair| pair[0].done_ms <= pair[1].asked_ms);
    let passed = report.outcome == Outcome::Passed;
    let framed = rest(report.keyframes.last()) && report.keyframes.len() == 2 * report.steps.len() + 1;
    in_order
        && steps_shown
        && in_time(&times)
        && in_time(&frames)
        && one_by_one
        && (!passed || (complete && framed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::challenge::{Step, Task};
    use crate::report::tests::example;
    use crate::report::{KeyframeRecord, StepRecord};

    fn challenge() -> Challenge {
        Challenge {
            verification_id: "v".into(),
            nonce: "n".into(),
            steps: vec![Task { step: Step::Blink, alternative: Some(Step::TurnLeft) }],
            policy_version: 1,
            step_timeout_ms: 10_000,
        }
    }

    #[test]
    fn two_steps_need_five_pictures() {
        let (mut report, mut files) = passed();
        let two = Challenge { steps: [Step::Blink, Step::Nod].map(Task::from).to_vec(), ..challenge() };
        for (shows, at_ms, file) in [(Shows::Step, 2500, "nod"), (Shows::Rest, 3000, "rest at last")] {
            report.keyframes.push(KeyframeRecord { shows, at_ms, sha256: sha256_hex(file.as_bytes()) });
            files.push(file.as_bytes().to_vec());
        }
        report.steps.push(StepRecord { step: Step::Nod, asked_ms: 2000, done_ms: 2600, keyframe: 3 });
        let bytes = report.to_bytes();
        let all = Submission { report: &bytes, keyframes: &files, document_portrait: None };
        assert!(check(&two, &all).is_ok());
        report.keyframes.pop();
        let bytes = report.to_bytes();
        let short = Submission { report: &bytes, keyframes: &files[..4], document_portrait: None };
        assert_eq!(check(&two, &short).err(), Some(EvidenceError::StepsMismatch));
    }

    /// A report of a session that passed, with its files.
    fn passed() -> (Report, Vec<Vec<u8>>) {
        let files = vec![b"rest".to_vec(), b"blink".to_vec(), b"rest again".to_vec()];
        let mut report = example();
        report.keyframes.push(KeyframeRecord {
            shows: Shows::Rest,
            at_ms: 1800,
            sha256: sha256_hex(&files[2]),
        });
        (report, files)
    }

    fn result(report: &Report, files: &[Vec<u8>]) -> Result<(), EvidenceError> {
        let bytes = report.to_bytes();
        check(&challenge(), &Submission { report: &bytes, keyframes: files, document_portrait: None })
            .map(|_| ())
    }

    #[test]
    fn a_true_submission_is_accepted_with_and_without_pictures() {
        let (report, files) = passed();
        assert_eq!(result(&report, &files), Ok(()));
        assert_eq!(result(&report, &[]), Ok(()));
    }

    #[test]
    fn only_the_step_or_its_drawn_alternative_is_accepted() {
        let (mut report, files) = passed();
        for step in Step::ALL {
            report.steps[0].step = step;
            let allowed = matches!(step, Step::Blink | Step::TurnLeft);
            assert_eq!(result(&report, &files).is_ok(), allowed, "{step:?}");
        }
    }

    #[test]
    fn another_nonce_or_policy_is_refused() {
        let (mut report, files) = passed();
        report.nonce = "other".into();
        assert_eq!(result(&report, &files), Err(EvidenceError::NonceMismatch));
        let (mut report, files) = passed();
        report.policy_version = 2;
        assert_eq!(result(&report, &files), Err(EvidenceError::NonceMismatch));
    }

    #[test]
    fn swapped_changed_or_missing_pictures_are_refused() {
        let (report, mut files) = passed();
        files.swap(0, 2);
        assert_eq!(result(&report, &files), Err(EvidenceError::KeyframeHashMismatch(0)));
        let (report, mut files) = passed();
        files[1][0] ^= 1;
        assert_eq!(result(&report, &files), Err(EvidenceError::KeyframeHashMismatch(1)));
        let (report, files) = passed();
        assert_eq!(result(&report, &files[..2]), Err(EvidenceError::KeyframeCount));
    }

    #[test]
    fn reordered_keyframes_or_steps_are_refused() {
        let (mut report, mut files) = passed();
        report.keyframes.swap(0, 2);
        files.swap(0, 2);
        assert_eq!(result(&report, &files), Err(EvidenceError::StepsMismatch));
        let (mut report, files) = passed();
        report.steps[0].step = Step::Nod;
        assert_eq!(result(&report, &files), Err(EvidenceError::StepsMismatch));
        let (mut report, files) = passed();
        report.steps.push(StepRecord { step: Step::Nod, asked_ms: 1600, done_ms: 1700, keyframe: 2 });
        assert_eq!(result(&report, &files), Err(EvidenceError::StepsMismatch));
        let (mut report, files) = passed();
        report.steps.clear();
        assert_eq!(result(&report, &files), Err(EvidenceError::StepsMismatch), "passed without the step");
    }

    #[test]
    fn a_portrait_must_be_the_one_named() {
        let (mut report, files) = passed();
        report.document_sha256 = Some(sha256_hex(b"portrait"));
        let bytes = report.to_bytes();
        let with = |portrait: Option<&'static [u8]>| {
            check(
                &challenge(),
                &Submission { report: &bytes, keyframes: &files, document_portrait: portrait },
            )
            .err()
        };
        assert_eq!(with(Some(b"portrait")), None);
        assert_eq!(with(Some(b"another")), Some(EvidenceError::DocumentHashMismatch));
        assert_eq!(with(None), Some(EvidenceError::DocumentHashMismatch));
    }
}
