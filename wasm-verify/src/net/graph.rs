//! From an ONNX graph to a [`Plan`]: shapes worked out, constants folded, what follows a convolution fused into it.
//!
//! Pictures are kept with channels last, whatever the file says, so that a vector holds channels of one place.

mod arithmetic;
mod layout;
mod product;

use std::collections::{HashMap, HashSet};

use super::NetworkError;
use super::constant::{Constant, axis, volume};
use super::dense::Dense;
use super::depthwise::Depthwise;
use super::onnx::{Graph, Node, RawTensor};
use super::plain::{self, Binary, Fold, Unary};
use super::plan::{Operation, Plan, Source, Step};
use super::window::{Epilogue, Window};

type Result<T> = std::result::Result<T, NetworkError>;

fn invalid<T>(what: impl Into<String>) -> Result<T> {
    Err(NetworkError::Invalid(what.into()))
}

/// Prepares `graph` for one input of the given shape.
pub fn plan(graph: Graph, input: &[usize]) -> Result<Plan> {
    let stored: HashMap<&str, &RawTensor> =
        graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor)).collect();
    let mut uses = HashMap::new();
    for name in graph.node.iter().flat_map(|node| &node.input).chain(graph.output.iter().map(|o| &o.name)) {
        *uses.entry(name.as_str()).or_insert(0) += 1;
    }
    let mut planner = Planner { stored, uses, ..Planner::default() };
    // Some writers list weights among the inputs, even ones that are gone.
    let asked: HashSet<&String> = graph.node.iter().flat_map(|node| &node.input).collect();
    let mut inputs = graph
        .input
        .iter()
        .filter(|i| asked.contains(&i.name) && !planner.stored.contains_key(i.name.as_str()));
    let (Some(first), None) = (inputs.next(), inputs.next()) else { return invalid("not one input") };
    let entry = planner.tensor(volume(input)?, None);
    planner.name(&first.name, Value { tensor: entry, shape: input.to_vec(), last: false });
    for node in &graph.node {
        planner.node(node).map_err(|error| match error {
            NetworkError::Invalid(what) => NetworkError::Invalid(format!("{}: {what}", node.op_type)),
            other => other,
        })?;
    }
    let mut outputs = Vec::new();
    for output in &graph.output {
        let value = planner.value(&output.name)?;
        let value = planner.rows_first(value)?;
        outputs.push((value.tensor, volume(&value.shape)?));
    }
    planner.finish(entry, volume(input)?, outputs)
}

/// A tensor computed while running.
#[derive(Clone)]
struct Value {
    tensor: usize,
    /// As the file means it: batch, channels, rows, columns for pictures.
    shape: Vec<usize>,
    /// Whether channels lie last in memory, for all that the shape says.
    last: bool,
}

impl Value {
    /// The shape as it lies in memory.
    fn lying(&self) -> Vec<usize> {
        match self.shape.as_slice() {
            &[n, c, h, w] if self.last => vec![n, h, w, c],
            shape => shape.to_vec(),
        }
    }

    /// Where an axis of the shape lies in memory.
    fn axis(&self, which: i64) -> Result<usize> {
        let axis = axis(which, self.shape.len())?;
        Ok(if self.last { [0, 3, 1, 2][axis] } else { axis })
    }
}

/// A convolution to which more may still be added.
struct Draft {
    depthwise: bool,
    window: Window,
    weights: Vec<f32>,
    scale: Vec<f32>,
    bias: Vec<f32>,
    slope: Option<Vec<f32>>,
}

enum Work {
    Draft(Draft),
    Ready(Operation),
}

struct Planned {
    work: Work,
    inputs: Vec<Source>,
    output: usize,
}

struct Tensor {
    length: usize,
    /// The step that computes it.
    step: Option<usize>,
    /// How often it is read, by whatever name.
    readers: usize,
}

#[derive(Default)]
struct Planner<'a> {
    stored: HashMap<&'a str, &'a RawTensor>,
    folded: HashMap<String, Constant>,
    uses: HashMap<&'a str, usize>,
    values: HashMap<String, Value>,
    tensors: Vec<Tensor>,
    steps: Vec<Planned>,
    constants: Vec<Vec<f32>>,
}

impl Planner<'_> {
    fn tensor(&mut self, length: usize, step: Option<usize>) -> usize {
        self.tensors.push(Tensor { length, step, readers: 0 });
        self.tensors.len() - 1
    }

    /// Gives a value the name by which later nodes know it.
    fn name(&mut self, name: &str, value: Value) {
        self.tensors[value.tensor].readers += self.uses.get(name).copied().unwrap_or(0);
        self.values.insert(name.to_owned(), value);
    }

    /// Another name for a value that a node reads.
    fn alias(&mut self, node: &Node, value: Value) {
        let readers = &mut self.tensors[value.tensor].readers;
        *readers = readers.saturating_sub(1);
        self.name(output(node), value);
    }

    fn value(&self, name: &str) -> Result<Value> {
        self.values.get(name).cloned().map_or_else(|| invalid(format!("no value {name:?}")), Ok)
    }

    fn constant(&self, name: &str) -> Result<Option<Constant>> {
        match (self.folded.get(name), self.stored.get(name)) {
            (Some(constant), _) => Ok(Some(constant.clone())),
            (None, Some(raw)) => Constant::read(raw).map(Some),
            _ => Ok(None),
        }
    }

    fn needed(&self, node: &Node, index: usize) -> Result<Constant> {
        match node.input.get(index).map(|name| self.constant(name)) {
            Some(Ok(Some(constant))) => Ok(constant),
            Some(Err(error)) => Err(error),
            _ => invalid("an input that must be constant is not"),
        }
    }

    fn optional(&self, node: &Node, index: usize) -> Result<Option<Constant>> {
        match node.input.get(index) {
            Some(name) if !name.is_empty() => self.needed(node, index).map(Some),
            _ => Ok(None),
        }
    }

    fn first(&self, node: &Node) -> Result<Value> {
        self.value(input(node, 0)?)
    }

    fn source(&self, value: &Value) -> Source {
        Source::Buffer { index: value.tensor, length: self.tensors[value.tensor].length }
    }

    fn push(&mut self, work: Work, inputs: Vec<Source>, shape: Vec<usize>, last: bool) -> Result<Value> {
        let length = volume(&shape)?;
        if length == 0 {
            return invalid("an empty tensor");
        }
        let output = self.tensor(length, Some(self.steps.len()));
        self.steps.push(Planned { work, inputs, output });
        Ok(Value { tensor: output, shape, last })
    }

    fn ready(&mut self, operation: Operation, value: &Value, shape: Vec<usize>, last: bool) -> Result<Value> {
        let source = self.source(value);
        self.push(Work::Ready(operation), vec![source], shape, last)
    }

    /// The value in row-major order.
    fn rows_first(&mut self, value: Value) -> Result<Value> {
        match value.shape.as_slice() {
            &[_, c, h, w] if value.last && c != 1 && h * w != 1 => {
                let operation = Operation::Transpose(value.lying(), vec![0, 3, 1, 2]);
                self.ready(operation, &value, value.shape.clone(), false)
            }
            _ => Ok(Value { last: false, ..value }),
        }
    }

    /// The picture with channels last.
    fn channels_last(&mut self, value: Value) -> Result<Value> {
        match *value.shape.as_slice() {
            [1, c, h, w] if !value.last && c != 1 && h * w != 1 => {
                let operation = Operation::Transpose(value.shape.clone(), vec![0, 2, 3, 1]);
                self.ready(operation, &value, value.shape.clone(), true)
            }
            [1, _, _, _] => Ok(Value { last: true, ..value }),
            _ => invalid("not one picture"),
        }
    }

    /// The convolution that computed `value`, if more can be fused into it.
    fn open(&mut self, value: &Value) -> Option<(&mut Draft, &mut Vec<Source>)> {
        let tensor = &self.tensors[value.tensor];
        if tensor.readers != 1 {
            return None;
        }
        match self.steps.get_mut(tensor.step?)? {
            Planned { work: Work::Draft(draft), inputs, .. } if draft.slope.is_none() => {
                Some((draft, inputs))
            }
            _ => None,
        }
    }

    fn node(&mut self, node: &Node) -> Result<()> {
        let unary = |function| Ok(Some(function));
        let function: Result<Option<Unary>> = match node.op_type.as_str() {
            "Relu" => return self.slope(node, |channels| Some(vec![0.0; channels])),
            "LeakyRelu" => {
                let slope = node.float("alpha").unwrap_or(0.01);
                return self.slope(node, |channels| Some(vec![slope; channels]));
            }
            "PRelu" => {
                let slope = self.needed(node, 1)?.values;
                return self.slope(node, |channels| match slope.as_slice() {
                    &[one] => Some(vec![one; channels]),
                    slope if slope.len() == channels => Some(slope.to_vec()),
                    _ => None,
                });
            }
            "Sigmoid" => unary(Unary::Sigmoid),
            "HardSigmoid" => unary(Unary::HardSigmoid {
                slope: node.float("alpha").unwrap_or(0.2),
                offset: node.float("beta").unwrap_or(0.5),
            }),
            "HardSwish" => unary(Unary::HardSwish),
            "Sqrt" => unary(Unary::Sqrt),
            "Neg" => unary(Unary::Neg),
            "Reciprocal" => unary(Unary::Reciprocal),
            "Exp" => unary(Unary::Exp),
            "Tanh" => unary(Unary::Tanh),
            "Erf" => unary(Unary::Erf),
            "Clip" => {
                let bound = |index: usize, name: &str, without: f32| -> Result<f32> {
                    let given = self.optional(node, index)?.and_then(|bound| bound.values.first().copied());
                    Ok(given.or(node.float(name)).unwrap_or(without))
                };
                let (low, high) = (bound(1, "min", f32::MIN)?, bound(2, "max", f32::MAX)?);
                unary(Unary::Clip { low, high })
            }
            _ => Ok(None),
        };
        if let Some(function) = function? {
            let value = self.first(node)?;
            let value = self.ready(Operation::Unary(function), &value, value.shape.clone(), value.last)?;
            self.name(output(node), value);
            return Ok(());
        }
        match node.op_type.as_str() {
            "Conv" => self.convolution(node),
            "Gemm" => self.gemm(node),
            "MatMul" => self.product(node),
            "BatchNormalization" => self.normalisation(node),
            "MaxPool" | "AveragePool" | "GlobalAveragePool" => self.pool(node),
            "Add" => self.binary(node, Binary::Add),
            "Sub" => self.binary(node, Binary::Sub),
            "Mul" => self.binary(node, Binary::Mul),
            "Div" => self.binary(node, Binary::Div),
            "Pow" => self.binary(node, Binary::Pow),
            "ReduceMean" => self.fold(node, Fold::Mean),
            "ReduceSum" => self.fold(node, Fold::Sum),
            "Softmax" => self.fold(node, Fold::Softmax),
            "Resize" => self.resize(node),
            "Transpose" => self.transpose(node),
            "Concat" => self.concat(node),
            "Slice" => self.slice(node),
            "Pad" => self.pad(node),
            "Constant" => {
                let Some(raw) = node.tensor("value") else { return invalid("no value") };
                self.folded.insert(output(node).to_owned(), Constant::read(raw)?);
                Ok(())
            }
            "DequantizeLinear" => self.dequantise(node),
            "Identity" | "Cast" | "Dropout" => match self.constant(input(node, 0)?)? {
                Some(constant) => {
                    self.folded.insert(output(node).to_owned(), constant);
                    Ok(())
                }
                None => {
                    let value = self.first(node)?;
                    self.alias(node, value);
                    Ok(())
                }
            },
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" => self.reshape(node),
            _ => invalid("an unknown operator"),
        }
    }

    fn dequantise(&mut self, node: &Node) -> Result<()> {
        let raw =
            |index: usize| node.input.get(index).and_then(|name| self.stored.get(name.as_str()).copied());
        let (Some(data), Some(scale)) = (raw(0), raw(1)) else { return invalid("not of constants") };
        let constant = Constant::dequantise(node, data, scale, raw(2))?;
        self.folded.insert(output(node).to_owned(), constant);
        Ok(())
    }

    fn finish(self, entry: usize, length: usize, outputs: Vec<(usize, usize)>) -> Result<Plan> {
        let mut steps = Vec::with_capacity(self.steps.len());
        for planned in self.steps {
            let operation = match planned.work {
                Work::Ready(operation) => operation,
                Work::Draft(draft) => draft.operation(),
            };
            let scratch = match &operation {
                Operation::Dense(dense) if dense.scratch() > 0 => Some((0, dense.scratch())),
                _ => None,
            };
            let output = (planned.output, self.tensors[planned.output].length);
            steps.push(Step { operation, inputs: planned.inputs, output, scratch });
        }
        Ok(Plan::new(steps, self.constants, (entry, length), outputs))
    }
}

impl Draft {
    fn multiply(&mut self, by: &[f32]) {
        self.scale.iter_mut().zip(by).for_each(|(scale, by)| *scale *= by);
        self.bias.iter_mut().zip(by).for_each(|(bias, by)| *bias *= by);
    }

    fn add(&mut self, shift: &[f32]) {
        self.bias.iter_mut().zip(shift).for_each(|(bias, shift)| *bias += shift);
    }

    fn operation(self) -> Operation {
        let epilogue = Epilogue::new(&self.bias, self.slope.as_deref());
        if self.depthwise {
            Operation::Depthwise(Depthwise::new(self.window, &self.weights, &self.scale, epilogue))
        } else {
            Operation::Dense(Dense::new(self.window, &self.weights, &self.scale, epilogue))
        }
    }
}

/// One number for each channel of `value`, if that is what the constant is to it.
fn by_channel(value: &Value, constant: &Constant, channels: usize) -> Option<Vec<f32>> {
    let rank = constant.shape.len();
    if rank > value.shape.len() {
        return None;
    }
    if let &[one] = constant.values.as_slice() {
        return Some(vec![one; channels]);
    }
    let from_end = if value.last { 3 } else { 1 };
    let of = |shape: &[usize]| shape.len().checked_sub(from_end).and_then(|axis| shape.get(axis).copied());
    let right = of(&value.shape) == Some(channels)
        && of(&constant.shape) == Some(channels)
        && constant.values.len() == channels;
    right.then(|| constant.values.clone())
}

fn transposed(matrix: Constant) -> Result<Constant> {
    let &[rows, columns] = matrix.shape.as_slice() else { return invalid("not a matrix") };
    let mut values = vec![0.0; matrix.values.len()];
    plain::transpose(&[rows, columns], &[1, 0], &matrix.values, &mut values);
    Ok(Constant { shape: vec![columns, rows], values })
}

fn input(node: &Node, index: usize) -> Result<&str> {
    node.input.get(index).map_or_else(|| invalid("too few inputs"), |name| Ok(name.as_str()))
}

fn output(node: &Node) -> &str {
    node.output.first().map_or("", String::as_str)
}
