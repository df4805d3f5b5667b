//! `cargo xtask test`: every check, cheapest first; the first failure ends the run.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::postgres::Cluster;
use crate::run::Run;
use crate::step::{Step, seconds};
use crate::{
    bench, contract, demo, interrupt, models, openapi, paths, pictures, tools, wasm, web, workspace,
};

/// What `cargo xtask test` is told.
#[derive(Args)]
pub struct Options {
    /// Only these stages, in the order of the full run.
    #[arg(value_enum)]
    stages: Vec<Stage>,
}

/// One kind of check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// rustfmt has nothing to change.
    Fmt,
    /// clippy has nothing to say.
    Clippy,
    /// The networks are there and whole.
    Models,
    /// Unit and integration tests, the storage tests on SQLite and PostgreSQL.
    Unit,
    /// The engine for the browser builds.
    Wasm,
    /// Native and WebAssembly give the same results.
    Parity,
    /// The API is as docs/openapi.json says.
    Openapi,
    /// The server answers as the API's document says, whatever it is asked.
    Contract,
    /// The web apps type-check and build.
    Web,
    /// What travels to a device is within its budget.
    Bytes,
    /// The main job in a browser passes with a live person.
    Browser,
    /// The same with a photograph before the camera is refused.
    Photo,
}

impl Stage {
    fn run(self) -> Result<()> {
        match self {
            Self::Fmt => Run::cargo().args(["fmt", "--all", "--", "--check"]).show(),
            Self::Clippy => clippy(),
            Self::Models => models::fetch(),
            Self::Unit => unit(),
            Self::Wasm => wasm::build(),
            Self::Parity => parity(),
            Self::Openapi => openapi::snapshot(true),
            Self::Contract => contract::check(),
            Self::Web => web::check().and_then(|()| web::build()),
            Self::Bytes => bench::within_budget(),
            Self::Browser => demo::check::passes(),
            Self::Photo => demo::check::refuses_a_photograph(),
        }
    }

    fn name(self) -> String {
        format!("{self:?}").to_lowercase()
    }
}

/// Runs the stages and prints what came of each; the last line counts them.
pub fn run(options: &Options) -> ExitCode {
    let chosen: Vec<Stage> = Stage::value_variants()
        .iter()
        .copied()
        .filter(|stage| options.stages.is_empty() || options.stages.contains(stage))
        .collect();
    let mut results: Vec<(Stage, Result<()>, Duration)> = Vec::new();
    for stage in chosen.iter().copied() {
        println!("\n== {} ==", stage.name());
        let started = Instant::now();
        let result = stage.run();
        let failed = result.is_err();
        results.push((stage, result, started.elapsed()));
        if failed || interrupt::requested() {
            break;
        }
    }
    println!("\n{}", table(&chosen, &results));
    let failed = results.iter().filter(|(_, result, _)| result.is_err()).count();
    for (stage, result, _) in &results {
        if let Err(error) = result {
            println!("stage {} failed: {error:#}\n", stage.name());
        }
    }
    println!("{} passed, {failed} failed", results.len() - failed);
    if results.len() - failed == chosen.len() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn table(chosen: &[Stage], results: &[(Stage, Result<()>, Duration)]) -> String {
    let mut text = String::new();
    for stage in chosen {
        let (result, time) = match results.iter().find(|(run, _, _)| run == stage) {
            Some((_, Ok(()), time)) => ("passed", seconds(*time)),
            Some((_, Err(_), time)) => ("FAILED", seconds(*time)),
            None => ("not run", String::new()),
        };
        let _ = writeln!(text, "{:<10}{result:<10}{time:>12}", stage.name());
    }
    text
}

fn clippy() -> Result<()> {
    Run::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).show()
}

fn unit() -> Result<()> {
    let cluster = Cluster::start()?;
    let nextest = tools::find("cargo-nextest").is_some();
    let test: &[&str] = if nextest { &["nextest", "run"] } else { &["test"] };
    Run::cargo()
        .args(test)
        .args(["--workspace", "--no-fail-fast"])
        .env("OWNERPROOF_TEST_POSTGRES_URL", cluster.url())
        .env("OWNERPROOF_TEST_PICTURES", pictures::fetch()?)
        .env("OWNERPROOF_MODELS", paths::at("models/build"))
        .show()
}

/// Same pixels, same networks, both builds: results equal within the tolerance stated there.
fn parity() -> Result<()> {
    models::fetch()?;
    wasm::build()?;
    workspace::build(&[])?;
    let pictures = pictures::fetch()?;
    let step = Step::start("parity: native against WebAssembly");
    let inspect = paths::target()?.join("debug/examples/inspect");
    Run::new("node").args(["tests/parity/run.mjs"]).args([pictures, inspect]).show()?;
    step.done("");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_what_did_not_run() {
        let results = [
            (Stage::Fmt, Ok(()), Duration::from_secs(1)),
            (Stage::Clippy, Err(anyhow::anyhow!("no")), Duration::from_secs(61)),
        ];
        let table = table(&[Stage::Fmt, Stage::Clippy, Stage::Unit], &results);
        let rows: Vec<Vec<&str>> = table.lines().map(|row| row.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["fmt", "passed", "1.0", "s"]);
        assert_eq!(rows[1], ["clippy", "FAILED", "1", "min", "01", "s"]);
        assert_eq!(rows[2], ["unit", "not", "run"]);
    }
}
