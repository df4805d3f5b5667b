//! Neural networks: from the bytes of an ONNX file to a plan that runs.

mod compact;
mod prelu;

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::*;

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
    /// The model cannot be prepared or failed while running.
    #[error("the network cannot be run: {0:#}")]
    Run(#[from] TractError),
}

/// One network, ready to run. Shared freely between threads.
#[derive(Clone)]
pub struct Network(Arc<TypedRunnableModel>);

impl Network {
    /// Prepares the ONNX model in `bytes` for one input of the given shape (`N, C, H, W` or whatever it takes).
    ///
    /// Weights may be stored compactly (16-bit, or 8-bit in blocks); they are widened here, because tract runs
    /// 32-bit floats fastest.
    pub fn load(bytes: &[u8], input: &[usize]) -> Result<Self, NetworkError> {
        let mut model = <ModelProto as prost::Message>::decode(bytes)?;
        compact::widen(&mut model)?;
        let mut onnx = onnx().with_ignore_value_info(true).with_ignore_output_shapes(true);
        onnx.op_register.insert("PRelu", prelu::build);
        let plan = onnx
            .model_for_proto_model(&model)?
            .with_input_fact(0, f32::fact(input).into())?
            .into_optimized()?
            .into_runnable()?;
        Ok(Self(plan))
    }

    /// Runs the network on one input and gives its outputs, flattened, in the order of the model.
    pub fn run(&self, shape: &[usize], input: Vec<f32>) -> Result<Vec<Vec<f32>>, NetworkError> {
        let input = Tensor::from_shape(shape, &input)?;
        self.0
            .run(tvec!(input.into_tvalue()))?
            .iter()
            .map(|output| Ok(output.to_plain_array_view::<f32>()?.iter().copied().collect()))
            .collect()
    }
}
