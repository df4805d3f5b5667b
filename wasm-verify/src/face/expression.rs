use super::Landmarks;
use crate::net::{Network, NetworkError};

/// The landmarks the network looks at (MediaPipe, `face_blendshapes_graph.cc`).
#[rustfmt::skip]
const SUBSET: [usize; 146] = [
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70,
    78, 80, 81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149,
    150, 152, 153, 154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195,
    197, 234, 246, 249, 251, 263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300,
    308, 310, 311, 312, 314, 317, 318, 321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375,
    377, 378, 379, 380, 381, 382, 384, 385, 386, 387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454,
    466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
];

/// What a face is doing, each from 0 (not at all) to 1 (fully). Left and right are the person's own.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Expression {
    /// Left eye shut.
    pub blink_left: f32,
    /// Right eye shut.
    pub blink_right: f32,
    /// Jaw dropped.
    pub jaw_open: f32,
    /// Smiling, the mean of both corners.
    pub smile: f32,
}

/// MediaPipe's blendshape network: 52 ARKit-like coefficients from the landmarks.
#[derive(Clone)]
pub struct Blendshapes(Network);

impl Blendshapes {
    /// Prepares the network.
    pub fn load(bytes: &[u8]) -> Result<Self, NetworkError> {
        Ok(Self(Network::load(bytes, &[1, SUBSET.len(), 2])?))
    }

    /// Reads the expression from the landmarks.
    pub fn read(&self, landmarks: &Landmarks) -> Result<Expression, NetworkError> {
        let points = SUBSET.iter().flat_map(|&index| landmarks.at(index)).collect();
        let outputs = self.0.run(&[1, SUBSET.len(), 2], points)?;
        let value = |index: usize| {
            let value = outputs.first().and_then(|all| all.get(index)).copied().unwrap_or(0.0);
            if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 }
        };
        Ok(Expression {
            blink_left: value(9),
            blink_right: value(10),
            jaw_open: value(25),
            smile: (value(44) + value(45)) / 2.0,
        })
    }
}
