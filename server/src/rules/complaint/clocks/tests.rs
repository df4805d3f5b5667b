use proptest::prelude::*;
use rstest::rstest;
use uuid::Uuid;

use super::*;
use crate::rules::{
    calendar::tests::{at, china},
    complaint::{Act, By, Outcome},
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const ANNA: Uuid = Uuid::from_u128(1);
const BO: Uuid = Uuid::from_u128(2);
const A: By = By::Staff(ANNA);
const U: By = By::User;

const TARGETS: Targets = Targets {
    first_response_ms: Some(4 * HOUR),
    resolution_ms: Some(40 * HOUR),
    warn_days: 3,
    warn_percent: 75,
    close_days: 7,
};
const PROPOSED: Event = Event::Proposed { outcome: Outcome::Upheld, second: false };
const REPLIED: Event = Event::Replied { outcome: Outcome::Upheld };
const WITHDRAWN: Event = Event::Closed { outcome: Outcome::Withdrawn };
const DUPLICATE: Event = Event::Closed { outcome: Outcome::Duplicate };

fn moments(events: &[(&str, By, Event)]) -> Vec<Moment> {
    events.iter().map(|(when, by, event)| Moment { at_ms: at(when), by: *by, event: *event }).collect()
}

/// A complaint that Anna has begun to work on as soon as it came, and what happened then.
fn begun(when: &str, then: &[(&str, By, Event)]) -> Vec<Moment> {
    let begin = [
        (when, U, Event::Filed),
        (when, By::System, Event::Accepted),
        (when, A, Event::Assigned { to: ANNA }),
        (when, A, Event::Started),
    ];
    moments(&[&begin[..], then].concat())
}

fn clocks(history: &[Moment]) -> Clocks {
    read(history, &china(), &TARGETS)
}

fn run(history: &[Moment], clock: Clock) -> Run {
    clocks(history).run(clock).unwrap().clone()
}

#[rstest]
#[case::ordinary("2026-11-02 10:00", "2026-11-18 00:00")]
#[case::just_before_midnight("2026-11-02 23:59:59.999", "2026-11-18 00:00")]
#[case::midnight("2026-11-03 00:00", "2026-11-19 00:00")]
#[case::ends_in_national_day("2026-09-20 10:00", "2026-10-06 00:00")]
#[case::received_in_national_day("2026-10-01 10:00", "2026-10-17 00:00")]
#[case::ends_in_spring_festival("2026-02-05 10:00", "2026-02-21 00:00")]
#[case::ends_on_a_weekend("2026-11-07 10:00", "2026-11-23 00:00")]
#[case::over_the_year("2026-12-20 10:00", "2027-01-05 00:00")]
fn art_21_an_answer_within_15_calendar_days(#[case] received: &str, #[case] over: &str) {
    let statutory = run(&begun(received, &[]), Clock::Statutory);
    assert_eq!(statutory.due_ms, Some(at(over)));
    assert!(!statutory.is_breached(at(over) - 1));
    assert!(statutory.is_breached(at(over)));
}

#[rstest]
#[case::waiting(&[("2026-09-21 10:00", A, Event::Asked)])]
#[case::waiting_and_answered(&[("2026-09-21 10:00", A, Event::Asked), ("2026-09-28 10:00", U, Event::UserSpoke)])]
#[case::snoozed(&[("2026-09-21 10:00", A, Event::Snoozed { until_ms: i64::MAX })])]
#[case::passed_on(&[("2026-09-21 10:00", A, Event::Assigned { to: BO })])]
#[case::appealed(&[("2026-09-21 10:00", U, Event::Appealed)])]
#[case::proposed(&[("2026-09-21 10:00", A, PROPOSED)])]
fn art_21_nothing_pauses_the_statutory_clock(#[case] then: &[(&str, By, Event)]) {
    let statutory = run(&begun("2026-09-20 10:00", then), Clock::Statutory);
    assert_eq!((statutory.due_ms, statutory.stopped_ms), (Some(at("2026-10-06 00:00")), None));
}

#[rstest]
#[case::answered(&[("2026-09-22 10:00", A, PROPOSED), ("2026-09-22 11:00", A, REPLIED)], "2026-09-22 11:00")]
#[case::withdrawn(&[("2026-09-22 10:00", U, WITHDRAWN)], "2026-09-22 10:00")]
#[case::merged(&[("2026-09-22 10:00", A, DUPLICATE)], "2026-09-22 10:00")]
fn art_21_an_answer_stops_the_statutory_clock(#[case] then: &[(&str, By, Event)], #[case] stopped: &str) {
    let then = [&[("2026-09-20 11:00", A, Event::Said)], then].concat();
    let read = clocks(&begun("2026-09-20 10:00", &then));
    assert_eq!(read.run(Clock::Statutory).unwrap().stopped_ms, Some(at(stopped)));
    assert_eq!(read.alerts(i64::MAX), []);
    assert_eq!(read.next_alert_ms(), None);
}

#[rstest]
#[case::in_time("2026-10-05 23:59:59.999", false)]
#[case::too_late("2026-10-06 00:00", true)]
fn art_21_the_fifteenth_day_is_whole(#[case] answered: &str, #[case] breached: bool) {
    let then = [("2026-09-22 10:00", A, PROPOSED), (answered, A, REPLIED)];
    let statutory = run(&begun("2026-09-20 10:00", &then), Clock::Statutory);
    assert_eq!(statutory.is_breached(i64::MAX), breached);
}

#[test]
fn art_21_reopening_gives_another_15_days() {
    let history = begun(
        "2026-09-20 10:00",
        &[
            ("2026-09-22 10:00", A, PROPOSED),
            ("2026-09-22 11:00", A, REPLIED),
            ("2026-09-29 20:00", U, Event::Reopened),
        ],
    );
    let read = clocks(&history);
    assert_eq!((read.round, read.runs.len()), (2, 6));
    assert_eq!(read.run(Clock::Statutory).unwrap().due_ms, Some(at("2026-10-15 00:00")));
    // 29 Sep 20:00: 4 hours on the 30th; 40 hours from there: 30 Sep, 8, 9, 10 (a Saturday), 12 Oct.
    assert_eq!(read.run(Clock::FirstResponse).unwrap().due_ms, Some(at("2026-09-30 14:00")));
    assert_eq!(read.run(Clock::Resolution).unwrap().due_ms, Some(at("2026-10-12 18:00")));
    assert_eq!(read.next_actor, NextActor::Handler);
    assert_eq!((read.first_response_ms, read.replied_ms), (None, None));
}

#[test]
fn a_breach_of_an_earlier_round_is_told_after_reopening_too() {
    let history = begun(
        "2026-09-20 10:00",
        &[
            ("2026-09-20 11:00", A, Event::Said),
            ("2026-10-08 10:00", A, PROPOSED),
            ("2026-10-08 10:00", A, REPLIED),
            ("2026-10-08 10:01", U, Event::Reopened),
        ],
    );
    let breaches = [Clock::Statutory, Clock::Resolution];
    let alerts = breaches.map(|clock| Alert { clock, round: 1, stage: Stage::Breach });
    assert_eq!(clocks(&history).alerts(at("2026-10-08 10:02")), alerts);
}

#[rstest]
#[case::in_the_morning("2026-10-12 09:00", "2026-10-12 14:00", "2026-10-16 18:00")]
#[case::at_night("2026-10-12 23:00", "2026-10-13 14:00", "2026-10-19 18:00")]
#[case::before_national_day("2026-09-30 17:00", "2026-10-08 12:00", "2026-10-13 17:00")]
#[case::before_spring_festival("2026-02-14 17:00", "2026-02-24 12:00", "2026-02-28 17:00")]
#[case::on_a_saturday_worked("2026-10-10 09:00", "2026-10-10 14:00", "2026-10-15 18:00")]
#[case::on_a_sunday("2026-10-11 09:00", "2026-10-12 14:00", "2026-10-16 18:00")]
fn targets_run_in_working_time(#[case] received: &str, #[case] response: &str, #[case] resolution: &str) {
    let history = begun(received, &[]);
    assert_eq!(run(&history, Clock::FirstResponse).due_ms, Some(at(response)));
    assert_eq!(run(&history, Clock::Resolution).due_ms, Some(at(resolution)));
}

#[test]
fn the_resolution_target_stands_still_while_the_person_is_asked() {
    let asked = begun("2026-10-12 09:00", &[("2026-10-12 11:00", A, Event::Asked)]);
    let read = clocks(&asked);
    assert_eq!(read.run(Clock::Resolution).unwrap().due_ms, None);
    assert_eq!((read.next_actor, read.first_response_ms), (NextActor::User, Some(at("2026-10-12 11:00"))));
    // 2 hours were used; the person answers on Sunday, and 38 hours begin on Monday: 4 days and 6 hours.
    let mut answered = asked;
    answered.extend(moments(&[("2026-10-18 20:00", U, Event::UserSpoke)]));
    let read = clocks(&answered);
    assert_eq!(read.run(Clock::Resolution).unwrap().due_ms, Some(at("2026-10-23 16:00")));
    assert_eq!(read.next_actor, NextActor::Handler);
}

#[test]
fn snoozing_pauses_nothing() {
    let until_ms = at("2026-10-30 09:00");
    let awake = begun("2026-10-12 09:00", &[]);
    let snoozed = begun("2026-10-12 09:00", &[("2026-10-12 10:00", A, Event::Snoozed { until_ms })]);
    assert_eq!(clocks(&snoozed).runs, clocks(&awake).runs);
    assert_eq!(clocks(&snoozed).snoozed_until_ms, Some(until_ms));
    let said =
        [("2026-10-12 09:30", A, Event::Said), ("2026-10-12 10:00", A, Event::Snoozed { until_ms: 5 })];
    assert_eq!(clocks(&begun("2026-10-12 09:00", &said)).next_ms(), Some(5));
}

#[rstest]
#[case::ordinary("2026-11-02 10:00", "2026-11-13 09:00")]
#[case::in_national_day("2026-09-20 10:00", "2026-09-30 09:00")]
#[case::in_spring_festival("2026-02-05 10:00", "2026-02-14 09:00")]
fn staff_are_warned_while_somebody_is_there(#[case] received: &str, #[case] warned: &str) {
    // The last day less 3: Saturday 14 November; 2 October; 17 February.
    assert_eq!(run(&begun(received, &[]), Clock::Statutory).warn_ms, Some(at(warned)));
}

#[test]
fn each_clock_warns_once_and_escalates_once() {
    let mut history = begun("2026-10-12 09:00", &[]);
    let mut told = Vec::new();
    let mut now = at("2026-10-12 09:00");
    while let Some(next) = clocks(&history).next_alert_ms() {
        assert_eq!(clocks(&history).alerts(next - 1), [], "told too early");
        now = now.max(next);
        for Alert { clock, round, stage } in clocks(&history).alerts(now) {
            told.push((now, clock, stage));
            history.push(Moment {
                at_ms: now,
                by: By::System,
                event: Event::Alerted { clock, round, stage },
            });
        }
        assert_eq!(clocks(&history).alerts(now), [], "told twice");
    }
    let expected = [
        ("2026-10-12 12:00", Clock::FirstResponse, Stage::Warning),
        ("2026-10-12 14:00", Clock::FirstResponse, Stage::Breach),
        ("2026-10-15 16:00", Clock::Resolution, Stage::Warning),
        ("2026-10-16 18:00", Clock::Resolution, Stage::Breach),
        ("2026-10-23 09:00", Clock::Statutory, Stage::Warning),
        ("2026-10-28 00:00", Clock::Statutory, Stage::Breach),
    ];
    assert_eq!(told, expected.map(|(when, clock, stage)| (at(when), clock, stage)));
}

#[test]
fn a_warning_is_not_sent_when_the_breach_is_there_already() {
    let history = begun("2026-10-12 09:00", &[("2026-10-12 09:10", A, Event::Said)]);
    let alerts = clocks(&history).alerts(at("2026-12-01 09:00"));
    assert!(alerts.iter().all(|alert| alert.stage == Stage::Breach));
    assert_eq!(alerts.len(), 2);
}

#[test]
fn an_answer_closes_after_the_person_was_silent() {
    let answered = [("2026-10-12 10:00", A, PROPOSED), ("2026-10-12 11:00", A, REPLIED)];
    let mut history = begun("2026-10-12 09:00", &answered);
    assert_eq!(clocks(&history).closes_ms, Some(at("2026-10-20 00:00")));
    assert_eq!(clocks(&history).next_actor, NextActor::User);
    history.extend(moments(&[("2026-10-13 10:00", U, Event::UserSpoke)]));
    assert_eq!((clocks(&history).closes_ms, clocks(&history).next_actor), (None, NextActor::Handler));
    history.extend(moments(&[("2026-10-14 10:00", A, Event::Said)]));
    assert_eq!(clocks(&history).closes_ms, Some(at("2026-10-22 00:00")));
    history.extend(moments(&[("2026-10-15 10:00", U, Event::Closed { outcome: Outcome::Upheld })]));
    assert_eq!((clocks(&history).closes_ms, clocks(&history).next_actor), (None, NextActor::Nobody));
}

#[rstest]
#[case(&[], NextActor::Handler)]
#[case(&[("2026-10-12 10:00", A, Event::Released)], NextActor::Queue)]
#[case(&[("2026-10-12 10:00", A, Event::Said)], NextActor::Handler)]
#[case(&[("2026-10-12 10:00", A, Event::Asked)], NextActor::User)]
#[case(&[("2026-10-12 10:00", A, Event::Asked), ("2026-10-12 11:00", By::Staff(BO), Event::Noted)], NextActor::User)]
#[case(&[("2026-10-12 10:00", A, Event::Proposed { outcome: Outcome::Upheld, second: true })], NextActor::Approver)]
#[case(&[("2026-10-12 10:00", U, Event::Appealed)], NextActor::Handler)]
#[case(&[("2026-10-12 10:00", U, WITHDRAWN)], NextActor::Nobody)]
fn who_must_act_next(#[case] then: &[(&str, By, Event)], #[case] next: NextActor) {
    assert_eq!(clocks(&begun("2026-10-12 09:00", then)).next_actor, next);
}

#[test]
fn nothing_happened_yet() {
    let read = clocks(&[]);
    assert_eq!((read.runs.len(), read.next_ms(), read.next_actor), (0, None, NextActor::Queue));
}

fn event() -> impl Strategy<Value = (By, Event)> {
    let by = prop_oneof![Just(U), Just(A), Just(A), Just(By::Staff(BO)), Just(By::System)];
    let to = prop_oneof![Just(ANNA), Just(BO)];
    let outcome = prop_oneof![Just(Outcome::Upheld), Just(Outcome::Withdrawn), Just(Outcome::Duplicate)];
    let event = prop_oneof![
        4 => Just(Event::Asked),
        4 => Just(Event::UserSpoke),
        4 => Just(Event::Reopened),
        3 => prop::sample::select(vec![Event::Said, Event::Noted, Event::Started, Event::Returned, Event::Woken]),
        1 => prop::sample::select(vec![Event::Released, Event::Appealed]),
        2 => to.prop_map(|to| Event::Assigned { to }),
        3 => any::<bool>().prop_map(|second| Event::Proposed { outcome: Outcome::Upheld, second }),
        3 => Just(REPLIED),
        2 => outcome.prop_map(|outcome| Event::Closed { outcome }),
        1 => any::<i64>().prop_map(|until_ms| Event::Snoozed { until_ms }),
        1 => Just(Event::Acted { act: Act::Freeze, target: BO }),
    ];
    (by, event)
}

/// What happened to a complaint, at most some days apart.
fn histories() -> impl Strategy<Value = Vec<Moment>> {
    let from = at("2026-01-01 00:00")..at("2026-12-01 00:00");
    let events = prop::collection::vec((0..100 * HOUR, event()), 0..30);
    (from, events).prop_map(|(from, events)| {
        let mut history = begun("2026-01-01 00:00", &[]);
        history.iter_mut().for_each(|moment| moment.at_ms = from);
        let mut at_ms = from;
        for (pause, (by, event)) in events {
            at_ms += pause;
            history.push(Moment { at_ms, by, event });
        }
        history
    })
}

/// The rounds of a history that can have been: when each began.
fn beginnings(history: &[Moment]) -> Vec<i64> {
    let (mut case, mut begun) = (Case::default(), vec![history[0].at_ms]);
    for moment in history {
        let Ok(next) = case.next(moment.event, moment.by) else { continue };
        begun.extend((next.round > case.round).then_some(moment.at_ms));
        case = next;
    }
    begun
}

proptest! {
    #[test]
    fn art_21_only_receipt_and_reopening_move_the_statutory_clock(history in histories()) {
        let statutory = clocks(&history).runs.into_iter().filter(|run| run.clock == Clock::Statutory);
        let due: Vec<_> = statutory.map(|run| run.due_ms).collect();
        let expected: Vec<_> = beginnings(&history).into_iter().map(|from| Some(end_of_day(from, 15))).collect();
        prop_assert_eq!(due, expected);
    }

    #[test]
    fn a_pause_moves_the_resolution_target_by_its_working_time(
        from in at("2026-01-01 00:00")..at("2026-12-01 00:00"),
        pauses in prop::collection::vec((1..20 * HOUR, 0..200 * HOUR), 0..3),
    ) {
        let calendar = china();
        let mut history = begun("2026-01-01 00:00", &[]);
        history.iter_mut().for_each(|moment| moment.at_ms = from);
        let (mut at_ms, mut paused) = (from, 0);
        for (before, long) in pauses {
            let asked = at_ms + before;
            at_ms = asked + long;
            paused += calendar.between(asked, at_ms);
            history.push(Moment { at_ms: asked, by: A, event: Event::Asked });
            history.push(Moment { at_ms, by: U, event: Event::UserSpoke });
        }
        // At most 60 hours of a day and night were not paused: never the target's 200 hours of work.
        let targets = Targets { resolution_ms: Some(200 * HOUR), ..TARGETS };
        let due = read(&history, &calendar, &targets).run(Clock::Resolution).unwrap().due_ms;
        prop_assert_eq!(due, Some(calendar.after(from, 200 * HOUR + paused)));
    }

    #[test]
    fn alerts_wait_for_their_time_and_never_repeat(
        history in histories(),
        rounds in prop::collection::vec(0..300 * HOUR, 1..20),
    ) {
        let (mut lived, mut waiting) = (Vec::new(), history.iter().peekable());
        let mut told = Vec::new();
        let mut now = history[0].at_ms;
        for pause in rounds.into_iter().chain([2_000 * HOUR]) {
            now += pause;
            while let Some(moment) = waiting.next_if(|moment| moment.at_ms <= now) {
                lived.push(*moment);
            }
            let read = clocks(&lived);
            let alerts = read.alerts(now);
            prop_assert_eq!(alerts.is_empty(), read.next_alert_ms().is_none_or(|next| next > now));
            for alert in alerts {
                let Alert { clock, round, stage } = alert;
                prop_assert!(!told.contains(&alert), "{alert:?} again");
                prop_assert!(!told.contains(&Alert { stage: Stage::Breach, ..alert }), "{alert:?} after the breach");
                told.push(alert);
                lived.push(Moment { at_ms: now, by: By::System, event: Event::Alerted { clock, round, stage } });
            }
            prop_assert_eq!(clocks(&lived).alerts(now), []);
        }
        let read = clocks(&lived);
        for run in &read.runs {
            let escalated = told.contains(&Alert { clock: run.clock, round: run.round, stage: Stage::Breach });
            prop_assert_eq!(escalated, run.is_breached(now), "{:?}", run);
        }
    }

    #[test]
    fn what_is_told_changes_no_clock(history in histories(), after in 0..30_usize, round in 0..3_u32) {
        let mut told = history.clone();
        let place = after.min(told.len() - 2) + 2;
        let event = Event::Alerted { clock: Clock::Statutory, round, stage: Stage::Warning };
        told.insert(place, Moment { at_ms: told[place - 1].at_ms, by: By::System, event });
        let due = |history: &[Moment]| {
            let read = clocks(history);
            read.runs.iter().map(|run| (run.due_ms, run.stopped_ms)).collect::<Vec<_>>()
        };
        prop_assert_eq!(due(&told), due(&history));
    }

    #[test]
    fn no_time_is_too_strange(
        times in prop::collection::vec((any::<i64>(), event()), 0..20),
        now: i64,
        target: i64,
        warn_days: u32,
        warn_percent: u8,
    ) {
        let history: Vec<_> =
            times.into_iter().map(|(at_ms, (by, event))| Moment { at_ms, by, event }).collect();
        let history = [begun("2026-01-01 00:00", &[]), history].concat();
        let targets = Targets { resolution_ms: Some(target), warn_days, warn_percent, ..TARGETS };
        let read = read(&history, &china(), &targets);
        read.alerts(now);
        read.next_ms();
    }
}
