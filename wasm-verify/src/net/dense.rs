//! Convolutions that mix all channels, and products with a constant matrix: a matrix product whose rows are the
//! places of a picture.
//!
//! Weights are packed once into panels as wide as two vectors. A tile of sums, some places by one panel, stays in
//! registers while the depth (window by channels) runs by (Goto and van de Geijn, "Anatomy of high-performance
//! matrix multiplication", 2008; channels last and gathered rows as in Dukhan, "The indirect convolution
//! algorithm", 2019).

use super::simd::{Kernel, Lanes, dispatch, width};
use super::window::{Epilogue, Window};

/// How many floats of gathered rows stay in the nearest cache.
const GATHERED: usize = 8192;

/// A convolution in one group, ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct Dense {
    window: Window,
    channels: usize,
    panels: Vec<f32>,
    epilogue: Epilogue,
}

impl Dense {
    /// Packs `weights`, of shape output channels, input channels, kernel rows, kernel columns. Each output channel
    /// is multiplied by its `scale`.
    pub fn new(window: Window, weights: &[f32], scale: &[f32], epilogue: Epilogue) -> Self {
        let (channels, taps) = (scale.len(), window.kernel[0] * window.kernel[1]);
        let depth = taps * window.channels;
        let wide = 2 * width();
        let mut panels = vec![0.0; channels.next_multiple_of(width()) * depth];
        // Blocks of the depth, so that the rows being read and the panel being written stay in the cache.
        for (panel, first) in panels.chunks_mut(wide * depth).zip((0..channels).step_by(wide)) {
            let lanes = panel.len() / depth.max(1);
            for block in (0..window.channels).step_by(64) {
                for lane in 0..lanes.min(channels - first) {
                    let row = &weights[(first + lane) * depth..][..depth];
                    for input in block..window.channels.min(block + 64) {
                        for tap in 0..taps {
                            panel[(tap * window.channels + input) * lanes + lane] =
                                row[input * taps + tap] * scale[first + lane];
                        }
                    }
                }
            }
        }
        Self { window, channels, panels, epilogue }
    }

    fn depth(&self) -> usize {
        self.window.channels * self.window.kernel[0] * self.window.kernel[1]
    }

    /// How many places are gathered at a time.
    fn block(&self) -> usize {
        (GATHERED / self.depth().max(1)).clamp(8, 256)
    }

    /// How many floats [`run`](Self::run) needs for itself.
    pub fn scratch(&self) -> usize {
        if self.window.is_pointwise() { 0 } else { self.block() * self.depth() }
    }

    /// Computes `output` from `input`, adding `residual` where there is one.
    pub fn run(&self, input: &[f32], residual: Option<&[f32]>, scratch: &mut [f32], output: &mut [f32]) {
        dispatch(Run { dense: self, input, residual, scratch, output });
    }

    /// Copies what the windows of the places from `first` on look at, one row a place. `rows` has room for a vector
    /// beyond its end.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn gather<V: Lanes>(&self, input: &[f32], first: usize, count: usize, rows: &mut [f32]) {
        let window = &self.window;
        let (depth, run) = (self.depth(), window.kernel[1] * window.channels);
        let (mut y, mut x) = (first / window.output[1], first % window.output[1]);
        for start in (0..count).map(|place| place * depth) {
            let (kernel_rows, top) = window.on_picture(0, y);
            let (kernel_columns, left) = window.on_picture(1, x);
            let from = (top * window.input[1] + left) * window.channels;
            if kernel_rows.len() == window.kernel[0] && kernel_columns.len() == window.kernel[1] {
                for row in 0..window.kernel[0] {
                    let from = from + row * window.input[1] * window.channels;
                    // Whole vectors: what is written too much is written over by what comes next.
                    for at in (0..run).step_by(V::N) {
                        V::load(&input[from + at..]).store(&mut rows[start + row * run + at..]);
                    }
                }
            } else {
                rows[start..start + depth].fill(0.0);
                let length = kernel_columns.len() * window.channels;
                for (step, row) in kernel_rows.enumerate() {
                    let from = from + step * window.input[1] * window.channels;
                    let to = start + row * run + kernel_columns.start * window.channels;
                    rows[to..to + length].copy_from_slice(&input[from..from + length]);
                }
            }
            x += 1;
            if x == window.output[1] {
                (x, y) = (0, y + 1);
            }
        }
    }
}

struct Run<'a> {
    dense: &'a Dense,
    input: &'a [f32],
    residual: Option<&'a [f32]>,
    scratch: &'a mut [f32],
    output: &'a mut [f32],
}

impl Kernel for Run<'_> {
    #[inline(always)]
    fn run<V: Lanes, const TILE: usize>(self) {
        let Self { dense, input, residual, scratch, output } = self;
        let (depth, channels) = (dense.depth(), dense.channels);
        let places = dense.window.output[0] * dense.window.output[1];
        let wide = 2 * V::N;
        for first in (0..places).step_by(dense.block()) {
            let count = dense.block().min(places - first);
            let rows = if dense.window.is_pointwise() {
                &input[first * depth..(first + count) * depth]
            } else {
                dense.gather::<V>(input, first, count, scratch);
                &scratch[..count * depth]
            };
            for (panel, channel) in dense.panels.chunks(wide * depth).zip((0..channels).step_by(wide)) {
                let mut target = Target { dense, residual, output, channel, first };
                let mut place = 0;
                while place < count {
                    let left = count - place;
                    let rows = &rows[place * depth..];
                    if panel.len() < wide * depth {
                        place += target.narrow::<V, TILE>(rows, panel, left, place);
                    } else {
                        place += target.wide::<V, TILE>(rows, panel, left, place);
                    }
                }
            }
        }
    }
}

/// Where the sums of one panel go.
struct Target<'a> {
    dense: &'a Dense,
    residual: Option<&'a [f32]>,
    output: &'a mut [f32],
    channel: usize,
    first: usize,
}

impl Target<'_> {
    #[inline(always)]
    fn wide<V: Lanes, const TILE: usize>(
        &mut self,
        rows: &[f32],
        panel: &[f32],
        left: usize,
        at: usize,
    ) -> usize {
        match left {
            1 => self.tile::<V, 1, 2>(rows, panel, at),
            2 => self.tile::<V, 2, 2>(rows, panel, at),
            3 => self.tile::<V, 3, 2>(rows, panel, at),
            _ if left < TILE => self.tile::<V, 4, 2>(rows, panel, at),
            _ => self.tile::<V, TILE, 2>(rows, panel, at),
        }
    }

    #[inline(always)]
    fn narrow<V: Lanes, const TILE: usize>(
        &mut self,
        rows: &[f32],
        panel: &[f32],
        left: usize,
        at: usize,
    ) -> usize {
        match left {
            8.. => self.tile::<V, 8, 1>(rows, panel, at),
            4.. => self.tile::<V, 4, 1>(rows, panel, at),
            _ => self.tile::<V, 1, 1>(rows, panel, at),
        }
    }

    /// Computes `M` places by `NV` vectors of channels and says `M`.
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    fn tile<V: Lanes, const M: usize, const NV: usize>(
        &mut self,
        rows: &[f32],
        panel: &[f32],
        at: usize,
    ) -> usize {
        let depth = self.dense.depth();
        let rows: [&[f32]; M] = std::array::from_fn(|place| &rows[place * depth..][..depth]);
        let finish = self.dense.epilogue.at::<V, NV>(self.channel);
        let mut sums = [finish.bias; M];
        for (k, weights) in (0..depth).zip(panel.chunks_exact(NV * V::N)) {
            let mut vectors = [V::splat(0.0); NV];
            for (v, vector) in vectors.iter_mut().enumerate() {
                *vector = V::load(&weights[v * V::N..]);
            }
            for (row, sums) in rows.iter().zip(&mut sums) {
                let value = V::splat(row[k]);
                for (sum, weight) in sums.iter_mut().zip(vectors) {
                    *sum = sum.add_product(value, weight);
                }
            }
        }
        let channels = self.dense.channels;
        let room = (channels - self.channel).min(NV * V::N);
        for (place, sums) in sums.iter_mut().enumerate() {
            let start = (self.first + at + place) * channels + self.channel;
            if let Some(residual) = self.residual {
                let residual: [V; NV] = V::load_apart(&residual[start..], V::N);
                for (sum, residual) in sums.iter_mut().zip(residual) {
                    *sum = sum.add(residual);
                }
            }
            let output = &mut self.output[start..start + room];
            for (v, sum) in sums.iter().enumerate() {
                finish.apply(*sum, v).store_some(&mut output[(v * V::N).min(room)..]);
            }
        }
        M
    }
}
