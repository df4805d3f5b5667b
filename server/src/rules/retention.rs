//! How long a record is kept.

use chrono::{DateTime, Months};

/// Documents, agreements and check logs stay for two years after the end of service; then they must go (Art 18).
const AFTER_SERVICE: Months = Months::new(24);

/// Records whose service ended at this moment or before have been kept long enough.
pub fn art_18_ended_by(now_ms: i64) -> i64 {
    DateTime::from_timestamp_millis(now_ms)
        .and_then(|now| now.checked_sub_months(AFTER_SERVICE))
        .map_or(i64::MIN, |then| then.timestamp_millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(text: &str) -> i64 {
        DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis()
    }

    #[test]
    fn art_18_two_years_are_two_years_of_the_calendar() {
        assert_eq!(art_18_ended_by(ms("2026-11-22T10:00:00Z")), ms("2024-11-22T10:00:00Z"));
        assert_eq!(art_18_ended_by(ms("2028-02-29T10:00:00Z")), ms("2026-02-28T10:00:00Z"));
        assert_eq!(art_18_ended_by(i64::MIN), i64::MIN, "a clock that is off makes nothing go");
    }
}
