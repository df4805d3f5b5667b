//! The end of a vehicle's cards (Art 13): scrapped, sold abroad, lost.
//!
//! `Draft → Verifying → ReasonGiven → [ManualReview] → Approved → Syncing → EmergencyOnly → Closed`. `Closed` starts
//! the two years of Art 18.

use super::{Event as E, Party::Owner, Subject, steps};

steps! {
    /// Where a cancellation stands.
    Step {
        /// Made; the owner has not verified yet.
        Draft = "draft" Open,
        /// The owner is verifying.
        Verifying = "verifying" Open,
        /// The owner passed; reason and proof are there, its last word is awaited.
        ReasonGiven = "reason_given" Open,
        /// Decided.
        Approved = "approved" Agreed,
        /// On its way to the OEM platform.
        Syncing = "syncing" Agreed,
        /// The platform confirmed it: the cards reach emergency call and rescue only (Art 14).
        EmergencyOnly = "emergency_only" Agreed,
        /// The cards are closed.
        Closed = "closed" Closed,
    }
}

impl Step {
    fn after(self, event: E) -> Option<Self> {
        Some(match (self, event) {
            (Self::Draft | Self::Verifying, E::VerificationStarted(Owner)) => Self::Verifying,
            (Self::Verifying, E::VerificationPassed(Owner)) => Self::ReasonGiven,
            (Self::Verifying, E::ReviewNeeded(Subject::Owner)) => Self::ManualReview(Subject::Owner),
            (Self::ManualReview(Subject::Owner), E::ReviewPassed) => Self::ReasonGiven,
            (Self::ManualReview(Subject::Owner), E::ReviewSentBack) => Self::Verifying,
            (Self::ReasonGiven, E::ReviewNeeded(Subject::Proof)) => Self::ManualReview(Subject::Proof),
            (Self::ReasonGiven, E::Agreed) => Self::Approved,
            (Self::ManualReview(Subject::Proof), E::ReviewPassed) => Self::Approved,
            (Self::ManualReview(Subject::Proof), E::ReviewSentBack) => Self::ReasonGiven,
            (Self::Approved, E::Enqueued) => Self::Syncing,
            (Self::Syncing, E::PlatformAccepted) => self,
            (Self::Syncing, E::PlatformConfirmed) => Self::EmergencyOnly,
            (Self::Syncing, E::PlatformRejected) => Self::Rejected,
            (Self::EmergencyOnly, E::ServiceEnded) => Self::Closed,
            _ => return None,
        })
    }
}
