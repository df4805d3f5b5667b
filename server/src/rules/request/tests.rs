use proptest::prelude::*;

use super::*;

fn events() -> Vec<Event> {
    let mut all = vec![
        Event::ReviewPassed,
        Event::ReviewRefused,
        Event::ReviewSentBack,
        Event::Claimed,
        Event::OwnerConsented,
        Event::OwnerObjected,
        Event::SilenceOver,
        Event::CardLimitExceeded,
        Event::Agreed,
        Event::Enqueued,
        Event::PlatformAccepted,
        Event::PlatformConfirmed,
        Event::PlatformRejected,
        Event::ServiceEnded,
        Event::Cancel,
        Event::Decline,
        Event::Expire,
        Event::Dispute,
        Event::DisputeDismissed,
        Event::DisputeUpheld,
    ];
    for party in Party::ALL {
        all.extend([Event::VerificationStarted(*party), Event::VerificationPassed(*party)]);
    }
    all.extend(Subject::ALL.iter().map(|subject| Event::ReviewNeeded(*subject)));
    all
}

/// A request and everything that is tried with it. Half of the tries are such as the state allows, so that long
/// lives are common.
fn life() -> impl Strategy<Value = (Kind, Vec<State>, Vec<Event>)> {
    let tries = prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..60);
    (prop::sample::select(Kind::ALL), tries).prop_map(|(kind, tries)| {
        let (mut states, mut taken) = (vec![State::first(kind)], Vec::new());
        for (index, legal) in tries {
            let now = states[states.len() - 1];
            let mut choice = events();
            if legal {
                choice.retain(|event| {
                    now.next(*event).is_ok()
                        && !matches!(
                            event,
                            Event::Cancel | Event::Expire | Event::Decline | Event::ReviewRefused
                        )
                });
            }
            if choice.is_empty() {
                continue;
            }
            let event = *index.get(&choice);
            if let Ok(next) = now.next(event) {
                states.push(next);
                taken.push(event);
            }
        }
        (kind, states, taken)
    })
}

fn names(states: &[State]) -> Vec<&'static str> {
    states.iter().map(|state| state.name()).collect()
}

fn play(kind: Kind, events: &[Event]) -> Vec<&'static str> {
    let mut states = vec![State::first(kind)];
    for event in events {
        states.push(states[states.len() - 1].next(*event).unwrap());
    }
    names(&states)
}

/// The party was found to be who it says, by the machine, by staff or both.
fn proved(taken: &[Event], party: Party, subjects: &[Subject]) -> bool {
    let reviewed = subjects.iter().any(|subject| taken.contains(&Event::ReviewNeeded(*subject)));
    taken.contains(&Event::VerificationPassed(party)) || reviewed && taken.contains(&Event::ReviewPassed)
}

#[test]
fn the_straight_ways() {
    use Event as E;
    use Party::{Counterparty, Owner};
    let send = [E::Agreed, E::Enqueued, E::PlatformAccepted, E::PlatformConfirmed];
    let verify = |party| [E::VerificationStarted(party), E::VerificationPassed(party)];
    let way = |kind, parts: &[&[Event]]| play(kind, &parts.concat());
    assert_eq!(
        way(Kind::Registration, &[&verify(Owner), &send]),
        ["capturing", "verifying", "card_limit_check", "submitted", "submitted", "submitted", "active",]
    );
    assert_eq!(
        way(Kind::Transfer, &[&verify(Owner), &[E::Claimed], &verify(Counterparty), &send]),
        [
            "draft",
            "owner_verifying",
            "awaiting_counterparty",
            "counterparty_verifying",
            "counterparty_verifying",
            "card_limit_check",
            "approved",
            "syncing",
            "accepted",
            "confirmed",
        ]
    );
    assert_eq!(
        way(Kind::Claim, &[&verify(Counterparty), &[E::OwnerConsented], &send]),
        [
            "claimed",
            "claimed",
            "prior_owner_notified",
            "card_limit_check",
            "approved",
            "syncing",
            "accepted",
            "confirmed",
        ]
    );
    assert_eq!(
        way(Kind::Cancellation, &[&verify(Owner), &send, &[E::ServiceEnded]]),
        ["draft", "verifying", "reason_given", "approved", "syncing", "syncing", "emergency_only", "closed",]
    );
    assert_eq!(
        way(Kind::Replacement, &[&verify(Owner), &send]),
        ["draft", "verifying", "card_limit_check", "approved", "syncing", "accepted", "confirmed",]
    );
}

#[test]
fn a_claim_met_with_silence_or_objection_goes_to_staff() {
    use Event as E;
    let told = [E::VerificationStarted(Party::Counterparty), E::VerificationPassed(Party::Counterparty)];
    let silent = play(Kind::Claim, &[&told[..], &[E::SilenceOver, E::ReviewPassed]].concat());
    assert_eq!(silent[3..], ["manual_review", "card_limit_check"]);
    let objected = play(Kind::Claim, &[&told[..], &[E::OwnerObjected, E::DisputeDismissed]].concat());
    assert_eq!(objected[3..], ["disputed", "manual_review"]);
    let upheld = play(Kind::Claim, &[&told[..], &[E::OwnerObjected, E::DisputeUpheld]].concat());
    assert_eq!(upheld[3..], ["disputed", "rejected"]);
}

#[test]
fn states_read_back() {
    for kind in Kind::ALL {
        for state in State::every(*kind) {
            assert_eq!(State::parse(*kind, &state.to_string()), Some(state));
        }
        assert_eq!(State::parse(*kind, "manual_review"), None);
    }
}

proptest! {
    #[test]
    fn a_closed_request_never_changes((_, states, _) in life()) {
        prop_assert!(states[..states.len() - 1].iter().all(|state| !state.is_closed()));
    }

    #[test]
    fn a_disputed_request_stands_still((_, states, taken) in life()) {
        for (state, event) in states.iter().zip(&taken) {
            let ends = matches!(event, Event::DisputeDismissed | Event::DisputeUpheld);
            prop_assert!(state.is_disputed() == ends);
        }
    }

    #[test]
    fn a_dismissed_dispute_changes_nothing((_, states, _) in life()) {
        for state in states.iter().filter(|state| state.can_end_early()) {
            let back = state.next(Event::Dispute).and_then(|state| state.next(Event::DisputeDismissed));
            prop_assert_eq!(back, Ok(*state));
        }
    }

    #[test]
    fn after_agreement_nobody_takes_it_back((_, states, taken) in life()) {
        let agreed = states.iter().position(|state| state.phase() == Phase::Agreed);
        for event in agreed.map_or(&[][..], |at| &taken[at..]) {
            let takes_back = matches!(event, Event::Cancel | Event::Decline | Event::Expire | Event::Dispute);
            prop_assert!(!takes_back);
        }
    }

    #[test]
    fn art_2_and_8_nobody_becomes_owner_unverified((kind, states, taken) in life()) {
        if !states.iter().any(|state| state.phase() == Phase::Agreed) {
            return Ok(());
        }
        let owner = || proved(&taken, Party::Owner, &[Subject::Owner, Subject::Proof]);
        let counterparty = || proved(&taken, Party::Counterparty, &[Subject::Counterparty, Subject::Claimant]);
        let verified = match kind {
            Kind::Registration => owner() || proved(&taken, Party::Agent, &[Subject::Agent]),
            Kind::Transfer => owner() && counterparty(),
            Kind::Claim => counterparty(),
            Kind::Cancellation | Kind::Replacement => owner(),
        };
        prop_assert!(verified);
    }

    #[test]
    fn a_claim_never_passes_over_the_owner_on_record((kind, states, taken) in life()) {
        if kind == Kind::Claim && states.iter().any(|state| state.phase() == Phase::Agreed) {
            let heard = [Event::OwnerConsented, Event::OwnerObjected, Event::SilenceOver];
            prop_assert!(heard.iter().any(|event| taken.contains(event)));
        }
    }

    #[test]
    fn art_13_and_17_nothing_is_sent_before_the_person_agreed((_, states, taken) in life()) {
        if states.iter().any(|state| state.phase() == Phase::Agreed) {
            let agreed = taken.contains(&Event::Agreed) || taken.contains(&Event::ReviewNeeded(Subject::Proof));
            prop_assert!(agreed);
        }
    }

    #[test]
    fn art_11_over_the_limit_never_goes_on((_, states, taken) in life()) {
        if taken.contains(&Event::CardLimitExceeded) {
            prop_assert!(states.iter().all(|state| state.phase() != Phase::Agreed));
        }
    }
}
