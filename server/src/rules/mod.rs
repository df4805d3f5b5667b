//! The rules of the domain, pure: no clock, no database, no web. Tests name the article they hold.

/// Enums whose members have a name in the database and the API.
macro_rules! named {
    ($(#[$doc:meta])* $Type:ident { $($(#[$item:meta])* $name:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $Type { $($(#[$item])* $name,)* }

        impl $Type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Name in the database and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }

        impl std::str::FromStr for $Type {
            type Err = crate::rules::Unknown;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let one = Self::ALL.iter().find(|one| one.as_str() == text).copied();
                one.ok_or_else(|| crate::rules::Unknown(text.to_owned()))
            }
        }

        impl std::fmt::Display for $Type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

/// A name that nothing has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no {0:?}")]
pub struct Unknown(pub String);

pub mod application;
pub mod calendar;
pub mod card;
pub mod card_limit;
pub mod clocks;
pub mod complaint;
pub mod correction;
pub mod id_token;
pub mod lockout;
pub mod notice;
pub mod policy;
pub mod proof;
pub mod record;
pub mod region;
pub mod request;
pub mod retention;
pub mod review;
pub mod rights;
pub mod sign_in;
pub mod totp;
pub mod webauthn;
