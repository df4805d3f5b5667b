//! The slow way: every minute of every complaint is looked at, with a calendar written down by hand. Written apart from
//! the rules on purpose; nothing of them is used but the events themselves.

use chrono::{Datelike, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Weekday};
use server::{rules::complaint::Event, store::ComplaintLine};
use uuid::Uuid;

pub const MINUTE: i64 = 60_000;

/// Four hours, five days of eight, and three quarters of both: minutes of work.
const FIRST_RESPONSE: u32 = 240;
const RESOLUTION: u32 = 2_400;

/// 2026-09-19 to 2027-01-31, minute by minute.
pub struct Month {
    /// 2026-09-19 08:00 in Shanghai, in Unix milliseconds.
    pub start: i64,
    origin: NaiveDateTime,
    origin_ms: i64,
    minutes: Vec<Minute>,
}

struct Minute {
    work: bool,
    midnight: bool,
}

/// Something staff were told.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    pub complaint: Uuid,
    pub round: u32,
    pub clock: String,
    pub breach: bool,
    pub at: i64,
}

/// What must have happened to a complaint.
pub struct Counted {
    pub told: Vec<Told>,
    pub closed: Vec<(Uuid, i64)>,
    pub rounds: usize,
    pub statutory_breached: bool,
}

/// A round, as far as it has been counted.
struct Round {
    number: u32,
    from: usize,
    midnights: u32,
    response: u32,
    resolution: u32,
    responded: bool,
    answered: bool,
    left: bool,
    told: [Notes; 3],
}

/// What was told of a clock.
#[derive(Clone, Copy, Default)]
struct Notes {
    warned: bool,
    /// It ran out.
    over: bool,
    escalated: bool,
}

impl Month {
    pub fn new() -> Self {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap();
        let origin = day(9, 19).and_hms_opt(0, 0, 0).unwrap();
        let rest: Vec<NaiveDate> =
            (25..=27).map(|date| day(9, date)).chain((1..=7).map(|date| day(10, date))).collect();
        let swapped = [day(9, 20), day(10, 10)];
        let minutes = (0..135 * 24 * 60).map(|minute| {
            let time = origin + TimeDelta::minutes(minute);
            let weekend = matches!(time.weekday(), Weekday::Sat | Weekday::Sun);
            let worked = swapped.contains(&time.date()) || !weekend && !rest.contains(&time.date());
            let at_desk = matches!(time.hour(), 9..=11 | 13..=17);
            Minute { work: worked && at_desk, midnight: (time.hour(), time.minute()) == (0, 0) }
        });
        let origin_ms = (origin - TimeDelta::hours(8)).and_utc().timestamp_millis();
        Self { start: origin_ms + 8 * 60 * MINUTE, origin, origin_ms, minutes: minutes.collect() }
    }

    pub fn is_working(&self, at_ms: i64) -> bool {
        self.minutes[self.minute(at_ms)].work
    }

    fn minute(&self, at_ms: i64) -> usize {
        ((at_ms - self.origin_ms) / MINUTE) as usize
    }

    /// Nine o'clock three days before the fifteenth day after `from`, or on the last working day before that.
    fn statutory_warning(&self, from: usize) -> usize {
        let mut date = (self.origin + TimeDelta::minutes(from as i64)).date() + TimeDelta::days(12);
        loop {
            let nine = (date.and_hms_opt(9, 0, 0).unwrap() - self.origin).num_minutes();
            if nine <= from as i64 || self.minutes[nine as usize].work {
                return from.max(nine as usize);
            }
            date -= TimeDelta::days(1);
        }
    }

    /// Looks at every minute of a complaint.
    pub fn count(&self, complaint: Uuid, history: &[ComplaintLine], kept: &[i64]) -> Counted {
        let mut kept = kept.iter().map(|at_ms| self.minute(*at_ms)).peekable();
        let mut lines = history.iter().peekable();
        let mut counted =
            Counted { told: Vec::new(), closed: Vec::new(), rounds: 1, statutory_breached: false };
        let first = self.minute(history[0].moment.at_ms);
        let mut rounds = vec![Round::new(1, first)];
        let (mut waiting, mut replied, mut silent, mut silent_midnights) = (false, false, false, 0);
        while kept.next_if(|minute| *minute <= first).is_some() {}
        for index in first..self.minutes.len() {
            if kept.peek().is_none() {
                break;
            }
            let at = self.origin_ms + index as i64 * MINUTE;
            let minute = &self.minutes[index];
            let round = rounds.last_mut().unwrap();
            if index > round.from {
                round.midnights += u32::from(minute.midnight);
                silent_midnights += u32::from(minute.midnight);
            }
            let over =
                [round.midnights == 16, round.response == FIRST_RESPONSE, round.resolution == RESOLUTION];
            let stopped = [round.answered, round.responded || round.left, round.left];
            for clock in 0..3 {
                round.told[clock].over |= over[clock] && !stopped[clock];
            }
            counted.statutory_breached |= round.told[0].over;
            if kept.next_if_eq(&index).is_some() {
                let near = [
                    index >= self.statutory_warning(round.from),
                    round.response >= FIRST_RESPONSE / 4 * 3,
                    round.resolution >= RESOLUTION / 4 * 3,
                ];
                for round in &mut rounds {
                    round.escalate(complaint, at, &mut counted.told);
                }
                rounds.last_mut().unwrap().warn(complaint, at, near, stopped, &mut counted.told);
                if replied && silent && silent_midnights >= 8 {
                    counted.closed.push((complaint, at));
                }
            }
            while let Some(line) = lines.next_if(|line| line.moment.at_ms == at) {
                let round = rounds.last_mut().unwrap();
                match line.moment.event {
                    Event::Said => (round.responded, silent, silent_midnights) = (true, true, 0),
                    Event::Asked => (round.responded, waiting) = (true, true),
                    Event::UserSpoke => (waiting, silent) = (false, false),
                    Event::Proposed { .. } => waiting = false,
                    Event::Replied { .. } => {
                        (round.responded, round.answered, round.left) = (true, true, true);
                        (waiting, replied, silent, silent_midnights) = (false, true, true, 0);
                    }
                    Event::Closed { .. } => {
                        (round.answered, round.left, waiting, replied) = (true, true, false, false);
                    }
                    Event::Appealed => (round.left, waiting, replied) = (true, false, false),
                    Event::Reopened => {
                        (replied, silent) = (false, false);
                        let number = round.number + 1;
                        rounds.push(Round::new(number, index));
                        counted.rounds += 1;
                    }
                    _ => {}
                }
            }
            let round = rounds.last_mut().unwrap();
            round.response += u32::from(minute.work);
            round.resolution += u32::from(minute.work && !waiting);
        }
        assert!(lines.next().is_none(), "a line between two minutes");
        counted
    }
}

impl Round {
    fn new(number: u32, from: usize) -> Self {
        let none = Notes::default();
        Self {
            number,
            from,
            midnights: 0,
            response: 0,
            resolution: 0,
            responded: false,
            answered: false,
            left: false,
            told: [none; 3],
        }
    }

    fn escalate(&mut self, complaint: Uuid, at: i64, told: &mut Vec<Told>) {
        for (clock, notes) in CLOCKS.iter().zip(&mut self.told) {
            if notes.over && !notes.escalated {
                notes.escalated = true;
                told.push(Told { complaint, round: self.number, clock: (*clock).into(), breach: true, at });
            }
        }
    }

    fn warn(&mut self, complaint: Uuid, at: i64, near: [bool; 3], stopped: [bool; 3], told: &mut Vec<Told>) {
        for (clock, notes) in self.told.iter_mut().enumerate() {
            if near[clock] && !stopped[clock] && !notes.over && !notes.warned {
                notes.warned = true;
                let clock = CLOCKS[clock].into();
                told.push(Told { complaint, round: self.number, clock, breach: false, at });
            }
        }
    }
}

const CLOCKS: [&str; 3] = ["statutory", "first_response", "resolution"];
