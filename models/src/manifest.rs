//! The manifest: which networks there are, where each comes from and which bytes are the right ones.

use std::{fmt, path::PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize, de};

/// Everything `models/manifest.toml` says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Packages that carry networks.
    pub package: Vec<Package>,
    /// Networks in the order a device needs them.
    pub model: Vec<Model>,
}

/// A package at the package index.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// The one version used.
    pub version: String,
    /// SHA-256 of its wheel.
    pub sha256: Sha256,
    /// More arguments for the package client.
    pub pip: Vec<String>,
}

/// One network.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What it is for; also the name of the file produced.
    pub role: String,
    /// Whether a device loads it only at the moment it is needed, if at all.
    #[serde(default)]
    pub on_demand: bool,
    /// Name of the package it comes in.
    pub package: String,
    /// Path of the file in the package's wheel.
    pub path: String,
    /// Path inside that file, where that file is an archive itself.
    #[serde(default)]
    pub inner: Option<String>,
    /// SHA-256 of the file in the wheel.
    pub source_sha256: Sha256,
    /// Its size in bytes.
    pub source_bytes: u64,
    /// Licence of the weights, an SPDX expression.
    pub licence: String,
    /// The model card, relative to this crate.
    pub card: PathBuf,
    /// How the file becomes ONNX.
    pub conversion: Conversion,
    /// How its weights are stored, by the size of the tensor: the last entry counts whose `from` a tensor reaches.
    /// Smaller tensors keep the precision the conversion gives them; without any entry all do.
    #[serde(default)]
    pub weights: Vec<Precision>,
    /// What the network takes.
    pub input: Input,
    /// What it gives, in order.
    pub outputs: Vec<String>,
    /// SHA-256 of the ONNX file produced.
    pub sha256: Sha256,
    /// Its size in bytes.
    pub bytes: u64,
    /// Figures that a user of the network must know; documentation, since `verify` holds the policy.
    #[serde(default)]
    pub thresholds: toml::Table,
}

impl Model {
    /// Name of the file produced.
    pub fn file(&self) -> String {
        format!("{}.onnx", self.role)
    }
}

/// How a file becomes ONNX.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Conversion {
    /// It is ONNX already.
    Copy,
    /// From TensorFlow Lite.
    Tflite,
    /// From the PyTorch weights of a MiniFASNet.
    Minifas,
}

/// How large tensors are stored.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Precision {
    /// Least number of weights in the tensor.
    pub from: usize,
    /// Bits of each: 2 to 11 for integers with one scale for each output channel, 16 for half precision.
    pub bits: u32,
}

/// The input of a network: 32-bit floats of fixed shape.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Name in the graph.
    pub name: String,
    /// Size along each axis.
    pub shape: Vec<usize>,
}

impl Manifest {
    /// The manifest this program was built with, so that the hashes it trusts are its own.
    ///
    /// # Errors
    /// When the manifest is malformed; a test excludes that.
    pub fn built_in() -> Result<Self> {
        toml::from_str(include_str!("../manifest.toml")).context("models/manifest.toml is malformed")
    }
}

/// A SHA-256 digest, written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq)]
pub struct Sha256([u8; 32]);

impl Sha256 {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(<sha2::Sha256 as sha2::Digest>::digest(bytes).into())
    }
}

impl fmt::Display for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Sha256 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Sha256 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sha256 {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut digest = [0; 32];
        let text = String::deserialize(deserializer)?;
        hex::decode_to_slice(&text, &mut digest).map_err(de::Error::custom)?;
        Ok(Self(digest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_manifest_is_complete() {
        let manifest = Manifest::built_in().unwrap();
        let roles: Vec<_> = manifest.model.iter().map(|m| m.role.as_str()).collect();
        assert_eq!(
            roles,
            ["detector", "landmarks", "blendshapes", "pad_v2", "pad_v1se", "embedder", "reader"]
        );
        // Asked at run time: clones that share a target folder share this program.
        let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap());
        assert!(manifest.model.iter().all(|m| m.on_demand == (m.role == "reader")));
        for model in &manifest.model {
            assert!(manifest.package.iter().any(|p| p.name == model.package), "{}: no package", model.role);
            assert!(folder.join(&model.card).is_file(), "{}: no card", model.role);
            if model.conversion == Conversion::Copy && model.weights.is_empty() {
                assert_eq!((model.sha256, model.bytes), (model.source_sha256, model.source_bytes));
            }
        }
    }

    #[test]
    fn a_digest_that_is_not_64_hexadecimal_digits_is_refused() {
        #[derive(Debug, Deserialize)]
        struct Holder {
            #[allow(dead_code)]
            sha256: Sha256,
        }
        for text in ["", "12", &"g".repeat(64), &"a".repeat(66)] {
            assert!(toml::from_str::<Holder>(&format!("sha256 = \"{text}\"")).is_err(), "{text}");
        }
    }
}
