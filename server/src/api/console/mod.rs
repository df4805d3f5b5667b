//! What staff use.

pub mod disputes;
pub mod messages;
pub mod reviews;
pub mod samples;
pub mod sessions;
pub mod stock;
