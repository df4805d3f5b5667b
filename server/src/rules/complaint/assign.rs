//! Who gets a complaint.

use uuid::Uuid;

use super::Kind;

/// Someone who could have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub id: Uuid,
    /// They take new ones now.
    pub available: bool,
    /// Kinds they take; none: all.
    pub skills: Vec<Kind>,
    /// How many they have that are not answered.
    pub load: u64,
}

impl Candidate {
    fn takes(&self, kind: Kind) -> bool {
        self.available && (self.skills.is_empty() || self.skills.contains(&kind))
    }
}

/// The one with the least to do among those who take this kind. Who names the kind comes before who takes everything,
/// and between equals the lower id decides, so that the same question has the same answer.
pub fn pick(kind: Kind, candidates: &[Candidate]) -> Option<Uuid> {
    let takers = candidates.iter().filter(|one| one.takes(kind));
    takers.min_by_key(|one| (!one.skills.contains(&kind), one.load, one.id)).map(|one| one.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(id: u128, skills: &[Kind], load: u64) -> Candidate {
        Candidate { id: Uuid::from_u128(id), available: true, skills: skills.to_vec(), load }
    }

    #[test]
    fn skill_comes_before_load_and_load_before_id() {
        let all = [
            candidate(1, &[], 0),
            candidate(2, &[Kind::Fee], 7),
            candidate(3, &[Kind::Fee, Kind::Staff], 5),
            candidate(4, &[Kind::Staff], 0),
            candidate(5, &[], 0),
        ];
        assert_eq!(pick(Kind::Fee, &all), Some(Uuid::from_u128(3)));
        assert_eq!(pick(Kind::Other, &all), Some(Uuid::from_u128(1)));
        assert_eq!(pick(Kind::Other, &all[1..4]), None);
    }

    #[test]
    fn who_is_away_gets_nothing() {
        let away = Candidate { available: false, ..candidate(1, &[], 0) };
        assert_eq!(pick(Kind::Fee, &[away]), None);
    }
}
