//! Fonts of this machine, found by fontconfig.

use std::process::Command;

use ab_glyph::FontVec;
use anyhow::{Context, Result, ensure};

/// The face that fontconfig has for `family`; nothing when it would put another family in its place.
pub fn find(family: &str) -> Result<Option<FontVec>> {
    let found = Command::new("fc-match")
        .args(["--format", "%{family}\n%{file}\n%{index}", family])
        .output()
        .context("fc-match cannot be started: apt-get install fontconfig fonts-noto-cjk fonts-ocr-b")?;
    ensure!(found.status.success(), "fc-match knows nothing of {family}");
    let found = String::from_utf8(found.stdout)?;
    let mut lines = found.lines();
    let (Some(names), Some(file), Some(index)) = (lines.next(), lines.next(), lines.next()) else {
        return Ok(None);
    };
    if !names.split(',').any(|name| name.eq_ignore_ascii_case(family)) {
        return Ok(None);
    }
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {file}"))?;
    Ok(Some(FontVec::try_from_vec_and_index(bytes, index.parse()?).with_context(|| file.to_owned())?))
}
