//! A MiniFASNet with four channels, through the conversion and through tract.

use models::convert::{convert, torch_pickle::Tensor};

use crate::{model, run, torch};

const SHAPE: [usize; 4] = [1, 3, 80, 80];

/// Weights of a narrow network with one residual block a stage, the last of them with squeeze and excitation.
fn weights() -> Vec<(String, Tensor)> {
    let mut net = Weights(vec![]);
    net.block("conv1", [4, 3, 3, 3]);
    net.block("conv2_dw", [4, 1, 3, 3]);
    for name in ["conv_23", "conv_3.model.0", "conv_34", "conv_4.model.0", "conv_45", "conv_5.model.0"] {
        net.block(&format!("{name}.conv"), [6, 4, 1, 1]);
        net.block(&format!("{name}.conv_dw"), [6, 1, 3, 3]);
        net.normalised(&format!("{name}.project.conv"), &format!("{name}.project.bn"), &[4, 6, 1, 1]);
    }
    net.normalised("conv_5.model.0.se_module.fc1", "conv_5.model.0.se_module.bn1", &[2, 4, 1, 1]);
    net.normalised("conv_5.model.0.se_module.fc2", "conv_5.model.0.se_module.bn2", &[4, 2, 1, 1]);
    net.block("conv_6_sep", [8, 4, 1, 1]);
    net.normalised("conv_6_dw.conv", "conv_6_dw.bn", &[8, 1, 5, 5]);
    net.normalised("linear", "bn", &[5, 8]);
    net.tensor("prob.weight", &[3, 5]);
    net.0
}

struct Weights(Vec<(String, Tensor)>);

impl Weights {
    fn tensor(&mut self, name: &str, shape: &[usize]) {
        let seed = self.0.len();
        let values = (0..shape.iter().product()).map(|i| ((seed * 31 + i * 17) % 29) as f32 / 29.0 - 0.4);
        let values = if name.ends_with("var") { values.map(|v| v + 1.0).collect() } else { values.collect() };
        self.0.push((format!("module.{name}"), Tensor { shape: shape.to_vec(), values }));
    }

    fn normalised(&mut self, layer: &str, norm: &str, shape: &[usize]) {
        self.tensor(&format!("{layer}.weight"), shape);
        for part in ["weight", "bias", "running_mean", "running_var"] {
            self.tensor(&format!("{norm}.{part}"), &shape[..1]);
        }
    }

    fn block(&mut self, name: &str, shape: [usize; 4]) {
        self.normalised(&format!("{name}.conv"), &format!("{name}.bn"), &shape);
        self.tensor(&format!("{name}.prelu.weight"), &shape[..1]);
    }
}

fn converted(weights: &[(String, Tensor)]) -> anyhow::Result<Vec<u8>> {
    let file = torch::file(weights);
    convert(&model("minifas", &SHAPE, &["prob"], &file, &[]), file)
}

#[test]
fn the_network_gives_three_probabilities() {
    let onnx = converted(&weights()).unwrap();
    let input: Vec<f32> = (0..3 * 80 * 80).map(|i| (i * 7 % 256) as f32).collect();
    let [prob] = &run(&onnx, &SHAPE, &input)[..] else { panic!("one output") };
    assert_eq!(prob.len(), 3);
    assert!((prob.iter().sum::<f32>() - 1.0).abs() < 1e-5, "{prob:?}");
}

#[test]
fn the_same_weights_give_the_same_bytes() {
    assert_eq!(converted(&weights()).unwrap(), converted(&weights()).unwrap());
}

#[test]
fn weights_missing_or_left_over_are_named() {
    let mut missing = weights();
    missing.retain(|(name, _)| name != "module.conv_34.project.bn.bias");
    assert!(converted(&missing).unwrap_err().to_string().contains("conv_34.project.bn.bias"));

    let mut more = weights();
    more.push(("module.extra".into(), Tensor { shape: vec![1], values: vec![0.0] }));
    assert!(converted(&more).unwrap_err().to_string().contains("module.extra"));
}

#[test]
fn a_large_weight_beyond_half_precision_is_an_error() {
    let mut large = weights();
    let first = &mut large[0].1;
    *first = Tensor { shape: vec![4, 114, 3, 3], values: vec![1e6; 4 * 114 * 9] };
    assert!(converted(&large).unwrap_err().to_string().contains("half precision"));
}
