//! What staff use.

pub mod messages;
pub mod reviews;
pub mod sessions;
