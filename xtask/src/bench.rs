//! `cargo xtask bench NAME`: builds the bench and hands it the rest of the command line.

use std::env;

use anyhow::{Context, Result};
use clap::Args;

use crate::postgres::Cluster;
use crate::workspace::{self, Program};
use crate::{models, paths, pictures, tools, wasm, web};

/// What runs in the browser, and its peer.
const DEVICE: &str = "tests/bench/device";

/// What `cargo xtask bench` is told.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// The bench and its options; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<String>,
}

/// Runs a bench where the user stands, so that the paths it is given are theirs.
pub fn run(options: &Options) -> Result<()> {
    let mut bench = Program::Bench.run()?;
    // Lives as long as the bench.
    let mut cluster = None;
    // What some benches need beside the networks; the others do without.
    let name = options.arguments.first().map(String::as_str);
    if matches!(name, Some("api" | "console")) {
        let cluster = cluster.insert(Cluster::start()?);
        bench = bench.env("OWNERPROOF_TEST_POSTGRES_URL", cluster.url());
    } else {
        models::fetch()?;
    }
    match name {
        Some("device") => {
            tools::ensure(&[tools::CHROMIUM])?;
            web::install(DEVICE)?;
            site()?;
            bench = bench
                .env("OWNERPROOF_BROWSER", tools::find(tools::CHROMIUM.0).context("chromium")?)
                .env("OWNERPROOF_ENGINE", paths::at(wasm::ENGINE))
                .env("OWNERPROOF_TEST_PICTURES", pictures::fetch()?);
        }
        Some("native") => bench = bench.env("OWNERPROOF_TEST_PICTURES", pictures::fetch()?),
        Some("bytes") => site()?,
        Some("document") => {
            tools::ensure_card_fonts()?;
            bench = bench.env("OWNERPROOF_TEST_PICTURES", pictures::fetch()?);
        }
        _ => {}
    }
    workspace::build(&[Program::Bench])?;
    bench
        .dir(env::current_dir()?)
        .env("OWNERPROOF_MODELS", paths::at("models/build"))
        .env("OWNERPROOF_WEB", paths::at(web::DIST))
        .args(&options.arguments)
        .show()
}

/// Fails when more travels to a device than may.
pub fn within_budget() -> Result<()> {
    run(&Options { arguments: vec!["bytes".into(), "--check".into()] })
}

/// The owner app with the engine, as it is served.
fn site() -> Result<()> {
    wasm::build()?;
    web::build()
}
