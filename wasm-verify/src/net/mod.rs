//! Neural networks: from the bytes of an ONNX file to a plan that runs.

mod constant;
mod dense;
mod depthwise;
mod graph;
mod onnx;
mod plain;
mod plan;
mod simd;
mod window;

use std::sync::{Arc, Mutex, PoisonError};

use prost::Message;

use self::constant::volume;
use self::plan::{Memory, Plan};

/// Which network a file holds, in the order in which the owner's device needs them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Finds faces and five points on each.
    Detector,
    /// 478 points on one face.
    Landmarks,
    /// 52 expression coefficients from those points.
    Blendshapes,
    /// Passive presentation attack detection on a crop 2.7 times the face.
    PadV2,
    /// The same on a crop 4.0 times the face.
    PadV1se,
    /// The embedding two faces are compared by.
    Embedder,
}

impl Role {
    /// Every role, in the order of need.
    pub const ALL: [Self; 6] =
        [Self::Detector, Self::Landmarks, Self::Blendshapes, Self::PadV2, Self::PadV1se, Self::Embedder];

    /// What guidance needs; a person can be brought into position with these alone.
    pub const GUIDANCE: [Self; 3] = [Self::Detector, Self::Landmarks, Self::Blendshapes];

    /// The name in manifests, file names and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Detector => "detector",
            Self::Landmarks => "landmarks",
            Self::Blendshapes => "blendshapes",
            Self::PadV2 => "pad_v2",
            Self::PadV1se => "pad_v1se",
            Self::Embedder => "embedder",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A network could not be prepared or run: the file is not the one the manifest names.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The bytes are no ONNX model.
    #[error("the file is not a network: {0}")]
    Decode(#[from] prost::DecodeError),
    /// The model is cut short, contradicts itself or uses what is not known here.
    #[error("the network cannot be run: {0}")]
    Invalid(String),
    /// The network is asked for before its file has come.
    #[error("the network {0:?} is not there yet")]
    NotLoaded(Role),
}

/// One network, ready to run. Shared freely between threads.
#[derive(Clone)]
pub struct Network(Arc<Prepared>);

struct Prepared {
    plan: Plan,
    /// Memory of earlier runs, as many as ever ran at once.
    memory: Mutex<Vec<Memory>>,
}

impl Network {
    /// Prepares the ONNX model in `bytes` for one input of the given shape (`N, C, H, W` or whatever it takes).
    /// Weights may be stored compactly (16-bit, or 8-bit with scales); they are widened here.
    pub fn load(bytes: &[u8], input: &[usize]) -> Result<Self, NetworkError> {
        let model = onnx::Model::decode(bytes)?;
        let graph = model.graph.ok_or_else(|| NetworkError::Invalid("a model without a graph".to_owned()))?;
        let plan = graph::plan(graph, input)?;
        Ok(Self(Arc::new(Prepared { plan, memory: Mutex::default() })))
    }

    /// Runs the network on one input and gives its outputs, flattened, in the order of the model.
    pub fn run(&self, shape: &[usize], input: Vec<f32>) -> Result<Vec<Vec<f32>>, NetworkError> {
        let Prepared { plan, memory } = &*self.0;
        if volume(shape)? != plan.input() || input.len() != plan.input() {
            return Err(NetworkError::Invalid("an input of another shape".to_owned()));
        }
        let pool = || memory.lock().unwrap_or_else(PoisonError::into_inner);
        let held = pool().pop();
        let mut held = held.unwrap_or_else(|| plan.memory());
        let outputs = plan.run(&input, &mut held);
        pool().push(held);
        Ok(outputs)
    }
}
