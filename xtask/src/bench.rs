//! `cargo xtask bench NAME`: builds the bench and hands it the rest of the command line.

use std::env;

use anyhow::Result;
use clap::Args;

use crate::workspace::{self, Program};
use crate::{models, paths};

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
    models::fetch()?;
    workspace::build(&[Program::Bench])?;
    Program::Bench
        .run()?
        .dir(env::current_dir()?)
        .env("OWNERPROOF_MODELS", paths::at("models/build"))
        .args(&options.arguments)
        .show()
}
