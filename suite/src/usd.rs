//! Amounts of money.

use std::{fmt, iter::Sum, ops::Add};

/// An amount of US dollars, exact to a billionth.
///
/// Costs of single answers are fractions of a cent. They are counted in whole billionths of a dollar,
/// so that sums do not depend on their order and ten times 0.1 is at most 1.
///
/// ```
/// use suite::Usd;
///
/// let tenth = Usd::new(0.1).unwrap();
/// let sum: Usd = std::iter::repeat_n(tenth, 10).sum();
/// assert_eq!(Some(sum), Usd::new(1.0));
/// assert_eq!(sum.to_string(), "$1.00");
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Usd {
    billionths: u64,
}

const BILLIONTHS: u64 = 1_000_000_000;

impl Usd {
    /// Nothing.
    pub const ZERO: Self = Self { billionths: 0 };

    /// `dollars` rounded to a billionth; `None` for what is no amount: negative numbers, what is not a
    /// number, and more than nine billion dollars.
    #[must_use]
    pub fn new(dollars: f64) -> Option<Self> {
        const MAX: f64 = 9e9;
        // A comparison with what is not a number is false.
        (0.0..=MAX).contains(&dollars).then(|| Self {
            billionths: (dollars * BILLIONTHS as f64).round() as u64,
        })
    }

    /// So many billionths of a dollar.
    #[must_use]
    pub const fn from_billionths(billionths: u64) -> Self {
        Self { billionths }
    }

    /// The amount in billionths of a dollar: a whole number, to be kept.
    #[must_use]
    pub const fn billionths(self) -> u64 {
        self.billionths
    }

    /// The amount in dollars, for machine records.
    #[must_use]
    pub fn dollars(self) -> f64 {
        self.billionths as f64 / BILLIONTHS as f64
    }
}

impl Add for Usd {
    type Output = Self;

    /// The sum; the largest amount there is where it would be more.
    fn add(self, other: Self) -> Self {
        Self {
            billionths: self.billionths.saturating_add(other.billionths),
        }
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Usd {
    /// All digits that the amount has, and at least those of cents: `$0.50`, `$0.00009725`. A rounded
    /// amount could seem to keep a bound that it breaks.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (dollars, rest) = (self.billionths / BILLIONTHS, self.billionths % BILLIONTHS);
        let digits = format!("{rest:09}");
        let (cents, finer) = digits.split_at(2);
        write!(f, "${dollars}.{cents}{}", finer.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_shows_all_its_digits_and_at_least_its_cents() {
        for (dollars, text) in [
            (0.0, "$0.00"),
            (12.5, "$12.50"),
            (0.000_097_25, "$0.00009725"),
            (1e-9, "$0.000000001"),
            (0.1 + 0.2, "$0.30"),
        ] {
            assert_eq!(
                Usd::new(dollars).map(|it| it.to_string()),
                Some(text.into())
            );
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for dollars in [-0.01, f64::NAN, f64::INFINITY, 1e10] {
            assert_eq!(Usd::new(dollars), None, "{dollars}");
        }
    }

    #[test]
    fn a_sum_beyond_all_amounts_does_not_wrap_around() {
        let most = Usd {
            billionths: u64::MAX,
        };
        assert_eq!(most + Usd { billionths: 1 }, most);
    }
}
