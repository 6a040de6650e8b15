//! The rates between which a capacity is sought.

use std::{fmt, str::FromStr};

use crate::arrival_rate::{ArrivalRate, ArrivalRateError};

/// A lower and a higher rate, both above zero.
///
/// ```
/// use load::capacity::RateRange;
///
/// let range: RateRange = "1/s..10000/s".parse().unwrap();
/// assert_eq!((range.low().per_second(), range.high().per_second()), (1.0, 10_000.0));
/// assert_eq!("1..10000/s".parse(), Ok(range));
/// assert_eq!(
///     "100/s".parse::<RateRange>().unwrap_err().to_string(),
///     "expected two rates, such as 1..10000/s or 30/min..200/s"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateRange {
    low: ArrivalRate,
    high: ArrivalRate,
}

/// Why there is no [`RateRange`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RateRangeError {
    /// There are no two dots between two rates.
    #[error("expected two rates, such as 1..10000/s or 30/min..200/s")]
    Form,
    /// One of them is no rate.
    #[error(transparent)]
    Rate(#[from] ArrivalRateError),
    /// The first rate is zero.
    #[error("the lower rate has to be above zero")]
    Zero,
    /// The first rate is not the lower one.
    #[error("the first rate has to be lower than the second")]
    Order,
}

impl RateRange {
    /// The range between these rates.
    ///
    /// # Errors
    /// When the first one is zero, or not the lower one.
    pub fn new(low: ArrivalRate, high: ArrivalRate) -> Result<Self, RateRangeError> {
        if low.is_zero() {
            return Err(RateRangeError::Zero);
        }
        if low >= high {
            return Err(RateRangeError::Order);
        }
        Ok(Self { low, high })
    }

    /// The lowest rate.
    #[must_use]
    pub fn low(self) -> ArrivalRate {
        self.low
    }

    /// The highest one.
    #[must_use]
    pub fn high(self) -> ArrivalRate {
        self.high
    }

    /// Whether a rate is between them, or one of them.
    #[must_use]
    pub fn contains(self, rate: ArrivalRate) -> bool {
        (self.low..=self.high).contains(&rate)
    }
}

impl FromStr for RateRange {
    type Err = RateRangeError;

    fn from_str(text: &str) -> Result<Self, RateRangeError> {
        let (low, high) = text.split_once("..").ok_or(RateRangeError::Form)?;
        let low = match (low.contains('/'), high.rsplit_once('/')) {
            (false, Some((_, unit))) => ArrivalRate::read(low, unit.parse()?)?,
            _ => low.parse()?,
        };
        Self::new(low, high.parse()?)
    }
}

impl fmt::Display for RateRange {
    /// In the form in which it is read: `1/s..10000/s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_shown_as_it_is_read() {
        for text in ["1/s..10000/s", "30/min..2.5/s"] {
            let range: RateRange = text.parse().expect(text);
            assert_eq!(range.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_range_is_refused_with_the_reason() {
        for (text, error) in [
            ("1/s", RateRangeError::Form),
            ("0..5/s", RateRangeError::Zero),
            ("5..5/s", RateRangeError::Order),
            ("9/s..1/s", RateRangeError::Order),
            ("1..5", RateRangeError::Rate(ArrivalRateError::Form)),
            ("x..5/s", RateRangeError::Rate(ArrivalRateError::Number)),
            ("1..-5/s", RateRangeError::Rate(ArrivalRateError::Number)),
        ] {
            assert_eq!(text.parse::<RateRange>(), Err(error), "{text}");
        }
    }
}
