//! Gates.

use std::borrow::Cow;

use run_stats::Proportion;
use runner_core::{
    agent::Sum,
    results::{GateBound, GateResult, GateValue},
};
use serde::{Deserialize, Serialize};
use suite::Ratio;

use super::{Ms, ShareWire, usd};
use crate::BadValue;

/// A gate and whether it holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Gate"))]
pub(crate) struct GateWire<'a> {
    /// Its key in the suite file, or what it is over: drift.executor_rss.
    name: Cow<'a, str>,
    /// Whether it holds.
    holds: bool,
    /// What it demands, for people.
    bound_text: Cow<'a, str>,
    /// What there was, for people; null if no attempt counts for it.
    value_text: Option<Cow<'a, str>>,
    /// How far the value is from the bound, in words.
    margin: Option<Cow<'a, str>>,
    /// What it demands.
    bound: BoundWire<'a>,
    /// What there was; null if no attempt counts for it. Such a gate does not hold.
    value: Option<ValueWire<'a>>,
}

/// What a gate demands.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "GateBound"))]
enum BoundWire<'a> {
    /// At least this share.
    AtLeast { share: f64 },
    /// At most this many.
    AtMost { count: u64 },
    /// At most this much money.
    AtMostUsd { cost_usd: f64 },
    /// At most this long.
    AtMostTime { limit_ms: Ms },
    /// As it was written.
    Written { text: Cow<'a, str> },
}

/// What a gate is held against.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "GateValue"))]
enum ValueWire<'a> {
    /// A share of attempts.
    Share { share: ShareWire },
    /// A number of attempts.
    Count { count: u64 },
    /// What agents cost, and how many did not tell it.
    Cost { cost_usd: f64, untold: u64 },
    /// How many tokens agents wrote, and how many did not tell it.
    Tokens { tokens: u64, untold: u64 },
    /// A time.
    Time { time_ms: Ms },
    /// Words.
    Words { text: Cow<'a, str> },
}

impl<'a> From<&'a GateResult> for GateWire<'a> {
    fn from(gate: &'a GateResult) -> Self {
        Self {
            name: (&*gate.name).into(),
            holds: gate.holds,
            bound_text: gate.bound.to_string().into(),
            value_text: gate.value.as_ref().map(|value| value.to_string().into()),
            margin: gate.margin.as_ref().map(Cow::from),
            bound: (&gate.bound).into(),
            value: gate.value.as_ref().map(ValueWire::from),
        }
    }
}

impl TryFrom<GateWire<'_>> for GateResult {
    type Error = BadValue;

    fn try_from(wire: GateWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            name: wire.name.into_owned().into(),
            margin: wire.margin.map(Cow::into_owned),
            bound: wire.bound.try_into()?,
            value: wire.value.map(GateValue::try_from).transpose()?,
            holds: wire.holds,
        })
    }
}

impl<'a> From<&'a GateBound> for BoundWire<'a> {
    fn from(bound: &'a GateBound) -> Self {
        match bound {
            GateBound::AtLeast(share) => Self::AtLeast { share: share.get() },
            GateBound::AtMost(count) => Self::AtMost { count: *count },
            GateBound::AtMostUsd(cost) => Self::AtMostUsd {
                cost_usd: cost.dollars(),
            },
            GateBound::AtMostTime(limit) => Self::AtMostTime {
                limit_ms: Ms(*limit),
            },
            GateBound::Written(text) => Self::Written { text: text.into() },
            // Words are what is left of a bound that nobody here knows yet.
            other => Self::Written {
                text: other.to_string().into(),
            },
        }
    }
}

impl TryFrom<BoundWire<'_>> for GateBound {
    type Error = BadValue;

    fn try_from(wire: BoundWire<'_>) -> Result<Self, BadValue> {
        Ok(match wire {
            BoundWire::AtLeast { share } => {
                let ratio = Ratio::new(share);
                Self::AtLeast(ratio.ok_or_else(|| BadValue::new("share", &share.to_string()))?)
            }
            BoundWire::AtMost { count } => Self::AtMost(count),
            BoundWire::AtMostUsd { cost_usd } => Self::AtMostUsd(usd(cost_usd)?),
            BoundWire::AtMostTime { limit_ms } => Self::AtMostTime(limit_ms.0),
            BoundWire::Written { text } => Self::Written(text.into_owned()),
        })
    }
}

impl<'a> From<&'a GateValue> for ValueWire<'a> {
    fn from(value: &'a GateValue) -> Self {
        match value {
            GateValue::Share(share) => Self::Share {
                share: (*share).into(),
            },
            GateValue::Count(count) => Self::Count { count: *count },
            GateValue::Cost(Sum { known, untold }) => Self::Cost {
                cost_usd: known.dollars(),
                untold: *untold,
            },
            GateValue::Tokens(Sum { known, untold }) => Self::Tokens {
                tokens: *known,
                untold: *untold,
            },
            GateValue::Time(time) => Self::Time { time_ms: Ms(*time) },
            GateValue::Words(text) => Self::Words { text: text.into() },
            other => Self::Words {
                text: other.to_string().into(),
            },
        }
    }
}

impl TryFrom<ValueWire<'_>> for GateValue {
    type Error = BadValue;

    fn try_from(wire: ValueWire<'_>) -> Result<Self, BadValue> {
        Ok(match wire {
            ValueWire::Share { share } => Self::Share(Proportion::try_from(share)?),
            ValueWire::Count { count } => Self::Count(count),
            ValueWire::Cost { cost_usd, untold } => {
                let known = usd(cost_usd)?;
                Self::Cost(Sum { known, untold })
            }
            ValueWire::Tokens { tokens, untold } => {
                let known = tokens;
                Self::Tokens(Sum { known, untold })
            }
            ValueWire::Time { time_ms } => Self::Time(time_ms.0),
            ValueWire::Words { text } => Self::Words(text.into_owned()),
        })
    }
}
