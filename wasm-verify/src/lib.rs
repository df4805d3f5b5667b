//! The verification engine of OwnerProof.
//!
//! One crate, two builds. As WebAssembly it runs in the owner's browser: it finds the face, follows the
//! challenge the server drew, judges presentation attacks, compares with the document portrait and writes a
//! [`report::Report`]. Natively it runs in the server, which believes nothing the device says and computes
//! everything again from the evidence ([`assess`]).
//!
//! The crate is pure: no I/O, no clock, no randomness. Time comes in with each frame, weights come in as bytes.
//! Data flows one way:
//!
//! ```text
//! pixels -> image -> face, liveness (networks) -> signals (numbers) -> session -> report
//!                                                                                   |
//!                                        server: report + keyframes -> assess -> grade
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod assess;
pub mod challenge;
pub mod digest;
pub mod document;
pub mod engine;
pub mod face;
pub mod image;
pub mod inspect;
pub mod liveness;
pub mod net;
pub mod report;
pub mod session;
pub mod signals;

#[cfg(target_arch = "wasm32")]
pub mod web;
