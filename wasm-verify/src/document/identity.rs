use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::{DocumentError, DocumentType, layout, mask};

/// A document with a number that can be one of its type.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Document {
    kind: DocumentType,
    number: String,
}

impl Document {
    /// Reads a number of this type: blanks around it and lower case are accepted, nothing else is mended.
    ///
    /// # Errors
    /// Says what is wrong, without repeating the number.
    pub fn parse(kind: DocumentType, number: &str) -> Result<Self, DocumentError> {
        Ok(Self { kind, number: kind.read(number)? })
    }

    /// Its type.
    pub fn kind(&self) -> DocumentType {
        self.kind
    }

    /// Its number in canonical spelling.
    pub fn number(&self) -> &str {
        &self.number
    }

    /// Enough for the holder to recognise it, too little for anybody to learn it.
    pub fn masked(&self) -> String {
        let (head, tail) = match self.number.chars().count() {
            18 if self.kind.is_unit() => (4, 4),
            18 => (6, 4),
            length => (length / 4, length / 4),
        };
        mask::keep(&self.number, head, tail)
    }

    /// The holder's date of birth, where the number holds it.
    pub fn birth_date(&self) -> Option<NaiveDate> {
        let has_date = !self.kind.is_unit() && self.number.len() == 18;
        has_date.then(|| layout::birth_date(&self.number)).flatten()
    }

    /// The holder's age on a day, in full years, where the number tells.
    ///
    /// # Errors
    /// [`DocumentError::Date`] when the holder would be born later.
    pub fn age_on(&self, day: NaiveDate) -> Result<Option<u32>, DocumentError> {
        let Some(birth) = self.birth_date() else { return Ok(None) };
        let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
        let age = day.year() - birth.year() - i32::from(before_birthday);
        u32::try_from(age).map(Some).map_err(|_| DocumentError::Date)
    }
}

/// Never the number itself: debug output ends up in logs.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Document({} {})", self.kind, self.masked())
    }
}
