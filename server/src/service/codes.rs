//! One-time codes: the answer is the same for every phone, known or not.

use super::{App, Error, Refusal, Result, same};
use crate::{notify::Text, rules::clocks, store::Tx};

/// A mobile number of mainland China, 11 digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Reads a number, with or without `+86`, blanks or hyphens.
    ///
    /// # Errors
    /// [`Refusal::PhoneInvalid`].
    pub fn parse(text: &str) -> Result<Self> {
        let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        let digits = digits.strip_prefix("+86").unwrap_or(&digits);
        let bytes = digits.as_bytes();
        let fits = bytes.len() == 11
            && bytes.iter().all(u8::is_ascii_digit)
            && bytes[0] == b'1'
            && matches!(bytes[1], b'3'..=b'9');
        if fits { Ok(Self(digits.to_owned())) } else { Err(Refusal::PhoneInvalid.into()) }
    }

    /// The 11 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Sends a fresh six-digit code to a phone.
///
/// # Errors
/// [`Refusal::PhoneInvalid`]; [`Refusal::TooMany`] when the last code is too young or there were too many.
pub async fn send(app: &App, phone: &str) -> Result<()> {
    let phone = Phone::parse(phone)?;
    let (settings, now_ms) = (&app.config.sign_in, app.now_ms());
    let tx = app.store.begin().await?;
    if let Some(last) = tx.codes().latest(phone.as_str()).await? {
        let free_ms = clocks::deadline(last.created_at_ms, settings.resend_s);
        if !clocks::is_over(free_ms, now_ms) {
            let retry_after_s = (free_ms - now_ms).unsigned_abs().div_ceil(1000);
            return Err(Error::Later { refusal: Refusal::TooMany, retry_after_s });
        }
    }
    app.limits.phone(&tx.phone_index(phone.as_str()))?;
    let (id, code) = (app.id(), format!("{:06}", app.below(1_000_000)));
    let expires_at_ms = clocks::deadline(now_ms, settings.code_ttl_s);
    tx.codes().insert(id, phone.as_str(), &code, now_ms, expires_at_ms).await?;
    let minutes = settings.code_ttl_s.div_ceil(60);
    let body = format!("【车主认证】验证码 {code}，{minutes} 分钟内有效。请勿告诉任何人。");
    app.gateway.send_code(&tx, Text { id: app.id(), phone: phone.as_str(), body: &body }, now_ms).await?;
    Ok(tx.commit().await?)
}

/// Takes the newest code of a phone, if it is the one given; false for a wrong, used, old or guessed-out code, all
/// alike. A miss counts once the transaction commits.
///
/// # Errors
/// The store failed.
pub(super) async fn take(app: &App, tx: &Tx, phone: &Phone, code: &str) -> Result<bool> {
    let now_ms = app.now_ms();
    let Some(sent) = tx.codes().latest(phone.as_str()).await? else { return Ok(false) };
    let usable = !sent.used
        && !clocks::is_over(sent.expires_at_ms, now_ms)
        && sent.attempts < app.config.sign_in.code_attempts;
    if !usable {
        return Ok(false);
    }
    if !same(&tx.codes().hash(sent.id, code.trim()), &sent.code_hash) {
        tx.codes().miss(sent.id).await?;
        return Ok(false);
    }
    Ok(tx.codes().consume(sent.id, now_ms).await?)
}

/// Removes codes that are over.
///
/// # Errors
/// The store failed.
pub async fn purge(app: &App) -> Result<()> {
    let now_ms = app.now_ms();
    let resend_ms = clocks::deadline(0, app.config.sign_in.resend_s);
    let tx = app.store.begin().await?;
    tx.codes().purge(now_ms.saturating_sub(resend_ms), now_ms).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_typed() {
        for text in ["13800001234", "+8613800001234", "138 0000 1234", "+86 138-0000-1234"] {
            assert!(Phone::parse(text).is_ok_and(|phone| phone.as_str() == "13800001234"), "{text}");
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "12800001234", "1380000123", "138000012345", "1380000123x", "１３８００００１２３４"]
        {
            assert!(Phone::parse(text).is_err(), "{text}");
        }
    }
}
