//! Weights in fewer bits: how they are stored, and how far what the network computes may move.

use models::compact::compact;
use models::convert::onnx::{Graph, int};
use models::manifest::Precision;
use models::widen::widened;
use prost::Message;
use tract_onnx::pb::{ModelProto, TensorProto, tensor_proto::DataType};

use crate::run;

const INPUT: [usize; 2] = [1, 4];
/// One row for each of three outputs; the last has one weight far from the others.
const WEIGHTS: [f32; 12] = [0.11, -0.52, 0.33, 0.98, -2.3, 1.7, 0.4, -0.9, 0.01, 0.02, -0.03, 3.0];
const X: [f32; 4] = [1.0, -1.0, 2.0, 0.5];

/// `y = W x`, the weights by rows (`Gemm`) or by columns (`MatMul`).
fn network(by_rows: bool) -> Vec<u8> {
    let mut graph = Graph::default();
    let x = graph.input("x", &INPUT);
    let y = if by_rows {
        let w = graph.floats(&[3, 4], &WEIGHTS);
        graph.op("Gemm", &[&x, &w], vec![int("transB", 1)])
    } else {
        let columns: Vec<f32> = (0..12).map(|i| WEIGHTS[i % 3 * 4 + i / 3]).collect();
        let w = graph.floats(&[4, 3], &columns);
        graph.op("MatMul", &[&x, &w], vec![])
    };
    graph.output("y", &y, &[1, 3]);
    graph.encode("product")
}

fn stored(bits: u32, by_rows: bool) -> Vec<u8> {
    compact(network(by_rows), &[Precision { from: 12, bits }]).unwrap()
}

fn initializers(onnx: &[u8]) -> Vec<TensorProto> {
    ModelProto::decode(onnx).unwrap().graph.unwrap().initializer
}

fn computed(onnx: &[u8]) -> Vec<f32> {
    run(&widened(onnx, &INPUT).unwrap(), &INPUT, &X).remove(0)
}

fn apart(bits: u32, by_rows: bool) -> f32 {
    let exact = computed(&network(by_rows));
    let rounded = computed(&stored(bits, by_rows));
    exact.iter().zip(&rounded).fold(0.0, |most, (a, b)| most.max((a - b).abs()))
}

#[test]
fn fewer_bits_move_the_result_further_but_within_half_a_step_for_each_weight() {
    for by_rows in [true, false] {
        for (bits, steps) in [(4, 7.0), (8, 127.0), (10, 511.0 / 2.0)] {
            let farthest = 3.0;
            let most = X.iter().map(|x| x.abs()).sum::<f32>() * farthest / steps / 2.0;
            assert!(apart(bits, by_rows) <= most, "{bits} bits");
        }
        assert!(apart(2, by_rows) > apart(8, by_rows));
    }
}

#[test]
fn integers_are_bytes_with_one_scale_for_each_output() {
    for by_rows in [true, false] {
        let kinds: Vec<_> =
            initializers(&stored(8, by_rows)).into_iter().map(|t| (t.data_type, t.dims)).collect();
        let shape = if by_rows { vec![3, 4] } else { vec![4, 3] };
        assert_eq!(kinds, [(DataType::Int8 as i32, shape), (DataType::Float as i32, vec![3])]);
    }
}

#[test]
fn more_than_eight_bits_are_halves() {
    let halves = |onnx: &[u8]| initializers(onnx).iter().all(|t| t.data_type == DataType::Float16 as i32);
    assert!(halves(&stored(10, true)) && halves(&stored(16, true)));
}

#[test]
fn tensors_below_the_size_stay_as_they_are() {
    let same = compact(network(true), &[Precision { from: 13, bits: 8 }]).unwrap();
    assert_eq!(computed(&same), computed(&network(true)));
    assert_eq!(compact(network(true), &[]).unwrap(), network(true));
}

#[test]
fn what_is_no_model_is_an_error() {
    assert!(compact(vec![255; 9], &[Precision { from: 1, bits: 8 }]).is_err());
    assert!(compact(vec![], &[Precision { from: 1, bits: 8 }]).is_err());
}
