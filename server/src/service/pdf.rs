//! PDF documents people send. They are looked through and kept as they came, never drawn by us.

use std::panic::catch_unwind;

use lopdf::{Dictionary, Document, LoadOptions, Object};

use super::{Refusal, Result};

/// Most pages of a document.
const PAGES: usize = 50;
/// Most bytes any one stream of objects may unfold to: a file of a few kilobytes could ask for gigabytes.
const UNFOLDED: usize = 8 * 1024 * 1024;
/// What makes a document do something or carry something, as key or as value (ISO 32000-2, 7.11.4, 12.6.4, 13).
const ACTIVE: [&[u8]; 14] = [
    b"JavaScript",
    b"JS",
    b"Launch",
    b"EmbeddedFile",
    b"EmbeddedFiles",
    b"FileAttachment",
    b"RichMedia",
    b"XFA",
    b"SubmitForm",
    b"ImportData",
    b"GoToE",
    b"Rendition",
    b"Movie",
    b"Sound",
];
/// Of those, the ones long enough never to turn up by chance in compressed bytes. They are looked for in the file
/// itself too: a reader may find objects that ours does not.
const CONSPICUOUS: [&[u8]; 5] = [b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/Encrypt"];

/// What is wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// It cannot be read, or unfolds to too much.
    #[error("the document is broken")]
    Broken,
    /// It needs a password.
    #[error("the document is encrypted")]
    Encrypted,
    /// It would do something, or carries another file.
    #[error("the document has scripts, actions or files inside")]
    Active,
    /// It has no page, or too many.
    #[error("the document has no page or more than 50")]
    Pages,
}

/// Looks through a document.
///
/// # Errors
/// The inner one says what is wrong with it.
pub(crate) async fn look(file: Vec<u8>) -> Result<(Vec<u8>, std::result::Result<(), PdfError>)> {
    let work = tokio::task::spawn_blocking(move || {
        // A parser of others' files that gives up must not take the server along.
        let verdict = catch_unwind(|| check(&file)).unwrap_or(Err(PdfError::Broken));
        (file, verdict)
    });
    Ok(work.await.map_err(|_| Refusal::Internal)?)
}

/// Whether a document can be kept.
///
/// # Errors
/// [`PdfError`].
pub fn check(file: &[u8]) -> std::result::Result<(), PdfError> {
    let options = LoadOptions::with_max_decompressed_size(UNFOLDED);
    let document = Document::load_mem_with_options(file, options).map_err(|_| PdfError::Broken)?;
    if document.trailer.has(b"Encrypt") || document.was_encrypted() {
        return Err(PdfError::Encrypted);
    }
    let conspicuous = |name: &&[u8]| file.windows(name.len()).any(|bytes| bytes == *name);
    if is_active_dictionary(&document.trailer)
        || document.objects.values().any(is_active)
        || CONSPICUOUS.iter().any(conspicuous)
    {
        return Err(PdfError::Active);
    }
    let pages = document.page_iter().take(PAGES + 1).count();
    if (1..=PAGES).contains(&pages) { Ok(()) } else { Err(PdfError::Pages) }
}

fn is_active(object: &Object) -> bool {
    match object {
        Object::Name(name) => ACTIVE.contains(&name.as_slice()),
        Object::Array(items) => items.iter().any(is_active),
        Object::Dictionary(members) => is_active_dictionary(members),
        Object::Stream(stream) => is_active_dictionary(&stream.dict),
        _ => false,
    }
}

fn is_active_dictionary(members: &Dictionary) -> bool {
    members.iter().any(|(key, value)| ACTIVE.contains(&key.as_slice()) || is_active(value))
}

#[cfg(test)]
mod tests {
    use lopdf::{Stream, dictionary};
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// A document of so many pages, changed before it is written.
    fn document(pages: usize, change: impl FnOnce(&mut Document, &mut Dictionary)) -> Vec<u8> {
        let mut document = Document::with_version("1.7");
        let tree = document.new_object_id();
        let kids: Vec<Object> = (0..pages)
            .map(|page| {
                let words = format!("BT (page {page}) Tj ET").into_bytes();
                let content = document.add_object(Stream::new(dictionary! {}, words));
                let page = dictionary! { "Type" => "Page", "Parent" => tree, "Contents" => content };
                document.add_object(page).into()
            })
            .collect();
        let count = kids.len() as i64;
        document.set_object(tree, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
        let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => tree };
        change(&mut document, &mut catalog);
        let catalog = document.add_object(catalog);
        document.trailer.set("Root", catalog);
        let mut file = Vec::new();
        document.save_to(&mut file).unwrap();
        file
    }

    #[test]
    fn a_plain_document_is_taken() {
        assert_eq!(check(&document(2, |_, _| ())), Ok(()));
        assert_eq!(check(&document(PAGES, |_, _| ())), Ok(()));
    }

    #[test]
    fn one_without_pages_or_with_too_many_is_not() {
        for pages in [0, PAGES + 1] {
            assert_eq!(check(&document(pages, |_, _| ())), Err(PdfError::Pages), "{pages}");
        }
    }

    #[rstest]
    #[case(dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(1)") })]
    #[case(dictionary! { "S" => "Launch", "F" => Object::string_literal("cmd.exe") })]
    #[case(dictionary! { "S" => "SubmitForm", "F" => Object::string_literal("http://x") })]
    #[case(dictionary! { "S" => "GoToE" })]
    fn one_that_would_act_is_not(#[case] action: Dictionary) {
        let direct = action.clone();
        assert_eq!(check(&document(1, |_, root| root.set("OpenAction", direct))), Err(PdfError::Active));
        let referred = |document: &mut Document, root: &mut Dictionary| {
            let action = document.add_object(action);
            root.set("AA", dictionary! { "WC" => Object::Array(vec![action.into()]) });
        };
        assert_eq!(check(&document(1, referred)), Err(PdfError::Active));
    }

    #[test]
    fn one_that_carries_a_file_is_not_even_where_the_name_is_disguised() {
        let carried = |document: &mut Document, root: &mut Dictionary| {
            let file =
                document.add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"MZ".to_vec()));
            root.set("Names", dictionary! { "EmbeddedFiles" => file });
        };
        let file = document(1, carried);
        assert_eq!(check(&file), Err(PdfError::Active));
        let launch = document(1, |_, root| root.set("OpenAction", dictionary! { "S" => "Launch" }));
        let disguised = replaced(&launch, b"/Launch", b"/#4caunch");
        assert_eq!(check(&disguised), Err(PdfError::Active));
    }

    #[test]
    fn one_with_scripts_among_folded_objects_is_not() {
        let hidden = |document: &mut Document, root: &mut Dictionary| {
            root.set("OpenAction", document.add_object(dictionary! { "S" => "JavaScript" }));
        };
        let mut folded = Document::load_mem(&document(1, hidden)).unwrap();
        let mut file = Vec::new();
        folded.save_modern(&mut file).unwrap();
        assert!(!file.windows(11).any(|bytes| bytes == b"/JavaScript"), "it is still readable");
        assert_eq!(check(&file), Err(PdfError::Active));
    }

    #[test]
    fn an_encrypted_one_is_not() {
        let file = document(1, |document, _| {
            let encrypt = document.add_object(dictionary! { "Filter" => "Standard", "V" => 2, "R" => 3 });
            document.trailer.set("Encrypt", encrypt);
        });
        assert!(check(&file).is_err());
    }

    fn replaced(file: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
        let at = file.windows(from.len()).position(|bytes| bytes == from).unwrap();
        [&file[..at], to, &file[at + from.len()..]].concat()
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let _ = check(&bytes);
            prop_assert!(check(&[b"%PDF-1.7\n".as_slice(), &bytes].concat()).is_err());
        }

        #[test]
        fn a_damaged_document_is_taken_only_if_it_does_nothing(
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut file = document(2, |_, root| root.set("OpenAction", dictionary! { "S" => "Launch" }));
            for (at, byte) in damage {
                let at = at.index(file.len());
                file[at] = byte;
            }
            let launches = |file: &[u8]| file.windows(7).any(|bytes| bytes == b"/Launch");
            prop_assert!(!launches(&file) || check(&file).is_err());
            file.truncate(cut.index(file.len()));
            prop_assert!(!launches(&file) || check(&file).is_err());
        }
    }
}
