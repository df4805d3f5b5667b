use chrono::NaiveDateTime;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// Office hours and the published notices, as most installations have them.
pub(in crate::rules) fn china() -> Calendar {
    Calendar::new(&Office::default(), &Published::builtin().unwrap()).unwrap()
}

/// An instant as a clock in Shanghai shows it: `2026-10-01 09:00` or `2026-10-01 09:00:00.001`.
pub(in crate::rules) fn at(text: &str) -> i64 {
    let format = if text.len() > 16 { "%F %H:%M:%S%.f" } else { "%F %H:%M" };
    let time = NaiveDateTime::parse_from_str(text, format).unwrap();
    time.and_utc().timestamp_millis() - ZONE_MS
}

const HOUR: i64 = 60 * MINUTE_MS;

fn office(weekdays: &[Weekday], hours: &[&str]) -> Office {
    Office { weekdays: weekdays.to_vec(), hours: hours.iter().map(|hours| hours.parse().unwrap()).collect() }
}

fn published(text: &str) -> Result<Published, Invalid> {
    Published::parse(text)
}

#[rstest]
#[case::new_year("2026-01-02", false)]
#[case::sunday_after_new_year("2026-01-04", true)]
#[case::saturday_before_spring_festival("2026-02-14", true)]
#[case::spring_festival_begins("2026-02-15", false)]
#[case::spring_festival_ends("2026-02-23", false)]
#[case::after_spring_festival("2026-02-24", true)]
#[case::saturday_for_spring_festival("2026-02-28", true)]
#[case::ordinary_saturday("2026-03-07", false)]
#[case::sunday_for_national_day("2026-09-20", true)]
#[case::mid_autumn("2026-09-25", false)]
#[case::wednesday_before_national_day("2026-09-30", true)]
#[case::national_day("2026-10-01", false)]
#[case::last_of_national_day("2026-10-07", false)]
#[case::saturday_for_national_day("2026-10-10", true)]
#[case::sunday_after_it("2026-10-11", false)]
#[case::long_holiday_of_2025("2025-10-08", false)]
#[case::saturday_for_it("2025-10-11", true)]
#[case::no_notice_so_a_weekday("2027-10-01", true)]
#[case::no_notice_so_a_weekend("2027-10-02", false)]
fn days_off_and_worked_as_published(#[case] day: &str, #[case] worked: bool) {
    for time in ["00:00", "12:30", "23:59"] {
        assert_eq!(china().is_working_day(at(&format!("{day} {time}"))), worked, "{day} {time}");
    }
}

#[test]
fn the_notices_balance() {
    let calendar = china();
    let worked = |year: i32| {
        calendar.between(at(&format!("{year}-01-01 00:00")), at(&format!("{}-01-01 00:00", year + 1)))
    };
    // 261 weekdays less the 13 days off of 全国年节及纪念日放假办法: what else is off is worked for.
    assert_eq!(worked(2026) / (8 * HOUR), 248);
    assert_eq!(worked(2025) / (8 * HOUR), 248);
}

#[rstest]
#[case::within_a_morning("2026-10-12 09:30", "2026-10-12 11:00", 90)]
#[case::over_lunch("2026-10-12 11:30", "2026-10-12 13:30", 60)]
#[case::at_lunch("2026-10-12 12:00", "2026-10-12 13:00", 0)]
#[case::a_night("2026-10-12 18:00", "2026-10-13 09:00", 0)]
#[case::over_midnight("2026-10-12 17:00", "2026-10-13 10:00", 120)]
#[case::a_weekend("2026-10-16 17:00", "2026-10-19 10:00", 120)]
#[case::national_day("2026-09-30 17:00", "2026-10-08 10:00", 120)]
#[case::national_day_and_the_saturday("2026-09-30 18:00", "2026-10-12 09:00", 3 * 480)]
#[case::spring_festival("2026-02-13 18:00", "2026-02-24 09:00", 480)]
#[case::backwards("2026-10-13 10:00", "2026-10-12 10:00", 0)]
fn working_minutes_between(#[case] from: &str, #[case] to: &str, #[case] minutes: i64) {
    assert_eq!(china().between(at(from), at(to)), minutes * MINUTE_MS);
}

#[rstest]
#[case::a_day_ends_in_the_evening("2026-10-12 09:00", 480, "2026-10-12 18:00")]
#[case::one_minute_more("2026-10-12 09:00", 481, "2026-10-13 09:01")]
#[case::from_the_night("2026-10-12 03:00", 60, "2026-10-12 10:00")]
#[case::over_lunch("2026-10-12 11:30", 60, "2026-10-12 13:30")]
#[case::before_national_day("2026-09-30 17:00", 120, "2026-10-08 10:00")]
#[case::saturday_worked("2026-10-09 17:00", 120, "2026-10-10 10:00")]
#[case::sunday_not("2026-10-10 17:00", 120, "2026-10-12 10:00")]
#[case::new_years_eve("2026-12-31 17:00", 120, "2027-01-01 10:00")]
#[case::nothing("2026-10-01 03:00", 0, "2026-10-01 03:00")]
fn working_minutes_after(#[case] from: &str, #[case] minutes: i64, #[case] then: &str) {
    assert_eq!(china().after(at(from), minutes * MINUTE_MS), at(then));
}

#[rstest]
#[case::at_noon("2026-10-01 12:00", 15, "2026-10-17 00:00")]
#[case::first_moment("2026-10-01 00:00", 15, "2026-10-17 00:00")]
#[case::last_moment("2026-10-01 23:59:59.999", 15, "2026-10-17 00:00")]
#[case::a_moment_later("2026-10-02 00:00", 15, "2026-10-18 00:00")]
#[case::over_the_year("2026-12-20 12:00", 15, "2027-01-05 00:00")]
#[case::leap_day("2028-02-20 12:00", 15, "2028-03-07 00:00")]
fn civil_code_art_201_the_first_day_does_not_count(#[case] from: &str, #[case] days: u32, #[case] end: &str) {
    assert_eq!(end_of_day(at(from), days), at(end));
}

#[rstest]
#[case::working_day("2026-09-30 17:00", "2026-09-30 09:00")]
#[case::before_it_opens("2026-09-30 01:00", "2026-09-30 09:00")]
#[case::holiday("2026-10-05 12:00", "2026-09-30 09:00")]
#[case::saturday_worked("2026-10-11 12:00", "2026-10-10 09:00")]
fn the_office_opened_last(#[case] at_day: &str, #[case] opened: &str) {
    assert_eq!(china().last_opening(at(at_day)), at(opened));
}

#[test]
fn an_office_may_never_close() {
    let week =
        [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];
    let always = Calendar::new(&office(&week, &["00:00-24:00"]), &published("year = []").unwrap()).unwrap();
    let from = at("2026-10-01 23:30");
    assert_eq!(always.between(from, from + 100 * DAY_MS + 1), 100 * DAY_MS + 1);
    assert_eq!(always.after(from, HOUR), from + HOUR);
    assert_eq!(always.last_opening(from), at("2026-10-01 00:00"));
}

#[rstest]
#[case("09:00-09:00")]
#[case("12:00-09:00")]
#[case("09:00")]
#[case("09:00-24:01")]
#[case("25:00-26:00")]
#[case("-1:00-09:00")]
#[case("九点-十点")]
fn no_hours(#[case] text: &str) {
    assert_eq!(text.parse::<Hours>(), Err(Invalid::Hours(text.into())));
}

#[test]
fn what_cannot_be_is_refused() {
    let notices = Published::builtin().unwrap();
    let refused = |office: &Office| Calendar::new(office, &notices).unwrap_err();
    assert_eq!(refused(&office(&[], &["09:00-10:00"])), Invalid::Empty);
    assert_eq!(refused(&office(&[Weekday::Mon], &[])), Invalid::Empty);
    assert_eq!(refused(&office(&[Weekday::Mon], &["09:00-12:00", "11:00-13:00"])), Invalid::Order);
    assert_eq!(refused(&office(&[Weekday::Mon], &["13:00-18:00", "09:00-12:00"])), Invalid::Order);

    let file = |holidays: &str| {
        let text = format!("[[year]]\nyear = 2030\nnotice = ''\nholidays = [{holidays}]");
        published(&text).and_then(|published| Calendar::new(&Office::default(), &published).map(drop))
    };
    assert_eq!(file("{name='a', from='2030-01-01', to='2030-01-03'}"), Ok(()));
    assert!(matches!(file("{name='a', from='2030-01-03', to='2030-01-01'}"), Err(Invalid::Holiday(..))));
    assert!(matches!(file("{name='a', from='2030-01-03', to='9030-01-01'}"), Err(Invalid::Holiday(..))));
    assert!(matches!(
        file("{name='a', from='2030-01-01', to='2030-01-03', worked=['2030-01-02']}"),
        Err(Invalid::Contradiction(_))
    ));
    assert!(matches!(file("{name='a', from='2030-02-30', to='2030-03-01'}"), Err(Invalid::File(_))));
    let year = "[[year]]\nyear = 2030\nnotice = ''\nholidays = []\n";
    let twice = published(&year.repeat(2)).unwrap();
    assert_eq!(Calendar::new(&Office::default(), &twice).unwrap_err(), Invalid::Twice(2030));
}

#[test]
fn a_missing_year_is_known_to_be_missing() {
    let calendar = china();
    assert_eq!(calendar.known_until(at("2025-06-01 12:00")), at("2027-01-01 00:00"));
    assert_eq!(calendar.known_until(at("2026-12-31 23:59")), at("2027-01-01 00:00"));
    assert_eq!(calendar.known_until(at("2027-01-01 00:00")), at("2027-01-01 00:00"));
    assert_eq!(calendar.known_until(at("2030-01-01 12:00")), at("2030-01-01 12:00"));
    assert_eq!(calendar.known_until(i64::MAX), i64::MAX);
}

/// Working time the slow way: every minute looked at.
fn counted(calendar: &Calendar, from: i64, to: i64) -> i64 {
    let working = |minute: &i64| {
        let time = DateTime::from_timestamp_millis(minute + ZONE_MS).unwrap().format("%H:%M").to_string();
        let at_work =
            ("09:00".."12:00").contains(&time.as_str()) || ("13:00".."18:00").contains(&time.as_str());
        at_work && calendar.is_working_day(*minute)
    };
    (from..to).step_by(MINUTE_MS as usize).filter(working).count() as i64 * MINUTE_MS
}

fn instants() -> impl Strategy<Value = i64> {
    at("2024-11-01 00:00")..at("2027-03-01 00:00")
}

proptest! {
    #[test]
    fn working_time_is_what_counting_minutes_gives(from in instants(), minutes in 0..6_000_i64) {
        let from = from - from.rem_euclid(MINUTE_MS);
        let to = from + minutes * MINUTE_MS;
        let calendar = china();
        prop_assert_eq!(calendar.between(from, to), counted(&calendar, from, to));
    }

    #[test]
    fn working_time_adds_up_and_never_falls(mut times in prop::array::uniform3(instants())) {
        times.sort();
        let [a, b, c] = times;
        let calendar = china();
        prop_assert_eq!(calendar.between(a, b) + calendar.between(b, c), calendar.between(a, c));
        prop_assert!(calendar.between(a, b) <= calendar.between(a, c));
        prop_assert!(calendar.between(a, b) <= b - a);
    }

    #[test]
    fn after_is_the_first_instant_by_which_it_has_passed(from in instants(), working in 1..2_000 * HOUR) {
        let calendar = china();
        let then = calendar.after(from, working);
        prop_assert_eq!(calendar.between(from, then), working);
        prop_assert_eq!(calendar.between(from, then - 1), working - 1);
    }

    #[test]
    fn going_on_from_there_is_going_on(from in instants(), a in 1..500 * HOUR, b in 1..500 * HOUR) {
        let calendar = china();
        prop_assert_eq!(calendar.after(calendar.after(from, a), b), calendar.after(from, a + b));
    }

    #[test]
    fn no_instant_is_too_far(from: i64, to: i64, working: i64, days: u32) {
        let calendar = china();
        prop_assert!(calendar.between(from, to) >= 0);
        prop_assert!(calendar.after(from, working) >= from);
        calendar.is_working_day(from);
        calendar.last_opening(from);
        calendar.known_until(from);
        end_of_day(from, days);
    }

    #[test]
    fn nothing_in_a_file_breaks_it(text in "\\PC{0,60}") {
        let _ = Published::parse(&text);
        let _ = text.parse::<Hours>();
    }
}
