//! Constants of a network, and compactly stored weights back to 32-bit floats.
//!
//! Weights travel as 16-bit floats, or as 8-bit integers with one scale per block or channel
//! (`DequantizeLinear`); both are a quarter to a half of the size and as accurate.

use super::NetworkError;
use super::onnx::{Node, RawTensor};

/// A constant in row-major order. Integers (shapes, axes) are held as floats: none here needs more than 24 bits.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Constant {
    /// Sizes; none for a scalar.
    pub shape: Vec<usize>,
    /// As many as the product of `shape`.
    pub values: Vec<f32>,
}

const FLOAT: i32 = 1;
const INT8: i32 = 3;
const INT64: i32 = 7;
const FLOAT16: i32 = 10;

fn invalid(what: &str) -> NetworkError {
    NetworkError::Invalid(what.to_owned())
}

impl Constant {
    /// Reads a stored tensor.
    pub fn read(raw: &RawTensor) -> Result<Self, NetworkError> {
        let bytes = &raw.raw_data;
        let values: Vec<f32> = match raw.data_type {
            FLOAT if bytes.is_empty() => raw.float_data.clone(),
            FLOAT => bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
            FLOAT16 => bytes.as_chunks().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
            INT64 if bytes.is_empty() => raw.int64_data.iter().map(|&v| v as f32).collect(),
            INT64 => bytes.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b) as f32).collect(),
            INT8 => bytes.iter().map(|&b| f32::from(b as i8)).collect(),
            _ => return Err(invalid("a constant of an unknown type")),
        };
        Self { shape: shape(raw)?, values }.checked()
    }

    /// Evaluates `DequantizeLinear` on stored weights.
    pub fn dequantise(
        node: &Node,
        data: &RawTensor,
        scale: &RawTensor,
        zero: Option<&RawTensor>,
    ) -> Result<Self, NetworkError> {
        if data.data_type != INT8 {
            return Err(invalid("only signed 8-bit weights are known"));
        }
        let dims = shape(data)?;
        let count = volume(&dims)?;
        let scales = Self::read(scale)?.values;
        let zeros: &[u8] = zero.map_or(&[], |zero| &zero.raw_data);
        if data.raw_data.len() != count || scales.is_empty() {
            return Err(invalid("weights cut short"));
        }
        let axis = axis(node.int("axis").unwrap_or(1), dims.len())?;
        let (length, inner) = match scales.len() {
            1 => (1, count),
            _ => (dims[axis], dims[axis + 1..].iter().product()),
        };
        let block = usize::try_from(node.int("block_size").unwrap_or(0)).unwrap_or(0);
        let block = if block == 0 { 1 } else { block };
        if scales.len() > 1 && length == 0 {
            return Err(invalid("weights without an axis"));
        }
        // One scale for each block along `axis`. A classic scale per channel is shared by all that lies before
        // the axis, a blocked one is not.
        let blocks = length.div_ceil(block);
        let blocked = node.int("block_size").unwrap_or(0) > 0;
        let mut values = Vec::with_capacity(count);
        for (row, run) in data.raw_data.chunks(inner.max(1)).enumerate() {
            let (outer, at) = (row / length, row % length);
            for (column, &byte) in run.iter().enumerate() {
                let place = match (scales.len(), blocked) {
                    (1, _) => 0,
                    (_, false) => at,
                    (_, true) => (outer * blocks + at / block) * inner + column,
                };
                let scale = *scales.get(place).ok_or_else(|| invalid("scales cut short"))?;
                let zero = f32::from(zeros.get(place).copied().unwrap_or(0) as i8);
                values.push((f32::from(byte as i8) - zero) * scale);
            }
        }
        Self { shape: dims, values }.checked()
    }

    /// The same values under another shape.
    pub fn reshaped(self, shape: Vec<usize>) -> Result<Self, NetworkError> {
        Self { shape, ..self }.checked()
    }

    fn checked(self) -> Result<Self, NetworkError> {
        if volume(&self.shape)? == self.values.len() {
            Ok(self)
        } else {
            Err(invalid("a constant cut short"))
        }
    }

    /// The values as whole numbers.
    pub fn integers(&self) -> Vec<i64> {
        self.values.iter().map(|&value| value as i64).collect()
    }
}

/// How many values a shape holds; refuses what no network here can need.
pub fn volume(shape: &[usize]) -> Result<usize, NetworkError> {
    let volume = shape.iter().try_fold(1usize, |product, &size| product.checked_mul(size));
    volume.filter(|&volume| volume <= 1 << 26).ok_or_else(|| invalid("a tensor too large"))
}

/// An axis counted from the front.
pub fn axis(axis: i64, rank: usize) -> Result<usize, NetworkError> {
    let from_front = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(from_front).ok().filter(|&axis| axis < rank).ok_or_else(|| invalid("no such axis"))
}

fn shape(raw: &RawTensor) -> Result<Vec<usize>, NetworkError> {
    raw.dims.iter().map(|&size| usize::try_from(size).map_err(|_| invalid("a negative size"))).collect()
}
