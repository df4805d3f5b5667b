//! From what a package carries to what the `verify` crate loads.

mod minifas;
pub mod onnx;
mod pickle;
mod tflite;
mod tflite_graph;
mod tflite_ops;
pub mod torch_pickle;

use anyhow::{Result, ensure};

use crate::compact::compact;
use crate::manifest::{Conversion, Model};

/// Applies the conversion that the manifest names for a network, and stores its weights as compactly as it says.
///
/// # Errors
/// When the file is not what that conversion reads. Never panics, whatever the bytes.
pub fn convert(model: &Model, file: Vec<u8>) -> Result<Vec<u8>> {
    let onnx = match model.conversion {
        Conversion::Copy => file,
        Conversion::Tflite => tflite_graph::convert(&file, &model.input.shape, &model.outputs)?,
        Conversion::Minifas => {
            ensure!(model.outputs.len() == 1, "a MiniFASNet has one output");
            minifas::convert(&file, &model.input.shape, &model.outputs[0])?
        }
    };
    compact(onnx, &model.weights)
}
