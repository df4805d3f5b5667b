//! Pictures people send.

use verify::image::{ImageError, decode, fit, to_jpeg};

use super::{Refusal, Result};

/// Longest side kept, in pixels: small print stays readable.
const SIDE: u32 = 2_000;

/// The picture and nothing else: what the camera wrote beside it (place, time, device) goes, and so does whatever else a
/// file may carry. What it is, is told by its content: a JPEG or PNG picture that can be opened.
///
/// # Errors
/// The inner one says what is wrong with the picture.
pub(crate) async fn clean(file: Vec<u8>) -> Result<std::result::Result<Vec<u8>, ImageError>> {
    let work = tokio::task::spawn_blocking(move || decode(&file).map(|picture| to_jpeg(&fit(picture, SIDE))));
    Ok(work.await.map_err(|_| Refusal::Internal)?)
}
