//! Connectionist temporal classification: from probabilities at places to whole texts with theirs.

use std::collections::BTreeMap;

/// Texts followed at a time.
const BEAM: usize = 48;
/// Characters no likelier than this at a place are not tried there.
const NEGLIGIBLE: f32 = 1e-4;

/// How likely a text is so far: ending in a blank, or in its last character.
#[derive(Debug, Clone, Copy, Default)]
struct Mass {
    blank: f64,
    character: f64,
}

impl Mass {
    fn total(self) -> f64 {
        self.blank + self.character
    }
}

/// The likeliest texts over an alphabet of `N` characters (as indices), each with its probability, by prefix beam
/// search (Hannun et al., 2014). What is likely at a place and not in the alphabet counts as no character. Texts of
/// more than `longest` characters are given up.
pub(super) fn texts<const N: usize>(steps: &[[f32; N]], longest: usize) -> Vec<(Vec<u8>, f64)> {
    let mut beam = BTreeMap::from([(Vec::new(), Mass { blank: 1.0, character: 0.0 })]);
    for step in steps {
        let step = step.map(|p| if p.is_finite() { p.clamp(0.0, 1.0) } else { 0.0 });
        let blank = f64::from((1.0 - step.iter().sum::<f32>()).max(0.0));
        let mut next: BTreeMap<Vec<u8>, Mass> = BTreeMap::new();
        for (text, mass) in beam {
            let last = text.last().copied();
            for (character, &p) in (0u8..).zip(&step).filter(|(_, p)| **p > NEGLIGIBLE) {
                let p = f64::from(p);
                // The same character again is a new one only after a blank.
                let fresh = if last == Some(character) { mass.blank } else { mass.total() };
                if text.len() < longest && fresh > 0.0 {
                    let longer = text.iter().copied().chain([character]).collect();
                    next.entry(longer).or_default().character += fresh * p;
                }
                if last == Some(character) {
                    next.entry(text.clone()).or_default().character += mass.character * p;
                }
            }
            next.entry(text).or_default().blank += mass.total() * blank;
        }
        beam = likeliest(next);
    }
    let mut texts: Vec<_> = beam.into_iter().map(|(text, mass)| (text, mass.total())).collect();
    texts.sort_by(|a, b| b.1.total_cmp(&a.1));
    texts
}

fn likeliest(texts: BTreeMap<Vec<u8>, Mass>) -> BTreeMap<Vec<u8>, Mass> {
    let mut texts: Vec<_> = texts.into_iter().collect();
    texts.sort_by(|a, b| b.1.total().total_cmp(&a.1.total()));
    texts.truncate(BEAM);
    texts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_need_a_blank_between_them() {
        let sure = |i: usize| std::array::from_fn::<f32, 3, _>(|k| f32::from(k == i));
        let best = |steps: &[[f32; 3]]| texts(steps, 9)[0].clone();
        assert_eq!(best(&[sure(1), sure(1), sure(2)]), (vec![1, 2], 1.0));
        assert_eq!(best(&[sure(1), sure(9), sure(1)]), (vec![1, 1], 1.0));
    }

    /// The sum over all alignments, not the best one, decides: "a" has two ways of 0.24 and one of 0.16, no
    /// character at all one of 0.36 (example after Graves, 2006).
    #[test]
    fn all_alignments_of_a_text_count() {
        let found = texts(&[[0.4], [0.4]], 9);
        assert_eq!(found[0].0, [0]);
        assert!((found[0].1 - 0.64).abs() < 1e-6 && (found[1].1 - 0.36).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn no_figures_do_harm() {
        assert!(texts(&[[f32::NAN, 2.0], [f32::INFINITY, -1.0]], 4).len() <= BEAM);
        assert_eq!(texts::<2>(&[], 4).len(), 1);
    }
}
