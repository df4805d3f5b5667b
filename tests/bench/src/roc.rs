//! Error rates of a comparison against its threshold, as ISO/IEC 19795-1 counts them. A comparison matches when its
//! similarity is at least the threshold.

use rayon::slice::ParallelSliceMut;

/// What is said of a pair whose comparison was not possible: below every threshold.
pub const NOT_COMPARED: f32 = -2.0;

/// Similarities of pairs of one person (genuine) and of two (impostor), each sorted, the highest first.
pub struct Roc {
    genuine: Vec<f32>,
    impostor: Vec<f32>,
}

impl Roc {
    /// Takes the similarities in any order.
    pub fn new(mut genuine: Vec<f32>, mut impostor: Vec<f32>) -> Self {
        genuine.par_sort_unstable_by(|a, b| b.total_cmp(a));
        impostor.par_sort_unstable_by(|a, b| b.total_cmp(a));
        Self { genuine, impostor }
    }

    /// How many pairs there are: of one person, of two.
    pub fn counts(&self) -> (usize, usize) {
        (self.genuine.len(), self.impostor.len())
    }

    /// Share of impostor pairs that match at `threshold`.
    pub fn fmr(&self, threshold: f32) -> f64 {
        share(matching(&self.impostor, threshold), self.impostor.len())
    }

    /// Share of genuine pairs that do not match at `threshold`.
    pub fn fnmr(&self, threshold: f32) -> f64 {
        let count = self.genuine.len();
        share(count - matching(&self.genuine, threshold), count)
    }

    /// The lowest threshold at which no more than the share `fmr` of the impostor pairs match.
    pub fn threshold_at(&self, fmr: f64) -> f32 {
        let allowed = (fmr * self.impostor.len() as f64) as usize;
        self.impostor.get(allowed).map_or(NOT_COMPARED, |first_refused| first_refused.next_up())
    }
}

/// How many of `sorted` (highest first) reach `threshold`.
fn matching(sorted: &[f32], threshold: f32) -> usize {
    sorted.partition_point(|similarity| *similarity >= threshold)
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

/// A labelled pair: its similarity, `None` where a face was not found, and whether it is one person.
#[derive(Debug, Clone, Copy)]
pub struct Trial {
    /// Cosine similarity.
    pub similarity: Option<f32>,
    /// One person twice.
    pub genuine: bool,
}

/// Share of the trials decided rightly at `threshold`. One that could not be compared is wrong either way.
pub fn accuracy(trials: &[Trial], threshold: f32) -> f64 {
    let right = |trial: &&Trial| trial.similarity.is_some_and(|s| (s >= threshold) == trial.genuine);
    share(trials.iter().filter(right).count(), trials.len())
}

/// The threshold that decides most of the trials rightly, halfway between two similarities. Where several do, the
/// middle one: the least likely to be an accident of these trials.
pub fn best_threshold(trials: &[Trial]) -> f32 {
    let mut compared: Vec<(f32, bool)> =
        trials.iter().filter_map(|trial| Some((trial.similarity?, trial.genuine))).collect();
    compared.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    // Raising the threshold past a pair loses it when it is genuine and wins it when it is not.
    let mut balance = 0_i64;
    let mut best = (0, vec![-1.0]);
    for (at, (similarity, genuine)) in compared.iter().enumerate() {
        balance += if *genuine { -1 } else { 1 };
        let next = compared.get(at + 1).map_or(1.0, |next| next.0);
        if next == *similarity || balance < best.0 {
            continue;
        }
        if balance > best.0 {
            best = (balance, Vec::new());
        }
        best.1.push(f32::midpoint(*similarity, next));
    }
    best.1[best.1.len() / 2]
}

/// The accuracy of each fold at the threshold that is best on all others.
pub fn accuracy_by_folds(folds: &[Vec<Trial>]) -> Vec<f64> {
    let others = |fold: usize| {
        let rest = folds.iter().enumerate().filter(move |(at, _)| *at != fold);
        rest.flat_map(|(_, trials)| trials).copied().collect::<Vec<_>>()
    };
    let judged = folds.iter().enumerate();
    judged.map(|(at, trials)| accuracy(trials, best_threshold(&others(at)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(similarity: f32, genuine: bool) -> Trial {
        Trial { similarity: Some(similarity), genuine }
    }

    #[test]
    fn rates_are_counted_at_and_above_the_threshold() {
        let roc = Roc::new(vec![0.9, 0.5, 0.7, NOT_COMPARED], vec![0.1, 0.6, 0.3, 0.2]);
        assert_eq!(roc.counts(), (4, 4));
        assert_eq!(roc.fmr(0.3), 0.5);
        assert_eq!(roc.fnmr(0.7), 0.5);
        assert_eq!(roc.fnmr(-1.0), 0.25, "what was not compared never matches");
    }

    #[test]
    fn the_threshold_for_a_rate_keeps_it_and_is_the_lowest_to_do_so() {
        let roc = Roc::new(vec![], vec![0.1, 0.6, 0.3, 0.2]);
        let at_a_quarter = roc.threshold_at(0.25);
        assert_eq!(roc.fmr(at_a_quarter), 0.25);
        assert_eq!(roc.fmr(at_a_quarter.next_down()), 0.5);
        assert_eq!(roc.fmr(roc.threshold_at(1e-5)), 0.0, "too few pairs to allow one");
    }

    #[test]
    fn equal_similarities_are_allowed_together_or_not_at_all() {
        let roc = Roc::new(vec![], vec![0.4, 0.4, 0.1, 0.1]);
        assert_eq!(roc.fmr(roc.threshold_at(0.25)), 0.0);
    }

    #[test]
    fn a_pair_not_compared_is_wrong_whoever_is_in_it() {
        let missed = |genuine| Trial { similarity: None, genuine };
        let trials = [trial(0.9, true), trial(0.1, false), missed(true), missed(false)];
        assert_eq!(accuracy(&trials, 0.5), 0.5);
    }

    #[test]
    fn the_best_threshold_parts_what_can_be_parted() {
        let parted = [trial(0.2, false), trial(0.3, false), trial(0.7, true), trial(0.8, true)];
        assert_eq!(best_threshold(&parted), 0.5);
        let mixed = [trial(0.2, false), trial(0.3, true), trial(0.4, false), trial(0.7, true)];
        assert_eq!(accuracy(&mixed, best_threshold(&mixed)), 0.75);
        let strangers = [trial(0.2, false), trial(0.3, false)];
        assert_eq!(accuracy(&strangers, best_threshold(&strangers)), 1.0);
        assert_eq!(best_threshold(&[]), -1.0);
    }

    #[test]
    fn a_fold_is_judged_by_the_threshold_of_the_others() {
        let low = vec![trial(0.2, false), trial(0.4, true)];
        let high = vec![trial(0.6, false), trial(0.8, true)];
        assert_eq!(accuracy_by_folds(&[low, high]), [0.5, 0.5]);
    }
}
