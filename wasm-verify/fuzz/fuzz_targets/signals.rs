//! Frames in numbers, of any value and in any order.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::{
    challenge::Step,
    liveness::{
        continuity::{Track, is_broken, is_frozen},
        event::{Baseline, Finder},
    },
    signals::{FaceSignals, Signals},
};

fuzz_target!(|input: (u8, Vec<(u32, Option<[f32; 12]>)>)| {
    let (step, frames) = input;
    let face = |f: [f32; 12]| FaceSignals {
        bounds: [f[0], f[1], f[2], f[3]],
        yaw: f[4],
        pitch: f[5],
        roll: f[6],
        blink: f[7],
        jaw_open: f[8],
        smile: f[9],
        eye_opening: f[10],
        eye_span: f[11],
    };
    let frames: Vec<Signals> =
        frames.into_iter().map(|(t_ms, f)| Signals { t_ms, faces: 1, face: f.map(face) }).collect();
    let faces: Vec<FaceSignals> = frames.iter().filter_map(|frame| frame.face).collect();
    let step = Step::ALL[usize::from(step) % Step::ALL.len()];
    let mut finder = Finder::new(step, Baseline::of(&faces).unwrap_or_default());
    let mut track = Track::default();
    for frame in &frames {
        track.goes_on(frame);
        if let Some(face) = &frame.face {
            finder.see(frame.t_ms, face);
        }
    }
    is_frozen(&frames);
    is_broken(&frames, 0, u32::MAX);
});
