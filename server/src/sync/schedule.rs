//! When a delivery is tried again: the retry schedule of Standard Webhooks. Pure: time and chance come in.

use std::time::Duration;

/// The wait after the first failed attempt, after the second, and so on; about three days in all.
pub const WAITS: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3600),
    Duration::from_secs(5 * 3600),
    Duration::from_secs(10 * 3600),
    Duration::from_secs(14 * 3600),
    Duration::from_secs(20 * 3600),
    Duration::from_secs(24 * 3600),
];

/// The longest `Retry-After` honoured: a platform may ask for patience, not for oblivion.
pub const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(24 * 3600);

/// Share of a wait that chance may add, so that messages which failed together do not return together.
const SPREAD: f64 = 0.1;

/// How long to wait after `failed` attempts (1 = the first has just failed); `None` after the last.
///
/// `retry_after` is the platform's wish; it can lengthen a wait, never shorten it. `chance` is uniform in 0..1
/// and adds up to a tenth.
pub fn wait(failed: u32, retry_after: Option<Duration>, chance: f64) -> Option<Duration> {
    let planned = *WAITS.get(usize::try_from(failed.max(1) - 1).ok()?)?;
    let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
    Some(planned.max(asked).mul_f64(1.0 + SPREAD * chance.clamp(0.0, 1.0)))
}

/// Reads a `Retry-After` header: seconds, or an HTTP date compared with our clock (Unix seconds).
///
/// Anything else is as if the platform had said nothing.
pub fn retry_after(header: &str, now_s: i64) -> Option<Duration> {
    if let Ok(seconds) = header.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = chrono::DateTime::parse_from_rfc2822(header.trim()).ok()?.timestamp();
    u64::try_from(at.saturating_sub(now_s)).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(1, Some(5))]
    #[case(2, Some(300))]
    #[case(3, Some(1800))]
    #[case(9, Some(86_400))]
    #[case(10, None)]
    #[case(u32::MAX, None)]
    fn follows_the_standard(#[case] failed: u32, #[case] seconds: Option<u64>) {
        assert_eq!(wait(failed, None, 0.0), seconds.map(Duration::from_secs));
    }

    #[test]
    fn the_platform_may_ask_for_more_not_for_less() {
        let asked = |seconds| wait(2, Some(Duration::from_secs(seconds)), 0.0);
        assert_eq!(asked(1), Some(Duration::from_secs(300)));
        assert_eq!(asked(900), Some(Duration::from_secs(900)));
        assert_eq!(asked(u64::MAX), Some(LONGEST_RETRY_AFTER));
        assert_eq!(wait(10, Some(Duration::from_secs(9)), 0.0), None);
    }

    #[rstest]
    #[case("120", Some(120))]
    #[case(" 0 ", Some(0))]
    #[case("Sun, 06 Nov 1994 08:49:37 GMT", Some(60))]
    #[case("Sun, 06 Nov 1994 08:48:36 GMT", None)]
    #[case("-5", None)]
    #[case("soon", None)]
    #[case("", None)]
    fn reads_the_header(#[case] header: &str, #[case] seconds: Option<u64>) {
        let now_s = 784_111_777 - 60;
        assert_eq!(retry_after(header, now_s), seconds.map(Duration::from_secs));
    }

    proptest! {
        #[test]
        fn chance_adds_at_most_a_tenth(failed in 1u32..10, chance in 0.0f64..1.0) {
            let (least, real) = (wait(failed, None, 0.0).unwrap(), wait(failed, None, chance).unwrap());
            prop_assert!(least <= real && real <= least.mul_f64(1.1001));
        }

        #[test]
        fn headers_never_panic(header in ".*", now in any::<i64>()) {
            let _ = retry_after(&header, now);
        }
    }
}
