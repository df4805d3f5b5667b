//! `cargo xtask`: one place for every command of this repository.
#![allow(clippy::print_stdout, reason = "a command-line tool speaks on standard output")]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod bench;
mod brotli;
mod contract;
mod demo;
mod interrupt;
mod models;
mod openapi;
mod package;
mod paths;
mod pictures;
mod postgres;
mod run;
mod stamp;
mod step;
mod test;
mod tools;
mod wasm;
mod web;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

/// Builds, shows and tests OwnerProof.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
enum Command {
    /// Set everything up and run the product with demo data; `--check` plays the main job by itself.
    Demo(demo::Options),
    /// Run every check the project has, or only the stages named.
    Test(test::Options),
    /// Measure accuracy and speed; `cargo xtask bench --help` lists the benches.
    Bench(bench::Options),
    /// Fetch, verify and convert the neural networks.
    Models,
    /// Build the verification engine for the browser.
    Wasm,
    /// Build the web apps.
    Web,
    /// Write docs/openapi.json from the server.
    Openapi {
        /// Write nothing; fail if the file differs from what the server says.
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let command = Command::parse();
    let done = interrupt::listen().and_then(|()| {
        match command {
            Command::Demo(options) => demo::run(&options),
            Command::Test(options) => return Ok(test::run(&options)),
            Command::Bench(options) => bench::run(&options),
            Command::Models => models::fetch(),
            Command::Wasm => wasm::build(),
            Command::Web => web::build(),
            Command::Openapi { check } => openapi::snapshot(check),
        }
        .map(|()| ExitCode::SUCCESS)
    });
    match done {
        Ok(code) => code,
        Err(_) if interrupt::requested() => {
            eprintln!("stopped");
            ExitCode::from(130)
        }
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
