//! The platform and the real server's sync, over HTTP on this machine.
#![allow(clippy::unwrap_used)]

mod common;
mod delivery;
mod platform;
