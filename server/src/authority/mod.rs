//! Outside authorities that vouch for people: 网号, 网证, an ID photo service.
//!
//! The person goes there, proves who they are in the authority's own way, and comes back; then the server asks for the
//! authority's word. It learns no more than that word, and the authority no more than name and document. The
//! authority is asked outside of every transaction: one that is slow or down holds nobody else up, and changes nothing.

mod http;

use std::pin::Pin;

use uuid::Uuid;

pub use http::{Http, SetupError};

/// Who is to be vouched for.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The verification.
    pub verification: Uuid,
    /// Name on the document.
    pub name: &'a str,
    /// Type of document.
    pub document_type: &'a str,
    /// Canonical number of the document.
    pub document_number: &'a str,
    /// Where the person comes back to.
    pub return_url: &'a str,
}

/// Where the person goes.
#[derive(Clone, PartialEq, Eq)]
pub struct Visit {
    /// Names the visit to the authority; never shown to the person.
    pub token: String,
    /// A page of the authority, to be opened or shown as a QR code.
    pub url: String,
}

/// What the authority says about the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// The person has not finished there.
    Pending,
    /// It is the person.
    Confirmed,
    /// It is not.
    Denied,
    /// It cannot say.
    Undecided,
}

/// Why there is no word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Silence {
    /// No answer, or an answer that says it cannot work.
    #[error("the authority does not answer")]
    Down,
    /// An answer that the authority did not sign, or signed for another question.
    #[error("the answer is not signed by the authority")]
    Signature,
    /// An answer that cannot be read.
    #[error("the answer cannot be read")]
    Malformed,
}

/// An answer, later.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Silence>> + Send + 'a>>;

/// An authority.
pub trait Authority: Send + Sync {
    /// Announces a person.
    ///
    /// # Errors
    /// [`Silence`]; nothing was begun.
    fn begin<'a>(&'a self, subject: Subject<'a>, now_ms: i64) -> Answer<'a, Visit>;

    /// Asks what came of a visit. May be asked again and again.
    ///
    /// # Errors
    /// [`Silence`].
    fn finish<'a>(&'a self, verification: Uuid, token: &'a str, now_ms: i64) -> Answer<'a, Word>;
}
