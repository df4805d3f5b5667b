//! Manual review: a person decides where the machine did not, or was not asked to.
//!
//! `Waiting → Claimed → Passed | Refused | SentBack`. A policy may ask for two people: then a first pass leads back to
//! `Waiting`, and only someone else can claim it. Refusing and asking for better pictures need one.

use uuid::Uuid;

/// Where a review stands. Ids are those of members of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Nobody has it.
    Waiting,
    /// This person looks at it.
    Claimed(Uuid),
    /// The person was let pass. Closed.
    Passed,
    /// The person was refused. Closed.
    Refused,
    /// Better pictures were asked for; a new verification will follow. Closed.
    SentBack,
    /// The request ended by itself before anybody decided. Closed.
    Withdrawn,
}

/// What can happen to a review. Ids are those of who does it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Takes it.
    Claim(Uuid),
    /// Gives it back undecided.
    Release(Uuid),
    /// Lets the person pass.
    Pass(Uuid),
    /// Refuses the person.
    Refuse(Uuid),
    /// Asks for better pictures.
    SendBack(Uuid),
    /// The request has ended.
    Withdraw,
}

/// Why an event cannot happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Illegal {
    /// Someone else has it, or nobody.
    NotYours,
    /// The first of two people cannot be the second.
    SecondPerson,
    /// It is decided.
    Closed,
}

/// A review: where it stands, and who of two has already said yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Review {
    /// Where it stands.
    pub state: State,
    /// Whether two people must agree to a pass.
    pub two_people: bool,
    /// The first of them, once there is one.
    pub first_pass: Option<Uuid>,
}

impl Review {
    /// A review nobody has looked at.
    pub fn new(two_people: bool) -> Self {
        Self { state: State::Waiting, two_people, first_pass: None }
    }

    /// The review after `event`.
    ///
    /// # Errors
    /// [`Illegal`]; nothing changes then.
    pub fn next(self, event: Event) -> Result<Self, Illegal> {
        let to = |state| Ok(Self { state, ..self });
        match (self.state, event) {
            (State::Passed | State::Refused | State::SentBack | State::Withdrawn, _) => Err(Illegal::Closed),
            (_, Event::Withdraw) => to(State::Withdrawn),
            (State::Waiting, Event::Claim(who)) if self.first_pass == Some(who) => Err(Illegal::SecondPerson),
            (State::Waiting, Event::Claim(who)) => to(State::Claimed(who)),
            (State::Claimed(holder), Event::Claim(who)) if holder == who => Ok(self),
            (
                State::Claimed(holder),
                Event::Release(who) | Event::Pass(who) | Event::Refuse(who) | Event::SendBack(who),
            ) if holder == who => match event {
                Event::Release(_) => to(State::Waiting),
                Event::Refuse(_) => to(State::Refused),
                Event::SendBack(_) => to(State::SentBack),
                _ if self.two_people && self.first_pass.is_none() => {
                    Ok(Self { state: State::Waiting, first_pass: Some(who), ..self })
                }
                _ => to(State::Passed),
            },
            _ => Err(Illegal::NotYours),
        }
    }

    /// Nothing can happen any more.
    pub fn is_closed(self) -> bool {
        !matches!(self.state, State::Waiting | State::Claimed(_))
    }
}

impl State {
    /// Name in the database and the API. Who claimed it is kept beside it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Claimed(_) => "claimed",
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::SentBack => "sent_back",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name; `claimed` needs who claimed it.
    pub fn parse(name: &str, holder: Option<Uuid>) -> Option<Self> {
        Some(match name {
            "waiting" => Self::Waiting,
            "claimed" => Self::Claimed(holder?),
            "passed" => Self::Passed,
            "refused" => Self::Refused,
            "sent_back" => Self::SentBack,
            "withdrawn" => Self::Withdrawn,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ANNA: Uuid = Uuid::from_u128(1);
    const BO: Uuid = Uuid::from_u128(2);

    fn play(two_people: bool, events: &[Event]) -> Result<Review, Illegal> {
        events.iter().try_fold(Review::new(two_people), |review, event| review.next(*event))
    }

    #[test]
    fn one_person_decides() {
        let passed = play(false, &[Event::Claim(ANNA), Event::Pass(ANNA)]).unwrap();
        assert_eq!(passed.state, State::Passed);
        assert_eq!(play(false, &[Event::Pass(ANNA)]), Err(Illegal::NotYours));
        assert_eq!(play(false, &[Event::Claim(ANNA), Event::Pass(BO)]), Err(Illegal::NotYours));
        assert_eq!(play(false, &[Event::Claim(ANNA), Event::Claim(BO)]), Err(Illegal::NotYours));
    }

    #[test]
    fn two_people_are_two() {
        let first = [Event::Claim(ANNA), Event::Pass(ANNA)];
        let waiting = play(true, &first).unwrap();
        assert_eq!((waiting.state, waiting.first_pass), (State::Waiting, Some(ANNA)));
        assert_eq!(waiting.next(Event::Claim(ANNA)), Err(Illegal::SecondPerson));
        let passed = waiting.next(Event::Claim(BO)).unwrap().next(Event::Pass(BO)).unwrap();
        assert_eq!(passed.state, State::Passed);
    }

    #[test]
    fn one_person_is_enough_to_refuse() {
        let refused = play(true, &[Event::Claim(ANNA), Event::Refuse(ANNA)]).unwrap();
        assert_eq!(refused.state, State::Refused);
    }

    fn events() -> impl Strategy<Value = Event> {
        let who = prop_oneof![Just(ANNA), Just(BO)];
        (0..6, who).prop_map(|(kind, who)| match kind {
            0 => Event::Claim(who),
            1 => Event::Release(who),
            2 => Event::Pass(who),
            3 => Event::Refuse(who),
            4 => Event::SendBack(who),
            _ => Event::Withdraw,
        })
    }

    proptest! {
        #[test]
        fn a_closed_review_never_changes_and_a_double_pass_took_two(
            two_people: bool,
            events in prop::collection::vec(events(), 0..40),
        ) {
            let mut review = Review::new(two_people);
            let mut passes = Vec::new();
            for event in events {
                let closed = review.is_closed();
                match review.next(event) {
                    Ok(_) if closed => prop_assert!(false, "a closed review changed"),
                    Ok(next) => {
                        if let Event::Pass(who) = event { passes.push(who) }
                        review = next;
                    }
                    Err(why) => prop_assert_eq!(why == Illegal::Closed, closed),
                }
            }
            if review.state == State::Passed {
                passes.sort();
                passes.dedup();
                prop_assert_eq!(passes.len(), if two_people { 2 } else { 1 });
            }
        }
    }
}
