//! The life of a card: bought (Art 6), fitted into a vehicle, tested (Art 7), sold with it, registered, transferred,
//! closed. Cards of a vehicle follow its record together; only a replacement moves one by itself.

use super::record;

named! {
    /// Where a card stands.
    State {
        /// Bought, in no vehicle.
        Stocked = "stocked",
        /// In a vehicle that was not sold.
        Fitted = "fitted",
        /// In use for development or test: directed access only, bound to its machine (Art 7).
        Testing = "testing",
        /// In a vehicle that was sold; nobody is registered: emergency only (Art 14).
        Sold = "sold",
        /// Registered.
        Active = "active",
        /// Its registration was cancelled or not put right (Art 14).
        EmergencyOnly = "emergency_only",
        /// Closed for good.
        Closed = "closed",
    }
}

named! {
    /// What can happen to a card; also the lines of its history.
    Event {
        /// Bought in a batch.
        Bought = "bought",
        /// Built into a vehicle.
        Fitted = "fitted",
        /// A test began.
        TestStarted = "test_started",
        /// The test ended: the card is closed for it (Art 7).
        TestEnded = "test_ended",
        /// The vehicle was sold.
        Sold = "sold",
        /// Its vehicle's owner was registered.
        Registered = "registered",
        /// Its vehicle has another owner.
        Transferred = "transferred",
        /// Its functions were taken back.
        Suspended = "suspended",
        /// Closed by the carrier, or replaced.
        Closed = "closed",
    }
}

/// What a card may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Nothing.
    None,
    /// Emergency call and rescue (Art 14).
    EmergencyOnly,
    /// The addresses the test needs (Art 7).
    Directed,
    /// What the carrier has opened (Art 8).
    Open,
}

impl State {
    /// The state after `event`; `None` when it has no place here.
    pub fn next(self, event: Event) -> Option<Self> {
        Some(match (self, event) {
            (Self::Stocked, Event::Fitted) => Self::Fitted,
            (Self::Stocked | Self::Fitted, Event::TestStarted) => Self::Testing,
            (Self::Testing, Event::TestEnded) => Self::Closed,
            (Self::Fitted, Event::Sold) => Self::Sold,
            (Self::Fitted | Self::Sold | Self::Active | Self::EmergencyOnly, Event::Registered) => {
                Self::Active
            }
            (Self::Active, Event::Transferred) => Self::Active,
            (Self::Active, Event::Suspended) => Self::EmergencyOnly,
            (
                Self::Stocked | Self::Fitted | Self::Sold | Self::Active | Self::EmergencyOnly,
                Event::Closed,
            ) => Self::Closed,
            _ => return None,
        })
    }

    /// What the card may do.
    pub fn service(self) -> Service {
        match self {
            Self::Stocked | Self::Closed => Service::None,
            Self::Fitted | Self::Sold | Self::EmergencyOnly => Service::EmergencyOnly,
            Self::Testing => Service::Directed,
            Self::Active => Service::Open,
        }
    }
}

/// What a change of the vehicle's record means for its cards.
pub fn follow(event: record::Event) -> Option<Event> {
    Some(match event {
        record::Event::Registered => Event::Registered,
        record::Event::Transferred => Event::Transferred,
        record::Event::RectificationMissed | record::Event::Cancelled => Event::Suspended,
        record::Event::ServiceEnded => Event::Closed,
        record::Event::Sampled
        | record::Event::SamplePassed
        | record::Event::SampleFailed
        | record::Event::Questioned => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn art_6_to_14_a_life_is_whole() {
        let life = [
            Event::Fitted,
            Event::Sold,
            Event::Registered,
            Event::Transferred,
            Event::Suspended,
            Event::Closed,
        ];
        let end = life.into_iter().try_fold(State::Stocked, State::next);
        assert_eq!(end, Some(State::Closed));
    }

    #[test]
    fn art_7_a_test_card_reaches_what_the_test_needs_and_is_closed_after_it() {
        let testing = State::Stocked.next(Event::TestStarted).unwrap();
        assert_eq!(testing.service(), Service::Directed);
        assert_eq!(testing.next(Event::Registered), None);
        assert_eq!(testing.next(Event::TestEnded), Some(State::Closed));
    }

    proptest! {
        #[test]
        fn art_14_only_a_registered_card_is_open_and_a_closed_one_stays_closed(
            events in prop::collection::vec(prop::sample::select(Event::ALL), 0..40),
        ) {
            let (mut state, mut registered) = (State::Stocked, false);
            for event in events {
                let Some(next) = state.next(event) else { continue };
                prop_assert_ne!(state, State::Closed);
                registered |= event == Event::Registered;
                state = next;
                prop_assert!(registered || state.service() != Service::Open);
            }
        }

        #[test]
        fn cards_of_a_vehicle_follow_its_record(
            events in prop::collection::vec(prop::sample::select(vec![
                record::Event::Registered,
                record::Event::Transferred,
                record::Event::Sampled,
                record::Event::SamplePassed,
                record::Event::SampleFailed,
                record::Event::Questioned,
                record::Event::RectificationMissed,
                record::Event::Cancelled,
                record::Event::ServiceEnded,
            ]), 0..40),
        ) {
            let (mut record, mut cards) = (record::State::Unregistered, [State::Fitted, State::Sold]);
            for event in events {
                let Some(next) = record.next(event) else { continue };
                record = next;
                if let Some(event) = follow(event) {
                    for card in &mut cards {
                        let moved = card.next(event);
                        prop_assert!(moved.is_some(), "{card:?} cannot follow {event:?}");
                        *card = moved.unwrap_or(*card);
                    }
                }
                let open = record.service() == record::Service::Open;
                prop_assert!(cards.iter().all(|card| (card.service() == Service::Open) == open));
            }
        }
    }
}
