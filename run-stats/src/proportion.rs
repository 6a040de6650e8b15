//! Shares of trials that succeeded, with the uncertainty that few trials leave.

/// So many successes among so many trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proportion {
    successes: u64,
    trials: u64,
}

/// A range of shares, both ends between 0 and 1, of differences of shares, between −1 and 1, or of rates
/// of growth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The standard normal quantile for a two-sided confidence of 95 %.
const Z_95: f64 = 1.959_963_984_540_054;

impl Proportion {
    /// `successes` of `trials`; more successes than trials count as all of them.
    #[must_use]
    pub fn new(successes: u64, trials: u64) -> Self {
        Self {
            successes: successes.min(trials),
            trials,
        }
    }

    /// How many trials succeeded.
    #[must_use]
    pub fn successes(self) -> u64 {
        self.successes
    }

    /// How many trials there were.
    #[must_use]
    pub fn trials(self) -> u64 {
        self.trials
    }

    /// The observed share between 0 and 1; `None` without trials.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.trials > 0).then(|| self.successes as f64 / self.trials as f64)
    }

    /// The Wilson score interval at 95 % confidence; `None` without trials.
    ///
    /// It keeps its coverage for few trials and for shares near 0 and 1, where the textbook interval
    /// fails. Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical
    /// inference", Journal of the American Statistical Association 22.
    ///
    /// ```
    /// let interval = run_stats::Proportion::new(10, 10).wilson_95().unwrap();
    /// assert!((interval.low - 0.722).abs() < 0.001);
    /// assert_eq!(interval.high, 1.0);
    /// ```
    #[must_use]
    pub fn wilson_95(self) -> Option<Interval> {
        let rate = self.rate()?;
        let trials = self.trials as f64;
        let z2 = Z_95 * Z_95;
        let center = rate + z2 / (2.0 * trials);
        let spread = Z_95 * (rate * (1.0 - rate) / trials + z2 / (4.0 * trials * trials)).sqrt();
        let scale = 1.0 + z2 / trials;
        // At 0 and at all successes one end is exact; rounding must not move it.
        let low = if self.successes == 0 {
            0.0
        } else {
            (center - spread) / scale
        };
        let high = if self.successes == self.trials {
            1.0
        } else {
            (center + spread) / scale
        };
        Some(Interval { low, high })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_interval_agrees_with_published_values() {
        // Newcombe (1998), table I, method 3: 81 of 263, and 1 of 29.
        for (successes, trials, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (1, 29, 0.0061, 0.1718),
            (0, 20, 0.0, 0.1611),
        ] {
            let interval = Proportion::new(successes, trials)
                .wilson_95()
                .expect("trials");
            assert!((interval.low - low).abs() < 5e-5, "{interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{interval:?}");
        }
    }

    #[test]
    fn without_trials_there_is_no_rate() {
        let none = Proportion::new(0, 0);
        assert_eq!((none.rate(), none.wilson_95()), (None, None));
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_rate_and_stays_within_bounds(trials in 1..100_000u64, share in 0.0..=1.0f64) {
            let proportion = Proportion::new((share * trials as f64) as u64, trials);
            let (rate, interval) = (proportion.rate().expect("trials"), proportion.wilson_95().expect("trials"));
            prop_assert!(0.0 <= interval.low && interval.low <= rate);
            prop_assert!(rate <= interval.high && interval.high <= 1.0);
        }
    }
}
