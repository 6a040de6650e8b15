//! The tails of the standard normal distribution.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The probability that a standard normal variable is at least as far from 0 as `z`, between 0 and 1.
///
/// Its relative error is below 10⁻¹² as long as it is a normal floating-point number, that is up to a
/// `z` of 37; from about 38.6 on it is 0.
pub(crate) fn two_sided_tail(z: f64) -> f64 {
    complementary_error_function(z.abs() * FRAC_1_SQRT_2)
}

/// erfc(x) for an `x` that is not negative.
///
/// Abramowitz, M. and Stegun, I. A. (1964), "Handbook of Mathematical Functions": the series 7.1.6 for
/// small values, whose terms are all positive, and the continued fraction 7.1.14 for large ones, which
/// keeps its relative precision however small the result is.
fn complementary_error_function(x: f64) -> f64 {
    if x < 2.0 {
        // At 2 the last of these terms is below 10⁻²⁰.
        const TERMS: u32 = 60;
        let mut term = x;
        let mut sum = x;
        for n in 1..TERMS {
            term *= 2.0 * x * x / f64::from(2 * n + 1);
            sum += term;
        }
        1.0 - 2.0 / PI.sqrt() * (-x * x).exp() * sum
    } else {
        // At 2, where it converges slowest, 60 levels are exact to the last place.
        const LEVELS: u32 = 60;
        let fraction = (1..=LEVELS)
            .rev()
            .fold(x, |below, level| x + f64::from(level) / 2.0 / below);
        (-x * x).exp() / (PI.sqrt() * fraction)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tails_keep_their_relative_precision_however_small_they_are() {
        // mpmath.erfc(z / sqrt(2)) with 40 digits.
        for (z, tail) in [
            (0.0, 1.0),
            (1e-3, 0.999_202_115_572_177_9),
            (0.5, 0.617_075_077_451_973_8),
            (1.0, 0.317_310_507_862_914_1),
            (1.959_963_984_540_054, 0.05),
            (2.8, 0.005_110_260_660_855_868),
            (2.9, 0.003_731_626_600_768_077),
            (3.0, 0.002_699_796_063_260_189),
            (5.0, 5.733_031_437_583_878e-7),
            (8.0, 1.244_192_114_854_356_8e-15),
            (10.0, 1.523_970_604_832_105e-23),
            (20.0, 5.507_248_237_212_467e-89),
            (30.0, 9.813_427_854_296_374e-198),
            (37.0, 1.145_114_244_504_915_4e-299),
        ] {
            let computed = two_sided_tail(z);
            assert!((computed / tail - 1.0).abs() < 1e-12, "{z}: {computed:e}");
            assert_eq!(computed, two_sided_tail(-z));
        }
        assert_eq!(two_sided_tail(40.0), 0.0);
        assert_eq!(two_sided_tail(f64::INFINITY), 0.0);
    }

    proptest! {
        #[test]
        fn a_tail_is_a_probability_and_shrinks_outwards(z in 0.0..40.0_f64, step in 0.0..1.0_f64) {
            let (tail, outer) = (two_sided_tail(z), two_sided_tail(z + step));
            prop_assert!((0.0..=1.0).contains(&tail));
            prop_assert!(outer <= tail * (1.0 + 1e-12));
        }
    }
}
