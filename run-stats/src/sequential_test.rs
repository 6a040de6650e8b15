//! Whether a share reaches a target, decided as soon as it can be told.

use crate::{Confidence, Proportion};

/// A test of a share against a target that may be looked at after every trial.
///
/// A test of a fixed size that is looked at again and again, and stopped when it shows what one hopes for,
/// errs far more often than it says. This one does not: however long it goes on and whenever it is looked
/// at, it decides wrongly with a probability of at most one minus the confidence. Precisely:
///
/// - where the true share is the target or more, [`Decision::Fail`] ever comes with at most that
///   probability,
/// - where it is the target or less, so does [`Decision::Pass`].
///
/// Nothing is guaranteed about when a decision comes. A share far from the target is told soon, one close to
/// it late, and the target itself mostly never: then there is none, which is an answer as well. What is
/// required is that trials do not depend on each other.
///
/// The evidence for a share above the target is what somebody would own who began with 1 and bet on every
/// trial at odds that are fair at the target and unfair below it: a mean of likelihood ratios over a few
/// shares above it (Robbins, H. (1970), "Statistical methods related to the law of the iterated logarithm",
/// Annals of Mathematical Statistics 41; as bets, Waudby-Smith, I. and Ramdas, A. (2024), "Estimating means
/// of bounded random variables by betting", Journal of the Royal Statistical Society B 86). It decides when
/// it reaches one to the permitted error, which by Ville's inequality (1939) it ever does with no more than
/// that error's probability. The evidence for a share below the target is the mirror image.
///
/// ```
/// use run_stats::{Confidence, Decision, SequentialTest};
///
/// let mut test = SequentialTest::new(0.9, Confidence::PERCENT_95);
/// test.add(true);
/// assert_eq!(test.decision(), None);
/// (0..3).for_each(|_| test.add(false));
/// assert_eq!(test.decision(), Some(Decision::Fail));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SequentialTest {
    target: f64,
    confidence: Confidence,
    passed: u64,
    failed: u64,
}

/// What a [`SequentialTest`] has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The share is above the target.
    Pass,
    /// It is below the target.
    Fail,
}

/// The shares above the target that are bet on, by how many failures they have where the target allows for
/// one, with their parts of the stake. Half of it is on none at all, which is what most that is tested is
/// meant to have.
const BETTER: [(f64, f64); 3] = [(0.0, 0.5), (0.25, 0.25), (0.5, 0.25)];

/// The shares below the target that are bet on, by how far their failures are, in their magnitude, on the
/// way from what the target allows for to nothing but failures.
const WORSE: [f64; 3] = [0.25, 0.5, 0.75];

impl SequentialTest {
    /// A test without any trial, of whether `target`, a share between 0 and 1, is reached. A target of 0 is
    /// reached whatever happens; one of 1 is missed with the first failure, and never shown to be reached.
    #[must_use]
    pub fn new(target: f64, confidence: Confidence) -> Self {
        Self {
            target,
            confidence,
            passed: 0,
            failed: 0,
        }
    }

    /// The same test after these trials, in whatever order they came.
    #[must_use]
    pub fn after(mut self, trials: Proportion) -> Self {
        self.passed = trials.successes();
        self.failed = trials.trials() - trials.successes();
        self
    }

    /// Takes in one more trial.
    pub fn add(&mut self, passed: bool) {
        match passed {
            true => self.passed += 1,
            false => self.failed += 1,
        }
    }

    /// The trials so far.
    #[must_use]
    pub fn trials(&self) -> Proportion {
        Proportion::new(self.passed, self.passed + self.failed)
    }

    /// What they show; `None` as long as they leave it open.
    #[must_use]
    pub fn decision(&self) -> Option<Decision> {
        if self.target <= 0.0 {
            return Some(Decision::Pass);
        }
        if self.target >= 1.0 {
            return (self.failed > 0).then_some(Decision::Fail);
        }
        // In logarithms, in which a long row of trials overflows nothing.
        let enough = -(1.0 - self.confidence.share()).ln();
        if self.better() >= enough {
            Some(Decision::Pass)
        } else if self.worse() >= enough {
            Some(Decision::Fail)
        } else {
            None
        }
    }

    /// The evidence for a share above the target.
    fn better(&self) -> f64 {
        let allowed = 1.0 - self.target;
        sum_of_logarithms(
            BETTER.map(|(times, stake)| stake.ln() + self.likelihood(times * allowed)),
        )
    }

    /// The evidence for a share below the target.
    fn worse(&self) -> f64 {
        let allowed = 1.0 - self.target;
        let stake = 1.0 / WORSE.len() as f64;
        sum_of_logarithms(WORSE.map(|way| stake.ln() + self.likelihood(allowed.powf(1.0 - way))))
    }

    /// How much more likely the trials are with this share of failures than with those that the target
    /// allows for: the logarithm of the ratio.
    fn likelihood(&self, failures: f64) -> f64 {
        let of_passed = self.passed as f64 * ((1.0 - failures) / self.target).ln();
        let of_failed = match self.failed {
            // Not zero times the logarithm of zero.
            0 => 0.0,
            failed => failed as f64 * (failures / (1.0 - self.target)).ln(),
        };
        of_passed + of_failed
    }
}

/// The logarithm of the sum of what has these logarithms.
fn sum_of_logarithms<const N: usize>(logarithms: [f64; N]) -> f64 {
    let largest = logarithms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logarithms.iter().map(|it| (it - largest).exp()).sum();
    largest + sum.ln()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn after(target: f64, passed: u64, failed: u64) -> Option<Decision> {
        let test = SequentialTest::new(target, Confidence::PERCENT_95);
        test.after(Proportion::new(passed, passed + failed))
            .decision()
    }

    #[test]
    fn a_row_of_passes_shows_a_target_and_few_failures_refute_it() {
        assert_eq!(after(0.9, 32, 0), None);
        assert_eq!(after(0.9, 33, 0), Some(Decision::Pass));
        assert_eq!(after(0.9, 0, 2), None);
        assert_eq!(after(0.9, 0, 3), Some(Decision::Fail));
        assert_eq!(after(0.9, 90, 10), None);
        assert_eq!(after(0.5, 0, 7), None);
        assert_eq!(after(0.5, 0, 8), Some(Decision::Fail));
    }

    #[test]
    fn the_ends_are_what_they_can_be() {
        assert_eq!(after(0.0, 0, 100), Some(Decision::Pass));
        assert_eq!(after(1.0, 1_000_000, 0), None);
        assert_eq!(after(1.0, 1_000_000, 1), Some(Decision::Fail));
    }

    #[test]
    fn trials_one_by_one_are_the_same_as_all_at_once() {
        let mut test = SequentialTest::new(0.8, Confidence::PERCENT_99);
        for trial in 0..20 {
            test.add(trial % 5 != 0);
        }
        let all = SequentialTest::new(0.8, Confidence::PERCENT_99).after(Proportion::new(16, 20));
        assert_eq!(test, all);
        assert_eq!(test.trials(), Proportion::new(16, 20));
    }

    proptest! {
        /// Whatever happened, a pass never speaks against the share nor a failure for it, and a decision is
        /// always on the side on which the observed share is.
        #[test]
        fn a_decision_goes_by_what_was_seen(
            target in 0.01..0.99f64, confidence in 0.5..0.9999f64, passed in 0..10_000u64, failed in 0..10_000u64,
        ) {
            let trials = Proportion::new(passed, passed + failed);
            let confidence = Confidence::new(confidence).expect("a share");
            let mut test = SequentialTest::new(target, confidence).after(trials);
            let decision = test.decision();
            match decision {
                Some(Decision::Pass) => prop_assert!(trials.rate() > Some(target)),
                Some(Decision::Fail) => prop_assert!(trials.rate() < Some(target)),
                None => {}
            }
            test.add(decision == Some(Decision::Pass));
            prop_assert!(decision.is_none() || test.decision() == decision);
        }
    }
}
