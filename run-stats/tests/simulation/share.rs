//! How far a count among repetitions may be from what it is expected to be.

/// Something that happened in so many of all repetitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share {
    pub(crate) count: u64,
    pub(crate) repetitions: u64,
}

/// How improbable a count has to be before it contradicts what is claimed.
const CONTRADICTION: f64 = 1e-3;

impl Share {
    /// Counts in how many repetitions something happens.
    pub(crate) fn of(repetitions: u64, mut happens: impl FnMut() -> bool) -> Self {
        let count = (0..repetitions).filter(|_| happens()).count() as u64;
        Self { count, repetitions }
    }

    /// Whether it may be that it happens with at most this probability, by the exact binomial test.
    pub(crate) fn is_at_most(self, probability: f64) -> bool {
        let fewer: f64 = (0..self.count)
            .map(|count| self.weight(count, probability))
            .sum();
        1.0 - fewer >= CONTRADICTION
    }

    /// Whether it may be that it happens with at least this probability, by the exact binomial test.
    pub(crate) fn is_at_least(self, probability: f64) -> bool {
        let misses = Self {
            count: self.repetitions - self.count,
            repetitions: self.repetitions,
        };
        misses.is_at_most(1.0 - probability)
    }

    /// What was seen.
    pub(crate) fn rate(self) -> f64 {
        self.count as f64 / self.repetitions as f64
    }

    /// The binomial probability of a count.
    fn weight(self, count: u64, probability: f64) -> f64 {
        let log: f64 = (0..count)
            .map(|place| ((self.repetitions - place) as f64 / (place + 1) as f64).ln())
            .sum();
        let (successes, failures) = (count as f64, (self.repetitions - count) as f64);
        (log + successes * probability.ln() + failures * (1.0 - probability).ln()).exp()
    }
}

#[test]
fn the_margin_is_that_of_the_binomial_distribution() {
    // scipy.stats.binom.sf(count - 1, repetitions, 0.05) is 0.00101 and 0.00065, 0.00116 and 0.00048.
    let of = |count, repetitions| Share { count, repetitions };
    assert!(of(73, 1_000).is_at_most(0.05) && !of(74, 1_000).is_at_most(0.05));
    assert!(of(21, 200).is_at_most(0.05) && !of(22, 200).is_at_most(0.05));
    assert!(of(0, 200).is_at_most(0.05) && of(200, 200).is_at_least(0.95));
    assert!(!of(150, 200).is_at_least(0.95));
}
