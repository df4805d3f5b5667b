//! The server of OwnerProof: `rules ← service ← api`, `store ← service`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod config;
pub mod notify;
pub mod rules;
pub mod service;
pub mod store;
pub mod sync;
pub mod verification;
