//! What owners and counterparties use.

pub mod codes;
pub mod consents;
pub mod invitations;
pub mod me;
pub mod sessions;
pub mod transfers;
pub mod vehicles;
pub mod verifications;
