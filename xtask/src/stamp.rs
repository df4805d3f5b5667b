//! Remembers what a result was made from, so that nothing is made twice.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::paths;

/// What is made, not written: never an input.
const MADE: [&str; 6] = ["node_modules", "dist", "engine", "build", "target", "schema.d.ts"];

/// The content of all inputs in one hash, kept in `var/stamps` with a note about the result.
pub struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// Hashes files and folders (with what lies below, by path and content).
    pub fn of(name: &str, inputs: &[PathBuf]) -> Result<Self> {
        let mut files = Vec::new();
        for input in inputs {
            list(input, &mut files)?;
        }
        files.sort();
        let mut hash = Sha256::new();
        for file in &files {
            hash.update(paths::shown(file));
            let content = fs::read(file).with_context(|| paths::shown(file))?;
            hash.update(content.len().to_le_bytes());
            hash.update(content);
        }
        Ok(Self { file: paths::at("var/stamps").join(name), digest: hex::encode(hash.finalize()) })
    }

    /// The note written last time, if the inputs are the same and every output is still there.
    pub fn fresh(&self, outputs: &[PathBuf]) -> Option<String> {
        let text = fs::read_to_string(&self.file).ok()?;
        let (digest, note) = text.split_once('\n')?;
        let same = digest == self.digest && outputs.iter().all(|output| output.exists());
        same.then(|| note.trim().to_owned())
    }

    /// The result is made: remember it.
    pub fn write(&self, note: &str) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(&self.file, format!("{}\n{note}\n", self.digest))?)
    }
}

/// The lower-case hex sha256 of a file.
pub fn sha256(file: &Path) -> Result<String> {
    let content = fs::read(file).with_context(|| file.display().to_string())?;
    Ok(hex::encode(Sha256::digest(content)))
}

fn list(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
    } else if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| paths::shown(path))? {
            let entry = entry?;
            let name = entry.file_name();
            if !MADE.iter().any(|made| name == *made) {
                list(&entry.path(), files)?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_changed_input_makes_it_stale() {
        let folder = tempfile::tempdir().unwrap();
        let (source, made) = (folder.path().join("a"), folder.path().join("dist"));
        fs::write(&source, "one").unwrap();
        fs::create_dir(&made).unwrap();
        let stamp = |file: &str| {
            let mut stamp = Stamp::of("t", &[folder.path().to_owned()]).unwrap();
            stamp.file = made.join(file);
            stamp
        };
        assert_eq!(stamp("s").fresh(&[]), None);
        stamp("s").write("3 kB").unwrap();
        assert_eq!(stamp("s").fresh(std::slice::from_ref(&source)).as_deref(), Some("3 kB"));
        assert_eq!(stamp("s").fresh(&[folder.path().join("missing")]), None);
        fs::write(&source, "two").unwrap();
        assert_eq!(stamp("s").fresh(&[]), None);
    }
}
