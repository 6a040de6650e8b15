//! Looking at dozens of quantities at once, of which several may move together.

/// Adjusts p-values for their number: of those that are at most α afterwards, on average no more than
/// the share α came about by chance alone. If nothing is to be found, the probability that anything is
/// is at most α, as with [`holm`](crate::holm()).
///
/// The largest stays as it is, the next is multiplied by n / (n − 1), and so on down to the smallest,
/// which is multiplied by their number n; none becomes larger than the one after it. The result is in
/// the order given, each between 0 and 1 and no smaller than what was given, and no larger than what
/// [`holm`](crate::holm()) makes of it. What is not a number shows nothing and counts as 1.
///
/// Which to use: `holm` where a single false finding is one too many, for instance where it fails a
/// build. This one where findings are read together, as those of a long run are: a leak shows in memory,
/// durations and gaps of many cases at once, and `holm` would hold each of them against all others.
///
/// The bound holds for tests that do not depend on each other, and for such as tend to err together:
/// Benjamini, Y. and Hochberg, Y. (1995), "Controlling the false discovery rate: a practical and powerful
/// approach to multiple testing", Journal of the Royal Statistical Society B 57; Benjamini, Y. and
/// Yekutieli, D. (2001), "The control of the false discovery rate in multiple testing under dependency",
/// The Annals of Statistics 29.
///
/// ```
/// assert_eq!(run_stats::benjamini_hochberg(&[0.5, 0.125, 0.25]), [0.5, 0.375, 0.375]);
/// ```
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let p_values: Vec<f64> = p_values
        .iter()
        .map(|p| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) })
        .collect();
    let mut descending: Vec<usize> = (0..p_values.len()).collect();
    descending.sort_by(|&one, &other| p_values[other].total_cmp(&p_values[one]));

    let mut adjusted = vec![1.0; p_values.len()];
    let mut largest = 1.0_f64;
    for (passed, &place) in descending.iter().enumerate() {
        let factor = p_values.len() as f64 / (p_values.len() - passed) as f64;
        largest = largest.min(factor * p_values[place]);
        adjusted[place] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::holm;

    #[test]
    fn the_adjustment_agrees_with_scipy() {
        // scipy.stats.false_discovery_control(…, method="bh")
        for (given, expected) in [
            (vec![0.01, 0.04, 0.03, 0.005], vec![0.02, 0.04, 0.04, 0.02]),
            (
                vec![0.5, 0.0001, 0.02, 0.02, 0.9, 0.013],
                vec![0.6, 0.0006, 0.03, 0.03, 0.9, 0.03],
            ),
            (vec![0.2], vec![0.2]),
        ] {
            let adjusted = benjamini_hochberg(&given);
            assert_eq!(adjusted.len(), expected.len());
            let agrees = adjusted
                .iter()
                .zip(&expected)
                .all(|(found, expected)| (found - expected).abs() < 1e-15);
            assert!(agrees, "{adjusted:?}, not {expected:?}");
        }
    }

    #[test]
    fn of_no_p_values_there_are_none_to_adjust() {
        assert!(benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn what_is_not_a_number_shows_nothing_but_was_looked_at() {
        assert_eq!(benjamini_hochberg(&[f64::NAN, 0.25]), [1.0, 0.5]);
    }

    fn any_p_values() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec(prop_oneof![0.0..=1.0_f64, 0.0..1e-3_f64], 0..40)
    }

    proptest! {
        #[test]
        fn an_adjusted_value_lies_between_the_given_one_and_holms(given in any_p_values()) {
            let strict = holm(&given);
            for (place, adjusted) in benjamini_hochberg(&given).into_iter().enumerate() {
                prop_assert!(given[place] <= adjusted);
                prop_assert!(adjusted <= strict[place] + 1e-12);
            }
        }

        #[test]
        fn what_was_smaller_stays_no_larger(given in any_p_values()) {
            let adjusted = benjamini_hochberg(&given);
            for (one, other) in (0..given.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
                if given[one] <= given[other] {
                    prop_assert!(adjusted[one] <= adjusted[other]);
                }
            }
        }

        #[test]
        fn the_order_given_makes_no_difference(given in any_p_values()) {
            let backwards: Vec<f64> = given.iter().rev().copied().collect();
            let mut adjusted = benjamini_hochberg(&backwards);
            adjusted.reverse();
            prop_assert_eq!(adjusted, benjamini_hochberg(&given));
        }
    }
}
