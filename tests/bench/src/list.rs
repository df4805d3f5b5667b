//! Lists of pictures: CSV files whose paths are relative to the file.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

/// Reads every row. An error names the line.
pub fn read<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
    let mut rows = csv::Reader::from_path(file).with_context(|| format!("cannot read {}", file.display()))?;
    rows.deserialize().map(|row| row.with_context(|| file.display().to_string())).collect()
}

/// A path of the list as a path from here.
pub fn beside(file: &Path, path: &str) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).join(path)
}
