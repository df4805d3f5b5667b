//! Weights as they travel: small integers with one scale for each output channel, which Brotli then packs to a
//! little more than their entropy.
//!
//! In 2 to 8 bits each channel keeps integers of at most ±(2^(bits−1) − 1), written as bytes, and the one of a few
//! scales that loses least (mean square). In 9 to 11 bits the scale is a power of two, so that half precision holds
//! each product exactly and no other number format is needed. 16 bits are plain half precision.

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
            (Some(bits @ 9..=11), Some(&axis)) => stored.push(halves(&stepped(tensor, axis, bits)?, true)?),
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

/// The tensor rounded to integers times a power of two for each channel.
fn stepped(tensor: TensorProto, axis: usize, bits: u32) -> Result<TensorProto> {
    let most = largest(bits);
    let channels = Channels::of(&tensor, axis)?;
    let scales: Vec<f32> = channels.rows().map(|row| (farthest(&row) / most).log2().ceil().exp2()).collect();
    let values = channels.values.iter().enumerate().map(|(index, &value)| {
        let scale = scales[channels.of_value(index)];
        if scale > 0.0 { round(value, scale, most) * scale } else { 0.0 }
    });
    let raw_data = values.flat_map(f32::to_le_bytes).collect();
    Ok(TensorProto { raw_data, float_data: Vec::new(), ..tensor })
}

/// The integers and the scales of a tensor.
fn quantised(tensor: &TensorProto, axis: usize, bits: u32) -> Result<[TensorProto; 2]> {
    let most = largest(bits);
    let channels = Channels::of(tensor, axis)?;
    let scales: Vec<f32> = channels.rows().map(|row| scale(&row, most)).collect();
    let integer =
        |(index, &value): (usize, &f32)| round(value, scales[channels.of_value(index)], most) as i8 as u8;
    let integers = channels.values.iter().enumerate().map(integer).collect();
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
            vec![channels.count as i64],
            DataType::Float,
            scales.iter().flat_map(|s| s.to_le_bytes()).collect(),
        ),
    ])
}

/// The weights of a tensor by output channel.
struct Channels {
    values: Vec<f32>,
    count: usize,
    /// Weights that follow each other in one channel.
    run: usize,
}

impl Channels {
    fn of(tensor: &TensorProto, axis: usize) -> Result<Self> {
        let dims = tensor.dims.iter().map(|&size| Ok(usize::try_from(size)?)).collect::<Result<Vec<_>>>()?;
        let values = floats(tensor)?;
        let whole = dims.iter().product::<usize>() == values.len();
        ensure!(axis < dims.len() && whole && !values.is_empty(), "weights cut short");
        Ok(Self { values, count: dims[axis], run: dims[axis + 1..].iter().product() })
    }

    fn of_value(&self, index: usize) -> usize {
        index / self.run % self.count
    }

    fn rows(&self) -> impl Iterator<Item = Vec<f32>> {
        (0..self.count).map(|channel| {
            let runs = self.values.chunks(self.run).skip(channel).step_by(self.count);
            runs.flatten().copied().collect()
        })
    }
}

/// The largest integer in so many bits.
fn largest(bits: u32) -> f32 {
    ((1u32 << (bits - 1)) - 1) as f32
}

fn farthest(row: &[f32]) -> f32 {
    row.iter().fold(0.0, |far, value| far.max(value.abs()))
}

/// The scale that loses least.
fn scale(row: &[f32], most: f32) -> f32 {
    let farthest = farthest(row);
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
