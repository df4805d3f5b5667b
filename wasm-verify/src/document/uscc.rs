use super::{DocumentError, mask, number};

/// Unified social credit code 统一社会信用代码 (GB 32100): department, category, region (6), organisation code (9),
/// check character. It stands on business licences and on the certificates of other legal persons.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Uscc(String);

number!(Uscc);

/// The 31 characters of GB 32100: no I, O, S, V, Z.
pub(super) const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl Uscc {
    /// `9135**********0Y43`: the first and last 4 characters shown.
    pub fn masked(&self) -> String {
        mask::keep(&self.0, 4, 4)
    }
}

/// The check character of 17 characters; `None` for one outside the alphabet.
///
/// Weights are powers of 3 modulo 31, which is prime, and no two characters have the same value modulo 31: any one
/// character changed changes the remainder, and each remainder has its own check character.
pub(super) fn check_character(text: &[u8]) -> Option<u8> {
    let mut weight = 1;
    let mut sum = 0;
    for character in text {
        sum += ALPHABET.iter().position(|known| known == character)? * weight;
        weight = weight * 3 % 31;
    }
    ALPHABET.get((31 - sum % 31) % 31).copied()
}

impl std::str::FromStr for Uscc {
    type Err = DocumentError;

    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let number = text.trim().to_ascii_uppercase();
        if number.chars().count() != 18 {
            return Err(DocumentError::Length { expected: "18" });
        }
        let Some((check, body)) = number.as_bytes().split_last() else {
            return Err(DocumentError::Character);
        };
        let expected = check_character(body).ok_or(DocumentError::Character)?;
        match check {
            check if *check == expected => Ok(Self(number)),
            check if ALPHABET.contains(check) => Err(DocumentError::CheckDigit),
            _ => Err(DocumentError::Character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_gb_32100() {
        let code: Uscc = "91350100m000100y43".parse().unwrap();
        assert_eq!((code.as_str(), code.masked().as_str()), ("91350100M000100Y43", "9135**********0Y43"));
        assert_eq!("91350100M000100Y44".parse::<Uscc>(), Err(DocumentError::CheckDigit));
        assert_eq!("91350100M000100I43".parse::<Uscc>(), Err(DocumentError::Character));
        assert_eq!("91350100M000100Y4I".parse::<Uscc>(), Err(DocumentError::Character));
        assert_eq!("91350100M000100Y4".parse::<Uscc>(), Err(DocumentError::Length { expected: "18" }));
    }
}
