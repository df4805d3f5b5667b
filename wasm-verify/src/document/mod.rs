//! Documents and numbers as parse-once types: a value of the type is a valid number.
//!
//! Formats and check digits follow the standards named at each type; masking follows the display rules of the
//! product (a person can recognise their own number, nobody can learn it from the mask).

mod card;
mod identity;
mod kind;
mod layout;
mod mask;
mod pattern;
mod read;
mod resident_id;
mod uscc;
mod vin;

#[cfg(test)]
mod tests;

pub use card::{Carrier, Iccid, Msisdn, NumberRange, luhn};
pub use identity::Document;
pub use kind::{DocumentType, Holder, UnknownType};
pub use mask::{mask_name, mask_phone};
pub use read::{DocumentCheck, DocumentText, NameRead, NumberRead, Reader};
pub use resident_id::ResidentId;
pub use uscc::Uscc;
pub use vin::Vin;

/// Why a number was refused. The text says what is wrong without repeating the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// Wrong count of characters.
    #[error("the number must have {expected} characters")]
    Length {
        /// The count or counts allowed, in words.
        expected: &'static str,
    },
    /// A character that cannot occur at its place.
    #[error("the number holds a character that cannot occur there")]
    Character,
    /// The first digits name no region or range.
    #[error("the number's first digits are not known")]
    Prefix,
    /// The date inside the number does not exist.
    #[error("the date in the number does not exist")]
    Date,
    /// The check digit does not match: most likely one digit was mistyped.
    #[error("the check digit does not match: please compare the number with the document")]
    CheckDigit,
}

/// Implements what every checked number has in common: reading it as text.
macro_rules! number {
    ($name:ident) => {
        impl $name {
            /// The number in its canonical spelling.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
        /// Never the number itself: debug output ends up in logs.
        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.masked())
            }
        }
    };
}
use number;
