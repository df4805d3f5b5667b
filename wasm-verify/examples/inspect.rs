//! `inspect PICTURE…`: prints what the networks make of each picture, one JSON object a line. The native half of
//! the parity test.
#![allow(missing_docs, clippy::print_stdout)]

use std::{env, fs, path::PathBuf};

fn main() -> anyhow::Result<()> {
    let models =
        env::var_os("OWNERPROOF_MODELS").map_or_else(|| PathBuf::from("models/build"), PathBuf::from);
    let engine = verify::engine::Engine::load(|role| fs::read(models.join(format!("{}.onnx", role.name()))))?;
    for file in env::args().skip(1) {
        let picture = verify::image::decode(&fs::read(&file)?)?;
        println!("{}", serde_json::to_string(&verify::inspect::inspect(&engine, &picture)?)?);
    }
    Ok(())
}
