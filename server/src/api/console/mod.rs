//! What staff use.

pub mod messages;
pub mod sessions;
