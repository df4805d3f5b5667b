//! The server is held to its OpenAPI document by schemathesis, in a Python environment of its own under `var/`.

use anyhow::Result;

use crate::run::Run;
use crate::step::Step;
use crate::tools::Tool;
use crate::workspace::{self, Program};
use crate::{models, paths, tools};

const HERE: &str = "tests/contract";
const ENVIRONMENT: &str = "var/contract";

/// Runs `tests/contract/run.py` against the server just built.
pub fn check() -> Result<()> {
    tools::ensure(&[Tool("python3", "python3-venv")])?;
    let home = paths::at(ENVIRONMENT);
    let python = home.join("bin/python");
    if !python.exists() {
        Run::new("python3").args(["-m", "venv"]).args([&home]).watch()?;
    }
    // Says quickly that everything is there, if it is.
    let requirements = paths::at(HERE).join("requirements.txt");
    Run::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .args([requirements])
        .watch()?;
    models::fetch()?;
    workspace::build(&[Program::Server])?;
    let step = Step::start("contract: requests made up by schemathesis");
    let server = paths::target()?.join("debug/ownerproof");
    Run::new(&python).args([paths::at(HERE).join("run.py"), server, paths::at("models/build")]).show()?;
    step.done("");
    Ok(())
}
