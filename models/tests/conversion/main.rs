//! Conversions and the store, on files made here: no network, no weights.
#![allow(clippy::unwrap_used)]

mod compact;
mod minifas;
mod store;
mod tflite;
mod torch;

use models::manifest::{Model, Sha256};
use prost::Message;
use tract_onnx::{
    pb::{ModelProto, tensor_proto::DataType},
    prelude::*,
};

/// A manifest entry for a test network that ends up as `produced`.
fn model(conversion: &str, shape: &[usize], outputs: &[&str], source: &[u8], produced: &[u8]) -> Model {
    toml::from_str(&format!(
        "role = 'test'\npackage = 'test'\npath = 'folder/net'\nlicence = 'MIT'\ncard = 'none'\n\
         conversion = '{conversion}'\ninput = {{ name = 'input', shape = {shape:?} }}\noutputs = {outputs:?}\n\
         source_sha256 = '{}'\nsource_bytes = {}\nsha256 = '{}'\nbytes = {}\n",
        Sha256::of(source),
        source.len(),
        Sha256::of(produced),
        produced.len(),
    ))
    .unwrap()
}

/// Loads a produced network the way `verify` does, half precision widened, and runs it.
fn run(onnx: &[u8], shape: &[usize], input: &[f32]) -> Vec<Vec<f32>> {
    let mut proto = ModelProto::decode(onnx).unwrap();
    for tensor in &mut proto.graph.as_mut().unwrap().initializer {
        if tensor.data_type == DataType::Float16 as i32 {
            tensor.data_type = DataType::Float as i32;
            let halves = tensor.raw_data.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b).to_f32());
            tensor.raw_data = halves.flat_map(f32::to_le_bytes).collect();
        }
    }
    let net = tract_onnx::onnx().model_for_proto_model(&proto).unwrap();
    let net = net.into_optimized().unwrap().into_runnable().unwrap();
    let input = Tensor::from_shape(shape, input).unwrap();
    let outputs = net.run(tvec!(input.into())).unwrap();
    outputs.iter().map(|o| o.to_plain_array_view::<f32>().unwrap().iter().copied().collect()).collect()
}
