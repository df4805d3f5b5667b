//! Footage through the engine: what happens in it, and how a session over it ends under a challenge that suits it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use serde::Serialize;
use verify::challenge::{Challenge, Step};
use verify::engine::Engine;
use verify::image::RgbImage;
use verify::liveness::event::{self, Watch};
use verify::report::{EngineIdentity, Outcome, StepRecord};
use verify::session::{Phase, Session, fault};
use verify::signals::{Signals, Tracker};

use crate::engine;
use crate::ffmpeg::Footage;
use crate::plan::{self, Frame};
use crate::truth;

/// Times the footage is played before a session counts as unfinished.
const ROUNDS: u32 = 3;
const EXTENSIONS: [&str; 7] = ["mp4", "mov", "mkv", "webm", "avi", "m4v", "mjpeg"];

/// What `bench video` is told.
#[derive(Args)]
pub struct Options {
    /// A video, or a folder of videos.
    #[arg(long)]
    data: PathBuf,
    /// What the footage shows: fail unless every session ends accordingly.
    #[arg(long, value_enum)]
    expect: Option<Expect>,
    /// Resample to this rate, as a slow camera would see it.
    #[arg(long)]
    fps: Option<f64>,
    /// CSV with the columns file, kind, first, last: the events that are there, for precision and recall. A row
    /// without frames says that the file shows none of the kind; `turn` is either direction.
    #[arg(long)]
    truth: Option<PathBuf>,
    /// Find the events only; run no session.
    #[arg(long, conflicts_with = "expect")]
    events: bool,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Who is before the camera.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Expect {
    /// A person: the session must pass.
    Live,
    /// A photograph, a screen, a mask: the session must be refused.
    Attack,
}

/// A video as the engine sees it.
#[derive(Serialize)]
pub struct Video {
    /// Its name.
    pub file: String,
    frames: usize,
    fps: f64,
    /// What happens in it.
    pub events: Vec<Event>,
    #[serde(flatten)]
    session: Option<Played>,
}

#[cfg(test)]
impl Video {
    /// A video in which these events were found.
    pub fn of(file: &str, events: Vec<Event>) -> Self {
        Self { file: file.into(), frames: 0, fps: 30.0, events, session: None }
    }
}

/// A step that happens in the footage; frames from 0.
#[derive(Serialize)]
pub struct Event {
    /// What is done.
    pub step: Step,
    /// The first frame in which it counts.
    pub first: usize,
    /// Its height.
    pub peak: usize,
    /// The last frame before the face is back at rest.
    pub last: usize,
}

/// A session over the footage.
#[derive(Serialize)]
struct Played {
    challenge: Vec<Step>,
    verdict: Verdict,
    /// Why not, if refused.
    reason: Option<Outcome>,
    /// From the first frame to the verdict, in seconds of video.
    seconds: f64,
    /// Mean passive liveness.
    live: Option<f32>,
    steps: Vec<StepRecord>,
}

#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Passed,
    Refused,
}

/// Plays every video.
pub fn run(options: &Options) -> Result<()> {
    let files = files(&options.data)?;
    let engine = engine::load()?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} videos")?;
    let bar = ProgressBar::new(files.len() as u64).with_style(style);
    let videos: Vec<Video> = files
        .par_iter()
        .progress_with(bar)
        .map(|file| watch(&engine, options, file).with_context(|| file.display().to_string()))
        .collect::<Result<_>>()?;
    let accuracy = options.truth.as_deref().map(|file| truth::compare(file, &videos)).transpose()?;
    if options.json {
        let found = serde_json::json!({ "videos": videos, "accuracy": accuracy });
        println!("{}", serde_json::to_string_pretty(&found)?);
    } else {
        videos.iter().for_each(print);
        accuracy.iter().flatten().for_each(truth::print);
    }
    let wanted = options.expect.map(|expect| match expect {
        Expect::Live => Verdict::Passed,
        Expect::Attack => Verdict::Refused,
    });
    let against = |video: &&Video| video.session.as_ref().is_some_and(|it| Some(it.verdict) != wanted);
    let wrong = videos.iter().filter(against).count();
    ensure!(wanted.is_none() || wrong == 0, "{wrong} of {} videos end otherwise", videos.len());
    Ok(())
}

/// The video, or those of the folder in the order of their names.
fn files(data: &Path) -> Result<Vec<PathBuf>> {
    if !data.is_dir() {
        return Ok(vec![data.to_owned()]);
    }
    let is_video = |file: &PathBuf| {
        file.extension().is_some_and(|own| EXTENSIONS.iter().any(|known| own.eq_ignore_ascii_case(known)))
    };
    let mut files: Vec<PathBuf> =
        fs::read_dir(data)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    files.retain(is_video);
    files.sort();
    ensure!(!files.is_empty(), "no video in {}", data.display());
    Ok(files)
}

fn watch(engine: &Engine, options: &Options, file: &Path) -> Result<Video> {
    let footage = Footage::open(file, options.fps)?;
    let mut tracker = Tracker::default();
    let look = |(index, frame): (usize, Result<RgbImage>)| {
        let frame = frame?;
        let sighting = tracker.see(engine, &frame, footage.at(index))?;
        Ok((sighting.signals, fault(&frame, &sighting, None)))
    };
    let frames: Vec<Frame> = footage.frames()?.enumerate().map(look).collect::<Result<_>>()?;
    ensure!(!frames.is_empty(), "no frame");
    let signals: Vec<Signals> = frames.iter().map(|(signals, _)| *signals).collect();
    let events = Watch::over(&signals);
    let session = if options.events {
        None
    } else {
        let timeout_ms = footage.at(frames.len()) + 2_000;
        Some(play(engine, &footage, frames.len(), plan::challenge(&frames, &events, timeout_ms))?)
    };
    Ok(Video {
        file: file.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        frames: frames.len(),
        fps: footage.fps,
        events: events.into_iter().map(Event::from).collect(),
        session,
    })
}

impl From<event::Event> for Event {
    fn from(event::Event { step, first, peak, last, .. }: event::Event) -> Self {
        Self { step, first, peak, last }
    }
}

fn play(engine: &Engine, footage: &Footage, frames: usize, challenge: Challenge) -> Result<Played> {
    let round_ms = footage.at(frames);
    let asked = challenge.steps.iter().map(|task| task.step).collect();
    let mut session = Session::new(challenge, None);
    let mut now_ms = 0;
    'play: for round in 0..ROUNDS {
        for (index, frame) in footage.frames()?.enumerate() {
            now_ms = round * round_ms + footage.at(index);
            if session.push(engine, &frame?, now_ms)?.phase == Phase::Done {
                break 'play;
            }
        }
    }
    let identity =
        EngineIdentity { crate_version: String::new(), wasm_sha256: String::new(), networks: vec![] };
    let report = session.report(identity, None);
    let outcome = report.as_ref().map_or(Outcome::StepMissed, |report| report.outcome);
    let passed = outcome == Outcome::Passed;
    Ok(Played {
        challenge: asked,
        verdict: if passed { Verdict::Passed } else { Verdict::Refused },
        reason: (!passed).then_some(outcome),
        seconds: f64::from(now_ms) / 1000.0,
        live: report.as_ref().and_then(|report| report.scores.live),
        steps: report.map(|report| report.steps).unwrap_or_default(),
    })
}

fn print(video: &Video) {
    println!("{}: {} frames, {:.1} a second", video.file, video.frames, video.fps);
    for event in &video.events {
        println!("  {:<12} {:>5} to {:<5} height {}", event.step.name(), event.first, event.last, event.peak);
    }
    if let Some(session) = &video.session {
        let steps: Vec<&str> = session.challenge.iter().map(|step| step.name()).collect();
        let verdict = if session.verdict == Verdict::Passed { "passed" } else { "refused" };
        let reason = session.reason.map(|reason| format!(" ({reason:?})")).unwrap_or_default();
        let live = session.live.map_or("-".into(), |live| format!("{live:.2}"));
        println!(
            "  asked {}: {verdict}{reason} after {:.1} s, live {live}",
            steps.join(", "),
            session.seconds
        );
    }
}
