//! What the conversation of a complaint is searched by.
//!
//! Chinese is written without blanks, so there are no words to look up. A text is brought into one form ([`normal`])
//! and taken apart into *terms* ([`terms`]): a word of letters and digits is one, and so are any two Chinese characters
//! that stand side by side. A text cannot hold a query without holding its terms; whether it holds the query, word for
//! word, is then read in the text itself ([`Query::is_in`]). So an index of terms needs to know neither their places nor
//! their order.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

/// Most terms of one complaint. A full index of PostgreSQL holds little more (1 MiB in a row), and nobody has said as
/// much; what comes later is not found.
pub const MAX_TERMS: usize = 50_000;

/// How a character counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Written without blanks between words: Chinese, Japanese, Korean.
    Cjk,
    /// Part of a word: any other letter, or a digit.
    Word,
    /// A blank or a new line.
    Blank,
    /// Punctuation and everything else.
    Mark,
    /// Not seen.
    Nothing,
}

impl Class {
    fn of(c: char) -> Self {
        match c {
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => Self::Nothing,
            '々' | '〇' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' => {
                Self::Cjk
            }
            '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => Self::Cjk,
            c if c.is_alphanumeric() => Self::Word,
            c if c.is_whitespace() => Self::Blank,
            _ => Self::Mark,
        }
    }
}

/// One form for what reads the same: full width as half width, lower case, punctuation as one blank. A blank beside
/// Chinese means nothing: people write `VIN 错误` and `VIN错误`, and lines break anywhere.
pub fn normal(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let (mut last, mut gap) = (Class::Nothing, Class::Nothing);
    for c in text.nfkc().flat_map(char::to_lowercase) {
        match Class::of(c) {
            Class::Nothing => {}
            Class::Blank if gap == Class::Mark => {}
            class @ (Class::Blank | Class::Mark) => gap = class,
            class => {
                let apart = gap == Class::Mark
                    || (gap == Class::Blank && (last, class) == (Class::Word, Class::Word));
                if apart && last != Class::Nothing {
                    normal.push(' ');
                }
                normal.push(c);
                (last, gap) = (class, Class::Nothing);
            }
        }
    }
    normal
}

/// The terms of a text in normal form, in order.
pub fn terms(normal: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let (mut word, mut before) = (None, None);
    for (at, c) in normal.char_indices().chain([(normal.len(), ' ')]) {
        let class = Class::of(c);
        if class == Class::Word {
            word.get_or_insert(at);
        } else if let Some(start) = word.take() {
            terms.push(&normal[start..at]);
        }
        if class != Class::Cjk {
            before = None;
        } else if let Some(start) = before.replace(at) {
            terms.push(&normal[start..at + c.len_utf8()]);
        }
    }
    terms
}

/// What somebody looks for: words with blanks between, each of which must have been said, in whatever message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query(BTreeSet<String>);

/// Nothing to look up: a single Chinese character is no term, for to know how often each occurs is to read the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a search needs two Chinese characters that stand side by side, or a whole word")]
pub struct TooShort;

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`TooShort`] when it has no term.
    pub fn parse(text: &str) -> Result<Self, TooShort> {
        let words = text.split_whitespace().map(normal).filter(|word| !word.is_empty());
        let query = Self(words.collect());
        if query.terms().is_empty() { Err(TooShort) } else { Ok(query) }
    }

    /// Terms that all must be there.
    pub fn terms(&self) -> BTreeSet<&str> {
        self.0.iter().flat_map(|word| terms(word)).collect()
    }

    /// Whether every word was said: as it stands, but letters and digits only as a whole word.
    pub fn is_in<T: AsRef<str>>(&self, texts: &[T]) -> bool {
        let texts: Vec<String> = texts.iter().map(|text| normal(text.as_ref())).collect();
        self.0.iter().all(|word| texts.iter().any(|text| holds(text, word)))
    }
}

fn holds(text: &str, word: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(|c| Class::of(c) == Class::Word);
    let (opens, ends) = (is_word(word.chars().next()), is_word(word.chars().next_back()));
    let mut from = 0;
    while let Some(at) = text[from..].find(word) {
        let (before, after) = text[from..].split_at(at);
        let cut = (opens && is_word(text[..from].chars().chain(before.chars()).next_back()))
            || (ends && is_word(after[word.len()..].chars().next()));
        if !cut {
            return true;
        }
        from += at + after.chars().next().map_or(1, char::len_utf8);
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ＶＩＮ　错误，Ｘ１", "vin错误 x1")]
    #[case("无法\n过户", "无法过户")]
    #[case("  (VIN code) 是什么？", "vin code 是什么")]
    #[case("卡号：1440-000", "卡号 1440 000")]
    #[case("㈱ 车\u{200b}辆", "株 车辆")]
    #[case("。！", "")]
    fn one_form_for_what_reads_the_same(#[case] text: &str, #[case] form: &str) {
        assert_eq!(normal(text), form);
    }

    #[rstest]
    #[case("无法过户", &["无法", "法过", "过户"])]
    #[case("vin错误 x1", &["vin", "错误", "x1"])]
    #[case("a卡b", &["a", "b"])]
    #[case("卡 号", &[])]
    #[case("", &[])]
    fn words_and_pairs(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(terms(text), expected);
    }

    #[rstest]
    #[case("过户", "车主无法过户。", true)]
    #[case("法过", "无法，过户", false)]
    #[case("过户 无法", "无法办理过户", true)]
    #[case("VIN", "他的ving", false)]
    #[case("vin错误", "他的 VIN 错误", true)]
    #[case("A卡", "他的A卡号", true)]
    #[case("12", "112 12", true)]
    #[case("a-b-a", "xa b a b a", true)]
    #[case("a-b", "xa b", false)]
    fn a_query_is_a_part_of_the_text_and_words_are_whole(
        #[case] query: &str,
        #[case] text: &str,
        #[case] found: bool,
    ) {
        assert_eq!(Query::parse(query).unwrap().is_in(&[text]), found);
    }

    #[test]
    fn words_may_be_said_in_different_messages() {
        let query = Query::parse("过户 发票").unwrap();
        assert!(query.is_in(&["要过户", "没有发票"]));
        assert!(!query.is_in(&["要过户", "没有"]));
    }

    #[rstest]
    #[case("卡")]
    #[case("卡，号")]
    #[case("卡 号")]
    #[case("……")]
    #[case("")]
    fn a_single_character_is_not_looked_up(#[case] query: &str) {
        assert_eq!(Query::parse(query), Err(TooShort));
    }

    /// Few characters, so that they meet.
    fn texts() -> impl Strategy<Value = String> {
        "[车主卡号aAb1２ ，。\n]{0,12}"
    }

    proptest! {
        #[test]
        fn what_is_found_has_every_term(query in texts(), said in prop::collection::vec(texts(), 1..4)) {
            let Ok(query) = Query::parse(&query) else { return Ok(()) };
            let said_normal: Vec<String> = said.iter().map(|text| normal(text)).collect();
            let known: BTreeSet<&str> = said_normal.iter().flat_map(|text| terms(text)).collect();
            prop_assert!(!query.is_in(&said) || query.terms().is_subset(&known));
        }

        #[test]
        fn chinese_is_found_as_it_stands(query in "[车主卡号]{2,4}", text in "[车主卡号]{0,12}") {
            prop_assert_eq!(Query::parse(&query).unwrap().is_in(&[&text]), text.contains(&query));
        }

        #[test]
        fn nothing_typed_breaks_it(query in "\\PC{0,12}", text in "\\PC{0,30}") {
            let found = Query::parse(&query).map(|query| query.is_in(&[&text]));
            let known = normal(&text);
            let known: BTreeSet<&str> = terms(&known).into_iter().collect();
            if found == Ok(true) {
                prop_assert!(Query::parse(&query).unwrap().terms().is_subset(&known));
            }
        }

        #[test]
        fn a_part_of_a_text_is_found(text in "[车主卡号，a 1]{1,20}", from in 0..20_usize, length in 1..6_usize) {
            let part: String = text.chars().skip(from).take(length).collect();
            // A cut word is none.
            let whole = !part.chars().any(|c| c.is_ascii_alphanumeric());
            if let (true, Ok(query)) = (whole, Query::parse(&part)) {
                prop_assert!(query.is_in(&[text]));
            }
        }
    }
}
