//! The rules of the domain, pure: no clock, no database, no web. Tests name the article they hold.

pub mod card_limit;
pub mod clocks;
pub mod lockout;
pub mod review;
pub mod rights;
pub mod transfer;
