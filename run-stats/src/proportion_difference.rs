//! Whether two shares differ: by how much, and whether that is more than chance.

use crate::{Interval, Proportion, hypergeometric::Tables, normal::two_sided_tail};

/// The share of a candidate against that of a baseline. Both have trials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProportionDifference {
    baseline: Proportion,
    candidate: Proportion,
}

/// Up to which variance of the baseline's successes, among tables with the same sums, tables are
/// counted one by one. It takes some ten milliseconds then; whatever has a larger variance is close to
/// normal.
const EXACT_VARIANCE: f64 = 1e9;

impl ProportionDifference {
    /// Compares two shares; `None` if a side has no trials.
    ///
    /// ```
    /// use run_stats::{Proportion, ProportionDifference};
    ///
    /// let (baseline, candidate) = (Proportion::new(90, 100), Proportion::new(75, 100));
    /// let difference = ProportionDifference::between(baseline, candidate).unwrap();
    /// assert!((difference.rate() + 0.15).abs() < 1e-12);
    /// assert!(difference.newcombe_95().high < 0.0);
    /// assert!(difference.fisher_p_value() < 0.01);
    /// ```
    #[must_use]
    pub fn between(baseline: Proportion, candidate: Proportion) -> Option<Self> {
        (baseline.trials() > 0 && candidate.trials() > 0).then_some(Self {
            baseline,
            candidate,
        })
    }

    /// The share of the candidate less that of the baseline, between −1 and 1.
    #[must_use]
    pub fn rate(self) -> f64 {
        rate(self.candidate) - rate(self.baseline)
    }

    /// The interval for the [difference](Self::rate) at 95 % confidence, both ends between −1 and 1.
    ///
    /// It joins the Wilson intervals of both sides, and like them keeps its coverage for few trials and
    /// for shares near 0 and 1: method 10 of Newcombe, R. G. (1998), "Interval estimation for the
    /// difference between independent proportions: comparison of eleven methods", Statistics in
    /// Medicine 17.
    #[must_use]
    pub fn newcombe_95(self) -> Interval {
        let (below, above) = distances_to_ends(self.candidate);
        let (baseline_below, baseline_above) = distances_to_ends(self.baseline);
        Interval {
            low: (self.rate() - below.hypot(baseline_above)).max(-1.0),
            high: (self.rate() + above.hypot(baseline_below)).min(1.0),
        }
    }

    /// How probable a table is that is as improbable as this one or more, if both sides have the same
    /// share: the two-sided p-value of Fisher's exact test, between 0 and 1.
    ///
    /// Of all tables with the same numbers of trials, and of successes in both together, it adds up
    /// those that are not more probable than the observed one. Probabilities that differ by a relative
    /// 10⁻⁷ count as the same. Below about 10⁻³⁰⁸ it is told as 0. For ten million trials on each side
    /// its relative error is below 10⁻⁹, and it takes less than a millisecond. From about 10¹⁰ trials
    /// on, unless nearly all of them ended alike, it is the normal approximation with Yates' correction,
    /// which there differs by less than a thousandth where it matters.
    ///
    /// Fisher, R. A. (1935), "The logic of inductive inference", Journal of the Royal Statistical
    /// Society 98; Yates, F. (1934), "Contingency tables involving small numbers and the χ² test",
    /// Supplement to the Journal of the Royal Statistical Society 1.
    #[must_use]
    pub fn fisher_p_value(self) -> f64 {
        match Tables::like(self.baseline, self.candidate) {
            Some(tables) if tables.variance() <= EXACT_VARIANCE => {
                tables.p_value(self.baseline.successes())
            }
            _ => self.approximate_p_value(),
        }
    }

    fn approximate_p_value(self) -> f64 {
        let (baseline_trials, candidate_trials) = (
            self.baseline.trials() as f64,
            self.candidate.trials() as f64,
        );
        let trials = baseline_trials + candidate_trials;
        let successes = self.baseline.successes() as f64 + self.candidate.successes() as f64;
        let pooled = successes / trials;
        let spread = 1.0 / baseline_trials + 1.0 / candidate_trials;
        let distance = (self.rate().abs() - spread / 2.0).max(0.0);
        // Where all or none succeeded there is no deviation, and no distance either.
        if distance > 0.0 {
            two_sided_tail(distance / (pooled * (1.0 - pooled) * spread).sqrt())
        } else {
            1.0
        }
    }
}

/// The share of what is known to have trials.
fn rate(proportion: Proportion) -> f64 {
    proportion.successes() as f64 / proportion.trials() as f64
}

/// How far the ends of the Wilson interval lie below and above the share.
fn distances_to_ends(proportion: Proportion) -> (f64, f64) {
    let rate = rate(proportion);
    proportion
        .wilson_95()
        .map_or((rate, 1.0 - rate), |interval| {
            (rate - interval.low, interval.high - rate)
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// So many successes and failures of the baseline, and of the candidate.
    fn table(baseline: (u64, u64), candidate: (u64, u64)) -> ProportionDifference {
        let [baseline, candidate] =
            [baseline, candidate].map(|(yes, no)| Proportion::new(yes, yes + no));
        ProportionDifference::between(baseline, candidate).unwrap()
    }

    #[test]
    fn the_interval_agrees_with_published_values() {
        // Newcombe (1998), table II, method 10, where the first share is our candidate's.
        for (candidate, baseline, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0),
            ((10, 10), (0, 10), 0.6075, 1.0),
        ] {
            let [baseline, candidate] =
                [baseline, candidate].map(|(yes, trials)| Proportion::new(yes, trials));
            let interval = ProportionDifference::between(baseline, candidate)
                .unwrap()
                .newcombe_95();
            assert!((interval.low - low).abs() < 5e-5, "{interval:?}");
            assert!((interval.high - high).abs() < 5e-5, "{interval:?}");
        }
    }

    #[test]
    fn the_exact_test_agrees_with_scipy() {
        // scipy.stats.fisher_exact; the first is Fisher's lady tasting tea.
        for (baseline, candidate, p_value) in [
            ((3, 1), (1, 3), 0.485_714_285_714_285_65),
            ((1, 9), (11, 3), 0.002_759_456_185_220_083_6),
            ((8, 2), (1, 5), 0.034_965_034_965_034_975),
            ((0, 10), (5, 5), 0.032_507_739_938_080_496),
            ((10, 0), (0, 10), 1.082_508_822_446_903e-5),
            ((56, 14), (48, 32), 0.012_521_129_749_209_154),
            ((2, 3), (6, 4), 0.608_391_608_391_608_3),
            ((190, 800), (200, 900), 0.574_111_858_126_088_2),
            ((1000, 0), (900, 100), 1.165_089_965_262_99e-31),
            ((0, 5), (0, 9), 1.0),
            ((7, 0), (12, 0), 1.0),
        ] {
            let found = table(baseline, candidate).fisher_p_value();
            assert!(
                (found / p_value - 1.0).abs() < 1e-10,
                "{found:e}, not {p_value:e}"
            );
        }
    }

    #[test]
    fn the_exact_test_keeps_its_precision_for_ten_million_trials() {
        // The sum over all tables, with 40 digits in mpmath; scipy agrees to 10⁻⁸.
        for (baseline, candidate, p_value) in [
            ((9_950, 50), (9_900, 100), 5.110_347_007_925_9e-5),
            ((999_000, 1000), (998_800, 1200), 2.159_102_792_869_69e-5),
            (
                (9_990_000, 10_000),
                (9_989_500, 10_500),
                0.000_488_265_774_501_899,
            ),
            (
                (5_000_000, 5_000_000),
                (5_001_000, 4_999_000),
                0.655_043_746_211_408,
            ),
            (
                (5_020_000, 4_980_000),
                (5_000_000, 5_000_000),
                3.758_578_037_042_63e-19,
            ),
            ((5, 9_999_995), (18, 9_999_982), 0.010_621_981_214_421_4),
        ] {
            let found = table(baseline, candidate).fisher_p_value();
            assert!(
                (found / p_value - 1.0).abs() < 1e-9,
                "{found:e}, not {p_value:e}"
            );
        }
    }

    #[test]
    fn what_is_beyond_all_doubt_has_the_p_value_zero() {
        let found = table((9_990_000, 10_000), (9_980_000, 20_000)).fisher_p_value();
        assert_eq!(found, 0.0);
    }

    #[test]
    fn the_approximation_goes_on_where_the_exact_test_ends() {
        for candidate in [50_000_100, 50_005_000, 50_020_000] {
            let difference = table(
                (50_000_000, 50_000_000),
                (candidate, 100_000_000 - candidate),
            );
            let exact = difference.fisher_p_value();
            let approximate = difference.approximate_p_value();
            assert!(
                (approximate / exact - 1.0).abs() < 1e-3,
                "{exact}, {approximate}"
            );
        }
    }

    #[test]
    fn a_few_failures_among_trillions_of_trials_are_counted_one_by_one() {
        // Which side each of 20 failures fell to is then as good as a toss of a coin, and 3 or fewer of
        // them on either side are 2 · (1 + 20 + 190 + 1140) of 2²⁰ ways.
        let trillions = 6_000_000_000_000;
        let found = table((trillions - 3, 3), (trillions - 17, 17)).fisher_p_value();
        assert!(
            (found / (2702.0 / 1_048_576.0) - 1.0).abs() < 1e-9,
            "{found}"
        );
    }

    #[test]
    fn without_trials_on_both_sides_nothing_is_compared() {
        let (none, some) = (Proportion::new(0, 0), Proportion::new(1, 2));
        assert_eq!(ProportionDifference::between(none, some), None);
        assert_eq!(ProportionDifference::between(some, none), None);
    }

    #[test]
    fn the_largest_counts_overflow_nothing() {
        let all = Proportion::new(u64::MAX, u64::MAX);
        let half = Proportion::new(u64::MAX / 2, u64::MAX);
        let difference = ProportionDifference::between(all, half).unwrap();
        assert_eq!(difference.fisher_p_value(), 0.0);
        assert!((difference.newcombe_95().high + 0.5).abs() < 1e-6);
        let alike = ProportionDifference::between(half, half).unwrap();
        assert_eq!(alike.fisher_p_value(), 1.0);
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_difference_and_exchanging_the_sides_mirrors_it(
            (yes, no, other_yes, other_no) in (0..500_u64, 1..500_u64, 0..500_u64, 1..500_u64),
        ) {
            let there = table((yes, no), (other_yes, other_no));
            let back = table((other_yes, other_no), (yes, no));
            let (interval, mirrored) = (there.newcombe_95(), back.newcombe_95());
            prop_assert!(-1.0 <= interval.low && interval.low <= there.rate());
            prop_assert!(there.rate() <= interval.high && interval.high <= 1.0);
            prop_assert!((interval.low + mirrored.high).abs() < 1e-12);
        }

        #[test]
        fn the_p_value_is_a_probability_that_neither_sides_nor_outcomes_change(
            (yes, no, other_yes, other_no) in (0..200_u64, 1..200_u64, 0..200_u64, 1..200_u64),
        ) {
            let p_value = table((yes, no), (other_yes, other_no)).fisher_p_value();
            prop_assert!(p_value > 0.0 && p_value <= 1.0);
            for turned in [
                table((other_yes, other_no), (yes, no)),
                table((no, yes), (other_no, other_yes)),
            ] {
                prop_assert!((turned.fisher_p_value() / p_value - 1.0).abs() < 1e-9);
            }
        }
    }
}
