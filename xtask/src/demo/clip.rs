//! What a clip shows. Only this file knows how that is found out.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::camera::Area;
use crate::paths;
use crate::step::Step;
use crate::workspace::{self, Program};

/// The first frame that may serve as a portrait: half a second in, when people have settled.
const SETTLED: u32 = 15;
/// Frames around an event in which the face is still moving.
const MOVING: u32 = 12;

/// What a clip shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Study {
    /// The steps found. Empty: unknown, the server's own choice is left alone.
    pub steps: Vec<String>,
    /// The frame for a document.
    pub portrait: Portrait,
}

/// A sharp frontal frame.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Portrait {
    /// Its number in the camera file, from 0.
    pub frame: u32,
    /// Where the face is.
    pub face: Option<Area>,
}

impl Default for Portrait {
    fn default() -> Self {
        Self { frame: SETTLED, face: None }
    }
}

/// What `bench video` says.
#[derive(Deserialize)]
struct Bench {
    videos: Vec<Found>,
}

/// What it says about the clip.
#[derive(Default, Deserialize)]
struct Found {
    frames: u32,
    events: Vec<Event>,
}

/// A step that happens in the clip; frames from 0.
#[derive(Deserialize)]
struct Event {
    step: String,
    first: u32,
    last: u32,
}

/// Looks at every frame of a camera file with the engine itself.
pub fn study(camera: &Path) -> Result<Study> {
    workspace::build(&[Program::Bench])?;
    let step = Step::start("footage: looking for steps with the engine");
    let text = Program::Bench
        .run()?
        .env("OWNERPROOF_MODELS", paths::at("models/build"))
        .args(["video", "--events", "--json", "--data"])
        .args([camera])
        .read()?;
    let mut found: Bench = serde_json::from_str(&text).context("what the bench said")?;
    let study = found.videos.pop().unwrap_or_default().study();
    step.done(&study.steps.join(", "));
    Ok(study)
}

impl Found {
    fn study(&self) -> Study {
        let mut steps: Vec<String> = self.events.iter().map(|event| event.step.clone()).collect();
        steps.sort();
        steps.dedup();
        let calm = |frame: &u32| {
            let moves = |event: &Event| event.first <= frame + MOVING && *frame <= event.last + MOVING;
            !self.events.iter().any(moves)
        };
        let frame = (SETTLED..self.frames).find(calm).unwrap_or(SETTLED);
        Study { steps, portrait: Portrait { frame, face: None } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_named_once_and_the_portrait_is_calm() {
        let text = r#"{"file": "a.mjpeg", "frames": 100, "fps": 30, "events": [
            {"step": "turn_left", "first": 20, "peak": 24, "last": 26},
            {"step": "blink", "first": 45, "peak": 46, "last": 47},
            {"step": "blink", "first": 80, "peak": 81, "last": 82}]}"#;
        let study = serde_json::from_str::<Found>(text).unwrap().study();
        assert_eq!(study.steps, ["blink", "turn_left"]);
        assert_eq!(study.portrait.frame, 60);
        let still = Found { frames: 10, events: Vec::new() };
        assert_eq!(still.study(), Study::default());
    }
}
