//! `models fetch` and `models check`.

use std::{env, path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::{Parser, Subcommand};
use models::{
    fetch::{check, fetch},
    manifest::Manifest,
    store::Store,
};

/// Neural networks of OwnerProof: fetch, check, convert.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Folder of the finished networks [default: build/ in this crate]
    #[arg(long, global = true, env = "OWNERPROOF_MODELS")]
    out: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Download, verify and convert whatever is missing or wrong.
    Fetch,
    /// Compare the files that are there with the manifest; change nothing.
    Check,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        // The causes on one line; a stack trace would tell the user nothing.
        Err(error) => {
            eprintln!("Error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments = Arguments::parse();
    let manifest = Manifest::built_in()?;
    let store = Store::new(arguments.out.unwrap_or_else(default_folder));
    match arguments.command {
        Command::Fetch => match fetch(&manifest, &store)? {
            0 => eprintln!("Every network is in place: {}", store.folder().display()),
            n => eprintln!("{n} networks fetched, checked and converted: {}", store.folder().display()),
        },
        Command::Check => {
            check(&manifest, &store)?;
            eprintln!("Every network is what the manifest says: {}", store.folder().display());
        }
    }
    Ok(())
}

/// Cargo says where this crate is; without it, assume the repository's root.
fn default_folder() -> PathBuf {
    env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from("models"), PathBuf::from).join("build")
}
