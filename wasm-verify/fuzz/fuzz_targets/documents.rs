//! Numbers of documents, vehicles and cards: read into one canonical spelling or refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use verify::document::{Document, DocumentType, Iccid, Msisdn, Vin, mask_name};

fuzz_target!(|input: (u8, &str)| {
    let (kind, text) = input;
    let kind = DocumentType::ALL[usize::from(kind) % DocumentType::ALL.len()];
    if let Ok(document) = Document::parse(kind, text) {
        assert_eq!(Document::parse(kind, document.number()).as_ref(), Ok(&document));
        assert_ne!(document.masked(), document.number().replace('*', "?"));
        document.birth_date();
    }
    if let Ok(vin) = text.parse::<Vin>() {
        vin.check_digit_matches();
        assert_eq!(vin.masked().len(), 17);
    }
    if let Ok(iccid) = text.parse::<Iccid>() {
        (iccid.carrier(), iccid.check_digit_matches());
    }
    let _ = text.parse::<Msisdn>().map(|number| number.masked());
    mask_name(text);
});
