//! The resident identity number out of what a line looks like.

use super::ctc;
use crate::document::ResidentId;

/// Digits and the check letter.
const CHARACTERS: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];
/// For each of them the characters that look like it: there are no other letters in a number.
pub(super) const SHAPES: [&str; 11] = ["0Oo", "1Il", "2", "3", "4", "5", "6", "7", "8", "9", "Xx"];
/// Characters in a number.
const LENGTH: usize = 18;

/// A number read from a document.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberRead {
    /// The number; its date, region and check digit are right.
    pub number: ResidentId,
    /// The probability of this text among all, 0 to 1.
    pub confidence: f32,
}

/// The likeliest valid number, and no other: a text one character off has a wrong check digit (ISO 7064 MOD 11-2), so
/// where the likeliest text is no number, a less likely one may be. `None` when no valid number is among the likely
/// texts.
pub(super) fn decode(steps: &[[f32; 11]]) -> Option<NumberRead> {
    ctc::texts(steps, LENGTH + 2).into_iter().find_map(|(text, probability)| {
        let text: String = text.into_iter().filter_map(|i| CHARACTERS.get(usize::from(i))).collect();
        Some(NumberRead { number: text.parse().ok()?, confidence: probability as f32 })
    })
}

/// Where the first and the last character of a number stand: places at which a digit is likelier than none.
pub(super) fn ends(steps: &[[f32; 11]]) -> Option<[usize; 2]> {
    let digit = |step: &[f32; 11]| step.iter().sum::<f32>() > 0.5;
    Some([steps.iter().position(digit)?, steps.iter().rposition(digit)?])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A place for each character and a blank after it, `sure` of it.
    fn steps(text: &str, sure: f32) -> Vec<[f32; 11]> {
        let character = |c: char| CHARACTERS.map(|known| if known == c { sure } else { (1.0 - sure) / 20.0 });
        text.chars().flat_map(|c| [character(c), [0.0; 11]]).collect()
    }

    #[test]
    fn a_clear_number_is_read_and_one_with_a_wrong_check_digit_is_not() {
        let read = decode(&steps("11010519491231002X", 0.99)).unwrap();
        assert_eq!(read.number.as_str(), "11010519491231002X");
        assert!(read.confidence > 0.8, "{read:?}");
        assert_eq!(decode(&steps("110105194912310021", 1.0)), None);
    }

    #[test]
    fn the_check_digit_decides_a_doubtful_character() {
        let mut steps = steps("11010519491231002X", 0.99);
        // The seventh character is a little likelier a 7 than the 1 it is.
        steps[12] = std::array::from_fn(|i| match i {
            1 => 0.45,
            7 => 0.5,
            _ => 0.0,
        });
        let read = decode(&steps).unwrap();
        assert_eq!(read.number.as_str(), "11010519491231002X");
        assert!(read.confidence < 0.5, "{read:?}");
    }
}
