//! The 18 characters of GB 11643, which several documents share: region (6), birth date (8), sequence (3), check.

use chrono::NaiveDate;

use super::DocumentError;

/// GB 11643 table 1.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// ISO 7064 MOD 11-2: check character by remainder.
const CHECK: &[u8; 11] = b"10X98765432";
/// Nobody alive was born before.
const EARLIEST_YEAR: i32 = 1850;

/// The canonical spelling of a number of this layout whose region satisfies `is_region`. A lower-case `x` is accepted.
pub(super) fn parse(text: &str, is_region: impl Fn(&str) -> bool) -> Result<String, DocumentError> {
    let number = text.trim().to_ascii_uppercase();
    if number.chars().count() != 18 {
        return Err(DocumentError::Length { expected: "18" });
    }
    let bytes = number.as_bytes();
    let (Some(digits), Some(check)) = (bytes.get(..17), bytes.get(17)) else {
        return Err(DocumentError::Character);
    };
    if bytes.len() != 18
        || !digits.iter().all(u8::is_ascii_digit)
        || !(check.is_ascii_digit() || *check == b'X')
    {
        return Err(DocumentError::Character);
    }
    if !number.get(..6).is_some_and(is_region) {
        return Err(DocumentError::Prefix);
    }
    if birth_date(&number).is_none() {
        return Err(DocumentError::Date);
    }
    if check_character(digits) != *check {
        return Err(DocumentError::CheckDigit);
    }
    Ok(number)
}

/// The holder's date of birth; `None` for a text of another layout, or a day that does not exist.
pub(super) fn birth_date(number: &str) -> Option<NaiveDate> {
    let part = |range: std::ops::Range<usize>| number.get(range)?.parse::<u32>().ok();
    let year = i32::try_from(part(6..10)?).ok().filter(|year| *year >= EARLIEST_YEAR)?;
    NaiveDate::from_ymd_opt(year, part(10..12)?, part(12..14)?)
}

/// The check character of 17 digits.
///
/// Each weight is a power of 2 modulo 11 and 11 is prime, so any one digit changed changes the remainder; and each
/// remainder has its own character. No single mistyped character goes unseen.
pub(super) fn check_character(digits: &[u8]) -> u8 {
    let sum: u32 = digits.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    CHECK[(sum % 11) as usize]
}
