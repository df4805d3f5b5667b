//! Deciding on what one has seen.

use super::{Refusal, Result};

/// The versions of a record the caller has seen and decided on.
#[derive(Clone, Debug)]
pub struct Expected(Option<Vec<i64>>);

impl Expected {
    /// Whatever it is now.
    pub const ANY: Self = Self(None);

    /// One of these.
    pub fn one_of(versions: Vec<i64>) -> Self {
        Self(Some(versions))
    }

    /// Holds the version just loaded against them, in the transaction that will write.
    ///
    /// # Errors
    /// [`Refusal::PreconditionFailed`] when the record has moved on.
    pub fn check(&self, version: i64) -> Result<()> {
        match &self.0 {
            Some(seen) if !seen.contains(&version) => Err(Refusal::PreconditionFailed.into()),
            _ => Ok(()),
        }
    }
}
