//! The small operators, on tensors in row-major order: exact rather than fast, for they see few values.

use super::NetworkError;

/// A function of one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unary {
    Relu,
    Sigmoid,
    HardSigmoid { slope: f32, offset: f32 },
    HardSwish,
    Sqrt,
    Neg,
    Reciprocal,
    Exp,
    Tanh,
    Erf,
    Clip { low: f32, high: f32 },
}

impl Unary {
    fn apply(self, x: f32) -> f32 {
        match self {
            Self::Relu => x.max(0.0),
            Self::Sigmoid => 1.0 / (1.0 + (-x).exp()),
            Self::HardSigmoid { slope, offset } => (slope * x + offset).clamp(0.0, 1.0),
            Self::HardSwish => x * (x / 6.0 + 0.5).clamp(0.0, 1.0),
            Self::Sqrt => x.sqrt(),
            Self::Neg => -x,
            Self::Reciprocal => 1.0 / x,
            Self::Exp => x.exp(),
            Self::Tanh => x.tanh(),
            Self::Erf => erf(x),
            Self::Clip { low, high } => x.max(low).min(high),
        }
    }

    /// Applies the function to each value.
    pub fn run(self, input: &[f32], output: &mut [f32]) {
        match self {
            // The one that is asked for often enough to be worth a loop of its own, which becomes vectors.
            Self::Relu => output.iter_mut().zip(input).for_each(|(to, x)| *to = x.max(0.0)),
            _ => output.iter_mut().zip(input).for_each(|(to, x)| *to = self.apply(*x)),
        }
    }
}

/// The error function to 1.5e-7 (Abramowitz and Stegun, 7.1.26).
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x.abs());
    let polynomial =
        t * (0.254_829_6 + t * (-0.284_496_74 + t * (1.421_413_7 + t * (-1.453_152 + t * 1.061_405_4))));
    (1.0 - polynomial * (-x * x).exp()).copysign(x)
}

/// A function of two numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Pow,
}

/// Two tensors and how their shapes meet (NumPy's rules of broadcasting).
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    kind: Binary,
    /// Sizes of the result and the strides of both sides, outermost first; the last is the innermost loop.
    loops: Vec<(usize, [usize; 2])>,
}

impl Pair {
    /// The operation on shapes `a` and `b`, and the shape of the result.
    pub fn new(kind: Binary, a: &[usize], b: &[usize]) -> Result<(Self, Vec<usize>), NetworkError> {
        let rank = a.len().max(b.len());
        let padded = |shape: &[usize]| [vec![1; rank - shape.len()], shape.to_vec()].concat();
        let (a, b) = (padded(a), padded(b));
        let mut shape = vec![0; rank];
        let mut loops: Vec<(usize, [usize; 2])> = Vec::new();
        let mut strides = [1, 1];
        for axis in (0..rank).rev() {
            let size = match (a[axis], b[axis]) {
                (x, y) if x == y || y == 1 => x,
                (1, y) => y,
                _ => return Err(NetworkError::Invalid("shapes that do not meet".to_owned())),
            };
            shape[axis] = size;
            let step = [if a[axis] == 1 { 0 } else { strides[0] }, if b[axis] == 1 { 0 } else { strides[1] }];
            strides = [strides[0] * a[axis], strides[1] * b[axis]];
            if size == 1 {
                continue;
            }
            // Neighbouring loops that go on where the inner one ends are one loop.
            match loops.last_mut() {
                Some((inner, inner_step)) if (0..2).all(|i| step[i] == inner_step[i] * *inner) => {
                    *inner *= size
                }
                _ => loops.push((size, step)),
            }
        }
        loops.reverse();
        if loops.is_empty() {
            loops.push((1, [0, 0]));
        }
        Ok((Self { kind, loops }, shape))
    }

    /// Computes the result.
    pub fn run(&self, a: &[f32], b: &[f32], output: &mut [f32]) {
        match self.kind {
            Binary::Add => self.with(a, b, output, |x, y| x + y),
            Binary::Sub => self.with(a, b, output, |x, y| x - y),
            Binary::Mul => self.with(a, b, output, |x, y| x * y),
            Binary::Div => self.with(a, b, output, |x, y| x / y),
            Binary::Pow => self.with(a, b, output, f32::powf),
        }
    }

    fn with(&self, a: &[f32], b: &[f32], output: &mut [f32], apply: impl Fn(f32, f32) -> f32 + Copy) {
        let Some((&(inner, [step_a, step_b]), outer)) = self.loops.split_last() else { return };
        for (index, row) in output.chunks_exact_mut(inner.max(1)).enumerate() {
            let (mut rest, mut at_a, mut at_b) = (index, 0, 0);
            for &(size, [over_a, over_b]) in outer.iter().rev() {
                let place = rest % size;
                rest /= size;
                (at_a, at_b) = (at_a + place * over_a, at_b + place * over_b);
            }
            let (a, b) = (&a[at_a..], &b[at_b..]);
            match (step_a, step_b) {
                (1, 1) => row.iter_mut().zip(a).zip(b).for_each(|((to, &x), &y)| *to = apply(x, y)),
                (1, 0) => row.iter_mut().zip(a).for_each(|(to, &x)| *to = apply(x, b[0])),
                (0, 1) => row.iter_mut().zip(b).for_each(|(to, &y)| *to = apply(a[0], y)),
                _ => {
                    for (place, to) in row.iter_mut().enumerate() {
                        *to = apply(a[place * step_a], b[place * step_b]);
                    }
                }
            }
        }
    }
}

/// What becomes of the values along some axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fold {
    Mean,
    Sum,
    Softmax,
}

impl Fold {
    /// Folds the middle one of three axes.
    pub fn run(self, [length, inner]: [usize; 2], input: &[f32], output: &mut [f32]) {
        if length * inner == 0 {
            return;
        }
        for (outer, block) in input.chunks_exact(length * inner).enumerate() {
            for at in 0..inner {
                let values = || block.iter().skip(at).step_by(inner);
                let sum = || values().sum::<f32>();
                match self {
                    Self::Sum => output[outer * inner + at] = sum(),
                    Self::Mean => output[outer * inner + at] = sum() / length as f32,
                    Self::Softmax => {
                        let most = values().fold(f32::NEG_INFINITY, |most, &x| most.max(x));
                        let total: f32 = values().map(|x| (x - most).exp()).sum();
                        let to = &mut output[outer * length * inner..][..length * inner];
                        for (to, x) in to.iter_mut().skip(at).step_by(inner).zip(values()) {
                            *to = (x - most).exp() / total;
                        }
                    }
                }
            }
        }
    }
}

/// Copies `input` so that the result's axis `i` is the input's axis `order[i]`. `shape` is the input's.
pub fn transpose(shape: &[usize], order: &[usize], input: &[f32], output: &mut [f32]) {
    // How far apart neighbours along each axis of the input end up.
    let mut steps = vec![0; shape.len()];
    let mut step = 1;
    for &axis in order.iter().rev() {
        steps[axis] = step;
        step *= shape[axis];
    }
    let Some((&length, outer)) = shape.split_last() else { return output.copy_from_slice(input) };
    let apart = steps[outer.len()].max(1);
    for (index, row) in input.chunks_exact(length.max(1)).enumerate() {
        let (mut rest, mut at) = (index, 0);
        for (size, step) in outer.iter().zip(&steps).rev() {
            at += rest % size * step;
            rest /= size;
        }
        output[at..].iter_mut().step_by(apart).zip(row).for_each(|(to, x)| *to = *x);
    }
}

/// Copies a stretch of the middle one of three axes: `length` of them, each `inner` long, from `start` of `from` into
/// `to` at `place`. `of` says how many both have.
pub fn stretch(
    inner: usize,
    length: usize,
    (from, start, of): (&[f32], usize, usize),
    (to, place, among): (&mut [f32], usize, usize),
) {
    if of * inner == 0 || among * inner == 0 {
        return;
    }
    for (from, to) in from.chunks_exact(of * inner).zip(to.chunks_exact_mut(among * inner)) {
        to[place * inner..][..length * inner].copy_from_slice(&from[start * inner..][..length * inner]);
    }
}

/// Doubles (or more) rows and columns by repetition; `input` has `columns` places a row, each of `channels` values.
pub fn enlarge(scale: [usize; 2], columns: usize, channels: usize, input: &[f32], output: &mut [f32]) {
    let (row, wide) = (columns * channels, columns * scale[1] * channels);
    for (index, to) in output.chunks_exact_mut(wide).enumerate() {
        let from = &input[index / scale[0] * row..][..row];
        for (to, from) in to.chunks_exact_mut(scale[1] * channels).zip(from.chunks_exact(channels)) {
            to.chunks_exact_mut(channels).for_each(|to| to.copy_from_slice(from));
        }
    }
}

/// A product of matrices neither of which is constant, for attention: `count` times `rows x depth` by
/// `depth x columns`.
pub fn product([rows, depth, columns]: [usize; 3], a: &[f32], b: &[f32], output: &mut [f32]) {
    if depth * columns == 0 || rows == 0 {
        return;
    }
    for ((a, b), to) in a
        .chunks_exact(rows * depth)
        .zip(b.chunks_exact(depth * columns))
        .zip(output.chunks_exact_mut(rows * columns))
    {
        to.fill(0.0);
        for (a, to) in a.chunks_exact(depth).zip(to.chunks_exact_mut(columns)) {
            for (&x, b) in a.iter().zip(b.chunks_exact(columns)) {
                to.iter_mut().zip(b).for_each(|(to, y)| *to += x * y);
            }
        }
    }
}
