//! What travels to an owner's device, compressed as the server sends it, held against the budget.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::Serialize;
use verify::net::Role;

use crate::engine;

/// What `bench bytes` is told.
#[derive(Args)]
pub struct Options {
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
    /// Fail if a budget is exceeded.
    #[arg(long)]
    check: bool,
}

/// Bytes as transferred (Brotli).
#[derive(Serialize)]
pub struct Bytes {
    /// The owner app without the engine: page, scripts, styles.
    pub app: u64,
    /// The engine.
    pub wasm: u64,
    /// Each network, in the order of need.
    pub networks: BTreeMap<Role, u64>,
    /// All that must arrive before the person is guided.
    pub first_guidance: u64,
    /// All that must arrive before the verification can end.
    pub everything: u64,
}

/// The engine's budget.
const WASM: u64 = 1_500_000;
/// The budget until the first guidance.
const FIRST_GUIDANCE: u64 = 2_500_000;
/// The budget of everything together.
const EVERYTHING: u64 = 14_000_000;

/// Weighs what the server would send.
pub fn run(options: &Options) -> Result<()> {
    let bytes = Bytes::weigh()?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&bytes)?);
    } else {
        bytes.print();
    }
    if options.check { bytes.check() } else { Ok(()) }
}

impl Bytes {
    /// Weighs the built app (`OWNERPROOF_WEB`) and the networks.
    pub fn weigh() -> Result<Self> {
        let web = std::env::var_os("OWNERPROOF_WEB").map_or_else(|| "web-demo/dist".into(), PathBuf::from);
        let (mut app, mut wasm) = (0, 0);
        for file in files(&web.join("owner"))? {
            let counted =
                if file.extension().is_some_and(|kind| kind == "wasm") { &mut wasm } else { &mut app };
            *counted += travels(&file)?;
        }
        ensure!(wasm > 0, "the engine is not part of {}", web.display());
        let models = engine::models();
        let networks = Role::ALL
            .into_iter()
            .map(|role| Ok((role, travels(&models.join(format!("{}.onnx", role.name())))?)))
            .collect::<Result<BTreeMap<_, _>>>()?;
        let first_guidance = app + wasm + Role::GUIDANCE.iter().map(|role| networks[role]).sum::<u64>();
        let everything = app + wasm + networks.values().sum::<u64>();
        Ok(Self { app, wasm, networks, first_guidance, everything })
    }

    /// Prints the table.
    pub fn print(&self) {
        let line = |name: &str, bytes: u64, budget: Option<u64>| {
            let budget = budget.map(|most| format!("   budget {most:>11}")).unwrap_or_default();
            println!("{name:<20}{bytes:>12}{budget}");
        };
        line("app", self.app, None);
        line("wasm", self.wasm, Some(WASM));
        for (role, &bytes) in &self.networks {
            line(role.name(), bytes, None);
        }
        line("first guidance", self.first_guidance, Some(FIRST_GUIDANCE));
        line("everything", self.everything, Some(EVERYTHING));
    }

    fn check(&self) -> Result<()> {
        let budgets = [
            ("the engine", self.wasm, WASM),
            ("first guidance", self.first_guidance, FIRST_GUIDANCE),
            ("everything", self.everything, EVERYTHING),
        ];
        for (what, bytes, budget) in budgets {
            ensure!(bytes <= budget, "{what}: {bytes} bytes travel, the budget is {budget}");
        }
        Ok(())
    }
}

/// Bytes of a file as the server sends it to a browser that takes Brotli.
fn travels(file: &Path) -> Result<u64> {
    let mut compressed = file.as_os_str().to_owned();
    compressed.push(".br");
    let size = fs::metadata(&compressed).or_else(|_| fs::metadata(file));
    Ok(size.with_context(|| file.display().to_string())?.len())
}

/// Every file below a folder, without the compressed copies.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_none_or(|kind| kind != "br") {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(wasm: u64, first_guidance: u64, everything: u64) -> Bytes {
        Bytes { app: 0, wasm, networks: BTreeMap::new(), first_guidance, everything }
    }

    #[test]
    fn a_budget_that_is_exceeded_is_an_error() {
        assert!(bytes(WASM, FIRST_GUIDANCE, EVERYTHING).check().is_ok());
        assert!(bytes(WASM + 1, 0, 0).check().is_err());
        assert!(bytes(0, FIRST_GUIDANCE + 1, 0).check().is_err());
        assert!(bytes(0, 0, EVERYTHING + 1).check().is_err());
    }

    #[test]
    fn the_compressed_copy_is_what_travels() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.js");
        fs::write(&file, "aaaa").unwrap();
        assert_eq!(travels(&file).unwrap(), 4);
        fs::write(folder.path().join("a.js.br"), "a").unwrap();
        assert_eq!(travels(&file).unwrap(), 1);
        assert_eq!(files(folder.path()).unwrap(), [file]);
    }
}
