use chrono::NaiveDate;

use super::{DocumentError, layout, mask, number};

/// Resident identity number 公民身份号码 (GB 11643): region (6), birth date (8), sequence (3), check digit.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ResidentId(String);

number!(ResidentId);

/// First two digits of the GB/T 2260 codes under which resident IDs are issued.
const REGIONS: &[&str] = &[
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
];

impl ResidentId {
    /// The holder's date of birth. Whether it lies in the future is for the caller to ask, who has a clock.
    pub fn birth_date(&self) -> NaiveDate {
        // Parsing checked the date; the fallback is unreachable and keeps the crate free of panics.
        layout::birth_date(&self.0).unwrap_or(NaiveDate::MIN)
    }

    /// `110105********002X`.
    pub fn masked(&self) -> String {
        mask::keep(&self.0, 6, 4)
    }
}

impl std::str::FromStr for ResidentId {
    type Err = DocumentError;

    /// Accepts a lower-case `x` and stores `X`.
    fn from_str(text: &str) -> Result<Self, DocumentError> {
        layout::parse(text, |region| REGIONS.contains(&&region[..2])).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
