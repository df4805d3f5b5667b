//! Whether a living person is in front of the camera, and the same one throughout.

pub mod continuity;
pub mod event;
pub mod parallax;
mod passive;
mod texture;

pub use passive::{MIN_FACE, PassivePad};
