//! Files compressed with Brotli beside the plain ones, as the server sends them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::run::Run;
use crate::stamp::sha256;
use crate::{paths, web};

/// Kept by content, where the build of the web apps looks too: the engine alone takes half a minute.
const CACHE: &str = "web-demo/node_modules/.cache/brotli";

/// Compresses a file, once for each content, and returns how many bytes travel.
pub fn size(file: &Path) -> Result<u64> {
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
    // Installing packages later would empty the cache.
    web::install(web::WEB)?;
    let (cache, name) = (paths::at(CACHE), sha256(file)?);
    let kept = cache.join(&name);
    if !kept.exists() {
        Run::new("node")
            .args(["--input-type=module", "--eval", SCRIPT])
            .args([file, &cache, Path::new(&name)])
            .watch()?;
    }
    Ok(fs::metadata(kept)?.len())
}

/// Writes `file.br`; for files that no build of the web apps compresses.
pub fn beside(file: &Path) -> Result<u64> {
    let size = size(file)?;
    fs::copy(paths::at(CACHE).join(sha256(file)?), path(file))?;
    Ok(size)
}

/// Where the compressed copy of a file lies.
pub fn path(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".br");
    path.into()
}
