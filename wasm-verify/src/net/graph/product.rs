//! Operators that become matrix products and windows: convolutions, products of matrices, normalisations, pools.

use super::super::constant::{Constant, volume};
use super::super::depthwise::Depthwise;
use super::super::onnx::Node;
use super::super::plan::Operation;
use super::super::window::Window;
use super::{Draft, Planner, Result, Value, Work, input, invalid, output, transposed};

impl Planner<'_> {
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

    pub(super) fn convolution(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn gemm(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn product(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn normalisation(&mut self, node: &Node) -> Result<()> {
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

    pub(super) fn pool(&mut self, node: &Node) -> Result<()> {
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
}
