//! From an ONNX graph to a [`Plan`]: shapes worked out, constants folded, what follows a convolution fused into it.
//!
//! Pictures are kept with channels last, whatever the file says, so that a vector holds channels of one place.

use std::collections::{HashMap, HashSet};

use super::NetworkError;
use super::constant::{Constant, axis, volume};
use super::dense::Dense;
use super::depthwise::Depthwise;
use super::onnx::{Graph, Node, RawTensor};
use super::plain::{self, Binary, Fold, Pair, Unary};
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

    /// `PRelu` and its kin: fused into the convolution before it, or a depthwise one of its own.
    fn slope(&mut self, node: &Node, slope: impl Fn(usize) -> Option<Vec<f32>>) -> Result<()> {
        let value = self.first(node)?;
        if let Some((draft, _)) = self.open(&value) {
            let Some(slope) = slope(draft.scale.len()) else { return invalid("slopes that do not fit") };
            draft.slope = Some(slope);
            self.alias(node, value);
            return Ok(());
        }
        if value.shape.len() != 4 {
            if node.op_type != "Relu" {
                return invalid("slopes on something else than a picture");
            }
            let value = self.ready(Operation::Unary(Unary::Relu), &value, value.shape.clone(), value.last)?;
            self.name(output(node), value);
            return Ok(());
        }
        let value = self.channels_last(value)?;
        let channels = value.shape[1];
        let Some(slope) = slope(channels) else { return invalid("slopes that do not fit") };
        let value = self.each_channel(&value, vec![1.0; channels], vec![0.0; channels], Some(slope))?;
        self.name(output(node), value);
        Ok(())
    }

    /// Scale, shift and slope by channel.
    fn each_channel(
        &mut self,
        value: &Value,
        scale: Vec<f32>,
        bias: Vec<f32>,
        slope: Option<Vec<f32>>,
    ) -> Result<Value> {
        let &[_, channels, rows, columns] = value.shape.as_slice() else { return invalid("not a picture") };
        let size = [rows, columns];
        let window =
            Window { input: size, channels, kernel: [1, 1], stride: [1, 1], pad: [0, 0], output: size };
        let draft = Draft { depthwise: true, window, weights: vec![1.0; channels], scale, bias, slope };
        let source = self.source(value);
        self.push(Work::Draft(draft), vec![source], value.shape.clone(), true)
    }

    /// The window a node's attributes describe, over `value`.
    fn window(&self, node: &Node, value: &Value, kernel: [usize; 2]) -> Result<Window> {
        let &[_, channels, rows, columns] = value.shape.as_slice() else { return invalid("not a picture") };
        let list = |name: &str, without: &[usize]| -> Result<Vec<usize>> {
            let Some(list) = node.ints(name) else { return Ok(without.to_vec()) };
            let list: Option<Vec<usize>> = list.iter().map(|&v| usize::try_from(v).ok()).collect();
            match list.filter(|list| list.len() == without.len() && list.iter().all(|&v| v < 1 << 16)) {
                Some(list) => Ok(list),
                None => invalid(format!("strange {name}")),
            }
        };
        let stride = list("strides", &[1, 1])?;
        let pads = list("pads", &[0; 4])?;
        if list("dilations", &[1, 1])? != [1, 1] || node.int("ceil_mode").unwrap_or(0) != 0 {
            return invalid("dilated or rounded up");
        }
        if !matches!(node.text("auto_pad"), None | Some(b"" | b"NOTSET" | b"VALID")) {
            return invalid("padding left to the reader");
        }
        let input = [rows, columns];
        let mut output = [0; 2];
        for axis in 0..2 {
            let reach = input[axis] + pads[axis] + pads[axis + 2];
            let fits = stride[axis] > 0 && kernel[axis] > 0 && reach >= kernel[axis];
            // A window that lies on padding alone would see nothing.
            if !fits || pads[axis] >= kernel[axis] || pads[axis + 2] >= kernel[axis] {
                return invalid("a window that does not fit");
            }
            output[axis] = (reach - kernel[axis]) / stride[axis] + 1;
        }
        Ok(Window {
            input,
            channels,
            kernel,
            stride: [stride[0], stride[1]],
            pad: [pads[0], pads[1]],
            output,
        })
    }

    fn convolution(&mut self, node: &Node) -> Result<()> {
        let value = self.first(node)?;
        let value = self.channels_last(value)?;
        let weights = self.needed(node, 1)?;
        let &[channels, inner, rows, columns] = weights.shape.as_slice() else {
            return invalid("no weights");
        };
        let window = self.window(node, &value, [rows, columns])?;
        let bias = self.optional(node, 2)?.map_or_else(|| vec![0.0; channels], |bias| bias.values);
        let group = node.int("group").unwrap_or(1);
        let depthwise = group == window.channels as i64 && inner == 1 && channels == window.channels;
        if bias.len() != channels || !(depthwise || group == 1 && inner == window.channels) {
            return invalid("weights that do not fit");
        }
        let shape = vec![1, channels, window.output[0], window.output[1]];
        let scale = vec![1.0; channels];
        let draft = Draft { depthwise, window, weights: weights.values, scale, bias, slope: None };
        let source = self.source(&value);
        let value = self.push(Work::Draft(draft), vec![source], shape, true)?;
        self.name(output(node), value);
        Ok(())
    }

    /// A product with a constant matrix of `channels` rows.
    fn matrix(
        &mut self,
        node: &Node,
        value: &Value,
        weights: Constant,
        bias: Option<Vec<f32>>,
    ) -> Result<()> {
        let (&[channels, depth], Some((&last, outer))) = (weights.shape.as_slice(), value.shape.split_last())
        else {
            return invalid("not matrices");
        };
        let bias = match bias {
            Some(bias) if bias.len() == 1 => vec![bias[0]; channels],
            Some(bias) => bias,
            None => vec![0.0; channels],
        };
        if last != depth || bias.len() != channels {
            return invalid("matrices that do not fit");
        }
        let places = [1, volume(outer)?];
        let window = Window {
            input: places,
            channels: depth,
            kernel: [1, 1],
            stride: [1, 1],
            pad: [0, 0],
            output: places,
        };
        let scale = vec![1.0; channels];
        let draft = Draft { depthwise: false, window, weights: weights.values, scale, bias, slope: None };
        let source = self.source(value);
        let value = self.push(Work::Draft(draft), vec![source], [outer, &[channels]].concat(), false)?;
        self.name(output(node), value);
        Ok(())
    }

    fn gemm(&mut self, node: &Node) -> Result<()> {
        let plain = |name| node.float(name).unwrap_or(1.0) == 1.0;
        if !plain("alpha") || !plain("beta") || node.int("transA").unwrap_or(0) != 0 {
            return invalid("scaled or transposed");
        }
        let value = self.first(node)?;
        let value = self.rows_first(value)?;
        let mut weights = self.needed(node, 1)?;
        if node.int("transB").unwrap_or(0) == 0 {
            weights = transposed(weights)?;
        }
        let bias = self.optional(node, 2)?.map(|bias| bias.values);
        self.matrix(node, &value, weights, bias)
    }

    fn product(&mut self, node: &Node) -> Result<()> {
        let value = self.first(node)?;
        let value = self.rows_first(value)?;
        if let Some(weights) = self.constant(input(node, 1)?)? {
            let weights = transposed(weights)?;
            return self.matrix(node, &value, weights, None);
        }
        let other = self.value(input(node, 1)?)?;
        let other = self.rows_first(other)?;
        let ([a @ .., rows, depth], [b @ .., inner, columns]) =
            (value.shape.as_slice(), other.shape.as_slice())
        else {
            return invalid("not matrices");
        };
        if a != b || depth != inner {
            return invalid("matrices that do not fit");
        }
        let shape = [a, &[*rows, *columns]].concat();
        let operation = Operation::Product([*rows, *depth, *columns]);
        let inputs = vec![self.source(&value), self.source(&other)];
        let value = self.push(Work::Ready(operation), inputs, shape, false)?;
        self.name(output(node), value);
        Ok(())
    }

    fn normalisation(&mut self, node: &Node) -> Result<()> {
        let value = self.first(node)?;
        let [gain, shift, mean, variance] =
            [1, 2, 3, 4].map(|index| self.needed(node, index).map(|c| c.values));
        let (gain, shift, mean, variance) = (gain?, shift?, mean?, variance?);
        let channels = *value.shape.get(1).unwrap_or(&0);
        if [&gain, &shift, &mean, &variance].iter().any(|list| list.len() != channels) {
            return invalid("figures that do not fit");
        }
        let epsilon = node.float("epsilon").unwrap_or(1e-5);
        let scale: Vec<f32> = gain.iter().zip(&variance).map(|(g, v)| g / (v + epsilon).sqrt()).collect();
        let shift: Vec<f32> = shift.iter().zip(&mean).zip(&scale).map(|((b, m), s)| b - m * s).collect();
        if let Some((draft, inputs)) = self.open(&value)
            && inputs.len() == 1
        {
            draft.multiply(&scale);
            draft.add(&shift);
            self.alias(node, value);
            return Ok(());
        }
        // A sequence is a picture of one row.
        let sequence = value.shape.len() == 3;
        let mut picture = value;
        if sequence {
            picture.shape.insert(2, 1);
        }
        let picture = self.channels_last(picture)?;
        let mut value = self.each_channel(&picture, scale, shift, None)?;
        if sequence {
            value = self.rows_first(value)?;
            value.shape.remove(2);
        }
        self.name(output(node), value);
        Ok(())
    }

    fn pool(&mut self, node: &Node) -> Result<()> {
        let value = self.first(node)?;
        let value = self.channels_last(value)?;
        let &[_, channels, rows, columns] = value.shape.as_slice() else { return invalid("not a picture") };
        let kernel = match (node.op_type.as_str(), node.ints("kernel_shape")) {
            ("GlobalAveragePool", _) => [rows, columns],
            (_, Some(&[rows, columns])) => match (usize::try_from(rows), usize::try_from(columns)) {
                (Ok(rows), Ok(columns)) => [rows, columns],
                _ => return invalid("a strange kernel"),
            },
            _ => return invalid("no kernel"),
        };
        let window = self.window(node, &value, kernel)?;
        let shape = vec![1, channels, window.output[0], window.output[1]];
        let source = vec![self.source(&value)];
        let work = if node.op_type == "MaxPool" {
            Work::Ready(Operation::Depthwise(Depthwise::largest(window)))
        } else {
            if node.ints("pads").is_some_and(|pads| pads.iter().any(|&pad| pad != 0)) {
                return invalid("a padded mean");
            }
            let weights = vec![1.0; channels * volume(&kernel)?];
            let scale = vec![1.0 / (kernel[0] * kernel[1]) as f32; channels];
            let bias = vec![0.0; channels];
            Work::Draft(Draft { depthwise: true, window, weights, scale, bias, slope: None })
        };
        let value = self.push(work, source, shape, true)?;
        self.name(output(node), value);
        Ok(())
    }

    fn binary(&mut self, node: &Node, kind: Binary) -> Result<()> {
        let (a, b) = (input(node, 0)?, input(node, 1)?);
        match (self.constant(a)?, self.constant(b)?) {
            (Some(a), Some(b)) => {
                let (pair, shape) = Pair::new(kind, &a.shape, &b.shape)?;
                let mut values = vec![0.0; volume(&shape)?];
                pair.run(&a.values, &b.values, &mut values);
                self.folded.insert(output(node).to_owned(), Constant { shape, values });
                Ok(())
            }
            (None, Some(constant)) => self.with_constant(node, kind, a, constant, false),
            (Some(constant), None) => self.with_constant(node, kind, b, constant, true),
            (None, None) => self.of_two(node, kind),
        }
    }

    fn with_constant(
        &mut self,
        node: &Node,
        kind: Binary,
        value: &str,
        mut constant: Constant,
        swapped: bool,
    ) -> Result<()> {
        let value = self.value(value)?;
        if let Some((draft, inputs)) = self.open(&value)
            && let Some(list) = by_channel(&value, &constant, draft.scale.len())
            && inputs.len() == 1
            && matches!(kind, Binary::Add | Binary::Mul)
        {
            match kind {
                Binary::Add => draft.add(&list),
                _ => draft.multiply(&list),
            }
            self.alias(node, value);
            return Ok(());
        }
        if value.last {
            if constant.shape.len() > 4 {
                return invalid("shapes that do not meet");
            }
            let shape = [vec![1; 4 - constant.shape.len()], constant.shape].concat();
            let mut values = vec![0.0; constant.values.len()];
            plain::transpose(&shape, &[0, 2, 3, 1], &constant.values, &mut values);
            constant = Constant { shape: vec![shape[0], shape[2], shape[3], shape[1]], values };
        }
        let sources = [self.source(&value), Source::Constant(self.constants.len())];
        self.constants.push(constant.values);
        let (lying, other) = (value.lying(), constant.shape);
        let (pair, shape) =
            if swapped { Pair::new(kind, &other, &lying)? } else { Pair::new(kind, &lying, &other)? };
        let inputs = if swapped { vec![sources[1], sources[0]] } else { sources.to_vec() };
        self.paired(node, pair, inputs, shape, value.last)
    }

    fn of_two(&mut self, node: &Node, kind: Binary) -> Result<()> {
        let (mut a, mut b) = (self.first(node)?, self.value(input(node, 1)?)?);
        if a.last != b.last {
            if a.shape.len() == 4 && b.shape.len() == 4 {
                (a, b) = (self.channels_last(a)?, self.channels_last(b)?);
            } else {
                (a, b) = (self.rows_first(a)?, self.rows_first(b)?);
            }
        }
        if kind == Binary::Add && a.shape == b.shape && a.tensor != b.tensor {
            for (sum, other) in [(&b, &a), (&a, &b)] {
                let source = self.source(other);
                let (Some(step), before) = (self.tensors[sum.tensor].step, self.tensors[other.tensor].step)
                else {
                    continue;
                };
                if before.is_some_and(|before| before >= step) {
                    continue;
                }
                if let Some((_, inputs)) = self.open(sum)
                    && inputs.len() == 1
                {
                    inputs.push(source);
                    let sum = sum.clone();
                    self.alias(node, sum);
                    return Ok(());
                }
            }
        }
        let (pair, shape) = Pair::new(kind, &a.lying(), &b.lying())?;
        let inputs = vec![self.source(&a), self.source(&b)];
        self.paired(node, pair, inputs, shape, a.last)
    }

    fn paired(
        &mut self,
        node: &Node,
        pair: Pair,
        inputs: Vec<Source>,
        lying: Vec<usize>,
        last: bool,
    ) -> Result<()> {
        let shape = match lying.as_slice() {
            &[n, h, w, c] if last => vec![n, c, h, w],
            _ => lying,
        };
        let value = self.push(Work::Ready(Operation::Pair(pair)), inputs, shape, last)?;
        self.name(output(node), value);
        Ok(())
    }

    fn fold(&mut self, node: &Node, fold: Fold) -> Result<()> {
        let mut value = self.first(node)?;
        let softmax = fold == Fold::Softmax;
        let keep = softmax || node.int("keepdims").unwrap_or(1) != 0;
        if !keep {
            value = self.rows_first(value)?;
        }
        let which = match (softmax, self.optional(node, 1)?) {
            (true, _) => vec![node.int("axis").unwrap_or(-1)],
            (false, Some(axes)) => axes.integers(),
            (false, None) => match node.ints("axes") {
                Some(axes) => axes.to_vec(),
                None => (0..value.shape.len() as i64).collect(),
            },
        };
        let mut lying: Vec<usize> = which.iter().map(|&a| value.axis(a)).collect::<Result<_>>()?;
        lying.sort_unstable();
        if lying.is_empty() || lying.windows(2).any(|pair| pair[0] + 1 != pair[1]) {
            return invalid("axes apart from one another");
        }
        let sizes = value.lying();
        let length = lying.iter().map(|&axis| sizes[axis]).product();
        let inner = sizes[lying[lying.len() - 1] + 1..].iter().product();
        let mut shape = value.shape.clone();
        if !softmax {
            let mut axes: Vec<usize> = which.iter().map(|&a| axis(a, shape.len())).collect::<Result<_>>()?;
            axes.sort_unstable();
            for axis in axes.into_iter().rev() {
                if keep {
                    shape[axis] = 1;
                } else {
                    shape.remove(axis);
                }
            }
        }
        let value = self.ready(Operation::Fold(fold, [length, inner]), &value, shape, value.last)?;
        self.name(output(node), value);
        Ok(())
    }

    fn resize(&mut self, node: &Node) -> Result<()> {
        let nearest = node.text("mode").is_none_or(|mode| mode == b"nearest");
        let floor = node.text("nearest_mode").is_some_and(|mode| mode == b"floor");
        let corner = node.text("coordinate_transformation_mode").is_some_and(|mode| mode == b"asymmetric");
        let value = self.first(node)?;
        let value = self.channels_last(value)?;
        let &[_, channels, rows, columns] = value.shape.as_slice() else { return invalid("not a picture") };
        let scale = match self.optional(node, 2)? {
            Some(scales) if !scales.values.is_empty() => scales.values,
            _ => {
                let sizes = self.needed(node, 3)?.values;
                sizes.iter().zip(&value.shape).map(|(&size, &now)| size / now as f32).collect()
            }
        };
        let whole =
            |scale: f32| (scale.fract() == 0.0 && (1.0..=64.0).contains(&scale)).then_some(scale as usize);
        let (true, &[1.0, 1.0, down, across]) = (nearest && floor && corner, scale.as_slice()) else {
            return invalid("not a plain repetition");
        };
        let (Some(down), Some(across)) = (whole(down), whole(across)) else {
            return invalid("not by a whole number");
        };
        let shape = vec![1, channels, rows * down, columns * across];
        let value = self.ready(Operation::Enlarge([down, across], columns, channels), &value, shape, true)?;
        self.name(output(node), value);
        Ok(())
    }

    fn transpose(&mut self, node: &Node) -> Result<()> {
        let value = self.first(node)?;
        let rank = value.shape.len();
        let order = match node.ints("perm") {
            Some(order) => order.iter().map(|&a| axis(a, rank)).collect::<Result<Vec<usize>>>()?,
            None => (0..rank).rev().collect(),
        };
        if order.len() != rank || order.iter().collect::<HashSet<_>>().len() != rank {
            return invalid("a strange order");
        }
        let shape: Vec<usize> = order.iter().map(|&axis| value.shape[axis]).collect();
        // What lies in memory as asked needs no copying.
        if value.last && order == [0, 2, 3, 1] {
            self.alias(node, Value { shape, last: false, ..value });
            return Ok(());
        }
        let value = self.rows_first(value)?;
        let value = if order == [0, 3, 1, 2] && shape[0] == 1 {
            self.alias(node, Value { shape, last: true, ..value });
            return Ok(());
        } else {
            self.ready(Operation::Transpose(value.shape.clone(), order), &value, shape, false)?
        };
        self.name(output(node), value);
        Ok(())
    }

    fn concat(&mut self, node: &Node) -> Result<()> {
        let which = node.int("axis").unwrap_or(0);
        let mut sources = Vec::new();
        let mut shapes = Vec::new();
        for name in &node.input {
            if let Some(constant) = self.constant(name)? {
                sources.push(Source::Constant(self.constants.len()));
                self.constants.push(constant.values);
                shapes.push(constant.shape);
            } else {
                let value = self.value(name)?;
                let value = self.rows_first(value)?;
                sources.push(self.source(&value));
                shapes.push(value.shape);
            }
        }
        let Some(first) = shapes.first() else { return invalid("of nothing") };
        let axis = axis(which, first.len())?;
        let mut shape = first.clone();
        shape[axis] = 0;
        let mut parts = Vec::new();
        for other in &shapes {
            let alike = other.len() == shape.len()
                && other.iter().zip(&shape).enumerate().all(|(at, (a, b))| at == axis || a == b);
            if !alike {
                return invalid("shapes that do not meet");
            }
            parts.push([0, other[axis], other[axis]]);
            shape[axis] += other[axis];
        }
        let inner = shape[axis + 1..].iter().product();
        let operation = Operation::Stretches { inner, parts, place: 0, among: shape[axis] };
        let value = self.push(Work::Ready(operation), sources, shape, false)?;
        self.name(output(node), value);
        Ok(())
    }

    /// Takes `length` places from `start` of one axis, with `before` and `after` zeros about them.
    fn stretch(
        &mut self,
        value: Value,
        which: usize,
        [start, length]: [usize; 2],
        [before, after]: [usize; 2],
    ) -> Result<Value> {
        let of = value.shape[which];
        if [start, length, before, after] == [0, of, 0, 0] {
            return Ok(value);
        }
        let axis = value.axis(which as i64)?;
        let inner = value.lying()[axis + 1..].iter().product();
        let among = before + length + after;
        let mut shape = value.shape.clone();
        shape[which] = among;
        let parts = vec![[start, length, of]];
        let operation = Operation::Stretches { inner, parts, place: before, among };
        self.ready(operation, &value, shape, value.last)
    }

    fn slice(&mut self, node: &Node) -> Result<()> {
        let value = self.first(node)?;
        let (starts, ends) = (self.needed(node, 1)?.integers(), self.needed(node, 2)?.integers());
        let axes = match self.optional(node, 3)? {
            Some(axes) => axes.integers(),
            None => (0..starts.len() as i64).collect(),
        };
        if self.optional(node, 4)?.is_some_and(|steps| steps.values.iter().any(|&step| step != 1.0)) {
            return invalid("with steps");
        }
        if starts.len() != axes.len() || ends.len() != axes.len() {
            return invalid("of unequal length");
        }
        let mut part = value;
        for ((&which, &start), &end) in axes.iter().zip(&starts).zip(&ends) {
            let which = axis(which, part.shape.len())?;
            let size = part.shape[which] as i64;
            let [start, end] =
                [start, end].map(|at| (if at < 0 { at.saturating_add(size) } else { at }).clamp(0, size));
            let length = usize::try_from(end - start).unwrap_or(0);
            part = self.stretch(part, which, [start as usize, length], [0, 0])?;
        }
        self.again(node, part)
    }

    fn pad(&mut self, node: &Node) -> Result<()> {
        let value = self.first(node)?;
        let pads: Vec<i64> = match node.ints("pads") {
            Some(pads) => pads.to_vec(),
            None => self.needed(node, 1)?.integers(),
        };
        let filled =
            self.optional(node, 2)?.is_some_and(|with| with.values.iter().any(|&value| value != 0.0));
        let constant = node.text("mode").is_none_or(|mode| mode == b"constant");
        let rank = value.shape.len();
        let sound = pads.iter().all(|pad| (0..1 << 16).contains(pad)) && pads.len() == 2 * rank;
        if filled || !constant || !sound {
            return invalid("not with zeros");
        }
        let mut padded = value;
        for which in 0..rank {
            let length = padded.shape[which];
            padded = self.stretch(
                padded,
                which,
                [0, length],
                [pads[which] as usize, pads[which + rank] as usize],
            )?;
        }
        self.again(node, padded)
    }

    /// Names what may be the node's own input, unchanged.
    fn again(&mut self, node: &Node, value: Value) -> Result<()> {
        if value.tensor == self.first(node)?.tensor {
            self.alias(node, value);
        } else {
            self.name(output(node), value);
        }
        Ok(())
    }

    fn reshape(&mut self, node: &Node) -> Result<()> {
        if let Some(constant) = self.constant(input(node, 0)?)? {
            let shape = self.new_shape(node, &constant.shape)?;
            self.folded.insert(output(node).to_owned(), constant.reshaped(shape)?);
            return Ok(());
        }
        let value = self.first(node)?;
        let flat = self.rows_first(value.clone())?;
        let shape = self.new_shape(node, &flat.shape)?;
        if volume(&shape)? != volume(&flat.shape)? {
            return invalid("another number of values");
        }
        self.again(node, Value { shape, ..flat })
    }

    fn new_shape(&self, node: &Node, shape: &[usize]) -> Result<Vec<usize>> {
        let rank = shape.len();
        let axes = || -> Result<Vec<i64>> {
            match node.ints("axes") {
                Some(axes) => Ok(axes.to_vec()),
                None => Ok(self.needed(node, 1)?.integers()),
            }
        };
        match node.op_type.as_str() {
            "Flatten" => {
                let at = usize::try_from(node.int("axis").unwrap_or(1)).unwrap_or(usize::MAX).min(rank);
                Ok(vec![shape[..at].iter().product(), shape[at..].iter().product()])
            }
            "Squeeze" => {
                let gone: Vec<usize> = axes()?.into_iter().map(|a| axis(a, rank)).collect::<Result<_>>()?;
                Ok((0..rank).filter(|at| !gone.contains(at)).map(|at| shape[at]).collect())
            }
            "Unsqueeze" => {
                let axes = axes()?;
                let all = rank + axes.len();
                let new: Vec<usize> = axes.into_iter().map(|a| axis(a, all)).collect::<Result<_>>()?;
                let mut old = shape.iter();
                Ok((0..all)
                    .map(|at| if new.contains(&at) { 1 } else { old.next().copied().unwrap_or(1) })
                    .collect())
            }
            _ => {
                let asked = self.needed(node, 1)?.integers();
                let mut new = Vec::new();
                for (at, &size) in asked.iter().enumerate() {
                    new.push(match size {
                        0 => shape.get(at).copied().unwrap_or(0),
                        -1 => 1,
                        size => usize::try_from(size).unwrap_or(0),
                    });
                }
                if let Some(rest) = asked.iter().position(|&size| size == -1) {
                    new[rest] = volume(shape)? / volume(&new)?.max(1);
                }
                Ok(new)
            }
        }
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
