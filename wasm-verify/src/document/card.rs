use serde::{Deserialize, Serialize};

use super::{DocumentError, mask, number};

/// The carrier that issued a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    /// 中国移动
    ChinaMobile,
    /// 中国联通
    ChinaUnicom,
    /// 中国电信
    ChinaTelecom,
}

impl Carrier {
    /// Name in the database, the API and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ChinaMobile => "china_mobile",
            Self::ChinaUnicom => "china_unicom",
            Self::ChinaTelecom => "china_telecom",
        }
    }
}

/// Integrated circuit card identifier of a Chinese card: `8986` and 15 or 16 more characters.
///
/// Hexadecimal letters occur in real cards and real cards fail the Luhn check, so neither is an error.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Iccid(String);

number!(Iccid);

impl Iccid {
    /// The issuer named by the two digits after `8986`; `None` where the list is not settled.
    pub fn carrier(&self) -> Option<Carrier> {
        match self.0.get(4..6)? {
            "00" | "04" => Some(Carrier::ChinaMobile),
            "01" | "06" => Some(Carrier::ChinaUnicom),
            "03" | "11" => Some(Carrier::ChinaTelecom),
            _ => None,
        }
    }

    /// Whether its digits add up as ITU-T E.118 asks (Luhn). Real cards fail, so a mismatch is only worth a warning;
    /// letters always fail.
    pub fn check_digit_matches(&self) -> bool {
        luhn(&self.0)
    }

    /// The last 4 characters shown.
    pub fn masked(&self) -> String {
        mask::keep(&self.0, 0, 4)
    }
}

impl std::str::FromStr for Iccid {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let number = text.trim().to_ascii_uppercase();
        if !(19..=20).contains(&number.chars().count()) {
            return Err(DocumentError::Length { expected: "19 or 20" });
        }
        if !number.bytes().all(|c| c.is_ascii_hexdigit()) {
            return Err(DocumentError::Character);
        }
        if !number.starts_with("8986") {
            return Err(DocumentError::Prefix);
        }
        Ok(Self(number))
    }
}

/// Whether the digits of a number add up as ISO/IEC 7812-1 asks (Luhn); anything but a digit fails.
pub fn luhn(number: &str) -> bool {
    let digits: Option<Vec<u32>> = number.chars().rev().map(|c| c.to_digit(10)).collect();
    let weigh = |(place, digit): (usize, u32)| match digit << (place % 2) {
        doubled @ 10.. => doubled - 9,
        digit => digit,
    };
    digits.is_some_and(|digits| digits.into_iter().enumerate().map(weigh).sum::<u32>() % 10 == 0)
}

/// Number of a vehicle card: 11 or 13 digits starting with 1. Ranges change (Art 15) and live in configuration.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Msisdn(String);

number!(Msisdn);

/// Numbers with one beginning and one length, dedicated to cards of vehicles or machines (Art 15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NumberRange {
    /// How they begin.
    pub prefix: String,
    /// How many digits they have, 11 or 13.
    pub digits: usize,
    /// Whose they are, where that is settled.
    pub carrier: Option<Carrier>,
}

impl NumberRange {
    /// The ranges known in 2026. They change: a configuration replaces them.
    pub fn known() -> Vec<Self> {
        [
            ("1440", 13, Some(Carrier::ChinaMobile)),
            ("1441", 13, Some(Carrier::ChinaMobile)),
            ("148", 13, Some(Carrier::ChinaMobile)),
            ("146", 13, Some(Carrier::ChinaUnicom)),
            ("1410", 13, Some(Carrier::ChinaTelecom)),
            ("10648", 13, None),
            ("148", 11, None),
        ]
        .map(|(prefix, digits, carrier)| Self { prefix: prefix.to_owned(), digits, carrier })
        .into()
    }

    /// Whether the number lies in this range.
    pub fn holds(&self, number: &Msisdn) -> bool {
        number.0.len() == self.digits && number.0.starts_with(&self.prefix)
    }
}

impl Msisdn {
    /// `106****0031`: the first 3 and last 4 digits shown.
    pub fn masked(&self) -> String {
        mask::mask_phone(&self.0)
    }
}

impl std::str::FromStr for Msisdn {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let number = text.trim();
        if !matches!(number.chars().count(), 11 | 13) {
            return Err(DocumentError::Length { expected: "11 or 13" });
        }
        if !number.bytes().all(|c| c.is_ascii_digit()) {
            return Err(DocumentError::Character);
        }
        if !number.starts_with('1') {
            return Err(DocumentError::Prefix);
        }
        Ok(Self(number.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_cards_are_accepted() {
        let card: Iccid = "898604071120C0015291".parse().unwrap();
        assert_eq!(card.carrier(), Some(Carrier::ChinaMobile));
        assert_eq!(card.masked(), "****************5291");
        assert_eq!("898600D6081370000007".parse::<Iccid>().unwrap().carrier(), Some(Carrier::ChinaMobile));
        assert_eq!("1064802000031".parse::<Msisdn>().unwrap().masked(), "106******0031");
    }

    #[test]
    fn a_range_holds_numbers_of_its_length() {
        let of = |number: &str| {
            let number: Msisdn = number.parse().unwrap();
            NumberRange::known().into_iter().find(|range| range.holds(&number)).map(|range| range.carrier)
        };
        assert_eq!(of("1440123456789"), Some(Some(Carrier::ChinaMobile)));
        assert_eq!(of("1064802000031"), Some(None));
        assert_eq!(of("14800000000"), Some(None));
        assert_eq!(of("13800001234"), None);
    }

    #[test]
    fn luhn_is_only_a_warning() {
        assert!("89860000000000000001".parse::<Iccid>().unwrap().check_digit_matches());
        assert!(!"898604071120C0015291".parse::<Iccid>().unwrap().check_digit_matches());
    }

    #[test]
    fn others_are_refused_with_the_reason() {
        assert_eq!("890004071120C0015291".parse::<Iccid>(), Err(DocumentError::Prefix));
        assert_eq!("898604071120G0015291".parse::<Iccid>(), Err(DocumentError::Character));
        assert_eq!("106480200003".parse::<Msisdn>(), Err(DocumentError::Length { expected: "11 or 13" }));
        assert_eq!("2064802000031".parse::<Msisdn>(), Err(DocumentError::Prefix));
    }
}
