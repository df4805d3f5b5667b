//! The texts people sign: the responsibility notice (Art 13) and the agreement (Art 17). A changed text is a new file
//! with a new version; old versions stay, because what was signed must stay readable.

use super::{Refusal, Result};

/// Name of the responsibility notice.
pub const RESPONSIBILITY_NOTICE: &str = "responsibility_notice";
/// Name of the agreement.
pub const AGREEMENT: &str = "agreement";

/// One version of a text, as Markdown: a title and paragraphs. The Chinese words are the ones that bind.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    /// Which text.
    pub name: &'static str,
    /// Which version of it.
    pub version: &'static str,
    /// In Chinese.
    pub zh: &'static str,
    /// In English.
    pub en: &'static str,
}

macro_rules! texts {
    ($($name:ident $version:literal $file:literal;)*) => {
        &[$(Text {
            name: $name,
            version: $version,
            zh: include_str!(concat!("../../texts/", $file, ".", $version, ".zh.md")),
            en: include_str!(concat!("../../texts/", $file, ".", $version, ".en.md")),
        }),*]
    };
}

/// Every version of every text; of each text, the newest first.
pub const ALL: &[Text] = texts! {
    RESPONSIBILITY_NOTICE "2026-11-01" "responsibility_notice";
    AGREEMENT "2026-11-01" "agreement";
};

/// The texts as they are signed now.
pub fn current() -> impl Iterator<Item = &'static Text> {
    [RESPONSIBILITY_NOTICE, AGREEMENT]
        .into_iter()
        .filter_map(|name| ALL.iter().find(|text| text.name == name))
}

/// The words of a version, in the language that binds.
///
/// # Errors
/// [`Refusal::TextVersionInvalid`] for one there never was.
pub(super) fn words(name: &str, version: &str) -> Result<&'static [u8]> {
    let text = ALL.iter().find(|text| text.name == name && text.version == version);
    Ok(text.ok_or(Refusal::TextVersionInvalid)?.zh.as_bytes())
}
