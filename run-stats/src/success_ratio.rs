//! Successes against failures, as whoever decides over a case's graduation speaks of them: "ten to one".

use std::fmt;

use crate::Proportion;

/// So many successes to so many failures.
///
/// It is shown as both numbers and, where there are several failures, what that is to one, rounded
/// down: what reads "10.0:1" has reached ten to one.
///
/// ```
/// use run_stats::SuccessRatio;
///
/// assert_eq!(SuccessRatio::new(37, 2).to_string(), "37:2 (18.5:1)");
/// assert_eq!(SuccessRatio::new(12, 0).to_string(), "12:0");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SuccessRatio {
    successes: u64,
    failures: u64,
}

impl SuccessRatio {
    /// `successes` to `failures`.
    #[must_use]
    pub fn new(successes: u64, failures: u64) -> Self {
        Self {
            successes,
            failures,
        }
    }

    /// How many trials succeeded.
    #[must_use]
    pub fn successes(self) -> u64 {
        self.successes
    }

    /// How many trials failed.
    #[must_use]
    pub fn failures(self) -> u64 {
        self.failures
    }

    /// The successes among all trials. Their number stops at the largest that there is.
    #[must_use]
    pub fn proportion(self) -> Proportion {
        Proportion::new(self.successes, self.successes.saturating_add(self.failures))
    }

    /// Whether there are `required` successes to each failure, and as many at least where nothing
    /// failed: ten to one is reached by 10:0, 10:1 and 20:2, but neither by 0:0 nor by 9:0, which show
    /// nothing yet.
    ///
    /// A `required` that is zero, negative or not a number is never reached.
    #[must_use]
    pub fn reaches(self, required: f64) -> bool {
        required > 0.0 && self.successes as f64 >= required * self.failures.max(1) as f64
    }

    /// Whether the trials so far make it certain that there will be more than `required` successes to
    /// each failure: the lower end of the [Wilson interval](Proportion::wilson_95) at 95 % confidence
    /// for the share of successes lies above `required / (required + 1)`.
    ///
    /// It asks for far more than [`reaches`](Self::reaches): without a failure, ten to one is certain
    /// from 39 trials on. A `required` that is zero, negative or not a number is never certain.
    #[must_use]
    pub fn is_certain(self, required: f64) -> bool {
        let share = required / (required + 1.0);
        let interval = self.proportion().wilson_95();
        required > 0.0 && interval.is_some_and(|interval| interval.low > share)
    }
}

impl From<Proportion> for SuccessRatio {
    fn from(proportion: Proportion) -> Self {
        Self::new(
            proportion.successes(),
            proportion.trials() - proportion.successes(),
        )
    }
}

impl fmt::Display for SuccessRatio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            successes,
            failures,
        } = *self;
        write!(f, "{successes}:{failures}")?;
        if failures > 1 {
            let tenths = 10 * u128::from(successes) / u128::from(failures);
            write!(f, " ({}.{}:1)", tenths / 10, tenths % 10)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_ratio_is_shown_as_counted_and_to_one() {
        for (successes, failures, shown) in [
            (0, 0, "0:0"),
            (12, 0, "12:0"),
            (12, 1, "12:1"),
            (37, 2, "37:2 (18.5:1)"),
            (0, 3, "0:3 (0.0:1)"),
            (1_000_000, 3, "1000000:3 (333333.3:1)"),
        ] {
            assert_eq!(SuccessRatio::new(successes, failures).to_string(), shown);
        }
    }

    #[test]
    fn a_ratio_that_is_just_missed_does_not_read_as_reached() {
        let just_missed = SuccessRatio::new(199, 20);
        assert!(!just_missed.reaches(10.0));
        assert_eq!(just_missed.to_string(), "199:20 (9.9:1)");
    }

    #[test]
    fn ten_to_one_takes_ten_successes_and_ten_for_each_failure() {
        for (successes, failures, reached) in [
            (0, 0, false),
            (3, 0, false),
            (9, 0, false),
            (10, 0, true),
            (9, 1, false),
            (10, 1, true),
            (19, 2, false),
            (20, 2, true),
        ] {
            let ratio = SuccessRatio::new(successes, failures);
            assert_eq!(ratio.reaches(10.0), reached, "{ratio}");
        }
    }

    #[test]
    fn certainty_takes_more_trials_than_the_ratio() {
        // The lower end of Wilson's interval is n / (n + 3.8415) where nothing failed.
        assert!(SuccessRatio::new(10, 0).reaches(10.0));
        assert!(!SuccessRatio::new(38, 0).is_certain(10.0));
        assert!(SuccessRatio::new(39, 0).is_certain(10.0));
        assert!(!SuccessRatio::new(0, 0).is_certain(10.0));
    }

    #[test]
    fn what_cannot_be_asked_for_is_never_reached() {
        let perfect = SuccessRatio::new(1_000_000, 0);
        for required in [0.0, -1.0, -2.0, f64::NAN, f64::INFINITY] {
            assert!(!perfect.reaches(required), "{required}");
            assert!(!perfect.is_certain(required), "{required}");
        }
    }

    proptest! {
        #[test]
        fn what_is_certain_is_reached(successes in 0..5000_u64, failures in 0..50_u64, required in 0.1..200.0_f64) {
            let ratio = SuccessRatio::new(successes, failures);
            prop_assert!(!ratio.is_certain(required) || ratio.reaches(required));
        }

        #[test]
        fn a_ratio_and_a_proportion_tell_the_same(successes: u32, failures: u32) {
            let ratio = SuccessRatio::new(successes.into(), failures.into());
            prop_assert_eq!(SuccessRatio::from(ratio.proportion()), ratio);
        }

        #[test]
        fn any_ratio_can_be_shown(successes: u64, failures: u64) {
            prop_assert!(!SuccessRatio::new(successes, failures).to_string().is_empty());
        }
    }
}
