//! `cargo xtask wasm`: the verification engine as a WebAssembly module with its typed glue.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::Run;
use crate::stamp::Stamp;
use crate::step::{Step, bytes};
use crate::{brotli, paths, tools};

/// The module and its glue.
pub const ENGINE: &str = "web-demo/packages/verify-element/engine";

/// Builds the module and its glue; the glue only when the module changed.
pub fn build() -> Result<()> {
    tools::ensure_wasm_target()?;
    let step = Step::start("engine: building for the browser");
    Run::cargo().args(["build", "-p", "verify", "--target", "wasm32-unknown-unknown", "--release"]).show()?;
    step.done("");

    let input = paths::target()?.join("wasm32-unknown-unknown/release/verify.wasm");
    let engine = paths::at(ENGINE);
    let outputs = ["verify.js", "verify.d.ts", "verify_bg.wasm"].map(|name| engine.join(name));
    let stamp = Stamp::of("wasm", std::slice::from_ref(&input))?;
    if let Some(size) = stamp.fresh(&outputs) {
        Step::skip("engine", &size);
        return Ok(());
    }
    let step = Step::start("engine: writing the browser's side");
    bind(&input, &engine)?;
    let wasm = engine.join("verify_bg.wasm");
    let size = format!("{}, {} as brotli", bytes(fs::metadata(&wasm)?.len()), bytes(brotli::size(&wasm)?));
    stamp.write(&size)?;
    step.done(&size);
    Ok(())
}

/// Writes into a new folder first, so that no half-written engine is ever served.
fn bind(input: &Path, engine: &Path) -> Result<()> {
    let fresh = engine.with_extension("new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh)?;
    }
    Bindgen::new()
        .input_path(input)
        .out_name("verify")
        .web(true)?
        .omit_default_module_path(false)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&fresh)
        .context("wasm-bindgen")?;
    if engine.exists() {
        fs::remove_dir_all(engine)?;
    }
    Ok(fs::rename(&fresh, engine)?)
}
