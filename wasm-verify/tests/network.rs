//! Small random networks through `verify::net` and through tract, an independent reader of the same format.
#![allow(missing_docs, clippy::unwrap_used)]

use proptest::prelude::*;
use proptest::test_runner::{RngSeed, TestRunner};
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto,
    attribute_proto::AttributeType,
    tensor_proto::DataType,
    tensor_shape_proto::{Dimension, dimension},
    type_proto,
};
use tract_onnx::prelude::*;
use verify::net::{Network, NetworkError};

/// A network being written down. Weights are a fixed irregular sequence.
struct Writer {
    graph: GraphProto,
    drawn: u32,
}

impl Writer {
    fn new(input: &[usize]) -> Self {
        let graph = GraphProto { input: vec![info("x", input)], ..Default::default() };
        Self { graph, drawn: 0 }
    }

    fn weights(&mut self, shape: &[usize]) -> String {
        let values = (0..shape.iter().product::<usize>()).map(|_| {
            self.drawn = self.drawn.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (self.drawn >> 8) as f32 / (1 << 23) as f32 - 1.0
        });
        let raw_data = values.flat_map(f32::to_le_bytes).collect();
        self.tensor(shape, DataType::Float, raw_data)
    }

    fn integers(&mut self, values: &[i64]) -> String {
        let raw_data = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensor(&[values.len()], DataType::Int64, raw_data)
    }

    fn tensor(&mut self, shape: &[usize], kind: DataType, raw_data: Vec<u8>) -> String {
        let name = format!("w{}", self.graph.initializer.len());
        self.graph.initializer.push(TensorProto {
            name: name.clone(),
            dims: shape.iter().map(|&size| size as i64).collect(),
            data_type: kind as i32,
            raw_data,
            ..Default::default()
        });
        name
    }

    fn node(&mut self, kind: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> String {
        let output = format!("t{}", self.graph.node.len());
        self.graph.node.push(NodeProto {
            op_type: kind.to_owned(),
            input: inputs.iter().map(|&name| name.to_owned()).collect(),
            output: vec![output.clone()],
            attribute,
            ..Default::default()
        });
        output
    }

    fn convolution(
        &mut self,
        input: &str,
        weights: [usize; 4],
        step: usize,
        pad: usize,
        group: usize,
    ) -> String {
        let w = self.weights(&weights);
        let b = self.weights(&weights[..1]);
        let (step, pad) = (step as i64, pad as i64);
        let attributes =
            vec![ints("strides", &[step; 2]), ints("pads", &[pad; 4]), int("group", group as i64)];
        self.node("Conv", &[input, &w, &b], attributes)
    }

    fn file(mut self, output: &str) -> ModelProto {
        self.graph.output = vec![ValueInfoProto { name: output.to_owned(), ..Default::default() }];
        ModelProto {
            ir_version: 7,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 13 }],
            graph: Some(self.graph),
            ..Default::default()
        }
    }
}

fn info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let dim = |&size: &usize| Dimension {
        value: Some(dimension::Value::DimValue(size as i64)),
        ..Default::default()
    };
    let shape = Some(TensorShapeProto { dim: shape.iter().map(dim).collect() });
    let value =
        type_proto::Value::TensorType(type_proto::Tensor { elem_type: DataType::Float as i32, shape });
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto { value: Some(value), ..Default::default() }),
        ..Default::default()
    }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.to_owned(), r#type: AttributeType::Int as i32, i, ..Default::default() }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    let (name, ints) = (name.to_owned(), ints.to_vec());
    AttributeProto { name, r#type: AttributeType::Ints as i32, ints, ..Default::default() }
}

/// Runs `model` both ways and holds the results against each other.
fn same(model: &ModelProto, shape: &[usize]) {
    let input: Vec<f32> =
        (0..shape.iter().product()).map(|i: usize| ((i * 37 % 101) as f32 - 50.0) / 50.0).collect();
    let reference = onnx()
        .model_for_proto_model(model)
        .and_then(|net| net.with_input_fact(0, f32::fact(shape).into()))
        .and_then(|net| net.into_optimized()?.into_runnable())
        .and_then(|plan| plan.run(tvec!(Tensor::from_shape(shape, &input)?.into_tvalue())))
        .unwrap();
    let expected: Vec<f32> = reference[0].to_plain_array_view::<f32>().unwrap().iter().copied().collect();
    let network = Network::load(&prost::Message::encode_to_vec(model), shape).unwrap();
    // Twice, for the second run finds the memory of the first.
    for _ in 0..2 {
        let actual = network.run(shape, input.clone()).unwrap().remove(0);
        assert_eq!(actual.len(), expected.len());
        let scale = expected.iter().fold(1.0f32, |most, v| most.max(v.abs()));
        for (index, (a, e)) in actual.iter().zip(&expected).enumerate() {
            assert!((a - e).abs() <= 1e-4 * scale, "at {index}: {a}, expected {e}");
        }
    }
}

/// The same cases on every run, so that a failure can be looked into.
fn check<S: Strategy>(cases: S, test: impl Fn(S::Value)) {
    let config = ProptestConfig {
        cases: 64,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(3),
        ..ProptestConfig::default()
    };
    let each = |case| {
        test(case);
        Ok(())
    };
    TestRunner::new(config).run(&cases, each).unwrap();
}

#[test]
fn a_convolution_with_all_that_is_fused_into_it() {
    let sizes = (1..20usize, 1..70usize, 3..9usize, 3..15usize);
    check((sizes, 1..4usize, 1..3usize, any::<[bool; 4]>()), |((ci, co, h, w), kernel, step, on)| {
        let mut net = Writer::new(&[1, ci, h, w]);
        let pad = usize::from(on[0] && kernel > 1);
        let mut t = net.convolution("x", [co, ci, kernel, kernel], step, pad, 1);
        if on[1] {
            let figures = [(); 3].map(|()| net.weights(&[co]));
            let raw = vec![1.5f32; co].into_iter().flat_map(f32::to_le_bytes).collect();
            let variance = net.tensor(&[co], DataType::Float, raw);
            let [gain, shift, mean] = &figures;
            t = net.node("BatchNormalization", &[&t, gain, shift, mean, &variance], vec![]);
        }
        if on[2] {
            let other = net.convolution("x", [co, ci, kernel, kernel], step, pad, 1);
            t = net.node("Add", &[&other, &t], vec![]);
        }
        // Slopes above one as well as below.
        let slopes = (0..co).flat_map(|channel| (channel as f32 / 8.0 - 0.5).to_le_bytes()).collect();
        let slopes = net.tensor(&[co, 1, 1], DataType::Float, slopes);
        t = net.node("PRelu", &[&t, &slopes], vec![]);
        if on[3] {
            t = net.convolution(&t, [3, co, 1, 1], 1, 0, 1);
        }
        same(&net.file(&t), &[1, ci, h, w]);
    });
}

#[test]
fn a_depthwise_convolution() {
    let cases = (1..70usize, 3..12usize, 3..12usize, 1..6usize, 1..3usize, any::<bool>());
    check(cases, |(c, h, w, kernel, step, padded)| {
        let kernel = kernel.min(h).min(w);
        let mut net = Writer::new(&[1, c, h, w]);
        let pad = if padded { kernel / 2 } else { 0 };
        let t = net.convolution("x", [c, 1, kernel, kernel], step, pad, c);
        let t = net.node("Relu", &[&t], vec![]);
        same(&net.file(&t), &[1, c, h, w]);
    });
}

#[test]
fn pools_and_what_weighs_channels() {
    check((1..40usize, 1..6usize, 1..6usize), |(c, h, w)| {
        let shape = [1, c, 2 * h, 2 * w];
        let mut net = Writer::new(&shape);
        let attributes = vec![ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])];
        let small = net.node("MaxPool", &["x"], attributes);
        let mean = net.node("GlobalAveragePool", &["x"], vec![]);
        let mean = net.node("Sigmoid", &[&mean], vec![]);
        let weighed = net.node("Mul", &[&small, &mean], vec![]);
        let flat = net.node("Flatten", &[&weighed], vec![int("axis", 1)]);
        let matrix = net.weights(&[5, c * h * w]);
        let t = net.node("Gemm", &[&flat, &matrix], vec![int("transB", 1)]);
        let t = net.node("Softmax", &[&t], vec![int("axis", 1)]);
        same(&net.file(&t), &shape);
    });
}

#[test]
fn a_mixer_of_tokens_and_channels() {
    check((2..20usize, 2..20usize, 2..40usize), |(tokens, channels, hidden)| {
        let shape = [1, tokens, channels];
        let mut net = Writer::new(&shape);
        let mean = net.node("ReduceMean", &["x"], vec![ints("axes", &[2])]);
        let centred = net.node("Sub", &["x", &mean], vec![]);
        let turned = net.node("Transpose", &[&centred], vec![ints("perm", &[0, 2, 1])]);
        let (first, bias) = (net.weights(&[tokens, hidden]), net.weights(&[hidden]));
        let t = net.node("MatMul", &[&turned, &first], vec![]);
        let t = net.node("Add", &[&t, &bias], vec![]);
        let t = net.node("Relu", &[&t], vec![]);
        let second = net.weights(&[hidden, tokens]);
        let t = net.node("MatMul", &[&t, &second], vec![]);
        let t = net.node("Transpose", &[&t], vec![ints("perm", &[0, 2, 1])]);
        let t = net.node("Add", &[&t, "x"], vec![]);
        let token = net.weights(&[1, 1, channels]);
        let t = net.node("Concat", &[&token, &t], vec![int("axis", 1)]);
        let (starts, ends, axes) = (net.integers(&[1]), net.integers(&[i64::MAX]), net.integers(&[1]));
        let t = net.node("Slice", &[&t, &starts, &ends, &axes], vec![]);
        let size = net.integers(&[-1]);
        let t = net.node("Reshape", &[&t, &size], vec![]);
        same(&net.file(&t), &shape);
    });
}

#[test]
fn a_network_cut_short_is_refused() {
    let shape = [1, 3, 8, 8];
    let mut net = Writer::new(&shape);
    let t = net.convolution("x", [4, 3, 3, 3], 1, 1, 1);
    let bytes = prost::Message::encode_to_vec(&net.file(&t));
    assert!(Network::load(&bytes, &shape).is_ok());
    for length in 0..bytes.len() {
        // Cut at the end of a field the rest may still be a file; what loads must run.
        if let Ok(network) = Network::load(&bytes[..length], &shape) {
            assert!(network.run(&shape, vec![0.0; 192]).is_ok());
        }
    }
    let network = Network::load(&bytes, &shape).unwrap();
    assert!(matches!(network.run(&shape, vec![0.0; 3]), Err(NetworkError::Invalid(_))));
    assert!(matches!(Network::load(&bytes, &[1, 4, 8, 8]), Err(NetworkError::Invalid(_))));
    assert!(matches!(Network::load(&bytes, &[1, 3, 1 << 20, 1 << 20]), Err(NetworkError::Invalid(_))));
}
