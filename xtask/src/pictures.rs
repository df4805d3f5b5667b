//! Pictures of two people, for tests that need real faces: three of one, one of the other.

use std::path::PathBuf;

use anyhow::Result;

use crate::package::{Client, Package};
use crate::paths;

const PICTURES: [&str; 4] = ["obama.jpg", "obama2.jpg", "obama3.jpg", "biden.jpg"];

/// The folder that holds them, filled on the first call.
pub fn fetch() -> Result<PathBuf> {
    let folder = paths::at("var/pictures");
    if PICTURES.iter().any(|name| !folder.join(name).is_file()) {
        let inside = PICTURES.map(|name| format!("face_recognition-1.3.0/tests/test_images/{name}"));
        let package = Package {
            client: Client::PipSource,
            package: "face_recognition".into(),
            version: "1.3.0".into(),
            archive_sha256: "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec".into(),
        };
        package.extract(&inside.each_ref().map(String::as_str), &folder)?;
    }
    Ok(folder)
}
