//! Correcting what is on record (PIPL Art 46): one side proposes, the other decides, and nothing changes before.
//!
//! Only what nobody has verified can be corrected. Name and document are what was verified: they need a new
//! verification.

named! {
    /// What can be corrected.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    Field {
        /// Engine or motor number of the vehicle.
        EngineNumber = "engine_number",
        /// Brand of the vehicle.
        Brand = "brand",
        /// Model of the vehicle.
        Model = "model",
        /// Body colour of the vehicle.
        BodyColour = "body_colour",
        /// Phone number of the owner.
        Phone = "phone",
        /// Address of the owner.
        Address = "address",
    }
}

impl Field {
    /// It is about the owner, and so about every vehicle of theirs.
    pub fn is_of_owner(self) -> bool {
        matches!(self, Self::Phone | Self::Address)
    }
}

named! {
    /// A side of a correction.
    Side {
        /// The owner on record.
        Owner = "owner",
        /// Staff.
        Staff = "staff",
    }
}

named! {
    /// Where a correction stands.
    State {
        /// The other side has not answered.
        Proposed = "proposed",
        /// It did, and the record was changed.
        Confirmed = "confirmed",
        /// Refused by the other side, or taken back.
        Declined = "declined",
        /// Not answered in time.
        Expired = "expired",
    }
}

/// What can happen to a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A side says that it is right.
    Confirmed(Side),
    /// A side says that it is wrong.
    Declined(Side),
    /// Its time is over.
    Expired,
}

impl State {
    /// The state after `event`, of a correction that `by` proposed; `None` when the event has no place here.
    pub fn next(self, by: Side, event: Event) -> Option<Self> {
        match (self, event) {
            (Self::Proposed, Event::Confirmed(side)) if side != by => Some(Self::Confirmed),
            (Self::Proposed, Event::Declined(_)) => Some(Self::Declined),
            (Self::Proposed, Event::Expired) => Some(Self::Expired),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events() -> impl Strategy<Value = Event> {
        prop_oneof![
            prop::sample::select(Side::ALL).prop_map(Event::Confirmed),
            prop::sample::select(Side::ALL).prop_map(Event::Declined),
            Just(Event::Expired),
        ]
    }

    proptest! {
        #[test]
        fn nobody_confirms_what_they_proposed_and_nothing_is_decided_twice(
            by in prop::sample::select(Side::ALL),
            events in prop::collection::vec(events(), 0..20),
        ) {
            let mut state = State::Proposed;
            for event in events {
                let Some(next) = state.next(by, event) else { continue };
                prop_assert_eq!(state, State::Proposed);
                prop_assert_ne!(event, Event::Confirmed(by));
                prop_assert_eq!(next == State::Confirmed, matches!(event, Event::Confirmed(_)));
                state = next;
            }
        }
    }
}
