//! Steps in order, and the memory they share.

use std::mem::take;

use super::dense::Dense;
use super::depthwise::Depthwise;
use super::plain::{self, Fold, Pair, Unary};
use super::simd::WIDEST;

/// Where a step finds a tensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Source {
    /// A buffer that holds that many values.
    Buffer { index: usize, length: usize },
    /// A constant of the plan.
    Constant(usize),
}

/// What a step computes.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// With a second input, which is added before the slope.
    Dense(Dense),
    /// As for `Dense`.
    Depthwise(Depthwise),
    Unary(Unary),
    Pair(Pair),
    /// Sizes of the folded axis and of what lies within.
    Fold(Fold, [usize; 2]),
    /// Shape and order of axes.
    Transpose(Vec<usize>, Vec<usize>),
    /// For each input where it starts, what is taken and how much it has, along an axis whose places hold `inner`
    /// values; they end up side by side from `place` on among `among`, with zeros about them.
    Stretches {
        inner: usize,
        parts: Vec<[usize; 3]>,
        place: usize,
        among: usize,
    },
    /// Scale, columns and channels.
    Enlarge([usize; 2], usize, usize),
    /// Rows, depth and columns.
    Product([usize; 3]),
}

/// One operation with its places in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    pub operation: Operation,
    pub inputs: Vec<Source>,
    /// Buffer and number of values.
    pub output: (usize, usize),
    /// A buffer for the step's own use, and how much of it.
    pub scratch: Option<(usize, usize)>,
}

/// A network ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    steps: Vec<Step>,
    constants: Vec<Vec<f32>>,
    /// Sizes of the buffers; several tensors share one, one after the other.
    buffers: Vec<usize>,
    input: (usize, usize),
    outputs: Vec<(usize, usize)>,
}

/// The buffers of one run.
pub type Memory = Vec<Vec<f32>>;

impl Plan {
    /// Gives tensors that are never needed together the same buffer. `steps` name one buffer per tensor.
    pub fn new(
        mut steps: Vec<Step>,
        constants: Vec<Vec<f32>>,
        input: (usize, usize),
        outputs: Vec<(usize, usize)>,
    ) -> Self {
        let tensors = 1 + steps
            .iter()
            .flat_map(|s| [Some(s.output.0), s.scratch.map(|s| s.0)])
            .flatten()
            .max()
            .max(Some(input.0))
            .unwrap_or(0);
        let mut last_use = vec![0; tensors];
        for (index, step) in steps.iter().enumerate() {
            for source in &step.inputs {
                if let Source::Buffer { index: tensor, .. } = source {
                    last_use[*tensor] = index;
                }
            }
        }
        for output in &outputs {
            last_use[output.0] = usize::MAX;
        }
        let mut buffers: Vec<usize> = Vec::new();
        let mut free: Vec<usize> = Vec::new();
        let mut place = vec![usize::MAX; tensors];
        let mut claim = |length: usize, free: &mut Vec<usize>| {
            // The smallest that will do, or else the largest, which grows.
            let fits = |&index: &usize| (buffers[index] < length, buffers[index].abs_diff(length));
            let best = free.iter().copied().min_by_key(fits);
            let index = match best {
                Some(index) => {
                    free.retain(|other| *other != index);
                    index
                }
                None => {
                    buffers.push(0);
                    buffers.len() - 1
                }
            };
            buffers[index] = buffers[index].max(length);
            index
        };
        place[input.0] = claim(input.1, &mut free);
        let mut held: Vec<usize> = vec![input.0];
        for (index, step) in steps.iter_mut().enumerate() {
            let (output, length) = step.output;
            place[output] = claim(length, &mut free);
            held.push(output);
            step.output.0 = place[output];
            if let Some((_, length)) = step.scratch {
                let scratch = claim(length, &mut free);
                free.push(scratch);
                step.scratch = Some((scratch, length));
            }
            for source in &mut step.inputs {
                if let Source::Buffer { index, .. } = source {
                    *index = place[*index];
                }
            }
            held.retain(|&tensor| {
                let needed = last_use[tensor] > index;
                if !needed {
                    free.push(place[tensor]);
                }
                needed
            });
        }
        let constants = constants.into_iter().map(|values| [values, vec![0.0; WIDEST]].concat()).collect();
        let at = |(tensor, length): (usize, usize)| (place[tensor], length);
        let (input, outputs) = (at(input), outputs.into_iter().map(at).collect());
        Self { steps, constants, buffers, input, outputs }
    }

    /// How many values go in.
    pub fn input(&self) -> usize {
        self.input.1
    }

    /// Memory for one run at a time.
    pub fn memory(&self) -> Memory {
        self.buffers.iter().map(|length| vec![0.0; length + WIDEST]).collect()
    }

    /// Runs every step; `input` holds as many values as [`input`](Self::input) says.
    pub fn run(&self, input: &[f32], memory: &mut Memory) -> Vec<Vec<f32>> {
        memory[self.input.0][..self.input.1].copy_from_slice(input);
        for step in &self.steps {
            let mut output = take(&mut memory[step.output.0]);
            let mut scratch = step.scratch.map(|(index, _)| take(&mut memory[index])).unwrap_or_default();
            self.step(step, memory, &mut scratch, &mut output[..step.output.1]);
            memory[step.output.0] = output;
            if let Some((index, _)) = step.scratch {
                memory[index] = scratch;
            }
        }
        self.outputs.iter().map(|&(index, length)| memory[index][..length].to_vec()).collect()
    }

    fn step(&self, step: &Step, memory: &Memory, scratch: &mut [f32], output: &mut [f32]) {
        // With room for a vector beyond the end, which the kernels may read and never use.
        let roomy = |source: &Source| -> &[f32] {
            match *source {
                Source::Buffer { index, .. } => &memory[index],
                Source::Constant(index) => &self.constants[index],
            }
        };
        let exact = |source: &Source| -> &[f32] {
            match *source {
                Source::Buffer { index, length } => &memory[index][..length],
                Source::Constant(index) => {
                    let values = &self.constants[index];
                    &values[..values.len() - WIDEST]
                }
            }
        };
        let Some(first) = step.inputs.first() else { return };
        let second = step.inputs.get(1);
        match &step.operation {
            Operation::Dense(dense) => dense.run(roomy(first), second.map(roomy), scratch, output),
            Operation::Depthwise(depthwise) => depthwise.run(roomy(first), second.map(roomy), output),
            Operation::Unary(unary) => unary.run(exact(first), output),
            Operation::Pair(pair) => pair.run(exact(first), second.map_or(&[], exact), output),
            Operation::Fold(fold, sizes) => fold.run(*sizes, exact(first), output),
            Operation::Transpose(shape, order) => plain::transpose(shape, order, exact(first), output),
            Operation::Stretches { inner, parts, place, among } => {
                output.fill(0.0);
                let mut place = *place;
                for (&[start, length, of], source) in parts.iter().zip(&step.inputs) {
                    plain::stretch(*inner, length, (exact(source), start, of), (output, place, *among));
                    place += length;
                }
            }
            Operation::Enlarge(scale, columns, channels) => {
                plain::enlarge(*scale, *columns, *channels, exact(first), output);
            }
            Operation::Product(sizes) => {
                plain::product(*sizes, exact(first), second.map_or(&[], exact), output);
            }
        }
    }
}
