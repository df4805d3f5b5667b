//! What the portal calls without a sign-in.

pub mod complaints;
