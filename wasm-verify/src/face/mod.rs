//! One face in a picture: where it is, how it is held, who it is, and whether the picture is good enough to ask.

mod detect;
mod embed;
mod expression;
mod landmarks;
pub mod quality;

pub use detect::{Detector, Face, Points, rivals, subject};
pub use embed::{Embedder, Embedding};
pub use expression::{Blendshapes, Expression};
pub use landmarks::{Landmarker, Landmarks, Pose, Region};
