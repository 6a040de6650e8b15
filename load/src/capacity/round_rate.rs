//! A rate as it is told where it is an estimate.

use std::fmt;

use runner_core::text::Grouped;

use crate::arrival_rate::ArrivalRate;

/// A rate with three significant digits: `1,240/s`, `31.6/s`, `12.5/min`.
///
/// ```
/// use load::{ArrivalRate, capacity::RoundRate};
///
/// assert_eq!(RoundRate(ArrivalRate::of(1_237.4).unwrap()).to_string(), "1,240/s");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct RoundRate(pub ArrivalRate);

impl fmt::Display for RoundRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per_second = self.0.per_second();
        let (number, unit) = match per_second {
            rate if rate == 0.0 || rate >= 1.0 => (rate, "s"),
            rate if rate >= 1.0 / 60.0 => (rate * 60.0, "min"),
            rate => (rate * 3600.0, "h"),
        };
        if number >= 100.0 {
            // A rate is less than a million: the power is 1 at least, and the cast exact.
            let step = 10_f64.powi(number.log10().floor() as i32 - 2);
            let rounded = (number / step).round() * step;
            return write!(f, "{}/{unit}", Grouped(rounded.round() as u64));
        }
        let places = if number >= 10.0 { 1 } else { 2 };
        let digits = format!("{number:.places$}");
        let digits = digits.trim_end_matches('0').trim_end_matches('.');
        write!(f, "{digits}/{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_are_told_in_the_unit_that_suits_them() {
        for (per_second, told) in [
            (0.0, "0/s"),
            (1.0, "1/s"),
            (1.999, "2/s"),
            (31.62, "31.6/s"),
            (99.96, "100/s"),
            (100.4, "100/s"),
            (1_237.4, "1,240/s"),
            (999_999.0, "1,000,000/s"),
            (0.5, "30/min"),
            (0.01, "36/h"),
        ] {
            let rate = ArrivalRate::of(per_second).expect("a rate");
            assert_eq!(RoundRate(rate).to_string(), told);
        }
    }
}
