//! How many attempts came to what, by the classes of outcomes.

use run_stats::Proportion;

use crate::{outcome::OutcomeClass, results::Counts};

/// How many attempts came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OutcomeCounts([u64; OutcomeClass::ALL.len()]);

impl OutcomeCounts {
    /// Counts so many more attempts of this class.
    pub fn add(&mut self, class: OutcomeClass, count: u64) {
        self.0[class as usize] += count;
    }

    /// How many there are of this class.
    #[must_use]
    pub fn get(&self, class: OutcomeClass) -> u64 {
        self.0[class as usize]
    }

    /// Adds the attempts of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// The classes of which there are any, in their order, with how many.
    pub fn iter(&self) -> impl Iterator<Item = (OutcomeClass, u64)> + '_ {
        let all = OutcomeClass::ALL.into_iter();
        all.map(|class| (class, self.get(class)))
            .filter(|(_, count)| *count > 0)
    }

    /// The same as verdicts; without what agents told, which is not in here.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for (class, count) in self.iter() {
            counts.add_outcomes(class, count);
        }
        counts
    }

    /// The share of passed attempts among those that were tried.
    #[must_use]
    pub fn success(&self) -> Proportion {
        self.counts().success()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_are_counted_by_class_and_as_verdicts() {
        let mut outcomes = OutcomeCounts::default();
        for (index, class) in OutcomeClass::ALL.into_iter().enumerate() {
            outcomes.add(class, index as u64 + 1);
            assert_eq!(outcomes.get(class), index as u64 + 1);
        }
        let mut twice = outcomes;
        twice.merge(&outcomes);
        assert_eq!(twice.iter().map(|(_, count)| count).sum::<u64>(), 90);
        let counts = outcomes.counts();
        assert_eq!(counts.total, 45);
        assert_eq!((counts.passed, counts.failed), (1, 2 + 3 + 4 + 5 + 6));
        assert_eq!((counts.skipped, counts.not_run), (7, 8 + 9));
    }
}
