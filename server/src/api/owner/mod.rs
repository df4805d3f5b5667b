//! What owners and counterparties use.

pub mod attachments;
pub mod cancellations;
pub mod claims;
pub mod codes;
pub mod complaints;
pub mod consents;
pub mod corrections;
pub mod invitations;
pub mod me;
pub mod passkeys;
pub mod policy;
pub mod registrations;
pub mod replacements;
pub mod requests;
pub mod sessions;
pub mod transfers;
pub mod vehicles;
pub mod verifications;
