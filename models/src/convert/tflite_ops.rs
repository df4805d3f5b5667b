//! One TensorFlow Lite operator at a time, in ONNX. Numbers of operators and options are those of `schema.fbs`.

use anyhow::{Context, Result, bail, ensure};

use super::onnx::{int, ints, window};
use super::tflite::{Operator, Table};
use super::tflite_graph::{Converter, Layout};

impl Converter<'_> {
    /// Adds what `operator` computes to the graph.
    pub(super) fn operator(&mut self, operator: &Operator<'_>) -> Result<()> {
        let to = operator.output;
        let (name, layout) = match (operator.code, &operator.inputs[..]) {
            (6, &[from]) => return self.dequantise(from, to),
            (0, &[a, b]) => self.pairwise("Add", a, b, operator)?,
            (18, &[a, b]) => self.pairwise("Mul", a, b, operator)?,
            (41, &[a, b]) => self.pairwise("Sub", a, b, operator)?,
            (42, &[a, b]) => self.pairwise("Div", a, b, operator)?,
            (99, &[a, b]) => {
                let (difference, layout) = self.pairwise("Sub", a, b, operator)?;
                (self.graph.op("Mul", &[&difference, &difference], vec![]), layout)
            }
            (14, &[x]) => self.unary("Sigmoid", x)?,
            (59, &[x]) => self.unary("Neg", x)?,
            (75, &[x]) => self.unary("Sqrt", x)?,
            (76, &[x]) => {
                let (root, layout) = self.unary("Sqrt", x)?;
                (self.graph.op("Reciprocal", &[&root], vec![]), layout)
            }
            (3, &[x, w, b]) => self.convolution(x, w, b, operator)?,
            (4, &[x, w, b]) => self.depthwise(x, w, b, operator)?,
            (17, &[x]) => self.max_pool(x, operator)?,
            (54, &[x, slope]) => self.prelu(x, slope)?,
            (34, &[x, pads]) => self.pad(x, pads)?,
            (40, &[x, axes]) => self.mean(x, axes, operator)?,
            (74, &[x, axes]) => self.sum(x, axes, operator)?,
            (22, &[x, ..]) => (self.reshape(x, to)?, Layout::Plain),
            (39, &[x, axes]) => self.transpose(x, axes)?,
            (2, parts) => self.concatenate(parts, operator)?,
            (45, &[x, begin, end, step]) => self.slice(x, [begin, end, step], operator)?,
            (_, inputs) => bail!("not known with {} inputs", inputs.len()),
        };
        self.define(to, name, layout);
        Ok(())
    }

    fn unary(&mut self, kind: &str, x: usize) -> Result<(String, Layout)> {
        let x = self.value(x)?;
        Ok((self.graph.op(kind, &[&x.name], vec![]), x.layout))
    }

    fn pairwise(
        &mut self,
        kind: &str,
        a: usize,
        b: usize,
        operator: &Operator<'_>,
    ) -> Result<(String, Layout)> {
        // The squared difference has no options, hence no activation: an absent field reads as none.
        let activation = operator.options.map_or(Ok(0), |options| options.byte(0))?;
        let (a, b) = (self.value(a)?, self.value(b)?);
        ensure!(a.layout == b.layout, "operands whose axes are in different orders");
        let y = self.graph.op(kind, &[&a.name, &b.name], vec![]);
        Ok((self.activation(y, activation)?, a.layout))
    }

    fn activation(&mut self, x: String, code: u8) -> Result<String> {
        match code {
            0 => Ok(x),
            1 => Ok(self.graph.op("Relu", &[&x], vec![])),
            other => bail!("activation {other}"),
        }
    }

    fn convolution(
        &mut self,
        x: usize,
        w: usize,
        b: usize,
        operator: &Operator<'_>,
    ) -> Result<(String, Layout)> {
        let options = operator.options.context("no options")?;
        let &[filters, height, width, channels] = self.shape(w) else { bail!("weights are not 4-D") };
        let weights = self.floats(w)?;
        let strides = strides(&options)?;
        let image = self.value(x)?;
        let y = if image.layout == Layout::Image {
            let weights = permute(&weights, [filters, height, width, channels], [0, 3, 1, 2]);
            let weights = self.graph.floats(&[filters, channels, height, width], &weights);
            let pads = same_padding(&options, self.shape(x), [height, width], strides)?;
            let biases = self.named(b, Layout::Plain)?;
            let attributes = window([height, width], strides, pads);
            self.graph.op("Conv", &[&image.name, &weights, &biases], attributes)
        } else {
            // One pixel at a time: a matrix product over the channels, which come last.
            ensure!([height, width] == [1, 1] && strides == [1, 1], "a convolution over a list");
            let weights = permute(&weights, [1, 1, filters, channels], [0, 1, 3, 2]);
            let weights = self.graph.floats(&[channels, filters], &weights);
            let biases = self.named(b, Layout::Plain)?;
            let product = self.graph.op("MatMul", &[&image.name, &weights], vec![]);
            self.graph.op("Add", &[&product, &biases], vec![])
        };
        Ok((self.activation(y, options.byte(3)?)?, image.layout))
    }

    fn depthwise(
        &mut self,
        x: usize,
        w: usize,
        b: usize,
        operator: &Operator<'_>,
    ) -> Result<(String, Layout)> {
        let options = operator.options.context("no options")?;
        let &[1, height, width, channels] = self.shape(w) else { bail!("weights are not 1×H×W×C") };
        ensure!(self.shape(x).last() == Some(&channels), "more than one filter a channel");
        let weights = permute(&self.floats(w)?, [1, height, width, channels], [3, 0, 1, 2]);
        let weights = self.graph.floats(&[channels, 1, height, width], &weights);
        let strides = strides(&options)?;
        let mut attributes = window(
            [height, width],
            strides,
            same_padding(&options, self.shape(x), [height, width], strides)?,
        );
        attributes.push(int("group", channels as i64));
        let (x, biases) = (self.named(x, Layout::Image)?, self.named(b, Layout::Plain)?);
        let y = self.graph.op("Conv", &[&x, &weights, &biases], attributes);
        Ok((self.activation(y, options.byte(4)?)?, Layout::Image))
    }

    fn max_pool(&mut self, x: usize, operator: &Operator<'_>) -> Result<(String, Layout)> {
        let options = operator.options.context("no options")?;
        let kernel = [usize::try_from(options.int(4)?)?, usize::try_from(options.int(3)?)?];
        let strides = strides(&options)?;
        let pads = same_padding(&options, self.shape(x), kernel, strides)?;
        let x = self.named(x, Layout::Image)?;
        let y = self.graph.op("MaxPool", &[&x], window(kernel, strides, pads));
        Ok((self.activation(y, options.byte(5)?)?, Layout::Image))
    }

    fn prelu(&mut self, x: usize, slope: usize) -> Result<(String, Layout)> {
        let &[1, 1, channels] = self.shape(slope) else { bail!("a slope that is not one per channel") };
        let slope = self.floats(slope)?;
        let slope = self.graph.floats(&[channels, 1, 1], &slope);
        let x = self.named(x, Layout::Image)?;
        Ok((self.graph.op("PRelu", &[&x, &slope], vec![]), Layout::Image))
    }

    /// Zeros around an image; `pads` is a pair (before, after) for each of N, H, W, C.
    fn pad(&mut self, x: usize, pads: usize) -> Result<(String, Layout)> {
        let pads: [i64; 8] = self.integers(pads)?.try_into().ok().context("not four pairs of pads")?;
        let nchw = [0, 3, 1, 2];
        let before_and_after: Vec<i64> =
            [0, 1].iter().flat_map(|end| nchw.map(|i| pads[2 * i + end])).collect();
        let pads = self.graph.integers(&before_and_after);
        let x = self.named(x, Layout::Image)?;
        Ok((self.graph.op("Pad", &[&x, &pads], vec![]), Layout::Image))
    }

    fn mean(&mut self, x: usize, axes: usize, operator: &Operator<'_>) -> Result<(String, Layout)> {
        let attributes = vec![ints("axes", self.integers(axes)?), keeps_axes(operator)?];
        let x = self.named(x, Layout::Plain)?;
        Ok((self.graph.op("ReduceMean", &[&x], attributes), Layout::Plain))
    }

    fn sum(&mut self, x: usize, axes: usize, operator: &Operator<'_>) -> Result<(String, Layout)> {
        let axes = self.integers(axes)?;
        let (x, axes) = (self.named(x, Layout::Plain)?, self.graph.integers(&axes));
        Ok((self.graph.op("ReduceSum", &[&x, &axes], vec![keeps_axes(operator)?]), Layout::Plain))
    }

    fn reshape(&mut self, x: usize, to: usize) -> Result<String> {
        let x = self.named(x, Layout::Plain)?;
        self.reshaped(&x, to)
    }

    fn reshaped(&mut self, x: &str, to: usize) -> Result<String> {
        let shape: Vec<i64> = self.shape(to).iter().map(|&d| d as i64).collect();
        let shape = self.graph.integers(&shape);
        Ok(self.graph.op("Reshape", &[x, &shape], vec![]))
    }

    fn transpose(&mut self, x: usize, axes: usize) -> Result<(String, Layout)> {
        let axes = ints("perm", self.integers(axes)?);
        let x = self.named(x, Layout::Plain)?;
        Ok((self.graph.op("Transpose", &[&x], vec![axes]), Layout::Plain))
    }

    fn concatenate(&mut self, parts: &[usize], operator: &Operator<'_>) -> Result<(String, Layout)> {
        let axis = operator.options.context("no options")?.int(0)?;
        let parts = parts.iter().map(|&p| self.named(p, Layout::Plain)).collect::<Result<Vec<_>>>()?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        Ok((self.graph.op("Concat", &parts, vec![int("axis", axis.into())]), Layout::Plain))
    }

    /// A range of each axis. Bits of the masks say where the begin or the end is that of the axis, and which axes
    /// of length one then vanish.
    fn slice(&mut self, x: usize, ranges: [usize; 3], operator: &Operator<'_>) -> Result<(String, Layout)> {
        let options = operator.options.context("no options")?;
        let masks = [options.int(0)?, options.int(1)?, options.int(4)?];
        ensure!([options.int(2)?, options.int(3)?] == [0, 0], "an ellipsis or a new axis");
        let [mut begin, mut end, step] =
            [self.integers(ranges[0])?, self.integers(ranges[1])?, self.integers(ranges[2])?];
        let shape = self.shape(x);
        ensure!([begin.len(), end.len(), step.len()] == [shape.len(); 3], "ranges do not fit the shape");
        for (axis, &size) in shape.iter().enumerate() {
            let [from_start, to_end, vanishes] = masks.map(|mask| mask >> axis & 1 == 1);
            if from_start {
                begin[axis] = 0;
            }
            if vanishes {
                end[axis] = begin[axis] + 1;
            } else if to_end {
                end[axis] = size as i64;
            }
        }
        let axes: Vec<i64> = (0..shape.len() as i64).collect();
        let x = self.named(x, Layout::Plain)?;
        let ranges = [begin, end, axes, step].map(|values| self.graph.integers(&values));
        let y = self.graph.op("Slice", &[&x, &ranges[0], &ranges[1], &ranges[2], &ranges[3]], vec![]);
        Ok((if masks[2] == 0 { y } else { self.reshaped(&y, operator.output)? }, Layout::Plain))
    }
}

fn keeps_axes(operator: &Operator<'_>) -> Result<tract_onnx::pb::AttributeProto> {
    Ok(int("keepdims", operator.options.context("no options")?.byte(0)?.into()))
}

/// Vertical and horizontal stride, which convolutions and poolings store alike.
fn strides(options: &Table<'_>) -> Result<[usize; 2]> {
    let strides = [usize::try_from(options.int(2)?)?, usize::try_from(options.int(1)?)?];
    ensure!(strides[0] > 0 && strides[1] > 0, "a stride of zero");
    Ok(strides)
}

/// Top, left, bottom, right. `SAME` (0) keeps ⌈size / stride⌉ and pads the end more when it must; `VALID` pads none.
fn same_padding(
    options: &Table<'_>,
    nhwc: &[usize],
    kernel: [usize; 2],
    strides: [usize; 2],
) -> Result<[usize; 4]> {
    let &[_, height, width, _] = nhwc else { bail!("not an image") };
    if options.byte(0)? != 0 {
        return Ok([0; 4]);
    }
    let total = |size: usize, kernel: usize, stride: usize| {
        let covered = size.div_ceil(stride).saturating_sub(1) * stride + kernel;
        covered.saturating_sub(size)
    };
    let [vertical, horizontal] = [total(height, kernel[0], strides[0]), total(width, kernel[1], strides[1])];
    let [top, left] = [vertical / 2, horizontal / 2];
    Ok([top, left, vertical - top, horizontal - left])
}

/// Row-major `values` of `shape` with their axes in the order `axes`.
fn permute(values: &[f32], shape: [usize; 4], axes: [usize; 4]) -> Vec<f32> {
    let strides = [shape[1] * shape[2] * shape[3], shape[2] * shape[3], shape[3], 1];
    let [a, b, c, d] = axes.map(|axis| (shape[axis], strides[axis]));
    let mut out = Vec::with_capacity(values.len());
    for i in 0..a.0 {
        for j in 0..b.0 {
            for k in 0..c.0 {
                out.extend((0..d.0).map(|l| values[i * a.1 + j * b.1 + k * c.1 + l * d.1]));
            }
        }
    }
    out
}
