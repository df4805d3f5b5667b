//! `cargo xtask web`: the typed API client and the web apps.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::run::Run;
use crate::stamp::Stamp;
use crate::step::Step;
use crate::{openapi, paths, tools};

/// The web apps and their packages.
pub const WEB: &str = "web-demo";
/// The folder of the script that plays the main job in a browser.
pub const BROWSER: &str = "tests/browser";
const APPS: &str = "web-demo/apps";
/// The built web apps.
pub const DIST: &str = "web-demo/dist";

/// Builds what the server serves, unless nothing it is made from changed.
pub fn build() -> Result<()> {
    install(WEB)?;
    if !paths::at(openapi::FILE).is_file() {
        openapi::snapshot(false)?;
    }
    let inputs = ["web-demo", "web-demo/packages/verify-element/engine", "docs/openapi.json"];
    let outputs = pages()?;
    let stamp = || Stamp::of("web", &inputs.map(paths::at));
    if stamp()?.fresh(&outputs).is_some() {
        Step::skip("web apps", "unchanged");
        return Ok(());
    }
    let step = Step::start("web apps: building");
    npm(WEB).args(["run", "generate"]).watch()?;
    npm(WEB).args(["run", "build"]).watch()?;
    stamp()?.write("")?;
    step.done("");
    Ok(())
}

/// Type-checks the web apps and the browser check.
pub fn check() -> Result<()> {
    for folder in [WEB, BROWSER] {
        install(folder)?;
        let step = Step::start(format!("type-checking {folder}"));
        npm(folder).args(["run", "check"]).watch()?;
        step.done("");
    }
    Ok(())
}

/// Installs a folder's npm packages, exactly as its lockfile names them, when that changed.
pub fn install(folder: &str) -> Result<()> {
    tools::ensure_node()?;
    let lockfile = paths::at(folder).join("package-lock.json");
    let stamp = Stamp::of(&format!("npm-{}", folder.replace('/', "-")), &[lockfile])?;
    if stamp.fresh(&[paths::at(folder).join("node_modules")]).is_some() {
        return Ok(());
    }
    let step = Step::start(format!("{folder}: installing npm packages"));
    npm(folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).watch()?;
    stamp.write("")?;
    step.done("");
    Ok(())
}

fn npm(folder: &str) -> Run {
    Run::new("npm").dir(paths::at(folder))
}

/// The first page of every app.
fn pages() -> Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for app in fs::read_dir(paths::at(APPS))? {
        let app = app?.path();
        if app.join("package.json").is_file() {
            let name = app.file_name().unwrap_or_default();
            pages.push(paths::at(DIST).join(name).join("index.html"));
        }
    }
    Ok(pages)
}
