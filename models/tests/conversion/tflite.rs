//! Small TensorFlow Lite networks, written with the FlatBuffers library and read with our own reader.

use flatbuffers::{FlatBufferBuilder, TableFinishedWIPOffset, WIPOffset};
use models::convert::convert;
use proptest::prelude::*;
use tract_onnx::prelude::f16;

use crate::{model, run};

type Offset = WIPOffset<TableFinishedWIPOffset>;

/// A value of an option table.
#[derive(Clone, Copy)]
enum Field {
    Byte(u8),
    Int(i32),
}

/// Writes a network tensor by tensor and operator by operator.
#[derive(Default)]
struct Writer {
    fbb: FlatBufferBuilder<'static>,
    buffers: Vec<Offset>,
    tensors: Vec<Offset>,
    codes: Vec<Offset>,
    operators: Vec<Offset>,
}

/// Field `number` of a table, as an offset in its vtable.
const fn slot(number: u16) -> u16 {
    4 + 2 * number
}

impl Writer {
    fn tensor(&mut self, kind: u8, shape: &[i32], data: &[u8]) -> i32 {
        let data = self.fbb.create_vector(data);
        let buffer = self.fbb.start_table();
        self.fbb.push_slot_always(slot(0), data);
        self.buffers.push(self.fbb.end_table(buffer));
        let shape = self.fbb.create_vector(shape);
        let tensor = self.fbb.start_table();
        self.fbb.push_slot_always(slot(0), shape);
        self.fbb.push_slot(slot(1), kind, 0);
        self.fbb.push_slot(slot(2), self.buffers.len() as u32 - 1, 0);
        self.tensors.push(self.fbb.end_table(tensor));
        self.tensors.len() as i32 - 1
    }

    fn value(&mut self, shape: &[i32]) -> i32 {
        self.tensor(0, shape, &[])
    }

    fn halves(&mut self, shape: &[i32], values: &[f32]) -> i32 {
        let data: Vec<u8> = values.iter().flat_map(|&v| f16::from_f32(v).to_le_bytes()).collect();
        let stored = self.tensor(1, shape, &data);
        let expanded = self.value(shape);
        self.operator(6, &[stored], expanded, &[]);
        expanded
    }

    fn integers(&mut self, values: &[i32]) -> i32 {
        let data: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensor(2, &[values.len() as i32], &data)
    }

    fn operator(&mut self, code: u8, inputs: &[i32], output: i32, options: &[Field]) {
        let table = self.fbb.start_table();
        self.fbb.push_slot(slot(0), code, 0);
        self.codes.push(self.fbb.end_table(table));
        let table = self.fbb.start_table();
        for (number, &field) in options.iter().enumerate() {
            match field {
                Field::Byte(value) => self.fbb.push_slot(slot(number as u16), value, 0),
                Field::Int(value) => self.fbb.push_slot(slot(number as u16), value, 0),
            }
        }
        let options = self.fbb.end_table(table);
        let (inputs, outputs) = (self.fbb.create_vector(inputs), self.fbb.create_vector(&[output]));
        let table = self.fbb.start_table();
        self.fbb.push_slot(slot(0), self.codes.len() as u32 - 1, 0);
        self.fbb.push_slot_always(slot(1), inputs);
        self.fbb.push_slot_always(slot(2), outputs);
        self.fbb.push_slot_always(slot(4), options);
        self.operators.push(self.fbb.end_table(table));
    }

    fn finish(mut self, inputs: &[i32], outputs: &[i32]) -> Vec<u8> {
        let tensors = self.fbb.create_vector(&self.tensors);
        let operators = self.fbb.create_vector(&self.operators);
        let (inputs, outputs) = (self.fbb.create_vector(inputs), self.fbb.create_vector(outputs));
        let table = self.fbb.start_table();
        self.fbb.push_slot_always(slot(0), tensors);
        self.fbb.push_slot_always(slot(1), inputs);
        self.fbb.push_slot_always(slot(2), outputs);
        self.fbb.push_slot_always(slot(3), operators);
        let graph = self.fbb.end_table(table);
        let graphs = self.fbb.create_vector(&[graph]);
        let codes = self.fbb.create_vector(&self.codes);
        let buffers = self.fbb.create_vector(&self.buffers);
        let table = self.fbb.start_table();
        self.fbb.push_slot_always(slot(1), codes);
        self.fbb.push_slot_always(slot(2), graphs);
        self.fbb.push_slot_always(slot(4), buffers);
        let model = self.fbb.end_table(table);
        self.fbb.finish(model, Some("TFL3"));
        self.fbb.finished_data().to_vec()
    }
}

/// An image of 2×2 with two channels: channel sums, then doubled if negative; and an output nobody asks for.
fn image_network() -> Vec<u8> {
    let mut net = Writer::default();
    let image = net.value(&[1, 2, 2, 2]);
    let weights = net.halves(&[1, 1, 1, 2], &[1.0, 1.0]);
    let bias = net.halves(&[1], &[0.0]);
    let sums = net.value(&[1, 2, 2, 1]);
    net.operator(3, &[image, weights, bias], sums, &[Field::Byte(0), Field::Int(1), Field::Int(1)]);
    let slope = net.halves(&[1, 1, 1], &[2.0]);
    let doubled = net.value(&[1, 2, 2, 1]);
    net.operator(54, &[sums, slope], doubled, &[]);
    let largest = net.value(&[1, 1, 1, 1]);
    let two = Field::Int(2);
    net.operator(17, &[doubled], largest, &[Field::Byte(0), two, two, two, two]);
    let unknown = net.value(&[1]);
    net.operator(120, &[doubled], unknown, &[]);
    net.finish(&[image], &[largest, unknown])
}

/// Three points through a 1×1 convolution over "channels", then minus their mean.
fn list_network() -> Vec<u8> {
    let mut net = Writer::default();
    let points = net.value(&[1, 3, 2]);
    let shape = net.integers(&[1, 1, 3, 2]);
    let rows = net.value(&[1, 1, 3, 2]);
    net.operator(22, &[points, shape], rows, &[]);
    let weights = net.halves(&[1, 1, 1, 2], &[1.0, 10.0]);
    let bias = net.halves(&[1], &[0.5]);
    let mixed = net.value(&[1, 1, 3, 1]);
    net.operator(3, &[rows, weights, bias], mixed, &[Field::Byte(1), Field::Int(1), Field::Int(1)]);
    let axes = net.integers(&[2]);
    let mean = net.value(&[1, 1, 1, 1]);
    net.operator(40, &[mixed, axes], mean, &[Field::Byte(1)]);
    let centred = net.value(&[1, 1, 3, 1]);
    net.operator(41, &[mixed, mean], centred, &[]);
    net.finish(&[points], &[centred])
}

const IMAGE: [usize; 4] = [1, 2, 2, 2];
const LIST: [usize; 3] = [1, 3, 2];

fn converted(file: &[u8], shape: &[usize], outputs: &[&str]) -> anyhow::Result<Vec<u8>> {
    convert(&model("tflite", shape, outputs, file, &[]), file.to_vec())
}

#[test]
fn an_image_network_computes_the_same_with_channels_first() {
    let onnx = converted(&image_network(), &IMAGE, &["largest"]).unwrap();
    // Channel 0 is −1 −2 −3 −4, channel 1 is zero: sums −1 … −4, doubled −2 … −8.
    let input = [-1., -2., -3., -4., 0., 0., 0., 0.];
    assert_eq!(run(&onnx, &IMAGE, &input), [[-2.0]]);
}

#[test]
fn a_convolution_over_a_list_is_a_matrix_product() {
    let onnx = converted(&list_network(), &LIST, &["centred"]).unwrap();
    // 1·x + 10·y + ½ = 10.5, 21.5, 32.5
    assert_eq!(run(&onnx, &LIST, &[0., 1., 1., 2., 2., 3.]), [[-11.0, 0.0, 11.0]]);
}

#[test]
fn an_operator_that_is_needed_but_not_known_is_an_error() {
    let error = converted(&image_network(), &IMAGE, &["largest", "unknown"]).unwrap_err();
    assert!(format!("{error:#}").contains("operator 120"), "{error:#}");
}

#[test]
fn the_input_must_be_the_one_in_the_manifest() {
    assert!(converted(&image_network(), &[1, 2, 2, 3], &["largest"]).is_err());
}

#[test]
fn a_file_cut_short_never_panics() {
    for (file, shape) in [(image_network(), &IMAGE[..]), (list_network(), &LIST[..])] {
        for length in 0..file.len() {
            let _ = converted(&file[..length], shape, &["y"]);
        }
    }
}

proptest! {
    #[test]
    fn damage_never_panics(at in 0..list_network().len(), bytes: [u8; 2]) {
        for (mut file, shape) in [(image_network(), &IMAGE[..]), (list_network(), &LIST[..])] {
            for (offset, byte) in bytes.into_iter().enumerate() {
                if let Some(place) = file.get_mut(at + offset) {
                    *place = byte;
                }
            }
            let _ = converted(&file, shape, &["y"]);
        }
    }
}
