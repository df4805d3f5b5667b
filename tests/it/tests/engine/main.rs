//! The engine with the real networks on pictures of two people (`OWNERPROOF_MODELS`, `OWNERPROOF_TEST_PICTURES`).
#![allow(clippy::unwrap_used)]

mod faces;
