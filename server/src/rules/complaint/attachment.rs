//! What can be sent with a complaint.

/// Most bytes of one file as it is sent.
pub const LARGEST: usize = 5 * 1024 * 1024;
/// Most files of one message.
pub const PER_MESSAGE: usize = 10;
/// Most files of one complaint.
pub const PER_COMPLAINT: usize = 30;

named! {
    /// What a file is, told by its content. Pictures are always kept as JPEG, whatever they were.
    Media {
        /// A picture.
        Picture = "attachment_jpeg",
        /// A document.
        Pdf = "attachment_pdf",
    }
}

impl Media {
    /// What a file that starts like this claims to be. Whether it is, shows when it is opened.
    pub fn claimed(file: &[u8]) -> Option<Self> {
        if file.starts_with(b"\xff\xd8\xff") || file.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Picture)
        } else if file.starts_with(b"%PDF-") {
            Some(Self::Pdf)
        } else {
            None
        }
    }

    /// Media type (RFC 6838) of what is kept.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Picture => "image/jpeg",
            Self::Pdf => "application/pdf",
        }
    }

    /// Ending of the names of such files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Picture => "jpg",
            Self::Pdf => "pdf",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_and_nothing_else() {
        assert_eq!(Media::claimed(b"\xff\xd8\xff\xe0 and so on"), Some(Media::Picture));
        assert_eq!(Media::claimed(b"%PDF-1.7"), Some(Media::Pdf));
        for other in [&b""[..], b"GIF89a", b"<svg>", b"MZ", b"PK\x03\x04", b" %PDF-1.7", b"\xff\xd8"] {
            assert_eq!(Media::claimed(other), None);
        }
    }
}
