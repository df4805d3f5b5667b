//! What a member of staff who knows the password has to do next.

/// Whether a second factor is asked of staff.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// Of everybody: who has none can do nothing but set one up.
    #[default]
    Required,
    /// Of those who have set one up.
    WhenEnrolled,
}

/// What comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: they are in.
    Ready,
    /// Prove the second factor they have.
    Prove,
    /// Set up a second factor.
    Enrol,
}

impl SecondFactor {
    /// What comes next for someone who has proved a second factor or not, and has one or not.
    pub fn next(self, proved: bool, enrolled: bool) -> Next {
        match (proved, enrolled, self) {
            (true, _, _) | (false, false, Self::WhenEnrolled) => Next::Ready,
            (false, true, _) => Next::Prove,
            (false, false, Self::Required) => Next::Enrol,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_a_second_factor_must_prove_it_whatever_is_configured() {
        for policy in [SecondFactor::Required, SecondFactor::WhenEnrolled] {
            assert_eq!(policy.next(false, true), Next::Prove);
            assert_eq!(policy.next(true, true), Next::Ready);
        }
        assert_eq!(SecondFactor::Required.next(false, false), Next::Enrol);
        assert_eq!(SecondFactor::WhenEnrolled.next(false, false), Next::Ready);
    }
}
