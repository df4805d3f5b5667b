//! The transfer state machine (owner-led, Art 2 and 13).
//!
//! `Draft → OwnerVerifying → AwaitingCounterparty → CounterpartyVerifying → CardLimitCheck → Approved → Syncing →
//! Accepted → Confirmed`, with manual review after either verification. A transfer waits in `CardLimitCheck`, the
//! check passed, until the counterparty accepts. There is one way to a new state: [`State::next`].

use std::{fmt, str::FromStr};

/// A side of the transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Party {
    /// The owner on record.
    Owner,
    /// The owner to be.
    Counterparty,
}

impl Party {
    /// Name in the database and the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Counterparty => "counterparty",
        }
    }
}

impl FromStr for Party {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "owner" => Ok(Self::Owner),
            "counterparty" => Ok(Self::Counterparty),
            _ => Err(()),
        }
    }
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// Made; the owner has not verified yet.
    Draft,
    /// The owner is verifying.
    OwnerVerifying,
    /// The owner passed; the invitation can be used.
    AwaitingCounterparty,
    /// The counterparty came and is verifying.
    CounterpartyVerifying,
    /// Staff must look at this party's verification.
    ManualReview(Party),
    /// The counterparty passed and is within the card limit; its acceptance is awaited.
    CardLimitCheck,
    /// Both sides agree.
    Approved,
    /// On its way to the OEM platform.
    Syncing,
    /// The platform took it.
    Accepted,
    /// The platform confirmed it; the cards have moved. Closed.
    Confirmed,
    /// The owner took it back. Closed.
    Cancelled,
    /// The counterparty refused. Closed.
    Declined,
    /// Nobody finished it in time. Closed.
    Expired,
    /// Staff or the platform refused it. Closed.
    Rejected,
    /// Over the card limit: the carrier's designated shop must do it (Art 11). Closed.
    ReferredToShop,
    /// Frozen by a dispute.
    Disputed,
}

/// What can happen to a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A challenge was given to the party.
    VerificationStarted(Party),
    /// The party passed.
    VerificationPassed(Party),
    /// Staff must decide about the party.
    ReviewNeeded(Party),
    /// Staff let the party pass.
    ReviewPassed,
    /// Staff refused the party.
    ReviewRefused,
    /// Staff asked the party for better pictures.
    ReviewSentBack,
    /// The counterparty opened the invitation and signed in.
    Claimed,
    /// The counterparty would hold too many cards.
    CardLimitExceeded,
    /// The counterparty accepted the responsibility notice (Art 13) and the agreement (Art 17).
    Agreed,
    /// The record was written to the outbox.
    Enqueued,
    /// The platform took the record.
    PlatformAccepted,
    /// The platform confirmed the record.
    PlatformConfirmed,
    /// The platform refused the record.
    PlatformRejected,
    /// The owner takes it back.
    Cancel,
    /// The counterparty refuses.
    Decline,
    /// Its time is over.
    Expire,
}

/// The event cannot happen in this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} cannot happen in {state:?}")]
pub struct Illegal {
    /// Where the transfer stands.
    pub state: State,
    /// What was tried.
    pub event: Event,
}

impl State {
    /// The state after `event`.
    ///
    /// # Errors
    /// [`Illegal`] when the event has no place here; nothing changes then.
    pub fn next(self, event: Event) -> Result<Self, Illegal> {
        use Event as E;
        use Party::{Counterparty, Owner};
        Ok(match (self, event) {
            (Self::Draft | Self::OwnerVerifying, E::VerificationStarted(Owner)) => Self::OwnerVerifying,
            (Self::OwnerVerifying, E::VerificationPassed(Owner)) => Self::AwaitingCounterparty,
            (Self::OwnerVerifying, E::ReviewNeeded(Owner)) => Self::ManualReview(Owner),
            (Self::ManualReview(Owner), E::ReviewPassed) => Self::AwaitingCounterparty,

            (Self::AwaitingCounterparty, E::Claimed) => Self::CounterpartyVerifying,
            (Self::CounterpartyVerifying, E::VerificationStarted(Counterparty)) => self,
            (Self::CounterpartyVerifying, E::VerificationPassed(Counterparty)) => Self::CardLimitCheck,
            (Self::CounterpartyVerifying, E::ReviewNeeded(Counterparty)) => Self::ManualReview(Counterparty),
            (Self::ManualReview(Counterparty), E::ReviewPassed) => Self::CardLimitCheck,

            (Self::ManualReview(_), E::ReviewRefused) => Self::Rejected,
            (Self::ManualReview(Owner), E::ReviewSentBack) => Self::OwnerVerifying,
            (Self::ManualReview(Counterparty), E::ReviewSentBack) => Self::CounterpartyVerifying,
            (Self::CardLimitCheck, E::CardLimitExceeded) => Self::ReferredToShop,
            (Self::CardLimitCheck, E::Agreed) => Self::Approved,
            (Self::Approved, E::Enqueued) => Self::Syncing,
            (Self::Syncing, E::PlatformAccepted) => Self::Accepted,
            // The callback may overtake the answer to the delivery.
            (Self::Syncing | Self::Accepted, E::PlatformConfirmed) => Self::Confirmed,
            (Self::Syncing | Self::Accepted, E::PlatformRejected) => Self::Rejected,

            (state, E::Cancel) if state.is_before_approval() => Self::Cancelled,
            (state, E::Decline) if state.has_counterparty() => Self::Declined,
            (state, E::Expire) if state.is_before_approval() => Self::Expired,
            (state, event) => return Err(Illegal { state, event }),
        })
    }

    /// Nothing can happen any more.
    pub fn is_closed(self) -> bool {
        use State as S;
        matches!(
            self,
            S::Confirmed | S::Cancelled | S::Declined | S::Expired | S::Rejected | S::ReferredToShop
        )
    }

    /// The sides have not agreed yet: it can be taken back and it can expire.
    pub fn is_before_approval(self) -> bool {
        matches!(self, Self::Draft | Self::OwnerVerifying | Self::AwaitingCounterparty)
            || self.has_counterparty()
            || self == Self::ManualReview(Party::Owner)
    }

    /// The counterparty has come and has not agreed yet.
    fn has_counterparty(self) -> bool {
        matches!(
            self,
            Self::CounterpartyVerifying | Self::ManualReview(Party::Counterparty) | Self::CardLimitCheck
        )
    }

    /// Name in the database and the API. The party under review is kept beside it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::OwnerVerifying => "owner_verifying",
            Self::AwaitingCounterparty => "awaiting_counterparty",
            Self::CounterpartyVerifying => "counterparty_verifying",
            Self::ManualReview(_) => "manual_review",
            Self::CardLimitCheck => "card_limit_check",
            Self::Approved => "approved",
            Self::Syncing => "syncing",
            Self::Accepted => "accepted",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::Expired => "expired",
            Self::Rejected => "rejected",
            Self::ReferredToShop => "referred_to_shop",
            Self::Disputed => "disputed",
        }
    }

    /// Every state.
    pub const ALL: [Self; 17] = [
        Self::Draft,
        Self::OwnerVerifying,
        Self::AwaitingCounterparty,
        Self::CounterpartyVerifying,
        Self::ManualReview(Party::Owner),
        Self::ManualReview(Party::Counterparty),
        Self::CardLimitCheck,
        Self::Approved,
        Self::Syncing,
        Self::Accepted,
        Self::Confirmed,
        Self::Cancelled,
        Self::Declined,
        Self::Expired,
        Self::Rejected,
        Self::ReferredToShop,
        Self::Disputed,
    ];

    /// The state of this name; `review_of` is the party under review.
    pub fn parse(name: &str, review_of: Option<Party>) -> Option<Self> {
        Self::ALL.into_iter().find(|state| match state {
            Self::ManualReview(party) => name == "manual_review" && review_of == Some(*party),
            other => other.as_str() == name,
        })
    }

    /// The party under review, if any.
    pub fn review_of(self) -> Option<Party> {
        match self {
            Self::ManualReview(party) => Some(party),
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVENTS: [Event; 18] = [
        Event::VerificationStarted(Party::Owner),
        Event::VerificationStarted(Party::Counterparty),
        Event::VerificationPassed(Party::Owner),
        Event::VerificationPassed(Party::Counterparty),
        Event::ReviewNeeded(Party::Owner),
        Event::ReviewNeeded(Party::Counterparty),
        Event::ReviewPassed,
        Event::ReviewRefused,
        Event::Claimed,
        Event::CardLimitExceeded,
        Event::Agreed,
        Event::Enqueued,
        Event::PlatformAccepted,
        Event::PlatformConfirmed,
        Event::PlatformRejected,
        Event::Cancel,
        Event::Decline,
        Event::Expire,
    ];

    /// Runs events from the start, ignoring refused ones; returns the states passed and the events taken.
    fn run(events: &[Event]) -> (Vec<State>, Vec<Event>) {
        let (mut states, mut taken) = (vec![State::Draft], Vec::new());
        for event in events {
            if let Ok(next) = states[states.len() - 1].next(*event) {
                states.push(next);
                taken.push(*event);
            }
        }
        (states, taken)
    }

    fn events() -> impl Strategy<Value = Vec<Event>> {
        prop::collection::vec(prop::sample::select(&EVENTS[..]), 0..200)
    }

    #[test]
    fn the_straight_way_reaches_confirmed() {
        use Party::{Counterparty, Owner};
        let (states, _) = run(&[
            Event::VerificationStarted(Owner),
            Event::VerificationPassed(Owner),
            Event::Claimed,
            Event::VerificationStarted(Counterparty),
            Event::VerificationPassed(Counterparty),
            Event::Agreed,
            Event::Enqueued,
            Event::PlatformAccepted,
            Event::PlatformConfirmed,
        ]);
        assert_eq!(states.last(), Some(&State::Confirmed));
        assert_eq!(states.len(), 10);
    }

    #[test]
    fn names_read_back() {
        for state in State::ALL {
            assert_eq!(State::parse(state.as_str(), state.review_of()), Some(state));
        }
        assert_eq!(State::parse("manual_review", None), None);
    }

    #[test]
    fn a_dispute_freezes() {
        assert!(EVENTS.iter().all(|event| State::Disputed.next(*event).is_err()));
    }

    proptest! {
        #[test]
        fn a_closed_request_never_changes(events in events()) {
            let (states, _) = run(&events);
            for state in &states[..states.len() - 1] {
                prop_assert!(!state.is_closed());
            }
        }

        #[test]
        fn art_2_the_new_owner_is_verified_like_a_first_owner_and_the_owner_too(events in events()) {
            let (states, taken) = run(&events);
            if states.contains(&State::Approved) {
                for party in [Party::Owner, Party::Counterparty] {
                    let passed = taken.contains(&Event::VerificationPassed(party))
                        || (taken.contains(&Event::ReviewNeeded(party)) && taken.contains(&Event::ReviewPassed));
                    prop_assert!(passed);
                }
            }
        }

        #[test]
        fn art_13_and_17_nothing_is_sent_before_the_counterparty_agreed(events in events()) {
            let (states, taken) = run(&events);
            if states.contains(&State::Syncing) {
                prop_assert!(taken.contains(&Event::Agreed));
            }
        }

        #[test]
        fn art_11_over_the_limit_never_goes_on(events in events()) {
            let (states, taken) = run(&events);
            if taken.contains(&Event::CardLimitExceeded) {
                prop_assert!(!states.contains(&State::Approved));
            }
        }

        #[test]
        fn after_approval_nobody_takes_it_back(events in events()) {
            let (states, _) = run(&events);
            if let Some(at) = states.iter().position(|state| *state == State::Approved) {
                let after = &states[at..];
                prop_assert!(!after.iter().any(|s| matches!(s, State::Cancelled | State::Declined | State::Expired)));
            }
        }
    }
}
