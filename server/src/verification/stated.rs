//! Who a person says they are, checked as far as that goes without a picture.

use chrono::{DateTime, NaiveDate, TimeDelta};
use verify::document::{Document, DocumentType};

use crate::{
    rules::policy::{Method, Policy},
    service::{Refusal, Result},
};

/// What someone says about themselves.
pub struct Stated<'a> {
    /// Name on the document.
    pub name: &'a str,
    /// Type of document.
    pub document_type: DocumentType,
    /// Number of the document.
    pub document_number: &'a str,
}

/// Someone whose name and document can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// Name on the document.
    pub name: String,
    /// The document.
    pub document: Document,
}

/// The person, and the guardian of one too young to act alone, as the policy takes them.
///
/// # Errors
/// [`Refusal::NameInvalid`], [`Refusal::DocumentTypeInvalid`], [`Refusal::DocumentNumberInvalid`],
/// [`Refusal::GuardianNeeded`].
pub(super) fn read(
    policy: &Policy,
    method: Method,
    stated: &Stated<'_>,
    guardian: Option<&Stated<'_>>,
    now_ms: i64,
) -> Result<(Person, Option<Person>)> {
    let today = day_in_china(now_ms);
    let (person, is_minor) = one(policy, stated, today)?;
    if !is_minor {
        return Ok((person, None));
    }
    let guardian = guardian.filter(|_| policy.minors.guardian && method == Method::Documents);
    let (guardian, is_minor) = one(policy, guardian.ok_or(Refusal::GuardianNeeded)?, today)?;
    if is_minor || guardian.document.number() == person.document.number() {
        return Err(Refusal::GuardianNeeded.into());
    }
    Ok((person, Some(guardian)))
}

fn one(policy: &Policy, stated: &Stated<'_>, today: NaiveDate) -> Result<(Person, bool)> {
    let name = stated.name.trim();
    if !(1..=50).contains(&name.chars().count()) || name.chars().any(char::is_control) {
        return Err(Refusal::NameInvalid.into());
    }
    if !policy.documents.person.contains(&stated.document_type) {
        return Err(Refusal::DocumentTypeInvalid.into());
    }
    let document = Document::parse(stated.document_type, stated.document_number)
        .map_err(|_| Refusal::DocumentNumberInvalid)?;
    let age = document.age_on(today).map_err(|_| Refusal::DocumentNumberInvalid)?;
    let person = Person { name: name.to_owned(), document };
    Ok((person, age.is_some_and(|age| age < policy.minors.age)))
}

/// The day on which birthdays are counted: China has one time zone, eight hours ahead.
fn day_in_china(now_ms: i64) -> NaiveDate {
    let now = DateTime::from_timestamp_millis(now_ms).unwrap_or_default();
    (now + TimeDelta::hours(8)).date_naive()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const CHILD: &str = "110101201501010011";
    const ADULT: &str = "11010519491231002X";

    fn stated(number: &str) -> Stated<'_> {
        Stated { name: " 张伟 ", document_type: DocumentType::ResidentId, document_number: number }
    }

    fn read_on(
        day: &str,
        method: Method,
        number: &str,
        guardian: Option<&str>,
    ) -> std::result::Result<Option<String>, Refusal> {
        let now: DateTime<chrono::Utc> = day.parse().unwrap();
        let guardian = guardian.map(stated);
        let policy = Policy::default();
        match read(&policy, method, &stated(number), guardian.as_ref(), now.timestamp_millis()) {
            Ok((_, guardian)) => Ok(guardian.map(|guardian| guardian.document.number().to_owned())),
            Err(crate::service::Error::Refused(refusal)) => Err(refusal),
            Err(other) => panic!("{other}"),
        }
    }

    #[rstest]
    #[case("2028-12-31T15:59:59Z", Err(Refusal::GuardianNeeded))]
    #[case("2028-12-31T16:00:00Z", Ok(None))]
    #[case("2014-12-31T15:59:59Z", Err(Refusal::DocumentNumberInvalid))]
    fn birthdays_are_chinas(
        #[case] now: &str,
        #[case] expected: std::result::Result<Option<String>, Refusal>,
    ) {
        assert_eq!(read_on(now, Method::Face, CHILD, None), expected);
    }

    #[test]
    fn a_guardian_is_grown_up_someone_else_and_seen_by_staff() {
        let read = |method, guardian| read_on("2026-11-22T00:00:00Z", method, CHILD, guardian);
        assert_eq!(read(Method::Documents, Some(ADULT)), Ok(Some(ADULT.to_owned())));
        for (method, guardian) in [
            (Method::Documents, None),
            (Method::Documents, Some(CHILD)),
            (Method::Face, Some(ADULT)),
            (Method::Authority, Some(ADULT)),
        ] {
            assert_eq!(read(method, guardian), Err(Refusal::GuardianNeeded));
        }
    }

    #[test]
    fn nothing_is_kept_about_a_guardian_nobody_needs() {
        assert_eq!(read_on("2026-11-22T00:00:00Z", Method::Documents, ADULT, Some(CHILD)), Ok(None));
    }
}
