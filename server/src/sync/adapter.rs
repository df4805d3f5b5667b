//! One adapter per OEM platform: it translates between us and that platform's dialect, and does no I/O.

use std::time::Duration;

use super::{
    envelope::{EnvelopeError, Letter},
    schedule,
};

/// One platform's dialect.
pub trait Adapter: Send + Sync {
    /// Writes the HTTP request of one attempt at `now_s` (Unix seconds, part of what is signed).
    ///
    /// # Errors
    /// A letter that cannot be written; trying again would not help.
    fn encode(&self, letter: &Letter, now_s: i64) -> Result<Outgoing, EnvelopeError>;

    /// Reads the platform's answer.
    fn decode(&self, answer: &Incoming<'_>, now_s: i64) -> Outcome {
        by_status(answer, now_s)
    }
}

/// A POST, ready to send.
pub struct Outgoing {
    /// Where to.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(&'static str, String)>,
    /// The very bytes that were signed.
    pub body: Vec<u8>,
}

/// An answer, cut to a size that is safe to read.
pub struct Incoming<'a> {
    /// HTTP status code.
    pub status: u16,
    /// The `Retry-After` header.
    pub retry_after: Option<&'a str>,
    /// The beginning of the body.
    pub body: &'a [u8],
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The platform has it; confirmation comes by callback.
    Accepted,
    /// Not now: try again on schedule, or later when the platform says so.
    Retry {
        /// Why, for the console; no personal data.
        reason: String,
        /// The platform's wish.
        after: Option<Duration>,
    },
    /// Never: a person has to look at it.
    Refused {
        /// Why, for the console; no personal data.
        reason: String,
    },
}

/// The rule of HTTP that fits every dialect: 2xx is accepted; 408, 409, 425, 429, redirects and server errors
/// pass with time; any other 4xx is a refusal.
pub fn by_status(answer: &Incoming<'_>, now_s: i64) -> Outcome {
    match answer.status {
        200..=299 => Outcome::Accepted,
        408 | 409 | 425 | 429 => retry(answer, now_s),
        400..=499 => Outcome::Refused { reason: reason(answer) },
        _ => retry(answer, now_s),
    }
}

fn retry(answer: &Incoming<'_>, now_s: i64) -> Outcome {
    let after = answer.retry_after.and_then(|header| schedule::retry_after(header, now_s));
    Outcome::Retry { reason: reason(answer), after }
}

/// The status, and the slug of the problem (RFC 9457) when there is one. Free text of the answer is left out:
/// it may quote the personal data it complains about.
fn reason(answer: &Incoming<'_>) -> String {
    let slug = serde_json::from_slice::<serde_json::Value>(answer.body)
        .ok()
        .and_then(|problem| Some(problem.get("type")?.as_str()?.rsplit('/').next()?.to_owned()))
        .filter(|slug| (1..=64).contains(&slug.len()))
        .filter(|slug| slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
    match slug {
        Some(slug) => format!("status {}: {slug}", answer.status),
        None => format!("status {}", answer.status),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn answer(status: u16, retry_after: Option<&str>, body: &str) -> Outcome {
        by_status(&Incoming { status, retry_after, body: body.as_bytes() }, 0)
    }

    #[rstest]
    fn accepted(#[values(200, 202, 204)] status: u16) {
        assert_eq!(answer(status, None, "not even JSON"), Outcome::Accepted);
    }

    #[rstest]
    fn refused(#[values(400, 401, 403, 404, 410, 413, 415, 422)] status: u16) {
        assert_eq!(answer(status, Some("5"), ""), Outcome::Refused { reason: format!("status {status}") });
    }

    #[rstest]
    fn again(#[values(302, 408, 409, 425, 429, 500, 502, 503, 504, 599, 999)] status: u16) {
        assert_eq!(
            answer(status, None, ""),
            Outcome::Retry { reason: format!("status {status}"), after: None }
        );
    }

    #[test]
    fn the_platform_says_when_and_why() {
        assert_eq!(
            answer(503, Some("7"), r#"{"type":"/problems/at-rest","detail":"张三"}"#),
            Outcome::Retry { reason: "status 503: at-rest".into(), after: Some(Duration::from_secs(7)) }
        );
    }

    #[rstest]
    fn only_slugs_are_kept(
        #[values(
            r#"{"type":"张三"}"#,
            r#"{"type":"11010519491231002X"}"#,
            r#"{"type":7}"#,
            r#""""#,
            "\u{0}"
        )]
        body: &str,
    ) {
        assert_eq!(answer(422, None, body), Outcome::Refused { reason: "status 422".into() });
    }
}
