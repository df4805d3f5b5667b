//! The holder's name: the text after its label.

use ::image::RgbImage;

use super::{BELIEVED, LINES, layout, lines, recogniser::Recogniser};
use crate::image::Affine;
use crate::net::NetworkError;

/// What stands before the name.
const LABEL: &str = "姓名";
/// Longest name read; the standard for cards leaves room for about as many.
const LONGEST: usize = 20;

/// A name read from a document.
#[derive(Debug, Clone, PartialEq)]
pub struct NameRead {
    /// Chinese characters, with `·` between the parts of a name of several.
    pub name: String,
    /// The probability of the least certain character, 0 to 1.
    pub confidence: f32,
}

/// Reads the name on the card that `card` leads from to the picture.
pub(super) fn read(
    recogniser: &Recogniser,
    photograph: &RgbImage,
    card: &Affine,
) -> Result<Option<NameRead>, NetworkError> {
    for line in lines::find(photograph, card, layout::NAME_AREA, LINES) {
        let steps = recogniser.read(photograph, &line, layout::NAME_AREA.x)?;
        let (text, confidence) = recogniser.text(&steps);
        if let Some(name) = after_label(&text).filter(|_| confidence >= BELIEVED) {
            return Ok(Some(NameRead { name, confidence }));
        }
    }
    Ok(None)
}

/// The name in a line of text, if it is the line of the name.
fn after_label(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(LABEL)?;
    let rest = rest.trim();
    let name: String = rest.chars().take_while(|c| is_of_a_name(*c)).take(LONGEST).collect();
    (name.chars().count() > 1).then_some(name)
}

/// Chinese characters (the unified ideographs of the basic plane) and the dot between parts of a name.
fn is_of_a_name(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '·')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("姓名 张伟", Some("张伟"))]
    #[case("1姓名买买提·吐尔逊 ", Some("买买提·吐尔逊"))]
    #[case("性别男民族汉", None)]
    #[case("姓名", None)]
    #[case("姓名 A", None)]
    fn only_the_line_of_the_name_has_one(#[case] text: &str, #[case] name: Option<&str>) {
        assert_eq!(after_label(text).as_deref(), name);
    }
}
