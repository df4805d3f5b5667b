//! The engine in Chromium against onnxruntime-web: same networks, same pixels, one thread, one page, turn by turn.
//!
//! What runs in the browser is in `tests/bench/device`; this writes its plan and shows what came of it.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::bytes::Bytes;
use crate::{engine, onnx};

/// What `bench device` is told.
#[derive(Args)]
pub struct Options {
    /// Times each side takes its turn; medians are reported.
    #[arg(long, default_value_t = 21)]
    rounds: u32,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize, Deserialize)]
struct Measured {
    browser: String,
    /// Milliseconds a frame, looking for faces every 300 ms as the tracker does.
    guidance_frame: Compared,
    /// The same, looking for faces in every frame.
    guidance_frame_detecting: Compared,
    /// How far apart the two sides' numbers were at most.
    agreement: Value,
    networks: Vec<Network>,
    load: Load,
}

#[derive(Serialize, Deserialize)]
struct Compared {
    ours_ms: f64,
    peer_ms: f64,
    ratio: f64,
}

#[derive(Serialize, Deserialize)]
struct Network {
    role: String,
    #[serde(flatten)]
    run: Compared,
    ours_load_ms: f64,
    peer_load_ms: f64,
    /// Largest difference between the outputs, relative to the largest output.
    difference: f64,
}

/// Fetching, checking, compiling and preparing everything, in milliseconds.
#[derive(Serialize, Deserialize)]
struct Load {
    cold: Loaded,
    /// With what the browser keeps from an earlier visit.
    warm: Loaded,
}

#[derive(Serialize, Deserialize)]
struct Loaded {
    #[serde(flatten)]
    total: Compared,
    ours: Value,
    peer: Value,
}

/// Runs the bench; `cargo xtask bench device` has prepared what it needs and says where it is.
pub fn run(options: &Options) -> Result<()> {
    let given =
        |name: &str| env::var_os(name).map(PathBuf::from).with_context(|| format!("{name} is not set"));
    let page = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/device"));
    let work = tempfile::tempdir()?;
    let networks = work.path().join("onnx");
    onnx::export(&networks)?;
    let plan = work.path().join("plan.json");
    let described = json!({
        "browser": given("OWNERPROOF_BROWSER")?,
        "engine": given("OWNERPROOF_ENGINE")?,
        "models": fs::canonicalize(engine::models())?,
        "onnx": networks,
        "picture": given("OWNERPROOF_TEST_PICTURES")?.join("obama.jpg"),
        "inputs": onnx::inputs(),
        "rounds": options.rounds,
    });
    fs::write(&plan, described.to_string())?;
    let results = work.path().join("results.json");
    let status = Command::new("node")
        .arg(page.join("bench.mjs"))
        .arg(&plan)
        .stdin(Stdio::null())
        .stdout(File::create(&results)?)
        .status()
        .context("node")?;
    ensure!(status.success(), "the browser's side of the bench failed");
    let measured: Measured = serde_json::from_slice(&fs::read(&results)?)?;
    let bytes = Bytes::weigh()?;
    if options.json {
        let mut all = serde_json::to_value(&measured)?;
        all["bytes"] = serde_json::to_value(&bytes)?;
        println!("{}", serde_json::to_string_pretty(&all)?);
        return Ok(());
    }
    measured.print();
    println!();
    bytes.print();
    Ok(())
}

impl Measured {
    fn print(&self) {
        println!("{}, milliseconds, medians of turns\n", self.browser);
        println!("{:<34}{:>10}{:>10}{:>8}", "", "ours", "ort-web", "ratio");
        let line = |name: &str, Compared { ours_ms, peer_ms, ratio }: &Compared| {
            println!("{name:<34}{ours_ms:>10.2}{peer_ms:>10.2}{ratio:>8.2}");
        };
        line("guidance frame", &self.guidance_frame);
        line("guidance frame, always detecting", &self.guidance_frame_detecting);
        for network in &self.networks {
            line(&network.role, &network.run);
        }
        line("loading everything, cold", &self.load.cold.total);
        line("loading everything, warm", &self.load.warm.total);
        println!("\n{:<34}{:>10}{:>10}", "preparing", "ours", "ort-web");
        for Network { role, ours_load_ms, peer_load_ms, .. } in &self.networks {
            println!("{role:<34}{ours_load_ms:>10.1}{peer_load_ms:>10.1}");
        }
    }
}
