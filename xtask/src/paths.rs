//! Where things lie.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// The repository: the folder above this crate. Cargo tells it at run time, so that clones which
/// share a target folder do not take each other's.
pub fn root() -> PathBuf {
    let manifest = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or_else(|| manifest.clone(), Path::to_owned)
}

/// A path inside the repository.
pub fn at(path: &str) -> PathBuf {
    root().join(path)
}

/// Cargo's target folder: this program lies in its `debug`.
pub fn target() -> Result<PathBuf> {
    let exe = env::current_exe()?;
    let target = exe.ancestors().nth(2).context("xtask lies in no target folder")?;
    Ok(target.to_owned())
}

/// The path as people type it: relative to the repository where it lies inside.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
