use chrono::NaiveDate;

use super::{DocumentError, mask, number};

/// Resident identity number 公民身份号码 (GB 11643): region (6), birth date (8), sequence (3), check digit.
///
/// Also carries the residence permits of Hong Kong, Macao and Taiwan residents (regions 810000, 820000, 830000)
/// and the 2023 permanent residence card of foreigners (starting with 9), which use the same layout and check.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResidentId(String);

number!(ResidentId);

/// GB 11643 table 1.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
/// ISO 7064 MOD 11-2: check character by remainder.
const CHECK: &[u8; 11] = b"10X98765432";
/// First two digits of GB/T 2260 codes in use, with 81, 82, 83 for residence permits.
const REGIONS: &[&str] = &[
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    "83", "91", "92", "93", "94", "95", "96", "97", "98", "99",
];

impl ResidentId {
    /// The holder's date of birth. Whether it lies in the future is for the caller to ask, who has a clock.
    pub fn birth_date(&self) -> NaiveDate {
        // Parsing checked the date; the fallback is unreachable and keeps the crate free of panics.
        date(self.0.as_bytes()).unwrap_or(NaiveDate::MIN)
    }

    /// `110105********002X`.
    pub fn masked(&self) -> String {
        mask::keep(&self.0, 6, 4)
    }
}

fn date(digits: &[u8]) -> Option<NaiveDate> {
    let number = |range: std::ops::Range<usize>| {
        digits.get(range).map(|part| part.iter().fold(0u32, |value, d| value * 10 + u32::from(d - b'0')))
    };
    NaiveDate::from_ymd_opt(i32::try_from(number(6..10)?).ok()?, number(10..12)?, number(12..14)?)
}

impl std::str::FromStr for ResidentId {
    type Err = DocumentError;

    /// Accepts a lower-case `x` and stores `X`.
    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let number = text.trim().to_ascii_uppercase();
        let bytes = number.as_bytes();
        if bytes.len() != 18 {
            return Err(DocumentError::Length { expected: "18" });
        }
        if !bytes[..17].iter().all(u8::is_ascii_digit) || !(bytes[17].is_ascii_digit() || bytes[17] == b'X') {
            return Err(DocumentError::Character);
        }
        if !REGIONS.contains(&&number[..2]) {
            return Err(DocumentError::Prefix);
        }
        if date(bytes).is_none_or(|date| date < NaiveDate::from_ymd_opt(1850, 1, 1).unwrap_or(NaiveDate::MIN))
        {
            return Err(DocumentError::Date);
        }
        let sum: u32 =
            bytes.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if CHECK[(sum % 11) as usize] != bytes[17] {
            return Err(DocumentError::CheckDigit);
        }
        Ok(Self(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn vectors_of_gb_11643() {
        assert_eq!("11010519491231002x".parse::<ResidentId>().unwrap().as_str(), "11010519491231002X");
        assert_eq!("110105194912310021".parse::<ResidentId>(), Err(DocumentError::CheckDigit));
        assert_eq!("11010519490231002X".parse::<ResidentId>(), Err(DocumentError::Date));
        assert_eq!("00010519491231002X".parse::<ResidentId>(), Err(DocumentError::Prefix));
        assert_eq!("1101051949123100".parse::<ResidentId>(), Err(DocumentError::Length { expected: "18" }));
    }

    #[test]
    fn shows_a_mask_only() {
        let id: ResidentId = "11010519491231002X".parse().unwrap();
        assert_eq!(id.masked(), "110105********002X");
        assert_eq!(format!("{id:?}"), "ResidentId(110105********002X)");
        assert_eq!(id.birth_date(), NaiveDate::from_ymd_opt(1949, 12, 31).unwrap());
    }

    proptest! {
        #[test]
        fn any_one_digit_changed_is_refused(place in 0usize..17, digit in 0u8..10) {
            let good = "11010519491231002X";
            let mut bytes = good.as_bytes().to_vec();
            bytes[place] = b'0' + digit;
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert_eq!(changed.parse::<ResidentId>().is_ok(), changed == good);
        }

        #[test]
        fn never_panics(text in "\\PC{0,24}") {
            let _ = text.parse::<ResidentId>();
        }
    }
}
