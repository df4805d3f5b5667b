//! Another card in the place of one, because the part that holds it was replaced (Art 13).
//!
//! `Draft → Verifying → [ManualReview] → CardLimitCheck → Approved → Syncing → Accepted → Confirmed`.

use super::{Event as E, Party::Owner, Subject, steps};

steps! {
    /// Where a replacement stands.
    Step {
        /// Made; the owner has not verified yet.
        Draft = "draft" Open,
        /// The owner is verifying.
        Verifying = "verifying" Open,
        /// Within the card limit; the owner's last word is awaited.
        CardLimitCheck = "card_limit_check" Open,
        /// Decided.
        Approved = "approved" Agreed,
        /// On its way to the OEM platform.
        Syncing = "syncing" Agreed,
        /// The platform took it.
        Accepted = "accepted" Agreed,
        /// The platform confirmed it: the old card is closed, the new one serves.
        Confirmed = "confirmed" Closed,
        /// Over the card limit: the carrier's designated shop must do it (Art 11).
        ReferredToShop = "referred_to_shop" Closed,
    }
}

impl Step {
    fn after(self, event: E) -> Option<Self> {
        Some(match (self, event) {
            (Self::Draft | Self::Verifying, E::VerificationStarted(Owner)) => Self::Verifying,
            (Self::Verifying, E::VerificationPassed(Owner)) => Self::CardLimitCheck,
            (Self::Verifying, E::ReviewNeeded(Subject::Owner)) => Self::ManualReview(Subject::Owner),
            (Self::ManualReview(Subject::Owner), E::ReviewPassed) => Self::CardLimitCheck,
            (Self::ManualReview(Subject::Owner), E::ReviewSentBack) => Self::Verifying,
            (Self::CardLimitCheck, E::CardLimitExceeded) => Self::ReferredToShop,
            (Self::CardLimitCheck, E::Agreed) => Self::Approved,
            (Self::Approved, E::Enqueued) => Self::Syncing,
            (Self::Syncing, E::PlatformAccepted) => Self::Accepted,
            (Self::Syncing | Self::Accepted, E::PlatformConfirmed) => Self::Confirmed,
            (Self::Syncing | Self::Accepted, E::PlatformRejected) => Self::Rejected,
            _ => return None,
        })
    }
}
