//! What a test comes to, once it is known how many were made.

use run_stats::{Proportion, ProportionDifference, holm};

/// An adjusted p-value below this is no chance: the level that the intervals at 95 % confidence belong
/// to.
pub const ALPHA: f64 = 0.05;

/// With fewer attempts on a side, only a collapse would show, and nobody should take its absence for a good
/// sign: three against three cannot be told apart whatever they come to.
const MIN_ATTEMPTS: u64 = 4;

/// What a test came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is no difference that matters and is no chance.
    Same,
    /// The candidate did worse.
    Worse,
    /// The candidate did better.
    Better,
    /// Not even the greatest difference there can be would be told from chance.
    TooFewAttempts,
    /// The figures are not of the same things.
    NotComparable,
}

impl Verdict {
    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Worse => "worse",
            Self::Better => "better",
            Self::TooFewAttempts => "too-few-attempts",
            Self::NotComparable => "not-comparable",
        }
    }

    /// The name for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TooFewAttempts => "too few attempts",
            Self::NotComparable => "not comparable",
            other => other.as_str(),
        }
    }

    /// What several verdicts come to: worse if anything is worse; otherwise what was found at all.
    pub fn together(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let order = [
            Self::Worse,
            Self::Better,
            Self::Same,
            Self::TooFewAttempts,
            Self::NotComparable,
        ];
        let verdicts: Vec<_> = verdicts.into_iter().collect();
        let found = order.into_iter().find(|verdict| verdicts.contains(verdict));
        found.unwrap_or(Self::TooFewAttempts)
    }
}

/// A test and its result.
#[derive(Debug, Clone, Copy)]
pub struct Test {
    /// The p-value; `None` if it was not made, because it could not have shown anything.
    pub p_value: Option<f64>,
    /// The p-value, adjusted for the number of tests.
    pub adjusted: Option<f64>,
    /// What it comes to.
    pub verdict: Verdict,
    /// How many there are on each side.
    counts: (u64, u64),
    /// The verdict, if the figures are no chance.
    found: Verdict,
}

impl Test {
    /// A test of so many on each side that is not judged yet, with what its figures say if they are no
    /// chance.
    pub(super) fn new(p_value: Option<f64>, counts: (u64, u64), found: Verdict) -> Self {
        Self {
            p_value: p_value.filter(|_| least_p_value(counts) < ALPHA),
            adjusted: None,
            verdict: Verdict::TooFewAttempts,
            counts,
            found,
        }
    }

    /// Withdraws the test, because its figures are not of the same things.
    pub(super) fn withdraw(&mut self) {
        self.p_value = None;
        self.verdict = Verdict::NotComparable;
    }

    fn verdict_among(&self, tests: usize, adjusted: f64) -> Verdict {
        if adjusted < ALPHA {
            self.found
        } else if self.counts.0.min(self.counts.1) < MIN_ATTEMPTS
            || least_p_value(self.counts) * tests as f64 >= ALPHA
        {
            Verdict::TooFewAttempts
        } else {
            Verdict::Same
        }
    }
}

/// Judges the tests that were made, and says how many there are.
pub(super) fn judge<'a>(tests: impl Iterator<Item = &'a mut Test>) -> usize {
    let (made, p_values): (Vec<_>, Vec<_>) = tests
        .filter_map(|test| test.p_value.map(|p_value| (test, p_value)))
        .unzip();
    for (test, adjusted) in made.into_iter().zip(holm(&p_values)) {
        test.adjusted = Some(adjusted);
        test.verdict = test.verdict_among(p_values.len(), adjusted);
    }
    p_values.len()
}

/// The p-value of the greatest difference there can be between so many and so many: all of one side
/// against none of the other, by Fisher's exact test. Of orders there are as many, so that it serves for
/// ranks, too. It depends on nothing that was observed but on the numbers.
fn least_p_value((one, other): (u64, u64)) -> f64 {
    let (all, none) = (Proportion::new(one, one), Proportion::new(0, other));
    ProportionDifference::between(all, none).map_or(1.0, ProportionDifference::fisher_p_value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(tests: &[(f64, u64)]) -> Vec<Verdict> {
        let mut tests: Vec<_> = tests
            .iter()
            .map(|&(p_value, count)| Test::new(Some(p_value), (count, count), Verdict::Worse))
            .collect();
        judge(tests.iter_mut());
        tests.iter().map(|test| test.verdict).collect()
    }

    #[test]
    fn what_is_no_chance_alone_is_chance_among_many() {
        assert_eq!(judged(&[(0.03, 100)]), [Verdict::Worse]);
        let among_many = judged(&[(0.03, 100), (0.5, 100)]);
        assert_eq!(among_many, [Verdict::Same, Verdict::Same]);
    }

    #[test]
    fn where_not_even_the_greatest_difference_would_show_there_are_too_few_attempts() {
        // Three against three are one of twenty divisions, in either direction: 0.1.
        assert_eq!(judged(&[(0.1, 3)]), [Verdict::TooFewAttempts]);
        // Four against four are one of seventy, which is enough alone, and not beside another.
        assert_eq!(judged(&[(2.0 / 70.0, 4)]), [Verdict::Worse]);
        let beside = judged(&[(2.0 / 70.0, 4), (0.9, 100)]);
        assert_eq!(beside, [Verdict::TooFewAttempts, Verdict::Same]);
    }

    #[test]
    fn one_attempt_that_does_not_collapse_is_no_good_sign() {
        let mut test = Test::new(Some(1.0), (300, 1), Verdict::Worse);
        judge([&mut test].into_iter());
        assert_eq!(test.verdict, Verdict::TooFewAttempts);
    }

    #[test]
    fn what_cannot_show_anything_does_not_count_among_the_tests() {
        let beside = judged(&[(0.03, 100), (0.1, 3)]);
        assert_eq!(beside, [Verdict::Worse, Verdict::TooFewAttempts]);
    }

    #[test]
    fn together_the_worst_counts_and_otherwise_what_was_found_at_all() {
        use Verdict::*;
        for (verdicts, expected) in [
            (vec![Better, Worse, Same], Worse),
            (vec![Same, Better, TooFewAttempts], Better),
            (vec![NotComparable, TooFewAttempts, Same], Same),
            (vec![NotComparable, TooFewAttempts], TooFewAttempts),
            (vec![], TooFewAttempts),
        ] {
            assert_eq!(Verdict::together(verdicts), expected);
        }
    }
}
