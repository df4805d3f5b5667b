//! The digest by which reports and manifests name files.

use sha2::{Digest, Sha256};

/// SHA-256 in hexadecimal, as reports and manifests write it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}
