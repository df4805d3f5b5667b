//! The tables as sea-orm sees them. Times are Unix milliseconds, so that both databases agree.

pub mod account;
pub mod audit;
pub mod card;
pub mod consent;
pub mod evidence;
pub mod inbox;
pub mod message;
pub mod outbox;
pub mod person;
pub mod review;
pub mod session;
pub mod sign_in_code;
pub mod staff;
pub mod transfer;
pub mod transfer_event;
pub mod vehicle;
pub mod verification;
