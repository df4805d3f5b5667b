//! What must be on the machine, and how it gets there.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::run::Run;
use crate::step::Step;

const WASM_TARGET: &str = "wasm32-unknown-unknown";
/// Oldest Node the web tools accept.
const NODE: (u32, u32) = (20, 19);

/// A program and the Debian package that has it.
pub struct Tool(pub &'static str, pub &'static str);

/// Runs scripts and builds the web apps.
pub const NODEJS: [Tool; 2] = [Tool("node", "nodejs"), Tool("npm", "npm")];
/// The package client that fetches the networks.
pub const PYTHON: [Tool; 1] = [Tool("pip3", "python3-pip")];
/// What the browser check needs on top.
pub const BROWSER: [Tool; 3] = [CHROMIUM, Tool("ffmpeg", "ffmpeg"), Tool("ffprobe", "ffmpeg")];
/// The browser.
pub const CHROMIUM: Tool = Tool("chromium", "chromium");

/// Installs the packages of programs that are missing: as root or with sudo, else says how.
pub fn ensure(tools: &[Tool]) -> Result<()> {
    let mut missing: Vec<&str> =
        tools.iter().filter(|tool| find(tool.0).is_none()).map(|tool| tool.1).collect();
    missing.dedup();
    install(&missing)
}

/// The Chinese letters that screenshots show; a browser without them draws boxes.
pub fn ensure_chinese_font() -> Result<()> {
    let fonts = Run::new("fc-list").args([":lang=zh"]).read();
    if fonts.is_ok_and(|fonts| !fonts.trim().is_empty()) {
        return Ok(());
    }
    install(&["fontconfig", "fonts-noto-cjk"])
}

/// The letters of identity cards: Chinese ones, and those of the number, which are the ones passports use.
pub fn ensure_card_fonts() -> Result<()> {
    ensure_chinese_font()?;
    let numbers = Run::new("fc-list").args(["OCR B"]).read();
    if numbers.is_ok_and(|fonts| !fonts.trim().is_empty()) { Ok(()) } else { install(&["fonts-ocr-b"]) }
}

/// Node, recent enough for the web tools.
pub fn ensure_node() -> Result<()> {
    ensure(&NODEJS)?;
    let version = Run::new("node").args(["--version"]).read()?;
    match node_version(&version) {
        Some(found) if found >= NODE => Ok(()),
        _ => bail!(
            "Node {}.{} or newer is needed, found {}: Debian 13 has it (apt-get install nodejs npm)",
            NODE.0,
            NODE.1,
            version.trim()
        ),
    }
}

/// The compiler's WebAssembly target.
pub fn ensure_wasm_target() -> Result<()> {
    if find("rustup").is_none() {
        let libraries = Run::new("rustc").args(["--print", "target-libdir", "--target", WASM_TARGET]);
        if libraries.read().is_ok_and(|folder| Path::new(folder.trim()).is_dir()) {
            return Ok(());
        }
        bail!(
            "the Rust target {WASM_TARGET} is missing and there is no rustup to add it: \
             install Rust from https://rustup.rs, or that target by your own way"
        );
    }
    let installed = Run::new("rustup").args(["target", "list", "--installed"]).read()?;
    if installed.lines().any(|line| line.trim() == WASM_TARGET) {
        return Ok(());
    }
    let step = Step::start(format!("adding the Rust target {WASM_TARGET}"));
    Run::new("rustup").args(["target", "add", WASM_TARGET]).watch()?;
    step.done("");
    Ok(())
}

/// The first program of that name on PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// Whether we are root.
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Installs Debian packages.
pub fn install(packages: &[&str]) -> Result<()> {
    if packages.is_empty() {
        return Ok(());
    }
    let list = packages.join(" ");
    let by_hand = format!("install it by hand:\n  sudo apt-get install --no-install-recommends {list}");
    if find("apt-get").is_none() {
        bail!("missing: {list}. There is no apt-get here; install the same programs your way");
    }
    let apt = |args: &[&str]| {
        let run = if is_root() { Run::new("apt-get") } else { Run::new("sudo").args(["-n", "apt-get"]) };
        run.args(args).env("DEBIAN_FRONTEND", "noninteractive")
    };
    let may = is_root() || (find("sudo").is_some() && apt(&["--version"]).succeeds());
    if !may {
        bail!("missing: {list}. Not root, and sudo asks for a password; {by_hand}");
    }
    let step = Step::start(format!("installing {list}"));
    apt(&["update"]).watch()?;
    apt(&["install", "-y", "--no-install-recommends"])
        .args(packages)
        .watch()
        .with_context(|| by_hand.clone())?;
    step.done("");
    Ok(())
}

fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().trim_start_matches('v').split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("v20.19.2\n", Some((20, 19)))]
    #[case("v22.1.0", Some((22, 1)))]
    #[case("command not found", None)]
    fn versions(#[case] text: &str, #[case] version: Option<(u32, u32)>) {
        assert_eq!(node_version(text), version);
    }

    #[test]
    fn programs_are_found_on_path() {
        assert!(find("sh").is_some());
        assert!(find("no-such-program-here").is_none());
    }
}
