//! Working time: office hours on working days.
//!
//! A day is worked by its weekday, unless a notice of the State Council says otherwise: holidays, and weekends worked
//! for them (调休上班). Everything here is exact and saturates. The working time up to an instant is a closed formula, so
//! a year far away costs no more than this one.

use std::{collections::BTreeSet, str::FromStr};

use chrono::{DateTime, Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use super::clocks::DAY_MS;

#[cfg(test)]
pub(super) mod tests;

/// How far Asia/Shanghai is ahead of UTC, in milliseconds. A constant, not a rule of a time zone database: China keeps
/// one time, and no summer time since 1991.
pub const ZONE_MS: i64 = 8 * 60 * 60 * 1000;
/// Most days off in a row that a notice can mean.
const LONGEST_HOLIDAY: i64 = 31;
const MINUTE_MS: i64 = 60 * 1000;

/// When people are at work on a working day.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Office {
    /// The days of an ordinary week.
    pub weekdays: Vec<Weekday>,
    /// The hours of a day, in order: `["09:00-12:00", "13:00-18:00"]`.
    pub hours: Vec<Hours>,
}

impl Default for Office {
    fn default() -> Self {
        let hours = |from: i64, to: i64| Hours { from_ms: from * 60 * MINUTE_MS, to_ms: to * 60 * MINUTE_MS };
        Self {
            weekdays: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
            hours: vec![hours(9, 12), hours(13, 18)],
        }
    }
}

/// From one time of day to a later one: `09:00-12:00`. A day ends at `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Hours {
    /// Milliseconds after midnight.
    from_ms: i64,
    /// Milliseconds after midnight, later than `from_ms`.
    to_ms: i64,
}

impl FromStr for Hours {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let time = |text: &str| {
            let (hour, minute) = text.trim().split_once(':')?;
            let (hour, minute): (i64, i64) = (hour.parse().ok()?, minute.parse().ok()?);
            let fits = (0..24).contains(&hour) && (0..60).contains(&minute) || (hour, minute) == (24, 0);
            fits.then_some((hour * 60 + minute) * MINUTE_MS)
        };
        let hours = text.split_once('-').and_then(|(from, to)| Some((time(from)?, time(to)?)));
        let hours = hours.filter(|(from, to)| from < to).ok_or_else(|| Invalid::Hours(text.to_owned()))?;
        Ok(Self { from_ms: hours.0, to_ms: hours.1 })
    }
}

impl TryFrom<String> for Hours {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        text.parse()
    }
}

/// What was published: a data file, since every year brings a new notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Published {
    year: Vec<Year>,
}

/// One year's notice.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Year {
    year: i32,
    #[expect(dead_code, reason = "says where the dates come from, to those who read the file")]
    notice: String,
    holidays: Vec<Holiday>,
}

/// Days off, and the days worked for them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    name: String,
    from: NaiveDate,
    to: NaiveDate,
    #[serde(default)]
    worked: Vec<NaiveDate>,
}

/// Why there can be no such calendar.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// These are no hours of a day.
    #[error("{0:?} is not like 09:00-12:00")]
    Hours(String),
    /// The hours of a day overlap or are out of order.
    #[error("office hours must follow one another")]
    Order,
    /// Nobody is ever at work.
    #[error("there must be office hours on at least one weekday")]
    Empty,
    /// The file cannot be read.
    #[error("{0}")]
    File(String),
    /// A year is there twice.
    #[error("the year {0} is there twice")]
    Twice(i32),
    /// A holiday ends before it begins, or never.
    #[error("{0} of {1}: from {2} to {3} is no holiday")]
    Holiday(String, i32, NaiveDate, NaiveDate),
    /// A day is off and worked, or named twice.
    #[error("{0} is named twice")]
    Contradiction(NaiveDate),
}

impl Published {
    /// Reads a file like `server/calendars/cn.toml`.
    ///
    /// # Errors
    /// [`Invalid::File`] says where it cannot be read.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        toml::from_str(text).map_err(|error| Invalid::File(error.to_string()))
    }

    /// The file this program was built with.
    ///
    /// # Errors
    /// None that a test would not have found.
    pub fn builtin() -> Result<Self, Invalid> {
        Self::parse(include_str!("../../calendars/cn.toml"))
    }
}

/// Which time is working time.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// From Monday on.
    weekdays: [bool; 7],
    hours: Vec<Hours>,
    /// Working milliseconds of a working day.
    day_ms: i64,
    /// Days that are not what their weekday says, in order, each with how many working days more or fewer there were up
    /// to and including it.
    exceptions: Vec<(i64, i64)>,
    /// Years there is a notice for.
    years: BTreeSet<i32>,
}

impl Calendar {
    /// The calendar of an office in China.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn new(office: &Office, published: &Published) -> Result<Self, Invalid> {
        let mut weekdays = [false; 7];
        for day in &office.weekdays {
            weekdays[day.num_days_from_monday() as usize] = true;
        }
        let hours = office.hours.clone();
        if hours.windows(2).any(|pair| pair[0].to_ms > pair[1].from_ms) {
            return Err(Invalid::Order);
        }
        let day_ms = hours.iter().map(|hours| hours.to_ms - hours.from_ms).sum();
        if day_ms == 0 || weekdays == [false; 7] {
            return Err(Invalid::Empty);
        }
        let mut years = BTreeSet::new();
        let mut days = Vec::new();
        for Year { year, holidays, .. } in &published.year {
            if !years.insert(*year) {
                return Err(Invalid::Twice(*year));
            }
            for Holiday { name, from, to, worked } in holidays {
                if !(0..LONGEST_HOLIDAY).contains(&(*to - *from).num_days()) {
                    return Err(Invalid::Holiday(name.clone(), *year, *from, *to));
                }
                days.extend(from.iter_days().take_while(|day| day <= to).map(|day| (day, false)));
                days.extend(worked.iter().map(|day| (*day, true)));
            }
        }
        days.sort();
        if let Some(pair) = days.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            return Err(Invalid::Contradiction(pair[0].0));
        }
        let mut balance = 0;
        let mut exceptions = Vec::new();
        for (date, worked) in days {
            let day = number(date);
            if weekdays[weekday(day)] != worked {
                balance += if worked { 1 } else { -1 };
                exceptions.push((day, balance));
            }
        }
        Ok(Self { weekdays, hours, day_ms, exceptions, years })
    }

    /// Whether people work on the day of this instant.
    pub fn is_working_day(&self, at_ms: i64) -> bool {
        self.is_worked(day_of(at_ms).0)
    }

    /// Working time between two instants, in milliseconds; none if the second is not later.
    pub fn between(&self, from_ms: i64, to_ms: i64) -> i64 {
        self.up_to(to_ms).saturating_sub(self.up_to(from_ms)).max(0)
    }

    /// The first instant by which so much working time has passed since `from_ms`: the end of an office day rather than
    /// the beginning of the next. [`i64::MAX`] stands for never.
    pub fn after(&self, from_ms: i64, working_ms: i64) -> i64 {
        if working_ms <= 0 {
            return from_ms;
        }
        self.up_to(from_ms).checked_add(working_ms).map_or(i64::MAX, |total| self.reached(total))
    }

    /// When the office opens on the day of this instant or, if that is not worked, on the last working day before it.
    pub fn last_opening(&self, at_ms: i64) -> i64 {
        let closing = self.reached(self.up_to(end_of_day(at_ms, 0)));
        let opens = self.hours.first().map_or(0, |hours| hours.from_ms);
        // An office that closes at midnight has closed on the day before that.
        instant(day_of(closing.saturating_sub(1)).0).saturating_add(opens)
    }

    /// The first instant, from `now_ms` on, that no notice covers: then weekends alone are off.
    pub fn known_until(&self, now_ms: i64) -> i64 {
        let now = DateTime::from_timestamp_millis(now_ms.saturating_add(ZONE_MS)).unwrap_or_default();
        let unknown = (now.year()..).find(|year| !self.years.contains(year));
        let first_day = unknown.and_then(|year| NaiveDate::from_ymd_opt(year, 1, 1));
        first_day.map_or(now_ms, |day| instant(number(day)).max(now_ms))
    }

    /// Working time from the beginning of counting to this instant. Rises with the instant, and never by more.
    fn up_to(&self, at_ms: i64) -> i64 {
        let (day, time) = day_of(at_ms);
        let of_hours = |hours: &Hours| time.clamp(hours.from_ms, hours.to_ms) - hours.from_ms;
        let today = if self.is_worked(day) { self.hours.iter().map(of_hours).sum() } else { 0 };
        self.days_before(day).saturating_mul(self.day_ms).saturating_add(today)
    }

    /// The first instant up to which there is so much working time.
    fn reached(&self, total_ms: i64) -> i64 {
        let (mut before, mut reached) = (i64::MIN, i64::MAX);
        while before < reached {
            let middle = before.saturating_add_unsigned(before.abs_diff(reached) / 2);
            if self.up_to(middle) < total_ms { before = middle + 1 } else { reached = middle }
        }
        reached
    }

    /// Working days before a day, from the beginning of counting.
    fn days_before(&self, day: i64) -> i64 {
        let (weeks, rest) = (day.saturating_add(3).div_euclid(7), weekday(day));
        let worked = |days: &[bool]| days.iter().map(|worked| i64::from(*worked)).sum::<i64>();
        let passed = self.exceptions.partition_point(|(exception, _)| *exception < day);
        let balance = passed.checked_sub(1).map_or(0, |last| self.exceptions[last].1);
        weeks * worked(&self.weekdays) + worked(&self.weekdays[..rest]) + balance
    }

    fn is_worked(&self, day: i64) -> bool {
        let exception = self.exceptions.binary_search_by_key(&day, |(day, _)| *day).is_ok();
        self.weekdays[weekday(day)] != exception
    }
}

/// Midnight at the end of the day that lies `days` days after that of `at_ms`: day 0, the one it happened on, is not
/// counted, and the last one is whole (Civil Code Art 201, 203).
pub fn end_of_day(at_ms: i64, days: u32) -> i64 {
    instant(day_of(at_ms).0.saturating_add(i64::from(days)).saturating_add(1))
}

/// The day of an instant, counted from 1970-01-01, and the milliseconds since its midnight, in Asia/Shanghai.
fn day_of(at_ms: i64) -> (i64, i64) {
    let local = at_ms.saturating_add(ZONE_MS);
    (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS))
}

/// Midnight at the beginning of a day.
fn instant(day: i64) -> i64 {
    day.saturating_mul(DAY_MS).saturating_sub(ZONE_MS)
}

/// 0 on Mondays: 1970-01-01 was a Thursday.
fn weekday(day: i64) -> usize {
    usize::try_from(day.saturating_add(3).rem_euclid(7)).unwrap_or_default()
}

/// The number of a date.
fn number(date: NaiveDate) -> i64 {
    (date - NaiveDate::default()).num_days()
}
