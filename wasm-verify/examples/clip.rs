//! Plays a clip through the engine and prints, as JSON, the events in it and how a session over it would end.
//!
//! `clip FRAMES FPS [STEP,STEP…] [DOCUMENT]`: `FRAMES` is a folder of JPEG or PNG frames named in order. Without
//! steps only the events are printed; networks come from `OWNERPROOF_MODELS` or `models/build`.
#![allow(missing_docs, clippy::print_stdout)]

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result};
use serde_json::json;
use verify::challenge::{Challenge, Step};
use verify::engine::{Engine, Portrait};
use verify::image::decode;
use verify::liveness::event::{Baseline, Finder, Sight};
use verify::report::EngineIdentity;
use verify::session::{Phase, Session};
use verify::signals::{FaceSignals, Tracker};

/// Rounds of the clip a session may take before it counts as unfinished: a camera plays it over and over.
const ROUNDS: usize = 4;

fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [folder, fps, rest @ ..] = arguments.as_slice() else {
        anyhow::bail!("clip FRAMES FPS [STEPS] [DOCUMENT]")
    };
    let fps: f64 = fps.parse()?;
    let models =
        env::var_os("OWNERPROOF_MODELS").map_or_else(|| PathBuf::from("models/build"), PathBuf::from);
    let engine = Engine::load(|role| fs::read(models.join(format!("{}.onnx", role.name()))))?;
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.sort();
    let frames = files.iter().map(|file| Ok(decode(&fs::read(file)?)?)).collect::<Result<Vec<_>>>()?;
    let at = |frame: usize| (frame as f64 * 1000.0 / fps) as u32 + 1;

    let mut tracker = Tracker::default();
    let mut signals = Vec::new();
    for (index, frame) in frames.iter().enumerate() {
        signals.push(tracker.see(&engine, frame, at(index))?.signals);
    }
    let faces: Vec<FaceSignals> = signals.iter().filter_map(|s| s.face).collect();
    let baseline = Baseline::of(&faces).context("no face in the clip")?;
    let events: Vec<_> = Step::ALL
        .into_iter()
        .flat_map(|step| {
            let mut finder = Finder::new(step, baseline);
            let mut peak = 0;
            let mut found = Vec::new();
            for (index, frame) in signals.iter().enumerate() {
                match frame.face.map_or(Sight::Nothing, |face| finder.see(frame.t_ms, &face)) {
                    Sight::Peak => peak = index,
                    Sight::Done => found.push(json!({"step": step.name(), "peak": peak, "done": index})),
                    Sight::Nothing => {}
                }
            }
            found
        })
        .collect();

    let mut session = json!(null);
    if let Some(steps) = rest.first() {
        let steps = steps
            .split(',')
            .map(|name| Step::ALL.into_iter().find(|step| step.name() == name).context("no such step"))
            .collect::<Result<Vec<_>>>()?;
        let document = match rest.get(1) {
            Some(file) => match engine.portrait(&decode(&fs::read(file)?)?)? {
                Portrait::Found(_, embedding) => Some(embedding),
                _ => anyhow::bail!("no usable face on the document"),
            },
            None => None,
        };
        let length = at(frames.len());
        let challenge = Challenge {
            verification_id: "clip".into(),
            nonce: "clip".into(),
            steps,
            policy_version: 1,
            step_timeout_ms: length + 2_000,
        };
        let mut running = Session::new(challenge, document);
        let mut last = None;
        'play: for round in 0..ROUNDS {
            for (index, frame) in frames.iter().enumerate() {
                let progress = running.push(&engine, frame, length * round as u32 + at(index))?;
                let done = progress.phase == Phase::Done;
                last = Some((round * frames.len() + index, progress));
                if done {
                    break 'play;
                }
            }
        }
        let identity =
            EngineIdentity { crate_version: String::new(), wasm_sha256: String::new(), networks: vec![] };
        let report = running.report(identity, None);
        session = json!({
            "frames": last.as_ref().map(|(frame, _)| frame),
            "progress": last.map(|(_, progress)| progress),
            "scores": report.as_ref().map(|report| report.scores),
            "steps": report.map(|report| report.steps),
        });
    }
    println!(
        "{}",
        json!({"frames": frames.len(), "faces": faces.len(), "events": events, "session": session})
    );
    Ok(())
}
