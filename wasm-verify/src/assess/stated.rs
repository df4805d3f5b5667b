use super::{Engine, EvidenceError};
use crate::document::{DocumentCheck, Reader, ResidentId};
use crate::engine::Portrait;
use crate::face::Face;
use crate::image::{RgbImage, decode};

/// Holds the number on the document in `file` against the one its holder stated.
///
/// # Errors
/// A picture that cannot be read; a network that fails.
pub fn check_stated(
    engine: &Engine,
    reader: &Reader,
    file: &[u8],
    stated: &ResidentId,
) -> Result<DocumentCheck, EvidenceError> {
    let photograph = decode(file).map_err(EvidenceError::DocumentImage)?;
    match engine.portrait(&photograph).map_err(|_| EvidenceError::Engine)? {
        Portrait::Found(portrait, ..) => {
            Ok(reader.read(&photograph, &portrait).map_err(|_| EvidenceError::Engine)?.check(stated))
        }
        _ => Ok(DocumentCheck::NotRead),
    }
}

/// Whether the photograph of a document shows its holder's face well enough, for a machine or for a person.
///
/// # Errors
/// A picture that cannot be read, or does not; a network that fails.
pub fn check_document(engine: &Engine, file: &[u8]) -> Result<(), EvidenceError> {
    let photograph = decode(file).map_err(EvidenceError::DocumentImage)?;
    document_face(engine, &photograph).map(drop)
}

/// The face on the photograph of a document.
pub(super) fn document_face(engine: &Engine, photograph: &RgbImage) -> Result<Face, EvidenceError> {
    match engine.portrait(photograph).map_err(|_| EvidenceError::Engine)? {
        Portrait::Found(face) => Ok(face),
        Portrait::NoFace => Err(EvidenceError::DocumentNoFace),
        Portrait::SeveralFaces => Err(EvidenceError::DocumentSeveralFaces),
        Portrait::TooSmall | Portrait::Flawed(_) => Err(EvidenceError::DocumentUnclear),
    }
}
