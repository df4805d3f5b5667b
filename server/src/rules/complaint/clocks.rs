//! The clocks of a complaint, read from its history.
//!
//! Each round (the first, and one more with each reopening) has three. The **statutory** one gives 15 calendar days from
//! receipt and stands still for nothing: no holiday, no question to the person, no snoozing. The **first response** and
//! the **resolution** are targets of our own, in working time; the latter stands still while we wait for the person.
//! What has run out is a breach, whatever happens later.

use super::{Case, Clock, Event, Moment, NextActor, Stage, State};
use crate::rules::{
    calendar::{Calendar, end_of_day},
    clocks::{DAY_MS, is_over},
};

#[cfg(test)]
mod tests;

/// Calendar days from the day of receipt to the last one for an answer. The law's, so no setting.
pub const STATUTORY_DAYS: u32 = 15;

/// How long things may take, and when staff are warned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Targets {
    /// Milliseconds of working time until the first words of staff; none: no such target.
    pub first_response_ms: Option<i64>,
    /// Milliseconds of working time until the answer; none: no such target.
    pub resolution_ms: Option<i64>,
    /// Calendar days between the warning and the last day for an answer by law.
    pub warn_days: u32,
    /// Percentage of a target's working time that is used up when staff are warned, 1 to 99.
    pub warn_percent: u8,
    /// Days after an answer in which the person says nothing, until the complaint closes by itself.
    pub close_days: u32,
}

/// Something staff are told about a clock, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Alert {
    /// The clock.
    pub clock: Clock,
    /// The round it runs in.
    pub round: u32,
    /// What there is to tell.
    pub stage: Stage,
}

/// One clock in one round. Instants are Unix milliseconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Which.
    pub clock: Clock,
    /// The round.
    pub round: u32,
    /// When it runs out; none while it stands still.
    pub due_ms: Option<i64>,
    /// When staff are to be warned; none while it stands still before that.
    pub warn_ms: Option<i64>,
    /// When what it waited for happened.
    pub stopped_ms: Option<i64>,
    /// What staff were told.
    told: Vec<Stage>,
}

impl Run {
    /// Whether it ran out before it was stopped, and by `now_ms`. It is over at its own millisecond.
    pub fn is_breached(&self, now_ms: i64) -> bool {
        self.due_ms.is_some_and(|due| is_over(due, self.stopped_ms.map_or(now_ms, |stop| stop.min(now_ms))))
    }

    /// What is to be told now. A warning comes too late once there is a breach, or nothing to warn of.
    fn alert(&self, now_ms: i64) -> Option<Stage> {
        let stage = if self.is_breached(now_ms) {
            Stage::Breach
        } else {
            let warn = self.warn_ms.filter(|warn| self.stopped_ms.is_none() && is_over(*warn, now_ms));
            warn.map(|_| Stage::Warning)?
        };
        (!self.told.contains(&stage)).then_some(stage)
    }

    /// When there is next something to tell, unless something happens first.
    fn next_alert_ms(&self) -> Option<i64> {
        let told = |stage| self.told.contains(&stage);
        let reached = |due: &i64| self.stopped_ms.is_none_or(|stop| is_over(*due, stop));
        let breach = self.due_ms.filter(|due| reached(due) && !told(Stage::Breach));
        let in_time = |warn: &i64| self.due_ms.is_none_or(|due| *warn < due);
        let open = self.stopped_ms.is_none() && !told(Stage::Warning) && !told(Stage::Breach);
        let warning = self.warn_ms.filter(|warn| open && in_time(warn));
        breach.into_iter().chain(warning).min()
    }
}

/// What a history says about time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clocks {
    /// Every clock of every round, the newest round last.
    pub runs: Vec<Run>,
    /// The round it is in, from 1.
    pub round: u32,
    /// Who must act next.
    pub next_actor: NextActor,
    /// When staff first spoke to the person in this round.
    pub first_response_ms: Option<i64>,
    /// When this round's answer was sent.
    pub replied_ms: Option<i64>,
    /// When it was closed, if it is.
    pub closed_ms: Option<i64>,
    /// When the person last said something.
    pub last_user_ms: Option<i64>,
    /// Until when its handler does not want to see it.
    pub snoozed_until_ms: Option<i64>,
    /// When it closes by itself: answered, and not a word from the person since.
    pub closes_ms: Option<i64>,
}

impl Clocks {
    /// A clock of the round it is in; none where there is no such target.
    pub fn run(&self, clock: Clock) -> Option<&Run> {
        self.runs.iter().find(|run| run.round == self.round && run.clock == clock)
    }

    /// What staff are to be told now, in the order of rounds.
    pub fn alerts(&self, now_ms: i64) -> Vec<Alert> {
        let alert = |run: &Run| Some(Alert { clock: run.clock, round: run.round, stage: run.alert(now_ms)? });
        self.runs.iter().filter_map(alert).collect()
    }

    /// When there is next something to tell, unless something happens first.
    pub fn next_alert_ms(&self) -> Option<i64> {
        self.runs.iter().filter_map(Run::next_alert_ms).min()
    }

    /// When time alone next changes something: an alert, the end of a snooze, the close.
    pub fn next_ms(&self) -> Option<i64> {
        [self.next_alert_ms(), self.snoozed_until_ms, self.closes_ms].into_iter().flatten().min()
    }
}

/// Reads the clocks of a history. What cannot have happened is passed over; a clock of a server that went back stands
/// still.
pub fn read(history: &[Moment], calendar: &Calendar, targets: &Targets) -> Clocks {
    let mut reader = Reader::default();
    for moment in history {
        reader.take(moment);
    }
    reader.clocks(calendar, targets)
}

/// Who spoke.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Voice {
    User,
    Staff,
}

/// A round as its events tell it.
#[derive(Default)]
struct Round {
    from_ms: i64,
    first_response_ms: Option<i64>,
    replied_ms: Option<i64>,
    /// Answered, or over without an answer: what the law waits for.
    ended_ms: Option<i64>,
    /// As above, or with the authority for appeals: our own targets are pointless then.
    left_ms: Option<i64>,
    /// When it was not waiting for the person; the last stretch may be open.
    stretches: Vec<(i64, Option<i64>)>,
}

#[derive(Default)]
struct Reader {
    case: Case,
    rounds: Vec<Round>,
    at_ms: i64,
    voice: Option<(Voice, i64)>,
    last_user_ms: Option<i64>,
    closed_ms: Option<i64>,
    told: Vec<Alert>,
}

impl Reader {
    fn take(&mut self, moment: &Moment) {
        let Ok(case) = self.case.next(moment.event, moment.by) else { return };
        let at = if self.rounds.is_empty() { moment.at_ms } else { moment.at_ms.max(self.at_ms) };
        let waited = self.case.state == State::WaitingForUser;
        (self.case, self.at_ms) = (case, at);
        if self.rounds.is_empty() || moment.event == Event::Reopened {
            self.rounds.push(Round { from_ms: at, stretches: vec![(at, None)], ..Round::default() });
        }
        let Some(round) = self.rounds.last_mut() else { return };
        match moment.event {
            Event::Said | Event::Asked | Event::Replied { .. } => {
                self.voice = Some((Voice::Staff, at));
                round.first_response_ms.get_or_insert(at);
            }
            Event::Filed | Event::UserSpoke | Event::Reopened | Event::Appealed => {
                self.voice = Some((Voice::User, at));
                self.last_user_ms = Some(at);
            }
            Event::Alerted { clock, round, stage } => self.told.push(Alert { clock, round, stage }),
            _ => {}
        }
        match moment.event {
            Event::Replied { .. } => {
                round.replied_ms.get_or_insert(at);
                round.end(at);
            }
            Event::Closed { .. } => {
                self.closed_ms = Some(at);
                round.end(at);
            }
            Event::Appealed => round.leave(at),
            _ => {}
        }
        match (waited, case.state == State::WaitingForUser) {
            (false, true) => round.pause(at),
            (true, false) => round.resume(at),
            _ => {}
        }
    }

    fn clocks(self, calendar: &Calendar, targets: &Targets) -> Clocks {
        let mut runs = Vec::new();
        for (number, round) in (1..).zip(&self.rounds) {
            let run = |clock, due_ms, warn_ms, stopped_ms| {
                let of_this = |alert: &&Alert| alert.clock == clock && alert.round == number;
                let told = self.told.iter().filter(of_this).map(|alert| alert.stage).collect();
                Run { clock, round: number, due_ms, warn_ms, stopped_ms, told }
            };
            let (due, warn) = statutory(round.from_ms, calendar, targets);
            runs.push(run(Clock::Statutory, Some(due), Some(warn), round.ended_ms));
            let whole = [(round.from_ms, None)];
            let answered = earlier(round.first_response_ms, round.left_ms);
            for (clock, target, stretches, stopped) in [
                (Clock::FirstResponse, targets.first_response_ms, &whole[..], answered),
                (Clock::Resolution, targets.resolution_ms, &round.stretches[..], round.left_ms),
            ] {
                let Some(target) = target else { continue };
                let due = used_up(calendar, stretches, target);
                let warn = used_up(calendar, stretches, percent(target, targets.warn_percent));
                runs.push(run(clock, due, warn, stopped));
            }
        }
        let last = self.rounds.last();
        let silent_since = match self.voice {
            Some((Voice::Staff, at)) if self.case.state == State::Replied => Some(at),
            _ => None,
        };
        Clocks {
            runs,
            round: self.case.round,
            next_actor: self.next_actor(),
            first_response_ms: last.and_then(|round| round.first_response_ms),
            replied_ms: last.and_then(|round| round.replied_ms),
            closed_ms: self.closed_ms.filter(|_| self.case.is_closed()),
            last_user_ms: self.last_user_ms,
            snoozed_until_ms: self.case.snoozed_until_ms,
            closes_ms: silent_since.map(|at| end_of_day(at, targets.close_days)),
        }
    }

    /// Who must act, by where it stands and who spoke last.
    fn next_actor(&self) -> NextActor {
        let ours = if self.case.assignee.is_some() { NextActor::Handler } else { NextActor::Queue };
        let user_spoke_last = self.voice.is_some_and(|(voice, _)| voice == Voice::User);
        let unanswered = self.rounds.last().is_some_and(|round| round.ended_ms.is_none());
        match self.case.state {
            State::Submitted | State::Accepted => NextActor::Queue,
            State::Assigned | State::Investigating | State::Proposed | State::Reopened => ours,
            State::WaitingForUser => NextActor::User,
            State::SecondApproval => NextActor::Approver,
            State::Replied if user_spoke_last => ours,
            State::Replied => NextActor::User,
            // The authority asks for our side of it, and the law still wants an answer.
            State::Appealed if user_spoke_last || unanswered => ours,
            State::Appealed | State::Closed => NextActor::Nobody,
        }
    }
}

impl Round {
    fn end(&mut self, at: i64) {
        self.ended_ms.get_or_insert(at);
        self.leave(at);
    }

    fn leave(&mut self, at: i64) {
        self.left_ms.get_or_insert(at);
    }

    fn pause(&mut self, at: i64) {
        if let Some((_, end @ None)) = self.stretches.last_mut() {
            *end = Some(at);
        }
    }

    fn resume(&mut self, at: i64) {
        self.stretches.push((at, None));
    }
}

/// When the 15 days are over, and when staff are warned: as the office opens on the day of the warning, or on the last
/// working day before it, so that somebody is there to act.
fn statutory(from_ms: i64, calendar: &Calendar, targets: &Targets) -> (i64, i64) {
    let due = end_of_day(from_ms, STATUTORY_DAYS);
    let early = i64::from(targets.warn_days).saturating_mul(DAY_MS);
    let last_day = due.saturating_sub(1);
    (due, calendar.last_opening(last_day.saturating_sub(early)).max(from_ms))
}

/// When so much working time was, or will be, used up in these stretches; none if they end before that.
fn used_up(calendar: &Calendar, stretches: &[(i64, Option<i64>)], budget_ms: i64) -> Option<i64> {
    let mut left = budget_ms;
    for (from, to) in stretches {
        let used = to.map_or(i64::MAX, |to| calendar.between(*from, to));
        if used >= left {
            return Some(calendar.after(*from, left));
        }
        left -= used;
    }
    None
}

fn percent(whole: i64, percent: u8) -> i64 {
    let percent = i64::from(percent);
    (whole / 100).saturating_mul(percent).saturating_add(whole % 100 * percent / 100)
}

fn earlier(one: Option<i64>, other: Option<i64>) -> Option<i64> {
    one.into_iter().chain(other).min()
}
