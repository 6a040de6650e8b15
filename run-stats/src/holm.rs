//! Looking at many cases at once without taking chance for a finding.

/// Adjusts p-values for their number: among those that are at most α afterwards there is, with a
/// probability of at least 1 − α, not one that came about by chance alone.
///
/// The smallest is multiplied by their number, the next by one less, and so on; none becomes smaller
/// than the one before it, nor larger than 1. The result is in the order given, each between 0 and 1
/// and no smaller than what was given. It asks nothing about how the tests depend on each other, and
/// finds no less than Bonferroni's method. What is not a number shows nothing and counts as 1.
///
/// Holm, S. (1979), "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
/// Statistics 6.
///
/// ```
/// assert_eq!(run_stats::holm(&[0.5, 0.125, 0.25]), [0.5, 0.375, 0.5]);
/// ```
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let p_values: Vec<f64> = p_values
        .iter()
        .map(|p| if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) })
        .collect();
    let mut ascending: Vec<usize> = (0..p_values.len()).collect();
    ascending.sort_by(|&one, &other| p_values[one].total_cmp(&p_values[other]));

    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 0.0_f64;
    for (passed, &place) in ascending.iter().enumerate() {
        let factor = (p_values.len() - passed) as f64;
        least = least.max(factor * p_values[place]).min(1.0);
        adjusted[place] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_adjustment_agrees_with_statsmodels() {
        // statsmodels.stats.multitest.multipletests(…, method="holm")
        for (given, expected) in [
            (vec![0.01, 0.04, 0.03, 0.005], vec![0.03, 0.06, 0.06, 0.02]),
            (
                vec![0.5, 0.0001, 0.02, 0.02, 0.9, 0.013],
                vec![1.0, 0.0006, 0.08, 0.08, 1.0, 0.065],
            ),
            (vec![0.2], vec![0.2]),
        ] {
            let adjusted = holm(&given);
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
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn what_is_not_a_number_shows_nothing_but_was_looked_at() {
        assert_eq!(holm(&[f64::NAN, 0.25]), [1.0, 0.5]);
    }

    fn any_p_values() -> impl Strategy<Value = Vec<f64>> {
        proptest::collection::vec(prop_oneof![0.0..=1.0_f64, 0.0..1e-3_f64], 0..40)
    }

    proptest! {
        #[test]
        fn an_adjusted_value_lies_between_the_given_one_and_bonferronis(given in any_p_values()) {
            for (adjusted, given_one) in holm(&given).into_iter().zip(&given) {
                prop_assert!(*given_one <= adjusted);
                prop_assert!(adjusted <= (given_one * given.len() as f64).min(1.0));
            }
        }

        #[test]
        fn what_was_smaller_stays_no_larger(given in any_p_values()) {
            let adjusted = holm(&given);
            for (one, other) in (0..given.len()).flat_map(|one| (0..one).map(move |other| (one, other))) {
                if given[one] <= given[other] {
                    prop_assert!(adjusted[one] <= adjusted[other]);
                }
            }
        }

        #[test]
        fn the_order_given_makes_no_difference(given in any_p_values()) {
            let backwards: Vec<f64> = given.iter().rev().copied().collect();
            let mut adjusted = holm(&backwards);
            adjusted.reverse();
            prop_assert_eq!(adjusted, holm(&given));
        }
    }
}
