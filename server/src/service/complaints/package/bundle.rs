//! Files as one ZIP archive, with their sums: the same files give the same bytes.

use std::io::{Cursor, Write};

use sha2::{Digest, Sha256};
use zip::{CompressionMethod, DateTime, ZipWriter, result::ZipError, write::SimpleFileOptions};

/// What `sha256sum --check` reads.
const SUMS: &str = "SHA256SUMS";

/// The archive of these files, by name, in this order.
///
/// # Errors
/// Two files have one name, or there is more than an archive holds.
pub fn bundle(files: &[(String, Vec<u8>)]) -> Result<Vec<u8>, ZipError> {
    let sum =
        |(name, content): &(String, Vec<u8>)| format!("{}  {name}\n", hex::encode(Sha256::digest(content)));
    let sums: String = files.iter().map(sum).collect();
    // The time of packing says nothing about the case.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let sums = (SUMS.to_owned(), sums.into_bytes());
    for (name, content) in files.iter().chain([&sums]) {
        archive.start_file(name.as_str(), options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use zip::ZipArchive;

    use super::*;

    #[test]
    fn what_goes_in_comes_out_and_the_same_goes_in_the_same_way() {
        let files = [("a/投诉.txt".to_owned(), "内容".as_bytes().to_vec()), ("b".to_owned(), Vec::new())];
        let archive = bundle(&files).unwrap();
        assert_eq!(archive, bundle(&files).unwrap());
        let mut opened = ZipArchive::new(Cursor::new(&archive)).unwrap();
        assert_eq!(opened.len(), 3);
        let mut text = |name: &str| {
            let mut text = String::new();
            opened.by_name(name).unwrap().read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(text("a/投诉.txt"), "内容");
        assert_eq!(text(SUMS).lines().count(), 2);
        assert!(text(SUMS).starts_with(&hex::encode(Sha256::digest("内容"))));
    }
}
