//! What OEM platforms call.

pub mod callbacks;
