//! What the record of a vehicle says, and so what its cards may do (Art 8, 10, 14).
//!
//! `Unregistered → Active ⇄ Sampled → Rectifying → (Active | EmergencyOnly)`, and `Active → EmergencyOnly → Closed` by
//! cancellation. A transfer leaves it `Active`: there is no moment without an owner. A complaint can question an
//! `Active` record: it is then `Rectifying`, as after a failed sample.

named! {
    /// Where a record stands.
    State {
        /// Nobody is registered (Art 14: emergency only).
        Unregistered = "unregistered",
        /// Somebody is.
        Active = "active",
        /// Drawn for a check of the record (Art 10).
        Sampled = "sampled",
        /// The check failed, or a complaint questioned it; the owner must put it right.
        Rectifying = "rectifying",
        /// Cancelled, or not put right in time (Art 14).
        EmergencyOnly = "emergency_only",
        /// The cards are closed; two years later it must go (Art 18).
        Closed = "closed",
    }
}

named! {
    /// What came of a sample.
    SampleState {
        /// To be checked.
        Drawn = "drawn",
        /// In order.
        Passed = "passed",
        /// Not in order; the owner must put it right.
        Failed = "failed",
        /// Was put right.
        Rectified = "rectified",
        /// Was not put right in time.
        Missed = "missed",
    }
}

/// What can happen to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The platform confirmed an owner: a first one, or one put right.
    Registered,
    /// The platform confirmed another owner.
    Transferred,
    /// Drawn as a sample.
    Sampled,
    /// The sample was in order.
    SamplePassed,
    /// The sample was not.
    SampleFailed,
    /// A complaint gave reason to doubt it: the owner must verify again.
    Questioned,
    /// It was not put right in time.
    RectificationMissed,
    /// The platform confirmed a cancellation.
    Cancelled,
    /// The carrier closed the cards.
    ServiceEnded,
}

/// What the cards of a vehicle may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// What the carrier has opened.
    Open,
    /// Emergency call and rescue (Art 14).
    EmergencyOnly,
}

impl State {
    /// The state after `event`; `None` when it has no place here.
    pub fn next(self, event: Event) -> Option<Self> {
        Some(match (self, event) {
            (Self::Unregistered | Self::Rectifying | Self::EmergencyOnly, Event::Registered) => Self::Active,
            (Self::Active | Self::Sampled | Self::Rectifying, Event::Transferred) => Self::Active,
            (Self::Active, Event::Sampled) => Self::Sampled,
            (Self::Sampled, Event::SamplePassed) => Self::Active,
            (Self::Sampled, Event::SampleFailed) | (Self::Active, Event::Questioned) => Self::Rectifying,
            (Self::Rectifying, Event::RectificationMissed) => Self::EmergencyOnly,
            (Self::Active | Self::Sampled | Self::Rectifying, Event::Cancelled) => Self::EmergencyOnly,
            (Self::EmergencyOnly, Event::ServiceEnded) => Self::Closed,
            _ => return None,
        })
    }

    /// What the cards may do.
    pub fn service(self) -> Service {
        match self {
            Self::Active | Self::Sampled | Self::Rectifying => Service::Open,
            Self::Unregistered | Self::EmergencyOnly | Self::Closed => Service::EmergencyOnly,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const EVENTS: [Event; 9] = [
        Event::Registered,
        Event::Transferred,
        Event::Sampled,
        Event::SamplePassed,
        Event::SampleFailed,
        Event::Questioned,
        Event::RectificationMissed,
        Event::Cancelled,
        Event::ServiceEnded,
    ];

    proptest! {
        #[test]
        fn art_14_before_registration_and_after_the_end_only_emergency(
            events in prop::collection::vec(prop::sample::select(&EVENTS[..]), 0..60),
        ) {
            let (mut state, mut registered, mut ended) = (State::Unregistered, false, false);
            for event in events {
                let Some(next) = state.next(event) else { continue };
                prop_assert!(!ended, "a closed record never changes");
                registered |= event == Event::Registered;
                ended |= next == State::Closed;
                state = next;
                prop_assert!(registered || state.service() == Service::EmergencyOnly);
                prop_assert!(!ended || state.service() == Service::EmergencyOnly);
            }
        }
    }

    #[test]
    fn art_10_a_failed_sample_is_put_right_or_loses_its_functions() {
        let rectifying = State::Sampled.next(Event::SampleFailed).unwrap();
        assert_eq!(rectifying.next(Event::Registered), Some(State::Active));
        let late = rectifying.next(Event::RectificationMissed).unwrap();
        assert_eq!((late, late.service()), (State::EmergencyOnly, Service::EmergencyOnly));
        assert_eq!(State::Active.next(Event::SampleFailed), None);
    }
    #[test]
    fn art_21_a_record_that_is_questioned_keeps_its_functions_until_its_time_is_over() {
        let questioned = State::Active.next(Event::Questioned).unwrap();
        assert_eq!((questioned, questioned.service()), (State::Rectifying, Service::Open));
        assert_eq!(questioned.next(Event::Questioned), None, "one deadline at a time");
        assert_eq!(questioned.next(Event::Registered), Some(State::Active));
        assert_eq!(questioned.next(Event::RectificationMissed), Some(State::EmergencyOnly));
        for state in State::ALL.iter().filter(|state| **state != State::Active) {
            assert_eq!(state.next(Event::Questioned), None, "{state}");
        }
    }
}
