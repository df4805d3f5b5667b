//! What OEM platforms call.

pub mod callbacks;
pub mod clients;
pub mod requests;
pub mod token;
