//! Verifying a person, by whichever way they choose: before the camera, by photographs of documents, or through an
//! outside authority. The server believes nothing it did not compute itself, was not signed by whom it trusts, or was
//! not looked at by a member of staff.

mod desk;
mod intake;
mod issue;
mod photographs;
mod record;
mod settle;
mod stated;
mod steps;
mod vouch;

pub use desk::{Assessor, Desk, LoadError, Native};
pub use intake::{Upload, report};
pub use issue::{Issued, Request, Way, expire_overdue, issue, status};
pub use photographs::{MOST_PHOTOGRAPHS, Photograph, Shows, photographs};
pub use settle::Outcome;
pub use stated::Stated;
pub use vouch::outcome;
