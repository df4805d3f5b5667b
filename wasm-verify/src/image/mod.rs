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

/// The picture, scaled down where a side is longer than `side`.
pub fn fit(picture: RgbImage, side: u32) -> RgbImage {
    let longest = picture.width().max(picture.height());
    if longest <= side || side == 0 {
        return picture;
    }
    let scaled = |length: u32| ((u64::from(length) * u64::from(side) / u64::from(longest)) as u32).max(1);
    ::image::imageops::thumbnail(&picture, scaled(picture.width()), scaled(picture.height()))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_too_large_is_scaled_down() {
        let size = |width, height| fit(RgbImage::new(width, height), 100).dimensions();
        assert_eq!(size(100, 60), (100, 60));
        assert_eq!(size(400, 300), (100, 75));
        assert_eq!(size(1, 4000), (1, 100));
    }
}
