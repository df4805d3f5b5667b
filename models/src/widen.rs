//! Compactly stored weights back to 32-bit floats.
//!
//! Weights travel as 16-bit floats, or as 8-bit integers with scales (`DequantizeLinear`). The `verify` crate widens
//! them when it loads a network; this does it in the file, for other runtimes and for storing them otherwise.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail, ensure};
use prost::Message;
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, TensorProto, TypeProto, tensor_proto::DataType, type_proto::Value,
};
use tract_onnx::prelude::f16;
use tract_onnx::prelude::tract_itertools::Itertools;

use crate::convert::onnx::value_info;

/// The ONNX model in `bytes` with every compact weight as 32-bit floats, for inputs of `shape`: what any other
/// runtime takes.
///
/// # Errors
/// When the bytes are no ONNX model, or store weights in a way not known here.
pub fn widened(bytes: &[u8], shape: &[usize]) -> Result<Vec<u8>> {
    let mut model = ModelProto::decode(bytes).context("no ONNX model")?;
    widen(&mut model)?;
    if let Some(graph) = &mut model.graph {
        graph.value_info.clear();
        // The sizes of the outputs follow from that of the input. OpenCV insists on their number.
        for output in &mut graph.output {
            if let Some(TypeProto { value: Some(Value::TensorType(tensor)), .. }) = &mut output.r#type {
                tensor.shape.iter_mut().flat_map(|shape| &mut shape.dim).for_each(|size| size.value = None);
            }
        }
        if let Some(input) = graph.input.first_mut() {
            *input = value_info(&input.name, shape);
        }
    }
    Ok(model.encode_to_vec())
}

/// Replaces every compact weight of `model` by its 32-bit value.
///
/// # Errors
/// When the model has no graph, or stores weights in a way not known here.
pub fn widen(model: &mut ModelProto) -> Result<()> {
    let graph = model.graph.as_mut().context("a model without a graph")?;
    for tensor in &mut graph.initializer {
        if tensor.data_type == DataType::Float16 as i32 {
            *tensor = float32(tensor, half_floats(tensor));
        }
    }
    fold_dequantisation(graph)
}

fn float32(like: &TensorProto, values: impl IntoIterator<Item = f32>) -> TensorProto {
    TensorProto {
        dims: like.dims.clone(),
        data_type: DataType::Float as i32,
        name: like.name.clone(),
        raw_data: values.into_iter().flat_map(f32::to_le_bytes).collect(),
        ..Default::default()
    }
}

fn half_floats(tensor: &TensorProto) -> Vec<f32> {
    tensor.raw_data.chunks_exact(2).map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32()).collect()
}

/// Evaluates each `DequantizeLinear` whose inputs are constants, and the `Reshape` that gives the result its
/// final shape.
fn fold_dequantisation(graph: &mut GraphProto) -> Result<()> {
    let mut constants: HashMap<String, TensorProto> =
        graph.initializer.drain(..).map(|tensor| (tensor.name.clone(), tensor)).collect();
    let mut folded: HashMap<String, TensorProto> = HashMap::new();
    let mut nodes = Vec::with_capacity(graph.node.len());
    for node in graph.node.drain(..) {
        let value = match node.op_type.as_str() {
            "DequantizeLinear" => dequantised(&node, &constants)?,
            "Reshape" => reshaped(&node, &mut folded, &constants)?,
            _ => None,
        };
        match (value, node.output.first()) {
            (Some(mut tensor), Some(output)) => {
                tensor.name.clone_from(output);
                folded.insert(output.clone(), tensor);
            }
            _ => nodes.push(node),
        }
    }
    constants.extend(folded);
    // Some writers list weights among the inputs, even ones that are gone.
    let used: HashSet<&String> = nodes.iter().flat_map(|node| &node.input).collect();
    graph.input.retain(|input| used.contains(&input.name) && !constants.contains_key(&input.name));
    graph.initializer = nodes
        .iter()
        .flat_map(|node| &node.input)
        .unique()
        .filter_map(|name| constants.remove(name))
        .collect();
    graph.node = nodes;
    Ok(())
}

fn dequantised(node: &NodeProto, constants: &HashMap<String, TensorProto>) -> Result<Option<TensorProto>> {
    let [data, scale, rest @ ..] = node.input.as_slice() else { bail!("DequantizeLinear without a scale") };
    let (Some(data), Some(scale)) = (constants.get(data), constants.get(scale)) else { return Ok(None) };
    let zero = rest.first().filter(|name| !name.is_empty()).and_then(|name| constants.get(name));
    ensure!(data.data_type == DataType::Int8 as i32, "only signed 8-bit weights are known");

    let dims = sizes(data)?;
    let axis = attribute(node, "axis").unwrap_or(1);
    let axis = usize::try_from(if axis < 0 { axis + dims.len() as i64 } else { axis })?;
    let block = usize::try_from(attribute(node, "block_size").unwrap_or(0))?;
    let scales = floats(scale)?;
    let length = *dims.get(axis).filter(|_| scales.len() > 1).unwrap_or(&1);
    let inner: usize = if scales.len() > 1 { dims[axis + 1..].iter().product() } else { 1 };
    // Scale index of a weight: blocks along `axis`; without blocks one scale for each place on `axis`, shared by
    // everything else; or a single one.
    let blocks = if block > 0 { length.div_ceil(block) } else { length };
    let place = |index: usize| match (scales.len(), block) {
        (1, _) => 0,
        (_, 0) => index / inner % length,
        _ => (index / (inner * length) * blocks + index / inner % length / block) * inner + index % inner,
    };
    let count: usize = dims.iter().product();
    ensure!(data.raw_data.len() == count, "weights cut short");
    ensure!(count == 0 || place(count - 1) < scales.len(), "scales cut short");
    let zeros: Vec<i8> =
        zero.map(|z| z.raw_data.iter().map(|&byte| byte as i8).collect()).unwrap_or_default();
    let values = data.raw_data.iter().enumerate().map(|(index, &byte)| {
        let place = place(index);
        (f32::from(byte as i8) - f32::from(zeros.get(place).copied().unwrap_or(0))) * scales[place]
    });
    Ok(Some(float32(data, values)))
}

fn reshaped(
    node: &NodeProto,
    folded: &mut HashMap<String, TensorProto>,
    constants: &HashMap<String, TensorProto>,
) -> Result<Option<TensorProto>> {
    let [data, shape, ..] = node.input.as_slice() else { return Ok(None) };
    let (Some(_), Some(shape)) = (folded.get(data), constants.get(shape)) else { return Ok(None) };
    let shape: Vec<i64> = if shape.int64_data.is_empty() {
        shape
            .raw_data
            .chunks_exact(8)
            .map(|b| i64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
            .collect()
    } else {
        shape.int64_data.clone()
    };
    ensure!(shape.iter().all(|&size| size > 0), "weights of unknown shape");
    Ok(folded.remove(data).map(|tensor| TensorProto { dims: shape, ..tensor }))
}

fn sizes(tensor: &TensorProto) -> Result<Vec<usize>> {
    tensor.dims.iter().map(|&size| Ok(usize::try_from(size)?)).collect()
}

/// The values of a tensor of 32-bit floats.
pub(crate) fn floats(tensor: &TensorProto) -> Result<Vec<f32>> {
    ensure!(tensor.data_type == DataType::Float as i32, "scales must be 32-bit floats");
    if !tensor.float_data.is_empty() {
        return Ok(tensor.float_data.clone());
    }
    Ok(tensor.raw_data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
}

fn attribute(node: &NodeProto, name: &str) -> Option<i64> {
    node.attribute.iter().find(|attribute| attribute.name == name).map(|attribute| attribute.i)
}
