//! The tables as sea-orm sees them. Times are Unix milliseconds, so that both databases agree.

pub mod acceptance;
pub mod account;
pub mod actual_user;
pub mod audit;
pub mod card;
pub mod card_batch;
pub mod card_event;
pub mod card_test;
pub mod consent;
pub mod evidence;
pub mod inbox;
pub mod message;
pub mod notice;
pub mod outbox;
pub mod person;
pub mod policy;
pub mod request;
pub mod request_event;
pub mod request_vehicle;
pub mod review;
pub mod sample;
pub mod session;
pub mod sign_in_code;
pub mod staff;
pub mod vehicle;
pub mod verification;
