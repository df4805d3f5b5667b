//! `cargo xtask bench NAME`: what the engine and the API are worth, measured. Each command takes a list of pictures or a folder
//! of footage that the reader names, prints a table, and with `--json` prints the same as JSON instead.
#![allow(clippy::print_stdout, reason = "a command-line tool speaks on standard output")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api;
mod bytes;
mod console;
mod device;
mod document;
mod engine;
mod ffmpeg;
mod list;
mod load;
mod native;
mod onnx;
mod pad;
mod pairs;
mod plan;
mod quality;
mod roc;
mod truth;
mod video;

use anyhow::Result;
use clap::Parser;

/// Measures the verification engine and the API.
#[derive(Parser)]
#[command(bin_name = "cargo xtask bench")]
enum Command {
    /// The API under a mixed load, on both databases, with many vehicles on record.
    Api(api::Options),
    /// The console's complaints on both databases: list, search, open; many beside few.
    Console(console::Options),
    /// Resident identity cards, drawn and photographed by the bench, read.
    Document(document::Options),
    /// Passive presentation attack detection on labelled stills (ISO/IEC 30107-3).
    Pad(pad::Options),
    /// The quality gate on pictures.
    Quality(quality::Options),
    /// Events in footage, and how a session over it ends.
    Video(video::Options),
    /// Face comparison on labelled pairs, or on all pairs of a folder (ISO/IEC 19795-1).
    Pairs(pairs::Options),
    /// Speed in Chromium against onnxruntime-web, on one page, and how long loading takes.
    Device(device::Options),
    /// Speed natively against onnxruntime and OpenCV, in a Python environment of its own.
    Native(native::Options),
    /// What travels to an owner's device, against the budget.
    Bytes(bytes::Options),
    /// Write the networks as plain 32-bit ONNX files, for other runtimes.
    ExportOnnx(onnx::Options),
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Api(options) => api::run(&options),
        Command::Console(options) => console::run(&options),
        Command::Document(options) => document::run(&options),
        Command::Pad(options) => pad::run(&options),
        Command::Quality(options) => quality::run(&options),
        Command::Video(options) => video::run(&options),
        Command::Pairs(options) => pairs::run(&options),
        Command::Device(options) => device::run(&options),
        Command::Native(options) => native::run(&options),
        Command::Bytes(options) => bytes::run(&options),
        Command::ExportOnnx(options) => onnx::run(&options),
    }
}
