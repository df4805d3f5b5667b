//! A small ONNX graph builder over the protobuf types that `tract-onnx` already carries.
//!
//! Floats that half precision holds exactly are written as FLOAT16 to halve the download, while the graph is
//! typed as if they were FLOAT: the `verify` crate widens every FLOAT16 initializer before it loads the graph.

use std::collections::HashSet;

use prost::Message;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto, TensorShapeProto,
    TypeProto, ValueInfoProto,
    attribute_proto::AttributeType,
    tensor_proto::DataType,
    tensor_shape_proto::{Dimension, dimension},
    type_proto,
};
use tract_onnx::prelude::f16;

/// ONNX operator set of the graphs written here.
const OPSET: i64 = 13;
/// The IR version published with that operator set.
const IR_VERSION: i64 = 7;

/// A graph under construction. Values are referred to by the name an earlier call returned.
#[derive(Default)]
pub struct Graph {
    graph: GraphProto,
    names: usize,
}

impl Graph {
    /// Declares a float input of fixed shape.
    pub fn input(&mut self, name: &str, shape: &[usize]) -> String {
        self.graph.input.push(value_info(name, shape));
        name.to_owned()
    }

    /// Adds a constant of floats; `values` are in row-major order and fill `shape`.
    pub fn floats(&mut self, shape: &[usize], values: &[f32]) -> String {
        debug_assert_eq!(shape.iter().product::<usize>(), values.len());
        let halves: Vec<f16> = values.iter().map(|&v| f16::from_f32(v)).collect();
        if halves.iter().zip(values).all(|(half, &value)| half.to_f32() == value) {
            let raw = halves.iter().flat_map(|h| h.to_le_bytes()).collect();
            self.initializer(DataType::Float16, shape, raw)
        } else {
            let raw = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            self.initializer(DataType::Float, shape, raw)
        }
    }

    /// Adds a constant vector of integers (a shape, a list of axes).
    pub fn integers(&mut self, values: &[i64]) -> String {
        let raw = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.initializer(DataType::Int64, &[values.len()], raw)
    }

    fn initializer(&mut self, kind: DataType, shape: &[usize], raw_data: Vec<u8>) -> String {
        let name = self.fresh("w");
        self.graph.initializer.push(TensorProto {
            name: name.clone(),
            dims: shape.iter().map(|&d| d as i64).collect(),
            data_type: kind as i32,
            raw_data,
            ..Default::default()
        });
        name
    }

    /// Adds a node with one output and returns the name of that output.
    pub fn op(&mut self, kind: &str, inputs: &[&str], attributes: Vec<AttributeProto>) -> String {
        let output = self.fresh("t");
        self.node(kind, inputs, attributes, &output);
        output
    }

    /// Makes `value` an output of the graph under `name`.
    pub fn output(&mut self, name: &str, value: &str, shape: &[usize]) {
        self.node("Identity", &[value], vec![], name);
        self.graph.output.push(value_info(name, shape));
    }

    fn node(&mut self, kind: &str, inputs: &[&str], attribute: Vec<AttributeProto>, output: &str) {
        self.graph.node.push(NodeProto {
            name: format!("{kind}_{output}"),
            op_type: kind.to_owned(),
            input: inputs.iter().map(|&i| i.to_owned()).collect(),
            output: vec![output.to_owned()],
            attribute,
            ..Default::default()
        });
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    /// The graph as the bytes of an ONNX model called `name`. The same calls give the same bytes.
    pub fn encode(mut self, name: &str) -> Vec<u8> {
        let used: HashSet<&String> = self.graph.node.iter().flat_map(|node| &node.input).collect();
        let unused = |tensor: &TensorProto| !used.contains(&tensor.name);
        debug_assert!(!self.graph.initializer.iter().any(unused), "an initializer nobody reads");
        self.graph.name = name.to_owned();
        ModelProto {
            ir_version: IR_VERSION,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
            producer_name: "ownerproof-models".to_owned(),
            graph: Some(self.graph),
            ..Default::default()
        }
        .encode_to_vec()
    }
}

/// An integer attribute of a node.
pub fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Int as i32,
        i: value,
        ..Default::default()
    }
}

/// A list-of-integers attribute of a node.
pub fn ints(name: &str, values: impl IntoIterator<Item = i64>) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        r#type: AttributeType::Ints as i32,
        ints: values.into_iter().collect(),
        ..Default::default()
    }
}

/// The attributes of a convolution or a pooling window. `pads` is top, left, bottom, right.
pub fn window(kernel: [usize; 2], strides: [usize; 2], pads: [usize; 4]) -> Vec<AttributeProto> {
    let list = |name, values: &[usize]| ints(name, values.iter().map(|&v| v as i64));
    vec![list("kernel_shape", &kernel), list("strides", &strides), list("pads", &pads)]
}

/// A float value of fixed shape.
pub fn value_info(name: &str, shape: &[usize]) -> ValueInfoProto {
    let dim = |&size: &usize| Dimension {
        denotation: String::new(),
        value: Some(dimension::Value::DimValue(size as i64)),
    };
    let tensor = type_proto::Tensor {
        elem_type: DataType::Float as i32,
        shape: Some(TensorShapeProto { dim: shape.iter().map(dim).collect() }),
    };
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            denotation: String::new(),
            value: Some(type_proto::Value::TensorType(tensor)),
        }),
        doc_string: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_halves_are_stored_in_two_bytes_and_others_in_four() {
        let mut graph = Graph::default();
        graph.floats(&[2], &[0.5, -3.0]);
        graph.floats(&[2], &[0.5, 0.1]);
        let kinds: Vec<_> = graph.graph.initializer.iter().map(|t| (t.data_type, t.raw_data.len())).collect();
        assert_eq!(kinds, [(DataType::Float16 as i32, 4), (DataType::Float as i32, 8)]);
    }

    #[test]
    fn a_graph_survives_encoding() {
        let mut graph = Graph::default();
        let x = graph.input("input", &[1, 2]);
        let two = graph.floats(&[1], &[2.0]);
        let y = graph.op("Mul", &[&x, &two], vec![]);
        graph.output("double", &y, &[1, 2]);
        let bytes = graph.encode("doubling");
        let decoded = ModelProto::decode(bytes.as_slice()).unwrap().graph.unwrap();
        assert_eq!(decoded.name, "doubling");
        assert_eq!(decoded.node.iter().map(|n| n.op_type.as_str()).collect::<Vec<_>>(), ["Mul", "Identity"]);
        assert_eq!(decoded.output[0].name, "double");
    }
}
