//! Files out of packages of public registries, by the package's own client: fetched when needed, verified, never
//! kept in the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::run::Run;
use crate::stamp::sha256;
use crate::step::Step;
use crate::tools;

/// One release of a package.
#[derive(Clone, Deserialize)]
pub struct Package {
    /// Who fetches it.
    pub client: Client,
    /// Its name, as the client knows it.
    pub package: String,
    /// The release.
    pub version: String,
    /// SHA-256 of the archive.
    pub archive_sha256: String,
}

/// A package client, and the kind of archive asked for.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// npm's tarball.
    Npm,
    /// A wheel.
    Pip,
    /// A source archive.
    PipSource,
}

impl Package {
    /// Puts these files of the archive into `folder`, by their names alone. Nothing is kept if anything is wrong.
    pub fn extract(&self, paths: &[&str], folder: &Path) -> Result<()> {
        let step = Step::start(format!("fetching {} {}", self.package, self.version));
        fs::create_dir_all(folder)?;
        let work = tempfile::tempdir_in(folder)?;
        let archive = self.archive(work.path())?;
        ensure!(
            sha256(&archive)? == self.archive_sha256,
            "{} {} is not the archive it should be: nothing was kept",
            self.package,
            self.version
        );
        for path in paths {
            unpack(&archive, path, work.path())?;
        }
        for path in paths {
            let name = Path::new(path).file_name().context("a path without a name")?;
            fs::rename(work.path().join(path), folder.join(name))
                .with_context(|| format!("{} {} has no {path}", self.package, self.version))?;
        }
        step.done("verified");
        Ok(())
    }

    /// Has the client fetch the archive, alone, into the folder.
    fn archive(&self, folder: &Path) -> Result<PathBuf> {
        let release = format!("{}=={}", self.package, self.version);
        match self.client {
            Client::Npm => {
                tools::ensure_node()?;
                let release = format!("{}@{}", self.package, self.version);
                Run::new("npm")
                    .args(["pack", "--silent", "--ignore-scripts"])
                    .args([release])
                    .dir(folder)
                    .watch()?;
            }
            Client::Pip => pip(&["--only-binary", ":all:"], &release, folder)?,
            Client::PipSource => pip(&["--no-binary", &self.package], &release, folder)?,
        }
        let archive = fs::read_dir(folder)?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.is_file());
        archive.context("the package client fetched nothing")
    }
}

fn pip(kind: &[&str], release: &str, folder: &Path) -> Result<()> {
    tools::ensure(&tools::PYTHON)?;
    Run::new("pip3").args(["download", "--quiet", "--no-deps"]).args(kind).args([release]).dir(folder).watch()
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
