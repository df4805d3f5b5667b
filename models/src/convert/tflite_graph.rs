//! Rewrites the MediaPipe face networks from TensorFlow Lite to ONNX.
//!
//! TensorFlow keeps the channels of an image last, ONNX first. The landmark network works on an image throughout
//! and becomes channels-first as a whole; the blendshape network is a mixer over a list of points whose 1×1
//! convolutions are plain matrix products. So each value keeps the one layout it is made in.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail, ensure};
use tract_onnx::prelude::f16;

use super::onnx::{Graph, int};
use super::tflite::{Model, Operator};

/// How the axes of a value in the ONNX graph relate to those in the TensorFlow graph.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Layout {
    /// N, C, H, W in place of N, H, W, C.
    Image,
    /// The same.
    Plain,
}

/// A value of the ONNX graph.
#[derive(Clone)]
pub(super) struct Value {
    pub name: String,
    pub layout: Layout,
}

pub(super) struct Converter<'a> {
    pub model: &'a Model<'a>,
    pub graph: Graph,
    values: HashMap<usize, Value>,
    /// Constants stored in half precision: dequantised tensor → stored tensor.
    stored: HashMap<usize, usize>,
}

/// Converts the first outputs of a network, as many as there are names in `outputs`; what only other outputs need
/// is left out. `shape` is that of the input in ONNX order.
///
/// # Errors
/// When the file is malformed or uses an operator, or a variant of one, that these networks do not.
pub fn convert(file: &[u8], shape: &[usize], outputs: &[String]) -> Result<Vec<u8>> {
    let model = Model::read(file)?;
    let [input] = model.inputs[..] else { bail!("{} inputs", model.inputs.len()) };
    ensure!(model.outputs.len() >= outputs.len(), "only {} outputs", model.outputs.len());
    let mut graph = Graph::default();
    let (expected, layout) = match model.tensors[input].shape[..] {
        [n, h, w, c] => (vec![n, c, h, w], Layout::Image),
        ref plain => (plain.to_vec(), Layout::Plain),
    };
    ensure!(expected == shape, "the input is {expected:?}");
    let values = HashMap::from([(input, Value { name: graph.input("input", shape), layout })]);
    let mut converter = Converter { model: &model, graph, values, stored: HashMap::new() };
    for operator in needed(&model, &model.outputs[..outputs.len()]) {
        converter.operator(operator).with_context(|| format!("operator {}", operator.code))?;
    }
    for (name, &index) in outputs.iter().zip(&model.outputs) {
        converter.output(name, index)?;
    }
    Ok(converter.graph.encode("face"))
}

/// How many elements fill `shape`.
fn count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |n, &d| n.checked_mul(d))
}

/// The operators that `outputs` depend on, in order.
fn needed<'m>(model: &'m Model<'m>, outputs: &[usize]) -> Vec<&'m Operator<'m>> {
    let mut wanted: HashSet<usize> = outputs.iter().copied().collect();
    let mut operators: Vec<_> = model
        .operators
        .iter()
        .rev()
        .filter(|operator| {
            let used = wanted.contains(&operator.output);
            wanted.extend(operator.inputs.iter().filter(|_| used));
            used
        })
        .collect();
    operators.reverse();
    operators
}

impl<'a> Converter<'a> {
    /// Remembers where a half-precision constant is stored.
    pub fn dequantise(&mut self, from: usize, to: usize) -> Result<()> {
        ensure!(self.model.tensors[from].kind == 1, "only half precision is expanded");
        ensure!(self.shape(from) == self.shape(to), "a constant that changes its shape");
        self.stored.insert(to, from);
        Ok(())
    }

    /// The floats of a constant.
    pub fn floats(&self, index: usize) -> Result<Vec<f32>> {
        let tensor = &self.model.tensors[*self.stored.get(&index).unwrap_or(&index)];
        let values: Vec<f32> = match tensor.kind {
            0 => tensor.data.as_chunks::<4>().0.iter().map(|&b| f32::from_le_bytes(b)).collect(),
            1 => tensor.data.as_chunks::<2>().0.iter().map(|&b| f16::from_le_bytes(b).to_f32()).collect(),
            kind => bail!("a constant of type {kind} where floats are needed"),
        };
        ensure!(
            !values.is_empty() && count(&tensor.shape) == Some(values.len()),
            "a constant that does not fill its shape"
        );
        Ok(values)
    }

    /// The integers of a constant.
    pub fn integers(&self, index: usize) -> Result<Vec<i64>> {
        let tensor = &self.model.tensors[index];
        ensure!(tensor.kind == 2 && !tensor.data.is_empty(), "no constant integers");
        Ok(tensor.data.as_chunks::<4>().0.iter().map(|&b| i32::from_le_bytes(b).into()).collect())
    }

    /// A value as it is, putting a constant into the graph on its first use.
    pub fn value(&mut self, index: usize) -> Result<Value> {
        if let Some(value) = self.values.get(&index) {
            return Ok(value.clone());
        }
        let values = self.floats(index)?;
        let name = self.graph.floats(&self.model.tensors[index].shape, &values);
        self.define(index, name, Layout::Plain);
        self.value(index)
    }

    /// The name of a value that must have `layout`.
    pub fn named(&mut self, index: usize, layout: Layout) -> Result<String> {
        let value = self.value(index)?;
        ensure!(value.layout == layout, "the axes are in another order");
        Ok(value.name)
    }

    pub fn define(&mut self, index: usize, name: String, layout: Layout) {
        self.values.insert(index, Value { name, layout });
    }

    /// The shape of a tensor in TensorFlow order.
    pub fn shape(&self, index: usize) -> &'a [usize] {
        &self.model.tensors[index].shape
    }

    fn output(&mut self, name: &str, index: usize) -> Result<()> {
        let value = self.value(index)?;
        match (value.layout, self.shape(index)) {
            (Layout::Plain, shape) => self.graph.output(name, &value.name, shape),
            (Layout::Image, &[n, 1, 1, c]) => {
                let flat = self.graph.op("Flatten", &[&value.name], vec![int("axis", 1)]);
                self.graph.output(name, &flat, &[n, c]);
            }
            _ => bail!("an image as output"),
        }
        Ok(())
    }
}
