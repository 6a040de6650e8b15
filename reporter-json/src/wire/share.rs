//! Shares of attempts.

use run_stats::{Proportion, SuccessRatio};
use serde::{Deserialize, Serialize};

use super::counts::MAX_COUNT;
use crate::BadValue;

/// A share of attempts that passed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Share"))]
pub(crate) struct ShareWire {
    /// How many passed.
    successes: u64,
    /// How many were tried.
    trials: u64,
    /// The share, between 0 and 1; null if none was tried.
    rate: Option<f64>,
    /// Where the true share lies at least, with 95 % confidence (Wilson).
    low: Option<f64>,
    /// Where it lies at most.
    high: Option<f64>,
}

impl From<Proportion> for ShareWire {
    fn from(share: Proportion) -> Self {
        let interval = share.wilson_95();
        Self {
            successes: share.successes(),
            trials: share.trials(),
            rate: share.rate(),
            low: interval.map(|interval| interval.low),
            high: interval.map(|interval| interval.high),
        }
    }
}

impl From<SuccessRatio> for ShareWire {
    fn from(ratio: SuccessRatio) -> Self {
        ratio.proportion().into()
    }
}

impl TryFrom<ShareWire> for Proportion {
    type Error = BadValue;

    fn try_from(wire: ShareWire) -> Result<Self, BadValue> {
        if wire.trials > MAX_COUNT || wire.successes > wire.trials {
            let share = format!("{} of {}", wire.successes, wire.trials);
            return Err(BadValue::new("share", &share));
        }
        Ok(Self::new(wire.successes, wire.trials))
    }
}

impl TryFrom<ShareWire> for SuccessRatio {
    type Error = BadValue;

    fn try_from(wire: ShareWire) -> Result<Self, BadValue> {
        let share = Proportion::try_from(wire)?;
        let failures = share.trials() - share.successes();
        Ok(Self::new(share.successes(), failures))
    }
}
