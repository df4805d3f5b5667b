//! What the numbers of documents without a standard for their check look like. Patterns are wide: a member of staff
//! sees every one of these documents.

use super::{DocumentError, layout};

/// Longest number of any document, in characters.
pub(super) const LONGEST: usize = 40;

/// Whether `text` is spelt like `pattern`: `9` a digit, `A` a letter, anything else itself.
fn is_like(text: &str, pattern: &str) -> bool {
    text.chars().count() == pattern.chars().count()
        && text.chars().zip(pattern.chars()).all(|(c, wanted)| match wanted {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_uppercase(),
            literal => c == literal,
        })
}

/// The text, if it is like one of the patterns.
fn like(text: &str, patterns: &[&str], expected: &'static str) -> Result<String, DocumentError> {
    let length = text.chars().count();
    if patterns.iter().any(|pattern| is_like(text, pattern)) {
        Ok(text.to_owned())
    } else if patterns.iter().any(|pattern| pattern.chars().count() == length) {
        Err(DocumentError::Character)
    } else {
        Err(DocumentError::Length { expected })
    }
}

/// 港澳台居民居住证: the layout of resident IDs with the region of Hong Kong, Macao or Taiwan.
pub(super) fn residence_permit(text: &str) -> Result<String, DocumentError> {
    layout::parse(text, |region| matches!(region, "810000" | "820000" | "830000"))
}

/// 外国人永久居留身份证: since 2023 the layout of resident IDs starting with 9, before that 3 letters and 12 digits.
pub(super) fn permanent_residence(text: &str) -> Result<String, DocumentError> {
    match text.chars().count() {
        15 => like(text, &["AAA999999999999"], "15 or 18"),
        18 => layout::parse(text, |region| region.starts_with('9')),
        _ => Err(DocumentError::Length { expected: "15 or 18" }),
    }
}

/// 军官证, 武警证: `军字第2001988号`; the last character may be left out.
pub(super) fn service_card(text: &str) -> Result<String, DocumentError> {
    let (issuer, number) = text.split_once("字第").ok_or(DocumentError::Prefix)?;
    let number = number.strip_suffix('号').unwrap_or(number);
    let is_han = |c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c);
    if !(1..=4).contains(&issuer.chars().count()) || !(4..=8).contains(&number.chars().count()) {
        return Err(DocumentError::Length { expected: "4 to 8 behind 字第" });
    }
    if !issuer.chars().all(is_han) || !number.bytes().all(|c| c.is_ascii_alphanumeric()) {
        return Err(DocumentError::Character);
    }
    Ok(format!("{issuer}字第{number}号"))
}

/// 港澳居民来往内地通行证: H or M and 8 digits; 10 on older ones, with the count of renewals.
pub(super) fn hk_macao_pass(text: &str) -> Result<String, DocumentError> {
    like(text, &["H99999999", "M99999999", "H9999999999", "M9999999999"], "9 or 11")
}

/// 台湾居民来往大陆通行证: 8 digits; 10 on older ones, with or without a letter behind.
pub(super) fn taiwan_pass(text: &str) -> Result<String, DocumentError> {
    like(text, &["99999999", "9999999999", "9999999999A"], "8, 10 or 11")
}

/// 护照: up to 9 letters and digits (ICAO 9303), among them a digit.
pub(super) fn passport(text: &str) -> Result<String, DocumentError> {
    if !(5..=9).contains(&text.chars().count()) {
        return Err(DocumentError::Length { expected: "5 to 9" });
    }
    let spelt = text.bytes().all(|c| c.is_ascii_alphanumeric()) && text.bytes().any(|c| c.is_ascii_digit());
    if spelt { Ok(text.to_owned()) } else { Err(DocumentError::Character) }
}

/// 组织机构代码 (GB 11714): 8 letters or digits and a check character, with or without a hyphen before it.
///
/// Modulo 11 with values up to 35: one digit mistyped for another is always seen, a letter mistyped may not be.
pub(super) fn organisation_code(text: &str) -> Result<String, DocumentError> {
    let text = match text.split_at_checked(8) {
        Some((body, check)) => format!("{body}{}", check.strip_prefix('-').unwrap_or(check)),
        None => text.to_owned(),
    };
    if text.chars().count() != 9 {
        return Err(DocumentError::Length { expected: "9" });
    }
    let Some((check, body)) = text.as_bytes().split_last() else { return Err(DocumentError::Character) };
    if !body.iter().all(u8::is_ascii_alphanumeric) || !(check.is_ascii_digit() || *check == b'X') {
        return Err(DocumentError::Character);
    }
    if organisation_check(body) == *check { Ok(text) } else { Err(DocumentError::CheckDigit) }
}

/// The check character of the 8 letters and digits of an organisation code.
pub(super) fn organisation_check(body: &[u8]) -> u8 {
    const WEIGHTS: [u32; 8] = [3, 7, 9, 10, 5, 8, 4, 2];
    let value = |c: &u8| char::from(*c).to_digit(36).unwrap_or(0);
    let sum: u32 = body.iter().zip(WEIGHTS).map(|(c, weight)| value(c) * weight).sum();
    match 11 - sum % 11 {
        10 => b'X',
        11 => b'0',
        digit => b'0' + digit as u8,
    }
}

/// 证明, 介绍信: whatever reference the letter bears.
pub(super) fn letter(text: &str) -> Result<String, DocumentError> {
    match text.chars().count() {
        1..=LONGEST if text.chars().any(char::is_control) => Err(DocumentError::Character),
        1..=LONGEST => Ok(text.to_owned()),
        _ => Err(DocumentError::Length { expected: "1 to 40" }),
    }
}
