//! Receipt numbers: `C`, the day of receipt, six digits, and a check digit that finds a mistyped one:
//! `C2611224829135`. The digits are random, so that a number says nothing about how many complaints there are.

use std::fmt;

use chrono::NaiveDate;
use verify::document::luhn;

/// A receipt number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Number(String);

/// It cannot be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is not the number of a complaint")]
pub struct Invalid;

impl Number {
    /// The number of a complaint received on this day, with `random` below 1,000,000.
    pub fn new(day: NaiveDate, random: u32) -> Self {
        let digits = format!("{}{:06}", day.format("%y%m%d"), random % 1_000_000);
        let checked = (0..10).map(|check| format!("{digits}{check}")).find(|number| luhn(number));
        Self(format!("C{}", checked.unwrap_or_default()))
    }

    /// Reads a number as people type it: in lower case, without the letter, with blanks or hyphens.
    ///
    /// # Errors
    /// [`Invalid`].
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = text.strip_prefix(['C', 'c']).unwrap_or(&text);
        if digits.len() == 13 && luhn(digits) { Ok(Self(format!("C{digits}"))) } else { Err(Invalid) }
    }

    /// As printed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_read_back_and_a_wrong_digit_is_seen(random in 0..1_000_000_u32, at in 1..14_usize, by in 1..10_u8) {
            let number = Number::new(NaiveDate::from_ymd_opt(2026, 11, 22).unwrap(), random);
            prop_assert!(number.as_str().starts_with("C261122"));
            prop_assert_eq!(Number::parse(&number.to_string().to_lowercase()), Ok(number.clone()));
            let mut wrong = number.as_str().as_bytes().to_vec();
            wrong[at] = b'0' + (wrong[at] - b'0' + by) % 10;
            prop_assert_eq!(Number::parse(std::str::from_utf8(&wrong).unwrap()), Err(Invalid));
        }

        #[test]
        fn nothing_typed_breaks_it(text in "\\PC{0,20}") {
            let _ = Number::parse(&text);
        }
    }
}
