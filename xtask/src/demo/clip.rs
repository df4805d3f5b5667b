//! What a clip shows. Only this file knows how that is found out.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::camera::{self, Area};
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

/// What the example `clip` prints.
#[derive(Deserialize)]
struct Found {
    frames: u32,
    events: Vec<Event>,
}

/// A step that happens in the clip; frames from 0.
#[derive(Deserialize)]
struct Event {
    step: String,
    peak: u32,
    done: u32,
}

/// Looks at every frame of a camera file with the engine itself.
pub fn study(camera: &Path, folder: &Path) -> Result<Study> {
    workspace::build(&[Program::Clip])?;
    let step = Step::start("footage: looking for steps with the engine");
    camera::frames(camera, folder)?;
    let fps = camera::FRAMES_PER_SECOND.to_string();
    let text = Program::Clip.run()?.args([folder]).args([&fps]).read()?;
    fs::remove_dir_all(folder)?;
    let found: Found = serde_json::from_str(&text).context("what the clip example said")?;
    let study = found.study();
    step.done(&study.steps.join(", "));
    Ok(study)
}

impl Found {
    fn study(&self) -> Study {
        let mut steps: Vec<String> = self.events.iter().map(|event| event.step.clone()).collect();
        steps.sort();
        steps.dedup();
        let calm = |frame: &u32| {
            let moves = |event: &Event| event.peak <= frame + MOVING && *frame <= event.done + MOVING;
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
        let text = r#"{"frames": 100, "faces": 100, "session": null, "events": [
            {"step": "turn_left", "peak": 20, "done": 26},
            {"step": "blink", "peak": 45, "done": 47},
            {"step": "blink", "peak": 80, "done": 82}]}"#;
        let study = serde_json::from_str::<Found>(text).unwrap().study();
        assert_eq!(study.steps, ["blink", "turn_left"]);
        assert_eq!(study.portrait.frame, 60);
        let still = Found { frames: 10, events: Vec::new() };
        assert_eq!(still.study(), Study::default());
    }
}
