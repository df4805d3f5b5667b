//! Deadlines, in Unix milliseconds.

/// Milliseconds in a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// When something started at `start_ms` is over. Saturates: a huge setting means never.
pub fn deadline(start_ms: i64, seconds: u64) -> i64 {
    let length = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1000);
    start_ms.saturating_add(length)
}

/// When something started at `start_ms` and given `days` days is over.
pub fn days_after(start_ms: i64, days: u32) -> i64 {
    deadline(start_ms, u64::from(days) * 24 * 3600)
}

/// A deadline is over at its own millisecond.
pub fn is_over(deadline_ms: i64, now_ms: i64) -> bool {
    now_ms >= deadline_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_over_at_its_own_millisecond() {
        assert_eq!(deadline(1_000, 2), 3_000);
        assert!(!is_over(3_000, 2_999));
        assert!(is_over(3_000, 3_000));
    }

    #[test]
    fn a_huge_setting_means_never() {
        assert!(!is_over(deadline(1_000, u64::MAX), i64::MAX - 1));
    }
}
