//! Weights as they travel: small integers with one scale for each output channel, which Brotli then packs to a
//! little more than their entropy.
//!
//! Sixteen bits are half precision instead. Of a tensor stored in `bits` bits each channel keeps integers of at most ±(2^(bits−1) − 1), written as bytes. The
//! scale is the one of a few that loses least (mean square): cutting off the farthest weights of a channel
//! costs less than rounding all the others more coarsely.

use std::collections::HashMap;

use anyhow::{Context, Result, ensure};
use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto, tensor_proto::DataType};
use tract_onnx::prelude::f16;

use crate::convert::onnx::int;
use crate::manifest::Precision;
use crate::widen::{floats, widen};

/// Parts of the farthest weight that are tried as the end of a channel's scale.
const ENDS: std::ops::RangeInclusive<u32> = 8..=20;

/// Stores the weights of the ONNX model in `bytes` as `precisions` say. Without any the model stays as it is.
///
/// # Errors
/// When the bytes are no ONNX model that [`widen`] reads.
pub fn compact(bytes: Vec<u8>, precisions: &[Precision]) -> Result<Vec<u8>> {
    if precisions.is_empty() {
        return Ok(bytes);
    }
    let mut model = ModelProto::decode(bytes.as_slice()).context("no ONNX model")?;
    widen(&mut model)?;
    let graph = model.graph.as_mut().context("a model without a graph")?;
    store(graph, precisions)?;
    // What other tools noted about shapes and origins is of no use on a device.
    graph.value_info.clear();
    graph.doc_string.clear();
    graph.node.iter_mut().for_each(|node| node.doc_string.clear());
    Ok(model.encode_to_vec())
}

fn store(graph: &mut GraphProto, precisions: &[Precision]) -> Result<()> {
    let axes = channel_axes(&graph.node);
    let mut nodes = Vec::new();
    let mut stored = Vec::new();
    for tensor in graph.initializer.drain(..) {
        let count: usize = tensor.dims.iter().map(|&size| size.max(0) as usize).product();
        let precision = precisions.iter().rev().find(|precision| count >= precision.from);
        if tensor.data_type != DataType::Float as i32 {
            stored.push(tensor);
            continue;
        }
        match (precision.map(|precision| precision.bits), axes.get(&tensor.name)) {
            (Some(bits @ 2..=8), Some(&axis)) => {
                let [weights, scales] = quantised(&tensor, axis, bits)?;
                nodes.push(NodeProto {
                    op_type: "DequantizeLinear".to_owned(),
                    input: vec![weights.name.clone(), scales.name.clone()],
                    output: vec![tensor.name],
                    attribute: vec![int("axis", axis as i64)],
                    ..Default::default()
                });
                stored.extend([weights, scales]);
            }
            (Some(_), _) => stored.push(halves(&tensor, true)?),
            (None, _) => stored.push(halves(&tensor, false)?),
        }
    }
    graph.initializer = stored;
    graph.node.splice(..0, nodes);
    Ok(())
}

/// The tensor in half precision; where that is not exact, only if it may be rounded.
fn halves(tensor: &TensorProto, rounded: bool) -> Result<TensorProto> {
    let values = floats(tensor)?;
    let halves: Vec<f16> = values.iter().map(|&value| f16::from_f32(value)).collect();
    let exact = halves.iter().zip(&values).all(|(half, &value)| half.to_f32() == value);
    let fits = halves.iter().all(|half| half.is_finite());
    if !(exact || rounded && fits) {
        return Ok(tensor.clone());
    }
    Ok(TensorProto {
        name: tensor.name.clone(),
        dims: tensor.dims.clone(),
        data_type: DataType::Float16 as i32,
        raw_data: halves.iter().flat_map(|half| half.to_le_bytes()).collect(),
        ..Default::default()
    })
}

/// On which axis of each weight its output channels lie, where it is used as one weight only.
fn channel_axes(nodes: &[NodeProto]) -> HashMap<String, usize> {
    let mut axes = HashMap::new();
    for node in nodes {
        let transposed =
            node.attribute.iter().any(|attribute| attribute.name == "transB" && attribute.i == 1);
        let axis = match node.op_type.as_str() {
            "Conv" => 0,
            "Gemm" => usize::from(!transposed),
            // Products of matrices, of which at most the last two axes count.
            "MatMul" => 1,
            _ => continue,
        };
        if let Some(weights) = node.input.get(1) {
            axes.insert(weights.clone(), axis);
        }
    }
    axes
}

/// The integers and the scales of a tensor.
fn quantised(tensor: &TensorProto, axis: usize, bits: u32) -> Result<[TensorProto; 2]> {
    let dims: Vec<usize> =
        tensor.dims.iter().map(|&size| Ok(usize::try_from(size)?)).collect::<Result<_>>()?;
    let values = floats(tensor)?;
    ensure!(axis < dims.len() && dims.iter().product::<usize>() == values.len(), "weights cut short");
    let (channels, inner) = (dims[axis], dims[axis + 1..].iter().product::<usize>().max(1));
    let most = ((1u32 << (bits - 1)) - 1) as f32;

    let mut rows: Vec<Vec<f32>> = vec![Vec::new(); channels];
    for (index, &value) in values.iter().enumerate() {
        rows[index / inner % channels].push(value);
    }
    let scales: Vec<f32> = rows.iter().map(|row| scale(row, most)).collect();
    let integers = values
        .iter()
        .enumerate()
        .map(|(index, value)| round(*value, scales[index / inner % channels], most) as i8 as u8)
        .collect();
    let part = |suffix: &str, dims: Vec<i64>, kind: DataType, raw_data: Vec<u8>| TensorProto {
        name: format!("{}_{suffix}", tensor.name),
        dims,
        data_type: kind as i32,
        raw_data,
        ..Default::default()
    };
    Ok([
        part("q", tensor.dims.clone(), DataType::Int8, integers),
        part(
            "s",
            vec![channels as i64],
            DataType::Float,
            scales.iter().flat_map(|s| s.to_le_bytes()).collect(),
        ),
    ])
}

/// The scale that loses least.
fn scale(row: &[f32], most: f32) -> f32 {
    let farthest = row.iter().fold(0.0f32, |far, value| far.max(value.abs()));
    if farthest == 0.0 {
        return 1.0;
    }
    let loss = |scale: f32| -> f64 {
        row.iter().map(|&value| f64::from(round(value, scale, most) * scale - value).powi(2)).sum()
    };
    let ends = ENDS.map(|end| farthest / most * end as f32 / *ENDS.end() as f32);
    ends.min_by(|&a, &b| loss(a).total_cmp(&loss(b))).unwrap_or(farthest / most)
}

fn round(value: f32, scale: f32, most: f32) -> f32 {
    (value / scale).round().clamp(-most, most)
}
