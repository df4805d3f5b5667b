//! Who calls.

use server::rules::rights::Role;

/// Somebody at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    Anonymous,
    /// An owner who has nothing to do with the record.
    Stranger,
    Staff(Role),
    /// The owner whose record it is.
    Owner,
}

impl Caller {
    /// Columns of the table.
    pub const COLUMNS: usize = 9;

    /// Everybody, the owner last.
    pub fn all() -> impl Iterator<Item = Self> {
        let staff = Role::ALL.iter().copied().map(Self::Staff);
        [Self::Anonymous, Self::Stranger].into_iter().chain(staff).chain([Self::Owner])
    }

    /// The column of this caller.
    pub fn column(self) -> usize {
        match self {
            Self::Anonymous => 0,
            Self::Owner => 1,
            Self::Stranger => 2,
            Self::Staff(Role::Handler) => 3,
            Self::Staff(Role::Reviewer) => 4,
            Self::Staff(Role::Supervisor) => 5,
            Self::Staff(Role::Auditor) => 6,
            Self::Staff(Role::Administrator) => 7,
        }
    }

    /// Whether this is a client with the scope.
    pub fn has(self, _scope: &str) -> bool {
        false
    }
}
