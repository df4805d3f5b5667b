use std::io::Cursor;

use ::image::{ImageFormat, ImageReader, Limits, RgbImage, metadata::Orientation};

/// Largest file read, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Longest side read, in pixels. A phone's full-size photograph must be scaled down before it is sent.
pub const MAX_SIDE: u32 = 4096;

/// Why a picture cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// Neither JPEG nor PNG, judged by content.
    #[error("the picture is neither JPEG nor PNG")]
    Format,
    /// More bytes or pixels than allowed.
    #[error("the picture is larger than 4 MiB or 4096 pixels a side")]
    TooLarge,
    /// The file ends early or is damaged.
    #[error("the picture is cut short or damaged")]
    Damaged,
}

/// Reads a JPEG or PNG, upright as its EXIF orientation says.
///
/// The size is checked before any pixel is allocated, so a small file cannot ask for a large picture.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, ImageError> {
    if bytes.len() > MAX_BYTES {
        return Err(ImageError::TooLarge);
    }
    let format = match ::image::guess_format(bytes) {
        Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png)) => format,
        _ => return Err(ImageError::Format),
    };
    // JPEG decoders fill in what is missing at the end with grey; the end marker tells.
    if format == ImageFormat::Jpeg && !bytes.trim_ascii_end().trim_suffix_zeros().ends_with(&[0xFF, 0xD9]) {
        return Err(ImageError::Damaged);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(128 << 20);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(reason)?;
    let orientation = ::image::ImageDecoder::orientation(&mut decoder).unwrap_or(Orientation::NoTransforms);
    let mut picture = ::image::DynamicImage::from_decoder(decoder).map_err(reason)?;
    picture.apply_orientation(orientation);
    Ok(picture.into_rgb8())
}

fn reason(error: ::image::ImageError) -> ImageError {
    match error {
        ::image::ImageError::Limits(_) => ImageError::TooLarge,
        _ => ImageError::Damaged,
    }
}

/// Cameras pad files with zeros; padding is no damage.
trait TrimZeros {
    fn trim_suffix_zeros(&self) -> &[u8];
}

impl TrimZeros for [u8] {
    fn trim_suffix_zeros(&self) -> &[u8] {
        let end = self.iter().rposition(|&byte| byte != 0).map_or(0, |last| last + 1);
        &self[..end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::to_jpeg;

    fn picture() -> Vec<u8> {
        to_jpeg(&RgbImage::from_fn(64, 48, |x, y| ::image::Rgb([x as u8 * 3, y as u8 * 5, 90])))
    }

    #[test]
    fn reads_what_it_wrote() {
        assert_eq!(decode(&picture()).unwrap().dimensions(), (64, 48));
    }

    #[test]
    fn a_cut_file_is_damaged_at_any_length() {
        let whole = picture();
        for length in 4..whole.len() - 1 {
            assert!(decode(&whole[..length]).is_err(), "{length} of {} bytes were read", whole.len());
        }
    }

    #[test]
    fn a_small_file_cannot_ask_for_a_huge_picture() {
        let mut png = Vec::new();
        let huge = ::image::GrayImage::new(5000, 2);
        huge.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).unwrap();
        assert_eq!(decode(&png), Err(ImageError::TooLarge));
        assert_eq!(decode(&vec![0xFF; MAX_BYTES + 1]), Err(ImageError::TooLarge));
    }

    #[test]
    fn other_formats_are_refused_by_content() {
        assert_eq!(decode(b"GIF89a and so on"), Err(ImageError::Format));
        assert_eq!(decode(b""), Err(ImageError::Format));
    }
}
