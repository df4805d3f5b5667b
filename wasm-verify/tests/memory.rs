//! Ten minutes before the camera take no more memory than the first.
#![allow(missing_docs)]

use peak_alloc::PeakAlloc;
use verify::challenge::{Challenge, Step, Task};
use verify::session::{Flow, Moment};
use verify::signals::{FaceSignals, Signals};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const MINUTE: u32 = 30 * 60;

/// Somebody who holds still, looks around, blinks, and never does the step.
fn frame(index: u32) -> Signals {
    let mut face = FaceSignals { eye_opening: 0.3, eye_span: 120.0, ..FaceSignals::default() };
    face.yaw = ((index / 40) % 20) as f32 - 10.0;
    if index % 90 < 4 {
        (face.blink, face.eye_opening) = (0.8, 0.02);
    }
    Signals { t_ms: index * 33, faces: 1, face: Some(face) }
}

#[test]
fn ten_minutes_do_not_grow() {
    let alternative = Some(Step::Smile);
    let mut flow = Flow::new(&Challenge {
        verification_id: String::new(),
        nonce: String::new(),
        steps: vec![Task { step: Step::OpenMouth, alternative }],
        policy_version: 1,
        step_timeout_ms: u32::MAX,
    });
    let mut play = |frames: std::ops::Range<u32>| {
        for index in frames {
            if flow.see(&frame(index), None).1 == Moment::Rest {
                flow.rested();
            }
        }
        MEMORY.current_usage()
    };
    let after_one = play(0..MINUTE);
    assert_eq!(play(MINUTE..10 * MINUTE), after_one);
    assert_eq!(flow.step(), Some(Step::OpenMouth));
}
