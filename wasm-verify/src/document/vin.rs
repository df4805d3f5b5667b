use super::{DocumentError, mask, number};

/// Vehicle identification number 车辆识别代号 (GB 16735, ISO 3779): 17 characters without I, O and Q.
///
/// The check digit in position 9 is mandatory for vehicles made in China (first letter `L`); elsewhere makers may
/// use the position freely, so there a mismatch is only worth a warning ([`Vin::check_digit_matches`]).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Vin(String);

number!(Vin);

const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// ISO 3779 transliteration; `None` for characters a VIN cannot hold.
fn value(character: u8) -> Option<u32> {
    Some(match character {
        b'0'..=b'9' => u32::from(character - b'0'),
        b'A'..=b'H' => u32::from(character - b'A') + 1,
        b'J'..=b'N' => u32::from(character - b'J') + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => u32::from(character - b'S') + 2,
        _ => return None,
    })
}

impl Vin {
    /// Whether position 9 holds the check digit of ISO 3779.
    pub fn check_digit_matches(&self) -> bool {
        let sum: u32 = self.0.bytes().zip(WEIGHTS).map(|(c, weight)| value(c).unwrap_or(0) * weight).sum();
        let expected = match sum % 11 {
            10 => b'X',
            digit => b'0' + digit as u8,
        };
        self.0.as_bytes().get(8) == Some(&expected)
    }

    /// The last 6 characters shown: `***********042788`.
    pub fn masked(&self) -> String {
        mask::keep(&self.0, 0, 6)
    }
}

impl std::str::FromStr for Vin {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let number = text.trim().to_ascii_uppercase();
        if number.chars().count() != 17 {
            return Err(DocumentError::Length { expected: "17" });
        }
        if !number.bytes().all(|c| value(c).is_some()) {
            return Err(DocumentError::Character);
        }
        let vin = Self(number);
        if vin.0.starts_with('L') && !vin.check_digit_matches() {
            return Err(DocumentError::CheckDigit);
        }
        Ok(vin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_iso_3779() {
        let vin: Vin = "1m8gdm9axkp042788".parse().unwrap();
        assert!(vin.check_digit_matches());
        assert_eq!(vin.masked(), "***********042788");
        assert!(!"1M8GDM9A1KP042788".parse::<Vin>().unwrap().check_digit_matches());
        assert_eq!("1M8GDM9AXKP04278O".parse::<Vin>(), Err(DocumentError::Character));
        assert_eq!("LM8GDM9A0KP042788".parse::<Vin>(), Err(DocumentError::CheckDigit));
    }
}
