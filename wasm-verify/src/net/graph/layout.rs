//! Operators that only move numbers about.

use super::super::constant::{axis, volume};
use super::super::onnx::Node;
use super::super::plan::{Operation, Source};
use super::{Planner, Result, Value, Work, input, invalid, output};
use std::collections::HashSet;

impl Planner<'_> {
    pub(super) fn resize(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn transpose(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn concat(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn slice(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn pad(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn reshape(&mut self, node: &Node) -> Result<()> {
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
}
