//! Building the programs of this workspace, once.

use anyhow::Result;

use crate::paths;
use crate::run::Run;
use crate::step::Step;

/// A program of this workspace.
#[derive(Clone, Copy)]
pub enum Program {
    /// Fetches and converts the networks.
    Models,
    /// The server.
    Server,
    /// The reference OEM platform.
    Platform,
    /// Measures the engine.
    Bench,
}

impl Program {
    /// The built program, about to be run.
    pub fn run(self) -> Result<Run> {
        Ok(Run::new(paths::target()?.join("debug").join(self.path())))
    }

    fn path(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Server => "ownerproof",
            Self::Platform => "oem-platform",
            Self::Bench => "bench",
        }
    }
}

/// Builds these programs, and the examples.
///
/// Cargo chooses the features of shared dependencies by what is selected, and compiles them anew for each choice;
/// the largest takes minutes. So everything here is built as the tests are: the whole workspace selected, with
/// the dependencies of tests, which `--examples` brings in.
pub fn build(programs: &[Program]) -> Result<()> {
    let step = Step::start("programs: building");
    Run::cargo()
        .args(["build", "--workspace", "--examples"])
        .args(programs.iter().flat_map(|program| ["--bin", program.path()]))
        .show()?;
    step.done("");
    Ok(())
}
