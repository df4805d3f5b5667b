//! Arithmetic on each number: fused into the convolution before it where it can be, a step of its own elsewhere.

use super::super::constant::{Constant, axis, volume};
use super::super::onnx::Node;
use super::super::plain;
use super::super::plain::{Binary, Fold, Pair, Unary};
use super::super::plan::{Operation, Source};
use super::super::window::Window;
use super::{Draft, Planner, Result, Value, Work, by_channel, input, invalid, output};

impl Planner<'_> {
    /// `PRelu` and its kin: fused into the convolution before it, or a depthwise one of its own.
    pub(super) fn slope(&mut self, node: &Node, slope: impl Fn(usize) -> Option<Vec<f32>>) -> Result<()> {
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
    pub(super) fn each_channel(
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

    pub(super) fn binary(&mut self, node: &Node, kind: Binary) -> Result<()> {
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

    pub(super) fn fold(&mut self, node: &Node, fold: Fold) -> Result<()> {
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
}
