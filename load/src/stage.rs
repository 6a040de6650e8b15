//! A stretch of an open schedule: how long it lasts, and how its rate changes meanwhile.

use std::{str::FromStr, time::Duration};

use suite::duration::{self, DurationError};

use crate::arrival_rate::{ArrivalRate, ArrivalRateError};

/// A stretch of a schedule during which the rate goes evenly from one value to another.
///
/// ```
/// use std::time::Duration;
/// use load::Stage;
///
/// let ramp: Stage = "30s:10..200/s".parse().unwrap();
/// assert_eq!(ramp.lasts, Duration::from_secs(30));
/// assert_eq!((ramp.from.per_second(), ramp.to.per_second()), (10.0, 200.0));
/// let even: Stage = "1m:50/s".parse().unwrap();
/// assert_eq!(even.from, even.to);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stage {
    /// How long it lasts.
    pub lasts: Duration,
    /// The rate at its beginning.
    pub from: ArrivalRate,
    /// The rate at its end.
    pub to: ArrivalRate,
}

/// Why a text is no [`Stage`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StageError {
    /// There is no colon.
    #[error("expected DURATION:RATE or DURATION:FROM..TO/UNIT, such as 30s:10..200/s")]
    Form,
    /// What stands before the colon is no duration.
    #[error("before the colon: {0}")]
    Duration(#[from] DurationError),
    /// It lasts no time.
    #[error("a stage has to last longer than nothing")]
    NoTime,
    /// What stands behind the colon is no rate.
    #[error("behind the colon: {0}")]
    Rate(#[from] ArrivalRateError),
}

impl Stage {
    /// A stage during which the rate stays the same.
    #[must_use]
    pub fn even(lasts: Duration, rate: ArrivalRate) -> Self {
        Self {
            lasts,
            from: rate,
            to: rate,
        }
    }
}

impl Stage {
    /// The stage that has the rates of both, for as long as this one.
    pub(crate) fn beside(&self, other: &Self) -> Self {
        let sum = |one: ArrivalRate, more: ArrivalRate| {
            ArrivalRate::of(one.per_second() + more.per_second()).unwrap_or(ArrivalRate::MAX)
        };
        Self {
            lasts: self.lasts,
            from: sum(self.from, other.from),
            to: sum(self.to, other.to),
        }
    }
}

impl FromStr for Stage {
    type Err = StageError;

    fn from_str(text: &str) -> Result<Self, StageError> {
        let (lasts, rates) = text.split_once(':').ok_or(StageError::Form)?;
        let lasts = duration::parse(lasts)?;
        if lasts.is_zero() {
            return Err(StageError::NoTime);
        }
        let Some((from, to)) = rates.split_once("..") else {
            return Ok(Self::even(lasts, rates.parse()?));
        };
        let (to, unit) = to.rsplit_once('/').ok_or(ArrivalRateError::Form)?;
        let unit = unit.parse()?;
        Ok(Self {
            lasts,
            from: ArrivalRate::read(from, unit)?,
            to: ArrivalRate::read(to, unit)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_stage_is_refused_with_the_place() {
        for (text, message) in [
            (
                "30s",
                "expected DURATION:RATE or DURATION:FROM..TO/UNIT, such as 30s:10..200/s",
            ),
            ("0s:5/s", "a stage has to last longer than nothing"),
            (
                "30x:5/s",
                "before the colon: unknown unit `x`, expected d, h, m, s or ms",
            ),
            ("30s:5..9/x", "behind the colon: rates are per s, min or h"),
            (
                "30s:5..9",
                "behind the colon: expected a rate with its unit, such as 200/s, 12/min or 30/h",
            ),
        ] {
            let error = text.parse::<Stage>().expect_err(text);
            assert_eq!(error.to_string(), message, "{text}");
        }
    }
}
