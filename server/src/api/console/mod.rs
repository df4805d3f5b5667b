//! What staff use.

pub mod alerts;
pub mod audit;
pub mod complaints;
pub mod disputes;
pub mod live;
pub mod messages;
pub mod oidc;
pub mod passkeys;
pub mod reports;
pub mod requests;
pub mod reveals;
pub mod reviews;
pub mod samples;
pub mod second_factor;
pub mod sessions;
pub mod staff;
pub mod statistics;
pub mod stock;
pub mod vehicles;
