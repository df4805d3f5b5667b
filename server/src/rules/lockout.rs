//! The lock on one account for one document after repeated failures.

/// When and how long to lock.
#[derive(Clone, Copy, Debug)]
pub struct Lockout {
    /// Failures that lock.
    pub failures: usize,
    /// Milliseconds in which they must fall.
    pub window_ms: i64,
    /// Milliseconds the lock lasts from the failure that set it.
    pub lock_ms: i64,
}

impl Lockout {
    /// When the lock now in force ends, given the times of failures in ascending order (at least those of the last
    /// `window_ms + lock_ms`). Times are Unix milliseconds.
    pub fn locked_until(&self, failures_ms: &[i64], now_ms: i64) -> Option<i64> {
        let last = failures_ms
            .windows(self.failures.max(1))
            .filter(|run| run[run.len() - 1] - run[0] <= self.window_ms)
            .map(|run| run[run.len() - 1])
            .max()?;
        let until = last.saturating_add(self.lock_ms);
        (now_ms < until).then_some(until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const RULE: Lockout = Lockout { failures: 5, window_ms: 180_000, lock_ms: 1_800_000 };

    #[test]
    fn five_failures_in_three_minutes_lock_for_thirty() {
        let failures = [0, 45_000, 90_000, 135_000, 180_000];
        assert_eq!(RULE.locked_until(&failures, 180_000), Some(1_980_000));
        assert_eq!(RULE.locked_until(&failures, 1_980_000), None);
    }

    #[test]
    fn four_failures_or_slow_ones_do_not_lock() {
        assert_eq!(RULE.locked_until(&[0, 1, 2, 3], 4), None);
        assert_eq!(RULE.locked_until(&[0, 50_000, 100_000, 150_000, 200_000], 200_000), None);
    }

    proptest! {
        #[test]
        fn more_failures_never_shorten_a_lock(mut times in prop::collection::vec(0i64..10_000_000, 0..30), more in 0i64..10_000_000) {
            times.sort_unstable();
            let before = RULE.locked_until(&times, 10_000_000);
            times.push(more);
            times.sort_unstable();
            prop_assert!(RULE.locked_until(&times, 10_000_000) >= before);
        }
    }
}
