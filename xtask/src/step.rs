//! What is being done now and how long it took, one line each.
//!
//! On standard error: standard output belongs to what a command was asked for.

use std::time::{Duration, Instant};

/// A piece of work in progress. Dropped without [`Step::done`] it is reported as failed.
pub struct Step {
    name: String,
    started: Instant,
    open: bool,
}

impl Step {
    /// Announces the work.
    pub fn start(name: impl Into<String>) -> Self {
        let name = name.into();
        eprintln!("… {name}");
        Self { name, started: Instant::now(), open: true }
    }

    /// One line for work that was already done.
    pub fn skip(name: &str, note: &str) {
        eprintln!("✓ {name}: {note}");
    }

    /// The work is finished; `note` says what came of it.
    pub fn done(mut self, note: &str) {
        self.open = false;
        let colon = if note.is_empty() { "" } else { ": " };
        eprintln!("✓ {}{colon}{note} ({})", self.name, seconds(self.started.elapsed()));
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        if self.open {
            eprintln!("✗ {} ({})", self.name, seconds(self.started.elapsed()));
        }
    }
}

/// `4.2 s`, `3 min 05 s`.
pub fn seconds(time: Duration) -> String {
    let whole = time.as_secs();
    if whole < 60 {
        format!("{:.1} s", time.as_secs_f32())
    } else {
        format!("{} min {:02} s", whole / 60, whole % 60)
    }
}

/// `14.20 MB`, `12 kB`: decimal units, as browsers and shops use them.
pub fn bytes(count: u64) -> String {
    if count >= 1_000_000 {
        format!("{}.{:02} MB", count / 1_000_000, count % 1_000_000 / 10_000)
    } else {
        format!("{} kB", count.div_ceil(1000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(1_840, "1.8 s")]
    #[case(59_900, "59.9 s")]
    #[case(185_000, "3 min 05 s")]
    fn times(#[case] millis: u64, #[case] shown: &str) {
        assert_eq!(seconds(Duration::from_millis(millis)), shown);
    }

    #[rstest]
    #[case(1, "1 kB")]
    #[case(999_999, "1000 kB")]
    #[case(14_205_000, "14.20 MB")]
    fn sizes(#[case] count: u64, #[case] shown: &str) {
        assert_eq!(bytes(count), shown);
    }
}
