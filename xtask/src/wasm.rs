//! `cargo xtask wasm`: the verification engine as a WebAssembly module with its typed glue.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::run::Run;
use crate::stamp::{Stamp, sha256};
use crate::step::{Step, bytes};
use crate::{paths, tools, web};

const ENGINE: &str = "web-demo/packages/verify-element/engine";
const BROTLI_CACHE: &str = "web-demo/node_modules/.cache/brotli";

/// Builds the module and its glue; the glue only when the module changed.
pub fn build() -> Result<()> {
    tools::ensure_wasm_target()?;
    // Also before the web build: installing packages would empty the cache of `size`.
    web::install(web::WEB)?;
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
    let size = size(&engine.join("verify_bg.wasm"))?;
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

/// The size as it lies on disk and as it travels. Compressing takes half a minute, so the result is
/// kept where the build of the web apps looks for it.
fn size(wasm: &Path) -> Result<String> {
    const SCRIPT: &str = "
        import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
        import { brotliCompressSync, constants as c } from 'node:zlib';
        const [file, folder, name] = process.argv.slice(1), bytes = readFileSync(file);
        const small = brotliCompressSync(bytes, { params: {
            [c.BROTLI_PARAM_QUALITY]: c.BROTLI_MAX_QUALITY,
            [c.BROTLI_PARAM_LGWIN]: c.BROTLI_MAX_WINDOW_BITS,
            [c.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
        mkdirSync(folder, { recursive: true });
        writeFileSync(`${folder}/${name}`, small);";
    let raw = bytes(fs::metadata(wasm)?.len());
    let (cache, name) = (paths::at(BROTLI_CACHE), sha256(wasm)?);
    let kept = cache.join(&name);
    if !kept.exists() {
        Run::new("node")
            .args(["--input-type=module", "--eval", SCRIPT])
            .args([wasm, &cache, Path::new(&name)])
            .watch()?;
    }
    Ok(format!("{raw}, {} as brotli", bytes(fs::metadata(kept)?.len())))
}
