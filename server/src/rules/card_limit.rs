//! More than ten cards for one person at one carrier: warn of the risk, and send the person to the carrier's
//! designated shop (Art 11).

use std::collections::BTreeMap;

/// The first carrier (by name) at which `held` and `added` cards together exceed `limit`.
pub fn exceeded<'a>(
    held: impl IntoIterator<Item = &'a str>,
    added: impl IntoIterator<Item = &'a str>,
    limit: usize,
) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, (usize, bool)> = BTreeMap::new();
    held.into_iter().for_each(|carrier| counts.entry(carrier).or_default().0 += 1);
    for carrier in added {
        let (count, grows) = counts.entry(carrier).or_default();
        *count += 1;
        *grows = true;
    }
    counts.into_iter().find(|(_, (count, grows))| *grows && *count > limit).map(|(carrier, _)| carrier)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn art_11_ten_cards_are_fine_and_eleven_are_not() {
        assert_eq!(exceeded(["a"; 8], ["a"; 2], 10), None);
        assert_eq!(exceeded(["a"; 9], ["a"; 2], 10), Some("a"));
    }

    #[test]
    fn art_11_counts_each_carrier_apart() {
        assert_eq!(exceeded(["a"; 9], ["b", "b"], 10), None);
    }

    #[test]
    fn art_11_a_carrier_that_gets_no_card_is_not_asked() {
        assert_eq!(exceeded(["a"; 12], ["b"], 10), None);
    }
}
