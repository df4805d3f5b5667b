//! The folder of finished networks: what is in it is whole and right, or not there.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use tempfile::NamedTempFile;

use crate::manifest::{Manifest, Model, Sha256};

/// Name of the list that tells the server and the browser what to load, in order of need.
pub const LIST: &str = "models.json";

/// The folder.
pub struct Store {
    folder: PathBuf,
}

/// What is at a network's place.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// The file the manifest names.
    Right,
    /// Nothing.
    Missing,
    /// Another file.
    Wrong,
}

#[derive(Serialize)]
struct List<'a> {
    models: Vec<Entry<'a>>,
    on_demand: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    role: &'a str,
    file: String,
    sha256: Sha256,
    bytes: u64,
}

impl Store {
    /// The store in `folder`, which need not exist.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Compares the file of a network with the manifest.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    pub fn look(&self, model: &Model) -> Result<Found> {
        Ok(match self.read(&model.file())? {
            None => Found::Missing,
            Some(bytes) if Sha256::of(&bytes) == model.sha256 => Found::Right,
            Some(_) => Found::Wrong,
        })
    }

    /// Puts a network in its place, if these are the bytes the manifest names.
    ///
    /// # Errors
    /// When they are not, or the folder cannot be written.
    pub fn put(&self, model: &Model, bytes: &[u8]) -> Result<()> {
        let actual = Sha256::of(bytes);
        if actual != model.sha256 || bytes.len() as u64 != model.bytes {
            bail!(
                "the network produced is {actual}, {} bytes; the manifest has {}",
                bytes.len(),
                model.sha256
            );
        }
        self.write(&model.file(), bytes)
    }

    /// Whether the list is there and says what the manifest says.
    ///
    /// # Errors
    /// When it is there but cannot be read.
    pub fn has_list(&self, manifest: &Manifest) -> Result<bool> {
        Ok(self.read(LIST)? == Some(list(manifest)?))
    }

    /// Writes the list. Do so last: whoever sees it may rely on all the files it names.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn put_list(&self, manifest: &Manifest) -> Result<()> {
        self.write(LIST, &list(manifest)?)
    }

    fn read(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let path = self.folder.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Writes beside the target, then renames: a reader sees the old file or the new one.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.folder.join(name);
        let write = || -> std::io::Result<()> {
            let mut file = NamedTempFile::new_in(&self.folder)?;
            file.write_all(bytes)?;
            // Temporary files are private; these are served by another process, maybe another user's.
            #[cfg(unix)]
            file.as_file().set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
            file.persist(&path)?;
            Ok(())
        };
        write().with_context(|| format!("{} cannot be written", path.display()))
    }
}

fn entry(model: &Model) -> Entry<'_> {
    Entry { role: &model.role, file: model.file(), sha256: model.sha256, bytes: model.bytes }
}

fn list(manifest: &Manifest) -> Result<Vec<u8>> {
    let (on_demand, models): (Vec<_>, Vec<_>) = manifest.model.iter().partition(|m| m.on_demand);
    let [models, on_demand] = [models, on_demand].map(|list| list.into_iter().map(entry).collect());
    Ok(serde_json::to_vec_pretty(&List { models, on_demand })?)
}
