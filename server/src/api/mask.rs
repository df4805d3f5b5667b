//! Masking of stored numbers for display.

use verify::document::{Document, DocumentType, Iccid, Msisdn, Vin};

/// As its type is masked.
pub(super) fn document(kind: DocumentType, text: &str) -> String {
    Document::parse(kind, text).map_or_else(|_| hidden(text), |document| document.masked())
}

/// Last 6 characters shown.
pub(super) fn vin(text: &str) -> String {
    text.parse().map_or_else(|_| hidden(text), |vin: Vin| vin.masked())
}

/// Last 4 characters shown.
pub(super) fn iccid(text: &str) -> String {
    text.parse().map_or_else(|_| hidden(text), |iccid: Iccid| iccid.masked())
}

/// First 3 and last 4 digits shown.
pub(super) fn msisdn(text: &str) -> String {
    text.parse().map_or_else(|_| hidden(text), |msisdn: Msisdn| msisdn.masked())
}

/// The first `shown` characters.
pub(super) fn beginning(text: &str, shown: usize) -> String {
    text.chars().enumerate().map(|(at, letter)| if at < shown { letter } else { '*' }).collect()
}

/// A stored number that does not read back shows nothing.
fn hidden(text: &str) -> String {
    "*".repeat(text.chars().count())
}
