//! Reading a resident identity card: the number, and the name before a person confirms it.
//!
//! The portrait's eyes say where the card lies in the photograph; lines of text are looked for where number and name
//! stand on it, cut out and recognised. A number counts only with valid date, region and check digit.

mod ctc;
mod layout;
mod lines;
mod name;
mod number;
mod recogniser;
mod strip;

use ::image::RgbImage;

pub use name::NameRead;
pub use number::NumberRead;

use super::ResidentId;
use crate::face::Face;
use crate::image::Affine;
use crate::net::NetworkError;
use recogniser::Recogniser;

/// Lines tried for the number and for the name.
const LINES: usize = 4;
/// From this probability on a number is believed: it is likelier than all other texts together.
const BELIEVED: f32 = 0.5;
/// From this one on no other line is looked at.
const CLEAR: f32 = 0.9;

/// Reads documents. Kept apart from the other networks: it is needed for a moment only, and not to verify a face.
#[derive(Clone)]
pub struct Reader {
    recogniser: Recogniser,
    shapes: [Vec<usize>; 11],
}

/// What could be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DocumentText {
    /// The number, if it is one.
    pub number: Option<NumberRead>,
    /// The name. To be confirmed by its owner: names have no check digit.
    pub name: Option<NameRead>,
}

/// How a document compares with what its holder stated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentCheck {
    /// The number read is the number stated.
    Agrees,
    /// Another valid number was read.
    Differs,
    /// No number could be read.
    NotRead,
}

impl DocumentText {
    /// Compares the number with the one stated.
    pub fn check(&self, stated: &ResidentId) -> DocumentCheck {
        match &self.number {
            None => DocumentCheck::NotRead,
            Some(read) if read.number == *stated => DocumentCheck::Agrees,
            Some(_) => DocumentCheck::Differs,
        }
    }
}

impl Reader {
    /// The name of its file's role in manifests. Not a [`crate::net::Role`]: no verification needs it.
    pub const ROLE: &str = "reader";

    /// Prepares the network.
    pub fn load(bytes: &[u8]) -> Result<Self, NetworkError> {
        let recogniser = Recogniser::load(bytes)?;
        let shapes = number::SHAPES.map(|shapes| recogniser.classes(shapes));
        Ok(Self { recogniser, shapes })
    }

    /// Reads the document on which `portrait` was found.
    pub fn read(&self, photograph: &RgbImage, portrait: &Face) -> Result<DocumentText, NetworkError> {
        let mut best: Option<Found> = None;
        for wide in layout::FACES {
            let Some(card) = layout::from_face(portrait, wide) else { break };
            for line in lines::find(photograph, &card, layout::NUMBER_AREA, LINES) {
                if let Some(found) = self.number(photograph, &line)?
                    && best.as_ref().is_none_or(|best| best.read.confidence < found.read.confidence)
                {
                    best = Some(found);
                }
                if best.as_ref().is_some_and(|best| best.read.confidence >= CLEAR) {
                    break;
                }
            }
            if best.is_some() {
                break;
            }
        }
        let Some(Found { read, ends }) = best else { return Ok(DocumentText::default()) };
        let name = match ends.and_then(layout::from_number) {
            Some(card) => name::read(&self.recogniser, photograph, &card)?,
            None => None,
        };
        Ok(DocumentText { number: Some(read), name })
    }

    /// The number on one line, if it is believable.
    fn number(&self, photograph: &RgbImage, line: &Affine) -> Result<Option<Found>, NetworkError> {
        let steps = self.recogniser.read(photograph, line, layout::NUMBER_AREA.x)?;
        let digits = steps.of(&self.shapes);
        Ok(number::decode(&digits).filter(|read| read.confidence >= BELIEVED).map(|read| {
            let ends = number::ends(&digits).map(|ends| ends.map(|at| line.apply([steps.place(at), 0.0])));
            Found { read, ends }
        }))
    }
}

/// A number, and where its first and last character stand in the photograph.
struct Found {
    read: NumberRead,
    ends: Option<[[f32; 2]; 2]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_compared_with_what_was_stated() {
        let [one, other]: [ResidentId; 2] =
            ["11010519491231002X", "440305199208152347"].map(|number| number.parse().unwrap());
        let number = Some(NumberRead { number: one.clone(), confidence: 1.0 });
        let text = DocumentText { number, name: None };
        assert_eq!(text.check(&one), DocumentCheck::Agrees);
        assert_eq!(text.check(&other), DocumentCheck::Differs);
        assert_eq!(DocumentText::default().check(&one), DocumentCheck::NotRead);
    }
}
