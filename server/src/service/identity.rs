//! Who someone says they are, checked as far as a form can be.

use verify::document::{Document, DocumentType};

use super::{App, Refusal, Result, codes::Phone, policies};
use crate::rules::application::Identity;

/// An identity as it was typed.
pub struct Stated<'a> {
    /// Name on the document.
    pub name: &'a str,
    /// Kind of document.
    pub document_type: DocumentType,
    /// Its number.
    pub document_number: &'a str,
    /// Phone number.
    pub phone: &'a str,
}

/// Checks it; the policy says which documents are taken. `unit` says whether it must be one, or must be a person.
///
/// # Errors
/// [`Refusal::NameInvalid`], [`Refusal::DocumentNumberInvalid`], [`Refusal::DocumentTypeInvalid`],
/// [`Refusal::PhoneInvalid`].
pub(super) fn checked(app: &App, stated: &Stated<'_>, unit: bool) -> Result<Identity> {
    let kind = stated.document_type;
    if kind.is_unit() != unit || !policies::in_force(app)?.takes(kind) {
        return Err(Refusal::DocumentTypeInvalid.into());
    }
    let document = Document::parse(stated.document_type, stated.document_number);
    let document = document.map_err(|_| Refusal::DocumentNumberInvalid)?;
    Ok(Identity {
        name: name(stated.name)?.to_owned(),
        document_type: stated.document_type.as_str().to_owned(),
        document_number: document.number().to_owned(),
        phone: Phone::parse(stated.phone)?.as_str().to_owned(),
    })
}

/// A name: 1 to 100 characters, no control characters.
fn name(text: &str) -> Result<&str> {
    let text = text.trim();
    let fits = (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(Refusal::NameInvalid.into()) }
}

/// An address: 1 to 200 characters, no control characters (Art 5).
///
/// # Errors
/// [`Refusal::AddressNeeded`].
pub(super) fn address(text: &str) -> Result<&str> {
    let text = text.trim();
    let fits = (1..=200).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    if fits { Ok(text) } else { Err(Refusal::AddressNeeded.into()) }
}
