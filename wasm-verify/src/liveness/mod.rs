//! Whether a living person is in front of the camera.

pub mod event;
mod passive;

pub use passive::{MIN_FACE, PassivePad};
