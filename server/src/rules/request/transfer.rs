//! A new owner (Art 2 and 13): led by the owner on record, or claimed by the new one.
//!
//! Owner-led: `Draft → OwnerVerifying → AwaitingCounterparty → CounterpartyVerifying → CardLimitCheck → Approved →
//! Syncing → Accepted → Confirmed`, with manual review after either verification.
//! Claim: `Claimed → PriorOwnerNotified → (consent | objection, disputed | silence, manual review) → CardLimitCheck → …`.
//! A transfer waits in `CardLimitCheck`, the check passed, until the counterparty accepts.

use super::{
    Event as E,
    Party::{Counterparty, Owner},
    Subject, steps,
};

steps! {
    /// Where a transfer or a claim stands.
    Step {
        /// Made; the owner has not verified yet.
        Draft = "draft" Open,
        /// The owner is verifying.
        OwnerVerifying = "owner_verifying" Open,
        /// The owner passed; the invitation can be used.
        AwaitingCounterparty = "awaiting_counterparty" Open,
        /// The counterparty came and is verifying.
        CounterpartyVerifying = "counterparty_verifying" Open,
        /// Someone claims the vehicle: gives proof and is verifying.
        Claimed = "claimed" Open,
        /// The owner on record was told of the claim and may answer.
        PriorOwnerNotified = "prior_owner_notified" Open,
        /// The counterparty passed and is within the card limit; its acceptance is awaited.
        CardLimitCheck = "card_limit_check" Open,
        /// Both sides agree.
        Approved = "approved" Agreed,
        /// On its way to the OEM platform.
        Syncing = "syncing" Agreed,
        /// The platform took it.
        Accepted = "accepted" Agreed,
        /// The platform confirmed it; the cards have moved.
        Confirmed = "confirmed" Closed,
        /// The counterparty refused.
        Declined = "declined" Closed,
        /// Over the card limit: the carrier's designated shop must do it (Art 11).
        ReferredToShop = "referred_to_shop" Closed,
    }
}

impl Step {
    fn after(self, event: E) -> Option<Self> {
        Some(match (self, event) {
            (Self::Draft | Self::OwnerVerifying, E::VerificationStarted(Owner)) => Self::OwnerVerifying,
            (Self::OwnerVerifying, E::VerificationPassed(Owner)) => Self::AwaitingCounterparty,
            (Self::OwnerVerifying, E::ReviewNeeded(Subject::Owner)) => Self::ManualReview(Subject::Owner),
            (Self::ManualReview(Subject::Owner), E::ReviewPassed) => Self::AwaitingCounterparty,
            (Self::ManualReview(Subject::Owner), E::ReviewSentBack) => Self::OwnerVerifying,

            (Self::AwaitingCounterparty, E::Claimed) => Self::CounterpartyVerifying,
            (Self::CounterpartyVerifying | Self::Claimed, E::VerificationStarted(Counterparty)) => self,
            (Self::CounterpartyVerifying, E::VerificationPassed(Counterparty)) => Self::CardLimitCheck,
            (Self::CounterpartyVerifying, E::ReviewNeeded(Subject::Counterparty)) => {
                Self::ManualReview(Subject::Counterparty)
            }
            (Self::ManualReview(Subject::Counterparty), E::ReviewPassed) => Self::CardLimitCheck,
            (Self::ManualReview(Subject::Counterparty), E::ReviewSentBack) => Self::CounterpartyVerifying,

            (Self::Claimed, E::VerificationPassed(Counterparty)) => Self::PriorOwnerNotified,
            (Self::Claimed, E::ReviewNeeded(Subject::Claimant)) => Self::ManualReview(Subject::Claimant),
            (Self::ManualReview(Subject::Claimant), E::ReviewPassed) => Self::PriorOwnerNotified,
            (Self::ManualReview(Subject::Claimant | Subject::Proof), E::ReviewSentBack) => Self::Claimed,
            (Self::PriorOwnerNotified, E::OwnerConsented) => Self::CardLimitCheck,
            (Self::PriorOwnerNotified, E::OwnerObjected | E::SilenceOver) => {
                Self::ManualReview(Subject::Proof)
            }
            (Self::ManualReview(Subject::Proof), E::ReviewPassed) => Self::CardLimitCheck,

            (Self::CardLimitCheck, E::CardLimitExceeded) => Self::ReferredToShop,
            (Self::CardLimitCheck, E::Agreed) => Self::Approved,
            (Self::Approved, E::Enqueued) => Self::Syncing,
            (Self::Syncing, E::PlatformAccepted) => Self::Accepted,
            // The callback may overtake the answer to the delivery.
            (Self::Syncing | Self::Accepted, E::PlatformConfirmed) => Self::Confirmed,
            (Self::Syncing | Self::Accepted, E::PlatformRejected) => Self::Rejected,

            (
                Self::CounterpartyVerifying
                | Self::ManualReview(Subject::Counterparty)
                | Self::CardLimitCheck,
                E::Decline,
            ) => Self::Declined,
            _ => return None,
        })
    }
}
