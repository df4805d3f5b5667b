//! The networks natively against onnxruntime and OpenCV from PyPI: same weights, same numbers, one thread, turn by
//! turn.
//!
//! The peers run in `tests/bench/native/peers.py`, inside a virtual environment of their own under `var/`.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;
use models::widen::widened;
use serde::Serialize;
use verify::engine::Engine;
use verify::image::{RgbImage, decode};
use verify::net::{Network, Role};
use verify::signals::Tracker;

use crate::engine;

/// What `bench native` is told.
#[derive(Args)]
pub struct Options {
    /// Times each side takes its turn; medians are reported.
    #[arg(long, default_value_t = 31)]
    rounds: usize,
    /// Print JSON instead of a table.
    #[arg(long)]
    json: bool,
}

/// Frames from one look at the whole frame to the next: every 300 ms at 30 frames a second.
const FRAMES: usize = 10;
const FRAME_MS: u32 = 33;

#[derive(Serialize)]
struct Measured {
    networks: Vec<Compared>,
    guidance_frame: Frame,
}

/// Medians in milliseconds; `ratio` is ours over the faster peer.
#[derive(Serialize)]
struct Compared {
    role: String,
    ours_ms: f64,
    onnxruntime_ms: Option<f64>,
    /// None where OpenCV cannot run the network.
    opencv_ms: Option<f64>,
    ratio: f64,
    /// Largest difference between our outputs and onnxruntime's, relative to the largest output.
    difference: f64,
}

/// A frame on average over [`FRAMES`]. Ours is everything, from the picture to the signals; the peer's is the time
/// onnxruntime needs for the networks alone.
#[derive(Serialize)]
struct Frame {
    ours_ms: f64,
    peer_ms: f64,
    ratio: f64,
}

/// Runs the bench; `cargo xtask bench native` says where the test pictures are.
pub fn run(options: &Options) -> Result<()> {
    ensure!(options.rounds > 0, "no rounds, no medians");
    let work = tempfile::tempdir()?;
    let mut peers = Peers::start(work.path())?;
    let cases = [
        ("detector_320", Role::Detector, vec![1, 3, 320, 320], 255.0),
        ("detector_640", Role::Detector, vec![1, 3, 640, 640], 255.0),
        ("landmarks", Role::Landmarks, vec![1, 3, 256, 256], 1.0),
        ("blendshapes", Role::Blendshapes, vec![1, 146, 2], 256.0),
        ("pad_v2", Role::PadV2, vec![1, 3, 80, 80], 255.0),
        ("pad_v1se", Role::PadV1se, vec![1, 3, 80, 80], 255.0),
        ("embedder", Role::Embedder, vec![1, 3, 112, 112], 255.0),
    ];
    let mut networks = Vec::new();
    for (name, role, shape, most) in cases {
        networks.push(compare(&mut peers, name, role, &shape, most, options.rounds)?);
    }
    let peer = |name: &str| {
        let found = networks.iter().find(|network| network.role == name);
        found.and_then(|network| network.onnxruntime_ms).unwrap_or(f64::NAN)
    };
    let peer_ms = peer("detector_320") / FRAMES as f64 + peer("landmarks") + peer("blendshapes");
    let ours_ms = guidance_frame(options.rounds)?;
    let guidance_frame = Frame { ours_ms, peer_ms, ratio: ours_ms / peer_ms };
    let measured = Measured { networks, guidance_frame };
    if options.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        measured.print();
    }
    Ok(())
}

impl Measured {
    fn print(&self) {
        let ms = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
        println!("milliseconds, one thread, medians of turns\n");
        println!(
            "{:<16}{:>10}{:>14}{:>10}{:>8}{:>12}",
            "", "ours", "onnxruntime", "OpenCV", "ratio", "difference"
        );
        for network in &self.networks {
            println!(
                "{:<16}{:>10.2}{:>14}{:>10}{:>8.2}{:>12.0e}",
                network.role,
                network.ours_ms,
                ms(network.onnxruntime_ms),
                ms(network.opencv_ms),
                network.ratio,
                network.difference
            );
        }
        let Frame { ours_ms, peer_ms, ratio } = self.guidance_frame;
        println!("{:<16}{ours_ms:>10.2}{peer_ms:>14.2}{:>10}{ratio:>8.2}", "guidance frame", "");
    }
}

fn compare(
    peers: &mut Peers,
    name: &str,
    role: Role,
    shape: &[usize],
    most: f32,
    rounds: usize,
) -> Result<Compared> {
    let bytes = fs::read(engine::models().join(format!("{}.onnx", role.name())))?;
    let network = Network::load(&bytes, shape)?;
    // Any numbers will do, as long as both sides see the same ones.
    let input: Vec<f32> =
        (0..shape.iter().product()).map(|i: usize| (i * 7919 % 1000) as f32 / 1000.0 * most).collect();
    let file = |ending: &str| peers.folder.join(format!("{name}.{ending}"));
    fs::write(file("onnx"), widened(&bytes, shape)?)?;
    fs::write(file("json"), serde_json::to_vec(shape)?)?;
    fs::write(file("input"), input.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>())?;
    peers.ask(&format!("load {name}"))?;
    peers.ask("output")?;
    let expected = fs::read(peers.folder.join("output"))?;
    let expected = expected.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
    let actual = network.run(shape, input.clone())?;
    let (mut apart, mut largest) = (0.0f32, f32::MIN_POSITIVE);
    ensure!(actual.iter().flatten().count() == expected.len(), "{name} has other outputs elsewhere");
    for (actual, expected) in actual.iter().flatten().zip(expected) {
        apart = apart.max((actual - expected).abs());
        largest = largest.max(expected.abs());
    }
    let (mut ours, mut onnxruntime, mut opencv) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..rounds {
        let input = input.clone();
        let start = Instant::now();
        network.run(shape, input)?;
        ours.push(start.elapsed().as_secs_f64() * 1e3);
        onnxruntime.extend(peers.ask("time onnxruntime")?.parse::<f64>().ok());
        opencv.extend(peers.ask("time opencv")?.parse::<f64>().ok());
    }
    let ours_ms = median(ours).unwrap_or(f64::NAN);
    let (onnxruntime_ms, opencv_ms) = (median(onnxruntime), median(opencv));
    let fastest = onnxruntime_ms.into_iter().chain(opencv_ms).fold(f64::INFINITY, f64::min);
    let role = name.to_owned();
    let difference = f64::from(apart / largest);
    Ok(Compared { role, ours_ms, onnxruntime_ms, opencv_ms, ratio: ours_ms / fastest, difference })
}

/// Milliseconds from a frame's pixels to its signals.
fn guidance_frame(rounds: usize) -> Result<f64> {
    let engine: Engine = engine::load()?;
    let pictures = env::var_os("OWNERPROOF_TEST_PICTURES").context("OWNERPROOF_TEST_PICTURES is not set")?;
    let picture: RgbImage = decode(&fs::read(Path::new(&pictures).join("obama.jpg"))?)?;
    let mut tracker = Tracker::default();
    let mut times = Vec::new();
    let mut t_ms = 0;
    for _ in 0..rounds.div_ceil(FRAMES).max(3) {
        let start = Instant::now();
        for _ in 0..FRAMES {
            tracker.see(&engine, &picture, t_ms)?;
            t_ms += FRAME_MS;
        }
        times.push(start.elapsed().as_secs_f64() * 1e3 / FRAMES as f64);
    }
    Ok(median(times).unwrap_or(f64::NAN))
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

/// The Python process with both peers.
struct Peers {
    folder: PathBuf,
    process: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peers {
    fn start(folder: &Path) -> Result<Self> {
        let here = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/native"));
        let home = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../var/bench-native"));
        let python = home.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
        if !python.exists() {
            finish(Command::new("python3").args(["-m", "venv"]).arg(home))?;
        }
        // Says quickly that everything is there, if it is.
        let requirements = here.join("requirements.txt");
        finish(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--requirement"])
                .arg(requirements),
        )?;
        let mut process = Command::new(&python)
            .arg(here.join("peers.py"))
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("python")?;
        let requests = process.stdin.take().context("no way to ask")?;
        let answers = BufReader::new(process.stdout.take().context("no way to answer")?);
        Ok(Self { folder: folder.to_owned(), process, requests, answers })
    }

    fn ask(&mut self, request: &str) -> Result<String> {
        writeln!(self.requests, "{request}")?;
        let mut answer = String::new();
        ensure!(self.answers.read_line(&mut answer)? > 0, "the peers ended early");
        Ok(answer.trim().to_owned())
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        // Nothing is lost: it only answers.
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Runs a command whose output belongs to the reader, not into the results.
fn finish(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).stdout(Stdio::null()).status().context("python3")?;
    ensure!(output.success(), "{command:?} failed");
    Ok(())
}
