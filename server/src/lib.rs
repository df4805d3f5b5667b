//! The server of OwnerProof: `rules ← service ← api`, `store ← service`.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod api;
pub mod authority;
pub mod config;
pub mod import;
pub mod keys;
pub mod log;
pub mod metrics;
pub mod notify;
pub mod rules;
pub mod service;
pub mod store;
pub mod sync;
pub mod traces;
pub mod verification;
