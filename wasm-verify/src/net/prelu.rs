//! `PRelu` in one pass.
//!
//! tract-onnx lowers `PRelu` to a comparison, a product and a choice, each a scalar loop with a tensor of its own;
//! most networks here have one after every convolution, and in WebAssembly this alone took three quarters of
//! the time. Slopes are per channel.

use tract_onnx::model::ParsingContext;
use tract_onnx::pb::NodeProto;
use tract_onnx::prelude::*;
use tract_onnx::tract_hir::internal::*;
use tract_onnx::tract_hir::ops::expandable::expand;

/// Builds the operator; registered under `PRelu`.
pub(super) fn build(_: &ParsingContext, _: &NodeProto) -> TractResult<(Box<dyn InferenceOp>, Vec<String>)> {
    Ok((expand(Parsed), vec![]))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Parsed;

impl Expansion for Parsed {
    fn name(&self) -> StaticName {
        "PRelu".into()
    }

    fn rules<'r, 'p: 'r, 's: 'r>(
        &'s self,
        s: &mut Solver<'r>,
        inputs: &'p [TensorProxy],
        outputs: &'p [TensorProxy],
    ) -> InferenceResult {
        check_input_arity(inputs, 2)?;
        check_output_arity(outputs, 1)?;
        s.equals(&inputs[0].datum_type, &outputs[0].datum_type)?;
        s.equals(&inputs[0].shape, &outputs[0].shape)?;
        Ok(())
    }

    fn wire(&self, name: &str, model: &mut TypedModel, inputs: &[OutletId]) -> TractResult<TVec<OutletId>> {
        let slope = model.outlet_fact(inputs[1])?.konst.clone().context("the slope must be a constant")?;
        model.wire_node(name, PRelu { slope, axis: 1 }, &inputs[..1])
    }
}

/// `x < 0 ? slope[channel] * x : x`, with the channel on `axis`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PRelu {
    slope: Arc<Tensor>,
    axis: usize,
}

impl Op for PRelu {
    fn name(&self) -> StaticName {
        "PRelu".into()
    }

    op_as_typed_op!();
}

impl EvalOp for PRelu {
    op_out_of_plan!();

    fn eval(&self, _: &EvalContext, inputs: TVec<TValue>) -> TractResult<TVec<TValue>> {
        let mut tensor = args_1!(inputs).into_tensor();
        let inner: usize = tensor.shape()[self.axis + 1..].iter().product();
        let channels = tensor.shape()[self.axis];
        let slopes = self.slope.try_as_plain_ram()?.as_slice::<f32>()?;
        ensure!(slopes.len() == 1 || slopes.len() == channels, "one slope, or one for each channel");
        let mut view = tensor.to_plain_array_view_mut::<f32>()?;
        let values = view.as_slice_mut().context("a contiguous tensor")?;
        if inner == 1 && slopes.len() == channels {
            for pixel in values.chunks_exact_mut(channels) {
                pixel.iter_mut().zip(slopes).for_each(|(value, slope)| *value = prelu(*value, *slope));
            }
        } else if inner > 0 {
            for (index, plane) in values.chunks_exact_mut(inner).enumerate() {
                let slope = slopes[index % channels % slopes.len()];
                plane.iter_mut().for_each(|value| *value = prelu(*value, slope));
            }
        }
        drop(view);
        Ok(tvec!(tensor.into_tvalue()))
    }
}

#[inline(always)]
fn prelu(value: f32, slope: f32) -> f32 {
    if value < 0.0 { value * slope } else { value }
}

impl TypedOp for PRelu {
    fn output_facts(&self, inputs: &[&TypedFact]) -> TractResult<TVec<TypedFact>> {
        Ok(tvec!(inputs[0].without_value()))
    }

    /// Follows the channel axis, so that tract may choose the layout its convolutions like best.
    fn change_axes(
        &self,
        model: &TypedModel,
        node: &TypedNode,
        _io: InOut,
        change: &AxisOp,
    ) -> TractResult<Option<AxisChangeConsequence>> {
        let Some(axis) = change.transform_axis(self.axis) else { return Ok(None) };
        let moved: Box<dyn TypedOp> = Box::new(Self { axis, ..self.clone() });
        Ok(Some(AxisChangeConsequence::new(model, node, Some(moved), change)))
    }

    as_op!();
}
