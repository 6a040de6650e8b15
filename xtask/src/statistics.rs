//! Medians and spreads of a few measurements.

use std::fmt;

/// The smallest, the middle and the largest of some numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub min: f64,
    pub median: f64,
    pub max: f64,
}

impl Spread {
    /// The spread of `values`, in any order; `None` of no values. Of an even number of values, the median
    /// is the mean of the two in the middle.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_unstable_by(f64::total_cmp);
        let (&min, &max) = (values.first()?, values.last()?);
        let upper = values.get(values.len() / 2)?;
        let lower = values.get((values.len() - 1) / 2)?;
        let median = f64::midpoint(*lower, *upper);
        Some(Self { min, median, max })
    }

    /// The spread as a cell of a table, each number as `format` writes it; a dash for no values.
    pub(crate) fn cell(spread: Option<Self>, format: impl Fn(f64) -> String) -> String {
        spread.map_or_else(
            || "-".to_owned(),
            |it| {
                let (min, median, max) = (format(it.min), format(it.median), format(it.max));
                format!("{median} ({min} to {max})")
            },
        )
    }
}

/// A ratio, as in `3.42x`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ratio(pub f64);

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2}x", self.0)
    }
}

/// Lets two measurements take turns (A B A B …), so that a change in the machine's load meets both.
///
/// The first round warms caches and does not count.
///
/// # Errors
/// The first error of either.
pub(crate) fn alternate<A, B, E>(
    rounds: usize,
    mut a: impl FnMut() -> Result<A, E>,
    mut b: impl FnMut() -> Result<B, E>,
) -> Result<Vec<(A, B)>, E> {
    a()?;
    b()?;
    (0..rounds).map(|_| Ok((a()?, b()?))).collect()
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, convert::Infallible};

    use super::*;

    #[test]
    fn the_median_is_in_the_middle_whatever_the_order() {
        let spread = |values: &[f64]| Spread::of(values.iter().copied());
        let (min, max) = (1.0, 9.0);
        let median = 2.0;
        assert_eq!(spread(&[9.0, 1.0, 2.0]), Some(Spread { min, median, max }));
        let median = 3.0;
        let even = spread(&[4.0, 9.0, 2.0, 1.0]);
        assert_eq!(even, Some(Spread { min, median, max }));
    }

    #[test]
    fn one_value_is_its_own_spread_and_none_has_none() {
        let (min, median, max) = (5.0, 5.0, 5.0);
        assert_eq!(Spread::of([5.0]), Some(Spread { min, median, max }));
        assert_eq!(Spread::of([]), None);
        assert_eq!(Spread::cell(None, |it| it.to_string()), "-");
    }

    #[test]
    fn a_cell_shows_the_median_first() {
        let spread = Spread::of([1.0, 2.5, 4.0]);
        let cell = Spread::cell(spread, |it| Ratio(it).to_string());
        assert_eq!(cell, "2.50x (1.00x to 4.00x)");
    }

    #[test]
    fn two_take_turns_and_the_first_round_does_not_count() {
        let order = RefCell::new(String::new());
        let turn = |name| {
            order.borrow_mut().push(name);
            Ok::<_, Infallible>(order.borrow().len())
        };
        let pairs = alternate(2, || turn('A'), || turn('B'));
        assert_eq!(pairs, Ok(vec![(3, 4), (5, 6)]));
        assert_eq!(order.into_inner(), "ABABAB");
    }
}
