//! Our networks as any other runtime takes them: plain ONNX files with 32-bit weights.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use models::widen::widened;
use serde::Serialize;
use verify::net::Role;

use crate::engine;

/// What `bench export-onnx` is told.
#[derive(Args)]
pub struct Options {
    /// Where the files go, one for each role.
    folder: PathBuf,
}

/// What a network is given on a device.
#[derive(Serialize)]
pub struct Input {
    role: Role,
    /// Size along each axis.
    shape: Vec<usize>,
    /// Largest value.
    most: f32,
}

/// The input of every network, in the order of need.
pub fn inputs() -> Vec<Input> {
    Role::ALL.into_iter().map(input).collect()
}

fn input(role: Role) -> Input {
    let (shape, most): (&[usize], f32) = match role {
        Role::Detector => (&[1, 3, 320, 320], 255.0),
        Role::Landmarks => (&[1, 3, 256, 256], 1.0),
        Role::Blendshapes => (&[1, 146, 2], 256.0),
        Role::PadV2 | Role::PadV1se => (&[1, 3, 80, 80], 255.0),
        Role::Embedder => (&[1, 3, 112, 112], 255.0),
    };
    Input { role, shape: shape.to_vec(), most }
}

/// Writes every network.
pub fn run(options: &Options) -> Result<()> {
    export(&options.folder)
}

/// The same for other benches.
pub fn export(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder)?;
    for role in Role::ALL {
        let name = format!("{}.onnx", role.name());
        let bytes = fs::read(engine::models().join(&name)).with_context(|| name.clone())?;
        fs::write(folder.join(&name), widened(&bytes, &input(role).shape)?)?;
    }
    Ok(())
}
