//! Who calls.

use server::rules::rights::{Role, Scope};

/// Somebody at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    Anonymous,
    /// An owner who has nothing to do with the record.
    Stranger,
    Staff(Role),
    /// A system of an OEM with one scope.
    Client(Scope),
    /// The owner whose record it is.
    Owner,
}

impl Caller {
    /// Columns of the table.
    pub const COLUMNS: usize = 9;

    /// Everybody, the owner last.
    pub fn all() -> impl Iterator<Item = Self> {
        let staff = Role::ALL.iter().copied().map(Self::Staff);
        let clients = Scope::ALL.iter().copied().map(Self::Client);
        [Self::Anonymous, Self::Stranger].into_iter().chain(staff).chain(clients).chain([Self::Owner])
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
            Self::Client(_) => 8,
        }
    }

    /// Whether this is a client with the scope; `any` is every scope.
    pub fn has(self, name: &str) -> bool {
        matches!(self, Self::Client(scope) if name == "any" || scope.as_str() == name)
    }
}
