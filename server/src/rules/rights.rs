//! What members of staff and systems may do. A person holds one or more roles, an operation needs one right; a system
//! holds scopes, an operation needs one of them.

use std::{fmt, str::FromStr};

named! {
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

named! {
    /// What an operation needs.
    Right {
        /// Read the texts the server sent to people.
        ReadMessages = "read_messages",
        /// List vehicles and requests.
        ReadRecords = "read_records",
        /// See the queue of manual reviews.
        ReadReviews = "read_reviews",
        /// Take a review, see its pictures, decide it.
        Review = "review",
        /// Freeze disputed requests and settle disputes.
        SettleDisputes = "settle_disputes",
        /// Read complaints.
        ReadComplaints = "read_complaints",
        /// Take complaints and answer them.
        HandleComplaints = "handle_complaints",
        /// Be the second to agree to an answer.
        ApproveComplaints = "approve_complaints",
        /// Give complaints to others, and keep templates, skills and shared views.
        LeadComplaints = "lead_complaints",
        /// Draw samples of records and send notices to register.
        KeepRecords = "keep_records",
        /// Record purchases and tests of cards.
        KeepStock = "keep_stock",
        /// See personal data unmasked, each time with a reason.
        RevealPersonalData = "reveal_personal_data",
        /// Read who did what.
        ReadAudit = "read_audit",
        /// See how much is held.
        ReadStatistics = "read_statistics",
        /// Say who works here, and as what.
        ManageStaff = "manage_staff",
    }
}

named! {
    /// What a system of an OEM may do: scopes of OAuth 2.0.
    Scope {
        /// See where a request stands.
        ReadRequests = "requests.read",
    }
}

impl Role {
    /// Whether the role gives the right. Deciding about people is kept apart from running the installation and from
    /// watching over both.
    pub fn gives(self, right: Right) -> bool {
        match right {
            Right::ReadMessages => matches!(self, Self::Handler | Self::Supervisor | Self::Administrator),
            Right::ReadRecords => matches!(self, Self::Handler | Self::Supervisor | Self::Auditor),
            Right::ReadReviews => matches!(self, Self::Reviewer | Self::Supervisor | Self::Auditor),
            Right::Review => matches!(self, Self::Reviewer | Self::Supervisor),
            Right::ReadComplaints => matches!(self, Self::Handler | Self::Supervisor | Self::Auditor),
            Right::HandleComplaints => matches!(self, Self::Handler | Self::Supervisor),
            Right::ApproveComplaints | Right::LeadComplaints => self == Self::Supervisor,
            Right::KeepRecords => matches!(self, Self::Handler | Self::Supervisor),
            Right::KeepStock => matches!(self, Self::Supervisor | Self::Administrator),
            Right::SettleDisputes => matches!(self, Self::Handler | Self::Supervisor),
            Right::RevealPersonalData => matches!(self, Self::Handler | Self::Reviewer | Self::Supervisor),
            Right::ReadAudit => matches!(self, Self::Auditor),
            Right::ReadStatistics => matches!(self, Self::Supervisor | Self::Auditor | Self::Administrator),
            Right::ManageStaff => self == Self::Administrator,
        }
    }
}

/// Several names in one text, with spaces between; reading passes over those this version does not know.
pub trait Names: Sized {
    /// Writes them.
    fn join(all: &[Self]) -> String;
    /// Reads them.
    fn split(text: &str) -> Vec<Self>;
}

impl<T: Copy + FromStr + fmt::Display> Names for T {
    fn join(all: &[Self]) -> String {
        all.iter().map(Self::to_string).collect::<Vec<_>>().join(" ")
    }

    fn split(text: &str) -> Vec<Self> {
        text.split_whitespace().filter_map(|name| name.parse().ok()).collect()
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
        assert_eq!(Role::split(&Role::join(Role::ALL)), Role::ALL);
        assert_eq!(Role::split("auditor wizard"), [Role::Auditor]);
    }
}
