//! Convolutions and pools that keep channels apart: each lane of a vector is a channel.

use super::simd::{Kernel, Lanes, WIDEST, dispatch};
use super::window::{Epilogue, Window};

/// What a window does with what it sees.
#[derive(Debug, Clone, PartialEq)]
enum Sum {
    /// Weights by place in the window, then channel; each place's row has room for a vector beyond its end.
    Weighted { weights: Vec<f32>, epilogue: Epilogue },
    /// The largest value.
    Largest,
}

/// A depthwise convolution or a pool, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Depthwise {
    window: Window,
    sum: Sum,
}

/// How many columns are computed together.
const COLUMNS: usize = 4;

impl Depthwise {
    /// A convolution with one kernel for each channel; `weights` of shape channels, kernel rows, kernel columns,
    /// each channel multiplied by its `scale`.
    pub fn new(window: Window, weights: &[f32], scale: &[f32], epilogue: Epilogue) -> Self {
        let (channels, taps) = (window.channels, window.kernel[0] * window.kernel[1]);
        let pitch = channels + WIDEST;
        let mut packed = vec![0.0; taps * pitch];
        for channel in 0..channels {
            for tap in 0..taps {
                packed[tap * pitch + channel] = weights[channel * taps + tap] * scale[channel];
            }
        }
        Self { window, sum: Sum::Weighted { weights: packed, epilogue } }
    }

    /// The largest value of each window, by channel. What lies beyond the picture does not count.
    pub fn largest(window: Window) -> Self {
        Self { window, sum: Sum::Largest }
    }

    /// Computes `output` from `input`, adding `residual` where there is one.
    pub fn run(&self, input: &[f32], residual: Option<&[f32]>, output: &mut [f32]) {
        dispatch(Run { depthwise: self, input, residual, output });
    }
}

struct Run<'a> {
    depthwise: &'a Depthwise,
    input: &'a [f32],
    residual: Option<&'a [f32]>,
    output: &'a mut [f32],
}

impl Kernel for Run<'_> {
    #[inline(always)]
    fn run<V: Lanes, const TILE: usize>(mut self) {
        match &self.depthwise.sum {
            Sum::Weighted { .. } => self.all::<V, false>(),
            Sum::Largest => self.all::<V, true>(),
        }
    }
}

impl Run<'_> {
    #[inline(always)]
    fn all<V: Lanes, const LARGEST: bool>(&mut self) {
        let window = &self.depthwise.window;
        let inner = window.inner_columns();
        for y in 0..window.output[0] {
            let mut x = 0;
            while x < window.output[1] {
                if inner.contains(&x) && x + COLUMNS <= inner.end {
                    if !LARGEST && window.kernel[1] == 3 && window.stride[1] == 1 {
                        self.neighbours::<V>(y, x);
                    } else {
                        self.columns::<V, COLUMNS, LARGEST>(y, x);
                    }
                    x += COLUMNS;
                } else {
                    self.columns::<V, 1, LARGEST>(y, x);
                    x += 1;
                }
            }
        }
    }

    /// [`columns`](Self::columns) for the commonest window, three columns wide and moved by one: what neighbours
    /// share is loaded once.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn neighbours<V: Lanes>(&mut self, y: usize, x: usize) {
        let Sum::Weighted { weights, epilogue } = &self.depthwise.sum else { return };
        let window = &self.depthwise.window;
        let (channels, pitch) = (window.channels, window.channels + WIDEST);
        let (rows, top) = window.on_picture(0, y);
        let row_length = window.input[1] * channels;
        let first = top * row_length + (x - window.pad[1]) * channels;
        let start = (y * window.output[1] + x) * channels;
        for channel in (0..channels).step_by(V::N) {
            let finish = epilogue.at::<V, 1>(channel);
            let mut sums = [finish.bias[0]; COLUMNS];
            let mut from = first + channel;
            for row in rows.clone() {
                let seen: [V; COLUMNS + 2] = V::load_apart(&self.input[from..], channels);
                let weights: [V; 3] = V::load_apart(&weights[row * 3 * pitch + channel..], pitch);
                for (column, sum) in sums.iter_mut().enumerate() {
                    for (tap, weight) in weights.into_iter().enumerate() {
                        *sum = sum.add_product(seen[column + tap], weight);
                    }
                }
                from += row_length;
            }
            let room = V::N.min(channels - channel);
            for (column, sum) in sums.into_iter().enumerate() {
                let at = start + column * channels + channel;
                let sum = self.residual.map_or(sum, |residual| sum.add(V::load(&residual[at..])));
                finish.apply(sum, 0).store_some(&mut self.output[at..at + room]);
            }
        }
    }

    /// Computes `X` columns of one row, all of whose windows lie alike.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn columns<V: Lanes, const X: usize, const LARGEST: bool>(&mut self, y: usize, x: usize) {
        let window = &self.depthwise.window;
        let channels = window.channels;
        let (rows, top) = window.on_picture(0, y);
        let (columns, left) = window.on_picture(1, x);
        let step = window.stride[1] * channels;
        let start = (y * window.output[1] + x) * channels;
        let (weights, epilogue): (&[f32], _) = match &self.depthwise.sum {
            Sum::Weighted { weights, epilogue } => (weights, Some(epilogue)),
            Sum::Largest => (&[], None),
        };
        for channel in (0..channels).step_by(V::N) {
            let finish = epilogue.map(|epilogue| epilogue.at::<V, 1>(channel));
            let begin = finish.as_ref().map_or(V::splat(f32::NEG_INFINITY), |finish| finish.bias[0]);
            let mut results = [begin; X];
            for (down, row) in rows.clone().enumerate() {
                for (right, column) in columns.clone().enumerate() {
                    let from = ((top + down) * window.input[1] + left + right) * channels + channel;
                    let seen: [V; X] = V::load_apart(&self.input[from..], step);
                    if LARGEST {
                        for (result, seen) in results.iter_mut().zip(seen) {
                            *result = result.max(seen);
                        }
                    } else {
                        let tap = row * window.kernel[1] + column;
                        let weight = V::load(&weights[tap * (channels + WIDEST) + channel..]);
                        for (result, seen) in results.iter_mut().zip(seen) {
                            *result = result.add_product(seen, weight);
                        }
                    }
                }
            }
            let room = V::N.min(channels - channel);
            for (column, result) in results.into_iter().enumerate() {
                let at = start + column * channels + channel;
                let result = self.residual.map_or(result, |residual| result.add(V::load(&residual[at..])));
                let result = finish.as_ref().map_or(result, |finish| finish.apply(result, 0));
                result.store_some(&mut self.output[at..at + room]);
            }
        }
    }
}
