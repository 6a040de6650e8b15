//! Attempts taken together: of a case, of an hour, of a window.

use std::{borrow::Cow, collections::BTreeMap};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use run_stats::DurationHistogram;
use runner_core::{
    outcome::OutcomeClass,
    recorded::{OutcomeCounts, RecordedCase, RecordedHour, Totals},
};
use serde::{Deserialize, Serialize};

use crate::{
    BadValue,
    wire::{At, List, MAX_COUNT, Ms, named},
};

/// How many attempts came to what: outcomes that there are any of.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Outcomes"))]
pub(super) struct OutcomesWire(BTreeMap<Cow<'static, str>, u64>);

/// Attempts taken together.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Totals"))]
pub(super) struct TotalsWire {
    /// How many came to what.
    outcomes: OutcomesWire,
    /// How long those took that passed; null if there are none.
    durations: Option<DurationsWire>,
    /// How long it took until their first output.
    first_outputs: Option<DurationsWire>,
    /// Their longest gaps between two events.
    gaps: Option<DurationsWire>,
}

/// Durations taken together, to three significant digits.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Durations"))]
pub(super) struct DurationsWire {
    /// How many there are.
    count: u64,
    /// The shortest.
    min_ms: Ms,
    /// The arithmetic mean.
    mean_ms: Ms,
    /// What half of them did not exceed.
    p50_ms: Ms,
    /// What 95 of 100 did not exceed.
    p95_ms: Ms,
    /// What 99 of 100 did not exceed.
    p99_ms: Ms,
    /// The longest.
    max_ms: Ms,
    /// All of them, in microseconds: the second version of HdrHistogram's encoding, uncompressed, as
    /// Base64.
    hdr_base64: String,
}

/// What came of one hour.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Hour"))]
pub(super) struct HourWire {
    /// When it began: a full hour of universal time.
    began: At,
    /// What came of the attempts that ended in it.
    totals: TotalsWire,
}

/// What came of one case.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "RecordedCase"))]
pub(super) struct RecordedCaseWire<'a> {
    /// Its id in the suite.
    id: Cow<'a, str>,
    /// What people call it.
    name: Cow<'a, str>,
    /// What came of its attempts.
    totals: TotalsWire,
    /// The same for each hour in which there were any.
    hours: List<'a, RecordedHour, HourWire>,
}

impl From<&OutcomeCounts> for OutcomesWire {
    fn from(outcomes: &OutcomeCounts) -> Self {
        let named = outcomes.iter();
        Self(
            named
                .map(|(class, count)| (class.as_str().into(), count))
                .collect(),
        )
    }
}

impl TryFrom<OutcomesWire> for OutcomeCounts {
    type Error = BadValue;

    fn try_from(wire: OutcomesWire) -> Result<Self, BadValue> {
        let mut outcomes = Self::default();
        for (name, count) in wire.0 {
            let class = named("outcome", &name, OutcomeClass::from_name)?;
            if count > MAX_COUNT {
                return Err(BadValue::new("count", &count.to_string()));
            }
            outcomes.add(class, count);
        }
        Ok(outcomes)
    }
}

impl DurationsWire {
    /// What there is to say of `durations`; `None` if there are none.
    pub(super) fn of(durations: &DurationHistogram) -> Option<Self> {
        let quantile = |q| durations.quantile(q).map(Ms);
        Some(Self {
            count: durations.count(),
            min_ms: durations.min().map(Ms)?,
            mean_ms: durations.mean().map(Ms)?,
            p50_ms: quantile(0.5)?,
            p95_ms: quantile(0.95)?,
            p99_ms: quantile(0.99)?,
            max_ms: durations.max().map(Ms)?,
            hdr_base64: BASE64_STANDARD.encode(durations.to_bytes()),
        })
    }

    /// The durations that were read, none if there were none.
    pub(super) fn histogram(wire: Option<Self>) -> Result<DurationHistogram, BadValue> {
        let Some(Self { hdr_base64, .. }) = wire else {
            return Ok(DurationHistogram::new());
        };
        let bytes = BASE64_STANDARD.decode(&hdr_base64).ok();
        let histogram = bytes.and_then(|bytes| DurationHistogram::from_bytes(&bytes).ok());
        histogram.ok_or_else(|| BadValue::new("histogram of durations", &hdr_base64))
    }
}

impl From<&Totals> for TotalsWire {
    fn from(totals: &Totals) -> Self {
        Self {
            outcomes: (&totals.outcomes).into(),
            durations: DurationsWire::of(&totals.durations),
            first_outputs: DurationsWire::of(&totals.first_outputs),
            gaps: DurationsWire::of(&totals.gaps),
        }
    }
}

impl TryFrom<TotalsWire> for Totals {
    type Error = BadValue;

    fn try_from(wire: TotalsWire) -> Result<Self, BadValue> {
        Ok(Self {
            outcomes: wire.outcomes.try_into()?,
            durations: DurationsWire::histogram(wire.durations)?,
            first_outputs: DurationsWire::histogram(wire.first_outputs)?,
            gaps: DurationsWire::histogram(wire.gaps)?,
        })
    }
}

impl From<&RecordedHour> for HourWire {
    fn from(hour: &RecordedHour) -> Self {
        Self {
            began: At(hour.began),
            totals: (&hour.totals).into(),
        }
    }
}

impl TryFrom<HourWire> for RecordedHour {
    type Error = BadValue;

    fn try_from(wire: HourWire) -> Result<Self, BadValue> {
        Ok(Self {
            began: wire.began.0,
            totals: wire.totals.try_into()?,
        })
    }
}

impl<'a> From<&'a RecordedCase> for RecordedCaseWire<'a> {
    fn from(case: &'a RecordedCase) -> Self {
        Self {
            id: (&case.id).into(),
            name: (&case.name).into(),
            totals: (&case.totals).into(),
            hours: List::Of(&case.hours),
        }
    }
}

impl TryFrom<RecordedCaseWire<'_>> for RecordedCase {
    type Error = BadValue;

    fn try_from(wire: RecordedCaseWire<'_>) -> Result<Self, BadValue> {
        Ok(Self {
            id: wire.id.into_owned(),
            name: wire.name.into_owned(),
            totals: wire.totals.try_into()?,
            hours: wire.hours.values()?,
        })
    }
}
