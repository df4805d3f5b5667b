//! What a clip shows. Only this file knows how that is found out.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use super::camera::{self, Area};
use crate::paths;
use crate::step::Step;
use crate::workspace::Program;

/// The program that looks, `clip FRAMES_DIR --json`, is built from this.
const EXAMPLE: &str = "wasm-verify/examples/clip.rs";
/// Where a frontal frame is likely when nobody looked: half a second into the clip.
const LIKELY_PORTRAIT: u32 = 15;

/// What a clip shows.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Study {
    /// The steps found. Empty: unknown, the server's own choice is left alone.
    pub steps: Vec<String>,
    /// The best frame for a document.
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
        Self { frame: LIKELY_PORTRAIT, face: None }
    }
}

/// Looks at every frame of a camera file with the engine itself.
pub fn study(camera: &Path, folder: &Path) -> Result<Study> {
    if !paths::at(EXAMPLE).is_file() {
        return Ok(Study::default());
    }
    let step = Step::start("footage: looking for steps and a portrait");
    camera::frames(camera, 1, folder)?;
    let text = Program::Clip.run()?.args([folder]).args(["--json"]).read()?;
    let study: Study = serde_json::from_str(&text).context("what the clip example said")?;
    step.done(&study.steps.join(", "));
    Ok(study)
}
