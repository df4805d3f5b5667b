use super::{Engine, EvidenceError};
use crate::document::{DocumentCheck, Reader, ResidentId};
use crate::engine::Portrait;
use crate::image::decode;

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
