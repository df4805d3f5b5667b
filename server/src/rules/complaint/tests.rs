use proptest::prelude::*;

use super::{Event as E, State as S, *};

const ANNA: Uuid = Uuid::from_u128(1);
const BO: Uuid = Uuid::from_u128(2);
const A: By = By::Staff(ANNA);
const B: By = By::Staff(BO);

fn play(events: &[(E, By)]) -> Result<Case, Illegal> {
    events.iter().try_fold(Case::default(), |case, (event, by)| case.next(*event, *by))
}

const BEGUN: [(E, By); 4] =
    [(E::Filed, By::User), (E::Accepted, By::System), (E::Assigned { to: ANNA }, A), (E::Started, A)];

fn begun_and(events: &[(E, By)]) -> Result<Case, Illegal> {
    play(&[&BEGUN[..], events].concat())
}

fn proposal(second: bool) -> E {
    E::Proposed { outcome: Outcome::Upheld, second }
}

const REPLIED: E = E::Replied { outcome: Outcome::Upheld };
const CLOSED: E = E::Closed { outcome: Outcome::Upheld };

#[test]
fn art_21_the_way_of_a_complaint() {
    let waiting = begun_and(&[(E::Asked, A)]).unwrap();
    assert_eq!(waiting.state, S::WaitingForUser);
    let back = waiting.next(E::UserSpoke, By::User).unwrap();
    assert_eq!(back.state, S::Investigating);
    let replied = back.next(proposal(false), A).unwrap().next(REPLIED, A).unwrap();
    assert_eq!((replied.state, replied.outcome), (S::Replied, Some(Outcome::Upheld)));
    assert_eq!(replied.next(CLOSED, By::User).unwrap().state, S::Closed);
    let again = replied.next(E::Reopened, By::User).unwrap();
    assert_eq!((again.state, again.assignee, again.round), (S::Reopened, Some(ANNA), 2));
    assert_eq!(again.next(E::Appealed, By::User).unwrap().state, S::Appealed);
}

#[test]
fn art_21_who_appeals_before_the_answer_still_gets_one() {
    let appealed = begun_and(&[(E::Appealed, By::User)]).unwrap();
    assert_eq!(appealed.state, S::Appealed);
    let replied = appealed.next(proposal(false), A).unwrap().next(REPLIED, A).unwrap();
    assert_eq!(replied.state, S::Replied);
}

#[test]
fn only_who_has_it_speaks_and_anybody_notes() {
    assert_eq!(begun_and(&[(E::Said, B)]), Err(Illegal::NotYours));
    assert_eq!(begun_and(&[(E::Asked, B)]), Err(Illegal::NotYours));
    assert_eq!(begun_and(&[(proposal(false), B)]), Err(Illegal::NotYours));
    assert!(begun_and(&[(E::Noted, B)]).is_ok());
    assert!(begun_and(&[(E::Assigned { to: BO }, A), (E::Said, B)]).is_ok());
}

#[test]
fn a_second_person_is_another_person() {
    let proposed = begun_and(&[(proposal(true), A)]).unwrap();
    assert_eq!(proposed.state, S::SecondApproval);
    assert_eq!(proposed.next(REPLIED, A), Err(Illegal::SecondPerson));
    assert_eq!(proposed.next(E::Returned, A), Err(Illegal::SecondPerson));
    assert_eq!(proposed.next(E::Returned, B).unwrap().state, S::Investigating);
    assert_eq!(proposed.next(E::Replied { outcome: Outcome::Unfounded }, B), Err(Illegal::OutOfPlace));
    assert_eq!(proposed.next(REPLIED, B).unwrap().state, S::Replied);
    // Passing it on does not make the proposer a second person.
    let passed_on = proposed.next(E::Assigned { to: BO }, A).unwrap();
    assert_eq!(passed_on.next(REPLIED, A), Err(Illegal::SecondPerson));
}

#[test]
fn the_person_takes_it_back_when_they_like_and_comes_back() {
    let withdrawn = E::Closed { outcome: Outcome::Withdrawn };
    assert_eq!(begun_and(&[(withdrawn, A)]), Err(Illegal::OutOfPlace));
    let closed = begun_and(&[(withdrawn, By::User)]).unwrap();
    assert_eq!(closed.state, S::Closed);
    assert_eq!(closed.next(E::Said, A), Err(Illegal::Closed));
    assert_eq!(closed.next(E::Reopened, By::User).unwrap().state, S::Reopened);
}

#[test]
fn what_was_merged_does_not_come_back() {
    let merged = begun_and(&[(E::Closed { outcome: Outcome::Duplicate }, B)]).unwrap();
    assert_eq!(merged.next(E::Reopened, By::User), Err(Illegal::Closed));
    assert_eq!(merged.next(E::Appealed, By::User), Err(Illegal::Closed));
}

fn events() -> impl Strategy<Value = (E, By)> {
    let by = prop_oneof![Just(By::User), Just(A), Just(B), Just(By::System)];
    let outcome = || prop::sample::select(Outcome::ALL);
    let to = prop_oneof![Just(ANNA), Just(BO)];
    let event = prop_oneof![
        prop::sample::select(vec![
            E::Filed,
            E::Accepted,
            E::Released,
            E::Started,
            E::Noted,
            E::Said,
            E::Asked,
            E::UserSpoke,
            E::Returned,
            E::Reopened,
            E::Appealed,
            E::Woken,
        ]),
        to.prop_map(|to| E::Assigned { to }),
        (outcome(), any::<bool>()).prop_map(|(outcome, second)| E::Proposed { outcome, second }),
        outcome().prop_map(|outcome| E::Replied { outcome }),
        outcome().prop_map(|outcome| E::Closed { outcome }),
        any::<i64>().prop_map(|until_ms| E::Snoozed { until_ms }),
    ];
    (event, by)
}

proptest! {
    #[test]
    fn laws_of_every_history(events in prop::collection::vec(events(), 0..80)) {
        let mut case = Case::default().next(E::Accepted, By::System).unwrap();
        let mut replies = 0;
        for (event, by) in events {
            let Ok(next) = case.next(event, by) else { continue };
            prop_assert!(
                !case.is_closed() || matches!(event, E::Reopened | E::Appealed | E::Noted),
                "{event:?} moved a closed complaint"
            );
            if let E::Proposed { outcome, .. } = event {
                prop_assert!(outcome.is_answer());
            }
            if let E::Replied { outcome } = event {
                replies += 1;
                prop_assert_eq!(case.outcome, Some(outcome), "the answer sent is the one proposed");
                prop_assert!(case.state != S::SecondApproval || By::Staff(case.proposed_by.unwrap()) != by);
            }
            if next.is_closed() && !case.is_closed() {
                let early = matches!(next.outcome, Some(Outcome::Withdrawn | Outcome::Duplicate));
                prop_assert!(early || replies > 0 || case.state == S::Appealed, "closed without an answer");
            }
            prop_assert_eq!(next.round, case.round + u32::from(event == E::Reopened));
            if matches!(next.state, S::Investigating | S::WaitingForUser | S::Proposed | S::SecondApproval) {
                prop_assert!(next.assignee.is_some());
            }
            case = next;
        }
    }
}
