//! What convolutions and pools share: where a window lies, and what happens to a sum before it is written.

use std::ops::Range;

use super::simd::{Lanes, WIDEST};

/// A window that moves over a picture of `input` rows and columns, each place with `channels` values.
#[derive(Debug, Clone, PartialEq)]
pub struct Window {
    /// Rows and columns looked at.
    pub input: [usize; 2],
    /// Values at each place.
    pub channels: usize,
    /// Rows and columns of the window.
    pub kernel: [usize; 2],
    /// How far it moves.
    pub stride: [usize; 2],
    /// Rows above and columns to the left that are taken as zero.
    pub pad: [usize; 2],
    /// Rows and columns of the result.
    pub output: [usize; 2],
}

impl Window {
    /// The part of the window that lies on the picture, and the first row (`axis` 0) or column (1) it lies on.
    #[inline(always)]
    pub fn on_picture(&self, axis: usize, at: usize) -> (Range<usize>, usize) {
        let start = at * self.stride[axis];
        let first = self.pad[axis].saturating_sub(start).min(self.kernel[axis]);
        let last = (self.input[axis] + self.pad[axis]).saturating_sub(start).min(self.kernel[axis]);
        (first..last.max(first), (start + first).saturating_sub(self.pad[axis]))
    }

    /// The columns of the result whose window lies on the picture with its whole width.
    pub fn inner_columns(&self) -> Range<usize> {
        let first = self.pad[1].div_ceil(self.stride[1]).min(self.output[1]);
        let reach = self.input[1] + self.pad[1];
        let last = if reach < self.kernel[1] { 0 } else { (reach - self.kernel[1]) / self.stride[1] + 1 };
        first..last.min(self.output[1]).max(first)
    }

    /// Whether each place of the result looks at just the same place of the picture.
    pub fn is_pointwise(&self) -> bool {
        self.kernel == [1, 1] && self.stride == [1, 1] && self.pad == [0, 0]
    }
}

/// Bias, residual and `PRelu` in one go, while the sum is still in a register.
#[derive(Debug, Clone, PartialEq)]
pub struct Epilogue {
    bias: Vec<f32>,
    slope: Option<Vec<f32>>,
    /// Some slope is above one.
    steep: bool,
}

/// The figures of an [`Epilogue`] for some vectors of channels.
#[derive(Clone, Copy)]
pub struct Finish<V, const NV: usize> {
    /// What sums begin with.
    pub bias: [V; NV],
    slope: Option<[V; NV]>,
    steep: bool,
}

impl Epilogue {
    /// `bias` per channel; `slope` per channel for what is below zero (`PRelu`; zero makes `Relu`).
    pub fn new(bias: &[f32], slope: Option<&[f32]>) -> Self {
        let padded = |values: &[f32]| [values, &[0.0; 2 * WIDEST]].concat();
        let steep = slope.is_some_and(|slope| slope.iter().any(|&slope| slope > 1.0));
        Self { bias: padded(bias), slope: slope.map(padded), steep }
    }

    /// The figures for the channels from `channel` on.
    #[inline(always)]
    pub fn at<V: Lanes, const NV: usize>(&self, channel: usize) -> Finish<V, NV> {
        Finish {
            bias: V::load_apart(&self.bias[channel..], V::N),
            slope: self.slope.as_ref().map(|slope| V::load_apart(&slope[channel..], V::N)),
            steep: self.steep,
        }
    }
}

impl<V: Lanes, const NV: usize> Finish<V, NV> {
    /// What becomes of the sum of the `v`th vector.
    #[inline(always)]
    pub fn apply(&self, sum: V, v: usize) -> V {
        match &self.slope {
            None => sum,
            Some(slope) if self.steep => {
                let zero = V::splat(0.0);
                sum.max(zero).add_product(sum.min(zero), slope[v])
            }
            Some(slope) => sum.mul(slope[v]).max(sum),
        }
    }
}
