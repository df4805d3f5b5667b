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

    /// The last 4 characters shown.
    pub fn masked(&self) -> String {
        mask::keep(&self.0, 0, 4)
    }
}

impl std::str::FromStr for Iccid {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let number = text.trim().to_ascii_uppercase();
        if !(19..=20).contains(&number.len()) {
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

/// Number of a vehicle card: 11 or 13 digits starting with 1. Ranges change (Art 15) and live in configuration.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Msisdn(String);

number!(Msisdn);

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
        if !matches!(number.len(), 11 | 13) {
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
    fn others_are_refused_with_the_reason() {
        assert_eq!("890004071120C0015291".parse::<Iccid>(), Err(DocumentError::Prefix));
        assert_eq!("898604071120G0015291".parse::<Iccid>(), Err(DocumentError::Character));
        assert_eq!("106480200003".parse::<Msisdn>(), Err(DocumentError::Length { expected: "11 or 13" }));
        assert_eq!("2064802000031".parse::<Msisdn>(), Err(DocumentError::Prefix));
    }
}
