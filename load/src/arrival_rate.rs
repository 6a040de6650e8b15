//! How many attempts a span of time is to have.

use std::{fmt, str::FromStr};

/// How many attempts are to begin in a span of time: finite, and never negative.
///
/// ```
/// use load::ArrivalRate;
///
/// let rate: ArrivalRate = "200/s".parse().unwrap();
/// assert_eq!(rate.per_second(), 200.0);
/// assert_eq!("12/min".parse(), ArrivalRate::of(0.2).ok_or(()).map_err(|()| unreachable!()));
/// assert_eq!(
///     "200".parse::<ArrivalRate>().unwrap_err().to_string(),
///     "expected a rate with its unit, such as 200/s, 12/min or 30/h"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct ArrivalRate(f64);

/// Why a text is no [`ArrivalRate`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ArrivalRateError {
    /// It is not a number, a slash and a unit.
    #[error("expected a rate with its unit, such as 200/s, 12/min or 30/h")]
    Form,
    /// What stands before the slash is no number.
    #[error("expected a number before the slash, such as 200/s")]
    Number,
    /// What stands behind the slash is no unit.
    #[error("rates are per s, min or h")]
    Unit,
    /// It is more than [`ArrivalRate::MAX`].
    #[error("more than a million attempts a second")]
    TooHigh,
}

/// The units with the seconds that each has.
const UNITS: [(&str, f64); 5] = [
    ("s", 1.0),
    ("sec", 1.0),
    ("m", 60.0),
    ("min", 60.0),
    ("h", 3600.0),
];

impl ArrivalRate {
    /// No attempt at all.
    pub const ZERO: Self = Self(0.0);

    /// A million attempts a second, which is more than any machine makes.
    pub const MAX: Self = Self(1e6);

    /// So many attempts a second; `None` unless that is from zero to [`MAX`](Self::MAX).
    #[must_use]
    pub fn of(per_second: f64) -> Option<Self> {
        (0.0..=Self::MAX.0)
            .contains(&per_second)
            .then_some(Self(per_second))
    }

    /// How many attempts begin in a second.
    #[must_use]
    pub fn per_second(self) -> f64 {
        self.0
    }

    /// Whether no attempt begins at all.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0.0
    }

    /// Reads the number of a rate whose unit is known.
    pub(crate) fn read(number: &str, unit: Unit) -> Result<Self, ArrivalRateError> {
        let number = number.trim();
        // No signs and no words such as `inf`: those are slips.
        if !number.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
            return Err(ArrivalRateError::Number);
        }
        let number: f64 = number.parse().map_err(|_| ArrivalRateError::Number)?;
        Self::of(number / unit.seconds).ok_or(ArrivalRateError::TooHigh)
    }
}

/// The span of time that a rate is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit {
    seconds: f64,
}

impl FromStr for Unit {
    type Err = ArrivalRateError;

    fn from_str(text: &str) -> Result<Self, ArrivalRateError> {
        let unit = UNITS.iter().find(|(name, _)| *name == text.trim());
        let (_, seconds) = unit.ok_or(ArrivalRateError::Unit)?;
        Ok(Self { seconds: *seconds })
    }
}

impl FromStr for ArrivalRate {
    type Err = ArrivalRateError;

    fn from_str(text: &str) -> Result<Self, ArrivalRateError> {
        let (number, unit) = text.rsplit_once('/').ok_or(ArrivalRateError::Form)?;
        Self::read(number, unit.parse()?)
    }
}

impl fmt::Display for ArrivalRate {
    /// The rate a second, in the form in which it is read: `12.5/s`. What is rarer than that is per minute
    /// or hour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let per = |seconds: f64| self.0 * seconds;
        let (number, unit) = match self.0 {
            0.0 => (0.0, "s"),
            rate if rate < 1.0 / 60.0 => (per(3600.0), "h"),
            rate if rate < 1.0 => (per(60.0), "min"),
            _ => (per(1.0), "s"),
        };
        let rounded = (number * 1000.0).round() / 1000.0;
        write!(f, "{rounded}/{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_read_with_their_units() {
        for (text, per_second) in [
            ("200/s", 200.0),
            ("0.5/s", 0.5),
            (" 12 / min ", 0.2),
            ("30/m", 0.5),
            ("1800/h", 0.5),
            ("0/s", 0.0),
        ] {
            let rate: ArrivalRate = text.parse().expect(text);
            assert!((rate.per_second() - per_second).abs() < 1e-12, "{text}");
        }
    }

    #[test]
    fn what_is_no_rate_is_refused_with_the_reason() {
        for (text, error) in [
            ("200", ArrivalRateError::Form),
            ("-5/s", ArrivalRateError::Number),
            ("inf/s", ArrivalRateError::Number),
            ("1e999/s", ArrivalRateError::TooHigh),
            ("2000000/s", ArrivalRateError::TooHigh),
            ("5/day", ArrivalRateError::Unit),
            ("/s", ArrivalRateError::Number),
        ] {
            assert_eq!(text.parse::<ArrivalRate>(), Err(error), "{text}");
        }
    }

    #[test]
    fn a_rate_is_shown_as_it_is_read() {
        for text in ["200/s", "12.5/s", "12/min", "0/s", "30/h"] {
            let rate: ArrivalRate = text.parse().expect(text);
            assert_eq!(rate.to_string(), text);
        }
    }
}
