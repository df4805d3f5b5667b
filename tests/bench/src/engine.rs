//! The engine with the networks of this checkout, and pictures through it on every core.

use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};
use indicatif::{ParallelProgressIterator, ProgressBar, ProgressStyle};
use rayon::prelude::*;
use verify::engine::Engine;
use verify::image::{RgbImage, decode};

/// The folder of the networks: `OWNERPROOF_MODELS` or `models/build`.
pub fn models() -> PathBuf {
    env::var_os("OWNERPROOF_MODELS").map_or_else(|| PathBuf::from("models/build"), PathBuf::from)
}

/// Loads every network.
pub fn load() -> Result<Engine> {
    let models = models();
    Engine::load(|role| fs::read(models.join(format!("{}.onnx", role.name()))))
        .context("the networks cannot be loaded; `cargo xtask models` fetches them")
}

/// Runs `look` on every picture, with a progress bar. The first picture that cannot be read ends the run: a bench
/// over part of a list would report another list.
pub fn over_pictures<T: Send>(
    paths: &[PathBuf],
    look: impl Fn(&Path, &RgbImage) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} pictures, {eta} left")?;
    let bar = ProgressBar::new(paths.len() as u64).with_style(style);
    paths
        .par_iter()
        .progress_with(bar)
        .map(|path| {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            let picture = decode(&bytes).with_context(|| format!("{} is no picture", path.display()))?;
            look(path, &picture).with_context(|| path.display().to_string())
        })
        .collect()
}
