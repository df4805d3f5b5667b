//! MiniFASNet (passive presentation-attack detection) from its PyTorch weights to ONNX.
//!
//! The layers follow from the names and shapes of the weights, so V2 and V1SE (which adds squeeze-and-excitation
//! blocks) share one description. Batch normalisation is folded into the convolutions and the softmax is included.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use tract_onnx::prelude::f16;

use super::onnx::{Graph, int, window};
use super::torch_pickle::{self, Tensor};

/// Added to a variance by PyTorch's batch normalisation.
const EPSILON: f64 = 1e-5;
/// Up to so many elements a constant keeps full precision. The few larger ones are nine tenths of the weights and
/// the ones that bear rounding: a probability moves by 0.001 at most, with everything rounded by 0.008.
const SMALL: usize = 4096;

/// Converts a MiniFASNet `.pth` file for crops of `shape` (1, 3, height, width) to an ONNX model with the output
/// `output`: the probabilities of three classes, of which class 1 is a live face.
///
/// # Errors
/// When the file is not a legacy PyTorch file, or its weights are not those of a MiniFASNet.
pub fn convert(file: &[u8], shape: &[usize], output: &str) -> Result<Vec<u8>> {
    let weights = torch_pickle::read(file)?;
    let mut net = Net { graph: Graph::default(), weights };
    let x = net.graph.input("input", shape);
    let x = net.conv_block(&x, "conv1", 2, 1)?;
    let x = net.conv_block(&x, "conv2_dw", 1, 1)?;
    let x = net.bottleneck(&x, "conv_23", 2)?;
    let x = net.residuals(x, "conv_3")?;
    let x = net.bottleneck(&x, "conv_34", 2)?;
    let x = net.residuals(x, "conv_4")?;
    let x = net.bottleneck(&x, "conv_45", 2)?;
    let x = net.residuals(x, "conv_5")?;
    let x = net.conv_block(&x, "conv_6_sep", 1, 0)?;
    let x = net.conv_norm(&x, "conv_6_dw.conv", "conv_6_dw.bn", 1, 0)?;
    let x = net.graph.op("Flatten", &[&x], vec![int("axis", 1)]);
    let (weights, biases) = net.folded("linear", "bn")?;
    let x = net.linear(&x, &weights, Some(&biases))?;
    let prob = net.take("prob.weight")?;
    let classes = *prob.shape.first().context("prob.weight is a scalar")?;
    let x = net.linear(&x, &prob, None)?;
    let x = net.graph.op("Softmax", &[&x], vec![int("axis", 1)]);
    net.graph.output(output, &x, &[1, classes]);
    ensure!(net.weights.is_empty(), "weights left over: {:?}", net.weights.keys());
    Ok(net.graph.encode("minifasnet"))
}

struct Net {
    graph: Graph,
    /// What is not in the graph yet: taking a tensor twice, or leaving one, is an error.
    weights: BTreeMap<String, Tensor>,
}

impl Net {
    fn take(&mut self, name: &str) -> Result<Tensor> {
        let found = self.weights.remove(&format!("module.{name}"));
        found.with_context(|| format!("the weights {name} are missing"))
    }

    fn has(&self, prefix: &str) -> bool {
        self.weights.contains_key(&format!("module.{prefix}.weight"))
    }

    /// The weights `layer`, without bias, and the normalisation `norm` after it as one affine layer.
    fn folded(&mut self, layer: &str, norm: &str) -> Result<(Tensor, Tensor)> {
        let mut weights = self.take(&format!("{layer}.weight"))?;
        let [gamma, beta, mean, variance] = [
            self.take(&format!("{norm}.weight"))?.values,
            self.take(&format!("{norm}.bias"))?.values,
            self.take(&format!("{norm}.running_mean"))?.values,
            self.take(&format!("{norm}.running_var"))?.values,
        ];
        let channels = gamma.len();
        let same = [beta.len(), mean.len(), variance.len()] == [channels; 3];
        ensure!(
            same && channels > 0 && weights.shape.first() == Some(&channels),
            "{norm} does not fit {layer}"
        );
        let per_channel = weights.values.len() / channels;
        ensure!(per_channel > 0, "{layer} is empty");
        let mut biases = vec![0.0; channels];
        for (c, row) in weights.values.chunks_exact_mut(per_channel).enumerate() {
            let scale = f64::from(gamma[c]) / (f64::from(variance[c]) + EPSILON).sqrt();
            row.iter_mut().for_each(|w| *w = (f64::from(*w) * scale) as f32);
            biases[c] = (f64::from(beta[c]) - f64::from(mean[c]) * scale) as f32;
        }
        Ok((weights, Tensor { shape: vec![channels], values: biases }))
    }

    /// Puts a constant into the graph; a large one at half precision.
    fn constant(&mut self, shape: &[usize], values: &[f32]) -> Result<String> {
        if values.len() <= SMALL {
            return Ok(self.graph.floats(shape, values));
        }
        let halves: Vec<f32> = values.iter().map(|&v| f16::from_f32(v).to_f32()).collect();
        ensure!(halves.iter().all(|h| h.is_finite()), "a weight does not fit half precision");
        Ok(self.graph.floats(shape, &halves))
    }

    fn linear(&mut self, x: &str, weights: &Tensor, biases: Option<&Tensor>) -> Result<String> {
        let mut inputs = vec![x.to_owned(), self.constant(&weights.shape, &weights.values)?];
        if let Some(biases) = biases {
            inputs.push(self.constant(&biases.shape, &biases.values)?);
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        Ok(self.graph.op("Gemm", &inputs, vec![int("transB", 1)]))
    }

    fn conv_norm(&mut self, x: &str, conv: &str, norm: &str, stride: usize, pad: usize) -> Result<String> {
        let (weights, biases) = self.folded(conv, norm)?;
        let &[channels, per_group, height, width] = weights.shape.as_slice() else {
            anyhow::bail!("{conv} is not a convolution");
        };
        let w = self.constant(&weights.shape, &weights.values)?;
        let b = self.constant(&biases.shape, &biases.values)?;
        let mut attributes = window([height, width], [stride; 2], [pad; 4]);
        // One input channel per filter is how a depthwise convolution looks.
        attributes.push(int("group", if per_group == 1 { channels as i64 } else { 1 }));
        Ok(self.graph.op("Conv", &[x, &w, &b], attributes))
    }

    fn conv_block(&mut self, x: &str, name: &str, stride: usize, pad: usize) -> Result<String> {
        let x = self.conv_norm(x, &format!("{name}.conv"), &format!("{name}.bn"), stride, pad)?;
        let slope = self.take(&format!("{name}.prelu.weight"))?.values;
        let slope = self.constant(&[slope.len(), 1, 1], &slope)?;
        Ok(self.graph.op("PRelu", &[&x, &slope], vec![]))
    }

    /// Expand, filter each channel, project.
    fn bottleneck(&mut self, x: &str, name: &str, stride: usize) -> Result<String> {
        let x = self.conv_block(x, &format!("{name}.conv"), 1, 0)?;
        let x = self.conv_block(&x, &format!("{name}.conv_dw"), stride, 1)?;
        self.conv_norm(&x, &format!("{name}.project.conv"), &format!("{name}.project.bn"), 1, 0)
    }

    /// As many residual blocks as there are weights for.
    fn residuals(&mut self, mut x: String, name: &str) -> Result<String> {
        for i in 0.. {
            let block = format!("{name}.model.{i}");
            if !self.has(&format!("{block}.conv.conv")) {
                break;
            }
            let mut y = self.bottleneck(&x, &block, 1)?;
            if self.has(&format!("{block}.se_module.fc1")) {
                y = self.excitation(&y, &format!("{block}.se_module"))?;
            }
            x = self.graph.op("Add", &[&x, &y], vec![]);
        }
        Ok(x)
    }

    /// Squeeze and excitation: weighs each channel by what its mean says.
    fn excitation(&mut self, x: &str, name: &str) -> Result<String> {
        let z = self.graph.op("GlobalAveragePool", &[x], vec![]);
        let z = self.conv_norm(&z, &format!("{name}.fc1"), &format!("{name}.bn1"), 1, 0)?;
        let z = self.graph.op("Relu", &[&z], vec![]);
        let z = self.conv_norm(&z, &format!("{name}.fc2"), &format!("{name}.bn2"), 1, 0)?;
        let z = self.graph.op("Sigmoid", &[&z], vec![]);
        Ok(self.graph.op("Mul", &[x, &z], vec![]))
    }
}
