//! Registering an owner: a person (Art 8), a unit (Art 9), through an agent (Art 12), later than the sale (Art 22), or
//! once more because a sample failed (Art 10).
//!
//! `Capturing → Verifying → [ManualReview] → CardLimitCheck → Submitted → Active`. That a vehicle is `Unregistered`,
//! `Sampled` or `Rectifying` is said by its record ([`crate::rules::record`]), which outlives the request.

use super::{Event as E, Party, Subject, steps};

steps! {
    /// Where a registration stands.
    Step {
        /// The form is being filled in.
        Capturing = "capturing" Open,
        /// The owner, the responsible person or the agent is verifying.
        Verifying = "verifying" Open,
        /// Within the card limit; the signatures are awaited.
        CardLimitCheck = "card_limit_check" Open,
        /// On its way to the OEM platform, and through the carrier to the regulator (Art 8).
        Submitted = "submitted" Agreed,
        /// The platform confirmed it; the cards' functions are open.
        Active = "active" Closed,
        /// Over the card limit: the carrier's designated shop must do it (Art 11).
        ReferredToShop = "referred_to_shop" Closed,
    }
}

impl Step {
    fn after(self, event: E) -> Option<Self> {
        Some(match (self, event) {
            (Self::Capturing | Self::Verifying, E::VerificationStarted(Party::Owner | Party::Agent)) => {
                Self::Verifying
            }
            (Self::Verifying, E::VerificationPassed(Party::Owner | Party::Agent)) => Self::CardLimitCheck,
            (
                Self::Verifying,
                E::ReviewNeeded(subject @ (Subject::Owner | Subject::Agent | Subject::Proof)),
            ) => Self::ManualReview(subject),
            (Self::ManualReview(_), E::ReviewPassed) => Self::CardLimitCheck,
            (Self::ManualReview(_), E::ReviewSentBack) => Self::Verifying,
            (Self::CardLimitCheck, E::CardLimitExceeded) => Self::ReferredToShop,
            (Self::CardLimitCheck, E::Agreed) => Self::Submitted,
            (Self::Submitted, E::Enqueued | E::PlatformAccepted) => self,
            (Self::Submitted, E::PlatformConfirmed) => Self::Active,
            (Self::Submitted, E::PlatformRejected) => Self::Rejected,
            _ => return None,
        })
    }
}
