//! Whether one lot of durations tends to be longer than another, whatever their distributions.

use crate::{DurationHistogram, normal::two_sided_tail};

/// How the durations of a candidate rank among those of a baseline.
///
/// This is the U test of Mann, H. B. and Whitney, D. R. (1947), "On a test of whether one of two random
/// variables is stochastically larger than the other", The Annals of Mathematical Statistics 18, also
/// known as Wilcoxon's rank-sum test. It asks nothing of the distributions, so that the few very long
/// durations of a long tail weigh no more than their ranks. Durations in the same bin of the
/// histograms are ties.
///
/// With many durations even a difference that matters to nobody is significant: read the
/// [`p_value`](Self::p_value) together with the [`superiority`](Self::superiority).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RankSum {
    z: f64,
    superiority: f64,
}

impl RankSum {
    /// How many durations each side needs at least.
    pub const MIN_DURATIONS: u64 = 5;

    /// Compares two lots of durations; `None` if a side has fewer than
    /// [`MIN_DURATIONS`](Self::MIN_DURATIONS).
    ///
    /// ```
    /// use std::time::Duration;
    /// use run_stats::{DurationHistogram, RankSum};
    ///
    /// let baseline: DurationHistogram = (100..130).map(Duration::from_millis).collect();
    /// let candidate: DurationHistogram = (120..150).map(Duration::from_millis).collect();
    /// let ranks = RankSum::between(&baseline, &candidate).unwrap();
    /// assert!(ranks.p_value() < 1e-6);
    /// assert!(ranks.superiority() > 0.9);
    /// ```
    #[must_use]
    pub fn between(baseline: &DurationHistogram, candidate: &DurationHistogram) -> Option<Self> {
        let (baseline_count, candidate_count) = (baseline.count(), candidate.count());
        if baseline_count.min(candidate_count) < Self::MIN_DURATIONS {
            return None;
        }
        // Each below 2^63, so that this is too.
        let pairs = u128::from(baseline_count) * u128::from(candidate_count);
        let all = u128::from(baseline_count) + u128::from(candidate_count);

        // Twice U, in which a pair counts 2 if the candidate's duration is longer and 1 if both are the
        // same: in whole numbers no difference is lost, however many pairs there are.
        let mut twice_u: u128 = 0;
        // Σ t · (N − t) · (N + t) over the number t of durations in each bin and N of all. It is the
        // same as N³ − N − Σ (t³ − t), but does not subtract large numbers that are nearly equal.
        let mut untied: f64 = 0.0;
        let mut shorter: u64 = 0;
        for (in_baseline, in_candidate) in side_by_side(baseline, candidate) {
            twice_u += u128::from(in_candidate) * u128::from(2 * shorter + in_baseline);
            shorter += in_baseline;
            let tied = u128::from(in_baseline + in_candidate);
            untied += tied as f64 * (all - tied) as f64 * (all + tied) as f64;
        }

        let (pairs_f64, all_f64) = (pairs as f64, all as f64);
        let deviation = pairs_f64 / 12.0 * untied / (all_f64 * (all_f64 - 1.0));
        // U is a multiple of a half, and its expectation too. Half a pair towards the expectation makes
        // up for approximating steps by a smooth curve.
        let distance = (twice_u.abs_diff(pairs) as f64 - 1.0).max(0.0) / 2.0;
        // Where all durations are the same there is no deviation, and no distance either.
        let z = if distance > 0.0 {
            distance / deviation.sqrt()
        } else {
            0.0
        };
        Some(Self {
            z: if twice_u < pairs { -z } else { z },
            superiority: twice_u as f64 / (2.0 * pairs_f64),
        })
    }

    /// How probable a difference at least as large is, in either direction, if both sides come from
    /// the same distribution: between 0 and 1.
    ///
    /// It rests on the normal approximation, corrected for ties and for continuity. With fewer than
    /// about ten durations on a side it is rough: for two lots of five that do not overlap it is 0.012,
    /// where counting all orders gives 0.008. It is rough also where nearly all durations are ties.
    /// Below about 10⁻³⁰⁸ it is told as 0.
    #[must_use]
    pub fn p_value(self) -> f64 {
        two_sided_tail(self.z)
    }

    /// The distance of U from its expectation in standard deviations, positive if the candidate's
    /// durations tend to be longer.
    #[must_use]
    pub fn z(self) -> f64 {
        self.z
    }

    /// The probability that a duration of the candidate is longer than one of the baseline, if one of
    /// each is picked at random; the same counts half. It is 0.5 where neither tends to be longer.
    ///
    /// Vargha, A. and Delaney, H. D. (2000), "A critique and improvement of the CL common language
    /// effect size statistics of McGraw and Wong", Journal of Educational and Behavioral Statistics 25.
    /// They call it A, and 0.56, 0.64 and 0.71 the beginnings of small, medium and large effects.
    #[must_use]
    pub fn superiority(self) -> f64 {
        self.superiority
    }

    /// The [superiority](Self::superiority) on a scale from −1 (each duration of the candidate is
    /// shorter) by 0 (neither tends to be longer) to 1 (each is longer).
    ///
    /// Cliff, N. (1993), "Dominance statistics: ordinal analyses to answer ordinal questions",
    /// Psychological Bulletin 114.
    #[must_use]
    pub fn cliffs_delta(self) -> f64 {
        2.0 * self.superiority - 1.0
    }
}

/// The counts of each bin that either histogram uses, in ascending order of durations.
fn side_by_side(
    one: &DurationHistogram,
    other: &DurationHistogram,
) -> impl Iterator<Item = (u64, u64)> {
    let mut one = one.bins().iter().peekable();
    let mut other = other.bins().iter().peekable();
    std::iter::from_fn(move || {
        let next = match (one.peek(), other.peek()) {
            (Some(one), Some(other)) => one.index.min(other.index),
            (Some(bin), None) | (None, Some(bin)) => bin.index,
            (None, None) => return None,
        };
        let in_one = one.next_if(|bin| bin.index == next);
        let in_other = other.next_if(|bin| bin.index == next);
        Some((
            in_one.map_or(0, |bin| bin.count),
            in_other.map_or(0, |bin| bin.count),
        ))
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    /// Each number of microseconds so many times.
    fn of_counts(counts: impl IntoIterator<Item = (u64, u64)>) -> DurationHistogram {
        let mut all = DurationHistogram::new();
        for (micros, mut count) in counts {
            // By doubling, so that a million of them are no work.
            let mut power = DurationHistogram::from_iter([Duration::from_micros(micros)]);
            while count > 0 {
                if count & 1 == 1 {
                    all.merge(&power);
                }
                power.merge(&power.clone());
                count >>= 1;
            }
        }
        all
    }

    fn of(micros: impl IntoIterator<Item = u64>) -> DurationHistogram {
        of_counts(micros.into_iter().map(|micros| (micros, 1)))
    }

    #[test]
    fn the_test_agrees_with_scipy() {
        // scipy.stats.mannwhitneyu(candidate, baseline, method="asymptotic"): statistic / pairs, p-value.
        // The first are the permeability constants of Hollander, M. and Wolfe, D. A. (1973),
        // "Nonparametric Statistical Methods", table 4.1, in hundredths.
        for (baseline, candidate, superiority, p_value) in [
            (
                of([80, 83, 189, 104, 145, 138, 191, 164, 73, 146]),
                of([115, 88, 90, 74, 121]),
                0.3,
                0.244_623_605_126_983_33,
            ),
            (
                of([1, 2, 2, 3, 3, 3, 4, 5]),
                of([2, 3, 3, 4, 4, 5, 5, 6, 7]),
                0.763_888_888_888_888_8,
                0.069_350_454_381_817_22,
            ),
            (
                of_counts([(5, 9), (6, 1)]),
                of_counts([(5, 7), (6, 3)]),
                0.6,
                0.300_557_543_399_555,
            ),
            (of(1..=5), of(6..=10), 1.0, 0.012_185_780_355_344_813),
            (
                of_counts([
                    (100, 400_000),
                    (101, 300_000),
                    (102, 200_000),
                    (103, 100_000),
                ]),
                of_counts([
                    (100, 399_000),
                    (101, 300_500),
                    (102, 200_300),
                    (103, 100_200),
                ]),
                0.500_505,
                0.192_303_622_780_176_54,
            ),
            (
                of(1..=300),
                of(101..=400),
                0.777_777_777_777_777_8,
                5.245_389_207_711_273e-32,
            ),
            (
                of(1..=1000),
                of(501..=1500),
                0.875,
                2.053_180_234_684_347_4e-185,
            ),
        ] {
            let ranks = RankSum::between(&baseline, &candidate).unwrap();
            let found = ranks.p_value();
            assert!((ranks.superiority() - superiority).abs() < 1e-15);
            assert!(
                (found / p_value - 1.0).abs() < 1e-10,
                "{found:e}, not {p_value:e}"
            );
        }
    }

    #[test]
    fn fewer_than_five_durations_show_nothing() {
        assert_eq!(RankSum::between(&of(1..=4), &of(10..=100)), None);
        assert_eq!(RankSum::between(&of(10..=100), &of(1..=4)), None);
        assert!(RankSum::between(&of(1..=5), &of(1..=5)).is_some());
    }

    #[test]
    fn where_all_durations_are_the_same_nothing_differs() {
        let ranks = RankSum::between(&of_counts([(7, 6)]), &of_counts([(7, 900)])).unwrap();
        assert_eq!((ranks.p_value(), ranks.superiority()), (1.0, 0.5));
        assert_eq!((ranks.z(), ranks.cliffs_delta()), (0.0, 0.0));
    }

    #[test]
    fn one_duration_among_a_billion_ties_is_no_loss_of_precision() {
        // All is tied but one: the deviation is what is left of 10²⁷ after subtracting nearly as much.
        let (baseline, candidate) = (
            of_counts([(7, 1 << 30)]),
            of_counts([(7, (1 << 30) - 1), (8, 1)]),
        );
        let ranks = RankSum::between(&baseline, &candidate).unwrap();
        // U is too large by half of the baseline, and so is its deviation.
        assert!((ranks.z() - 1.0).abs() < 1e-6, "{}", ranks.z());
    }

    #[test]
    fn full_counts_overflow_nothing() {
        let full = |micros| of_counts([(micros, 1 << 48)]);
        let ranks = RankSum::between(&full(1), &full(2)).unwrap();
        assert_eq!((ranks.p_value(), ranks.superiority()), (0.0, 1.0));
    }

    fn any_micros() -> impl Strategy<Value = Vec<u64>> {
        proptest::collection::vec(0..40_u64, 5..40)
    }

    proptest! {
        #[test]
        fn superiority_is_the_share_of_pairs_in_which_the_candidate_takes_longer(
            baseline in any_micros(),
            candidate in any_micros(),
        ) {
            let ranks = RankSum::between(&of(baseline.clone()), &of(candidate.clone())).unwrap();
            let points: f64 = baseline
                .iter()
                .flat_map(|one| candidate.iter().map(move |other| match other.cmp(one) {
                    std::cmp::Ordering::Less => 0.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Greater => 1.0,
                }))
                .sum();
            let share = points / (baseline.len() * candidate.len()) as f64;
            prop_assert!((ranks.superiority() - share).abs() < 1e-12);
        }

        #[test]
        fn exchanging_the_sides_turns_the_effect_round(one in any_micros(), other in any_micros()) {
            let (one, other) = (of(one), of(other));
            let there = RankSum::between(&one, &other).unwrap();
            let back = RankSum::between(&other, &one).unwrap();
            prop_assert_eq!(there.p_value(), back.p_value());
            prop_assert_eq!(there.z(), -back.z());
            prop_assert!((there.cliffs_delta() + back.cliffs_delta()).abs() < 1e-12);
            prop_assert!((0.0..=1.0).contains(&there.p_value()));
        }
    }
}
