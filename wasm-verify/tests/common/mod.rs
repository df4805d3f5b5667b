//! The networks of this checkout and the pictures of the packages, where they are at hand.

use std::{env, fs, path::PathBuf};

use verify::{
    image::{RgbImage, decode},
    net::Role,
};

/// The file of a network, from `OWNERPROOF_MODELS` or `models/build`.
pub fn file(role: Role) -> Vec<u8> {
    let workspace = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let models = workspace.join(env::var_os("OWNERPROOF_MODELS").unwrap_or("models/build".into()));
    fs::read(models.join(role.name()).with_extension("onnx")).unwrap()
}

/// A picture of one person; `None` where `OWNERPROOF_TEST_PICTURES` is not set.
pub fn picture(name: &str) -> Option<RgbImage> {
    let Some(folder) = env::var_os("OWNERPROOF_TEST_PICTURES") else {
        eprintln!("NOT RUN with the real networks: OWNERPROOF_TEST_PICTURES is not set");
        return None;
    };
    Some(decode(&fs::read(PathBuf::from(folder).join(name)).unwrap()).unwrap())
}
