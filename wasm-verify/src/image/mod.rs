//! Pictures: reading them safely, cutting squares out of them for the networks, writing keyframes.

mod decode;
mod warp;

pub use ::image::RgbImage;
pub use decode::{ImageError, MAX_BYTES, MAX_SIDE, decode};
pub use warp::{Affine, Border, Channels, sample, sample_area, sample_image};

/// JPEG quality of a keyframe: high enough that compression does not look like a presentation attack.
const KEYFRAME_QUALITY: u8 = 92;

/// A frame as the browser's canvas gives it (RGBA, 8 bits, rows from the top) without its alpha channel.
///
/// `None` when `rgba` does not hold exactly `width * height` pixels, or none at all.
pub fn from_rgba(rgba: &[u8], width: u32, height: u32) -> Option<RgbImage> {
    let count = (width as usize).checked_mul(height as usize)?.checked_mul(4)?;
    if count == 0 || rgba.len() != count || width.max(height) > MAX_SIDE {
        return None;
    }
    let rgb = rgba.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect();
    RgbImage::from_raw(width, height, rgb)
}

/// The picture as a JPEG file, the form in which keyframes travel.
pub fn to_jpeg(picture: &RgbImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let encoder = ::image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, KEYFRAME_QUALITY);
    // Writing to memory fails for no picture this crate can hold; an empty file is refused by every reader.
    if picture.write_with_encoder(encoder).is_err() {
        bytes.clear();
    }
    bytes
}
