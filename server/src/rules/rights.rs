//! What members of staff may do. A person holds one or more roles; an operation needs one right.

use std::{fmt, str::FromStr};

macro_rules! names {
    ($(#[$doc:meta])* $Type:ident { $($(#[$item:meta])* $name:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $Type { $($(#[$item])* $name,)* }

        impl $Type {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Name in the database, the configuration and the API.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

names! {
    /// A role of a member of staff.
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    Role {
        /// Answers people.
        Handler = "handler",
        /// Decides where the machine did not.
        Reviewer = "reviewer",
        /// Answers for handlers and reviewers.
        Supervisor = "supervisor",
        /// Sees what was done, and does nothing.
        Auditor = "auditor",
        /// Runs the installation.
        Administrator = "administrator",
    }
}

names! {
    /// What an operation needs.
    Right {
        /// Read the texts the server sent to people.
        ReadMessages = "read_messages",
        /// See the queue of manual reviews.
        ReadReviews = "read_reviews",
        /// Take a review, see its pictures, decide it.
        Review = "review",
        /// Freeze disputed requests and settle disputes.
        SettleDisputes = "settle_disputes",
        /// Draw samples of records and send notices to register.
        KeepRecords = "keep_records",
        /// Record purchases and tests of cards.
        KeepStock = "keep_stock",
    }
}

impl Role {
    /// Whether the role gives the right. Deciding about people is kept apart from running the installation and from
    /// watching over both.
    pub fn gives(self, right: Right) -> bool {
        match right {
            Right::ReadMessages => matches!(self, Self::Handler | Self::Supervisor | Self::Administrator),
            Right::ReadReviews => matches!(self, Self::Reviewer | Self::Supervisor | Self::Auditor),
            Right::Review => matches!(self, Self::Reviewer | Self::Supervisor),
            Right::KeepRecords => matches!(self, Self::Handler | Self::Supervisor),
            Right::KeepStock => matches!(self, Self::Supervisor | Self::Administrator),
            Right::SettleDisputes => matches!(self, Self::Handler | Self::Supervisor),
        }
    }
}

/// Text that names no role.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no role {0:?}")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;

    fn from_str(text: &str) -> Result<Self, UnknownRole> {
        let role = Self::ALL.iter().find(|role| role.as_str() == text);
        role.copied().ok_or_else(|| UnknownRole(text.to_owned()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_is_given_by_some_role_and_none_by_every() {
        for right in Right::ALL {
            let given = Role::ALL.iter().filter(|role| role.gives(*right)).count();
            assert!((1..Role::ALL.len()).contains(&given), "{right:?}");
        }
    }

    #[test]
    fn roles_read_back() {
        assert!(Role::ALL.iter().all(|role| role.as_str().parse() == Ok(*role)));
        assert!("root".parse::<Role>().is_err());
    }
}
