//! Texts people write, and versions of texts they read.

use super::{Refusal, Result};

/// Longest sentence to or from a person, in characters.
const LONGEST: usize = 200;

/// A sentence: 1 to 200 characters, no control characters but line breaks.
///
/// # Errors
/// [`Refusal::SentenceInvalid`].
pub(super) fn sentence(text: &str) -> Result<String> {
    let text = text.trim();
    let fits =
        (1..=LONGEST).contains(&text.chars().count()) && !text.chars().any(|c| c.is_control() && c != '\n');
    if fits { Ok(text.to_owned()) } else { Err(Refusal::SentenceInvalid.into()) }
}

/// Longest text of a complaint, in characters.
const LONGEST_PARAGRAPHS: usize = 2_000;

/// Words about a complaint: 1 to 2,000 characters, no control characters but line breaks and tabs.
///
/// # Errors
/// [`Refusal::TextInvalid`].
pub(super) fn paragraphs(text: &str) -> Result<String> {
    let text = text.trim();
    let fits = (1..=LONGEST_PARAGRAPHS).contains(&text.chars().count())
        && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
    if fits { Ok(text.to_owned()) } else { Err(Refusal::TextInvalid.into()) }
}

/// A version names the text that was shown: 1 to 40 visible characters.
///
/// # Errors
/// [`Refusal::TextVersionInvalid`].
pub(super) fn version(text: &str) -> Result<()> {
    let fits = (1..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fits { Ok(()) } else { Err(Refusal::TextVersionInvalid.into()) }
}
