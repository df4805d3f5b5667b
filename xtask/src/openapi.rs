//! `cargo xtask openapi`: the interface as the server describes it, kept in the repository.

use std::fs;

use anyhow::{Result, bail};

use crate::paths;
use crate::step::Step;
use crate::workspace::{self, Program};

/// The description the web apps are typed by.
pub const FILE: &str = "docs/openapi.json";

/// Writes the description, or (`check`) fails when the file says something else.
pub fn snapshot(check: bool) -> Result<()> {
    workspace::build(&[Program::Server])?;
    let step = Step::start("openapi: asking the server");
    let now = Program::Server.run()?.args(["openapi"]).read()?;
    let file = paths::at(FILE);
    let before = fs::read_to_string(&file).unwrap_or_default();
    if now == before {
        step.done("unchanged");
        return Ok(());
    }
    if check {
        let line = first_difference(&before, &now);
        bail!(
            "{FILE} is not what the server says (line {line}): run `cargo xtask openapi` and look at the change"
        );
    }
    fs::write(&file, now)?;
    step.done("written");
    Ok(())
}

fn first_difference(a: &str, b: &str) -> usize {
    a.lines().zip(b.lines()).take_while(|(a, b)| a == b).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_named() {
        assert_eq!(first_difference("a\nb\nc", "a\nB\nc"), 2);
        assert_eq!(first_difference("", "a"), 1);
        assert_eq!(first_difference("a\n", "a\nb\n"), 2);
    }
}
