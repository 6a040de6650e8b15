//! A run cut into windows, and what drifted over them.

use std::borrow::Cow;

use run_stats::Drift;
use runner_core::{
    drift::{DriftWords, Quantity, Series, Windows},
    recorded::Totals,
};
use serde::{Deserialize, Serialize};

use super::totals::TotalsWire;
use crate::{
    BadValue,
    wire::{At, List, Ms, named},
};

/// More windows than this are no run's: looking for drift takes time with the square of their number.
const MAX_WINDOWS: usize = 1_000;

/// More series than this are no run's.
const MAX_SERIES: usize = 1_000;

/// A run cut into windows of equal length.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Windows"))]
pub(super) struct WindowsWire<'a> {
    /// When the first one begins.
    began: At,
    /// How long each is.
    width_ms: Ms,
    /// What came of all attempts that ended in each.
    totals: List<'a, Totals, TotalsWire>,
    /// Each quantity of the run as a whole, and after them those of its cases.
    series: Vec<SeriesWire<'a>>,
    /// How many cases were not looked at, because there are too many.
    cases_left_out: u64,
}

/// A quantity in each window.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Series"))]
struct SeriesWire<'a> {
    /// Which quantity: success_rate, duration_p50, executor_rss, and so on.
    quantity: Cow<'a, str>,
    /// Of which case, by its id; null for the run as a whole.
    case: Option<Cow<'a, str>>,
    /// Its value in each window: a share, seconds, bytes, processors or a number of things; null where
    /// there is none.
    values: Vec<Option<f64>>,
    /// What becomes of it; null if there are too few windows with data to say anything.
    drift: Option<DriftWire>,
}

/// What becomes of a quantity.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Drift"))]
struct DriftWire {
    /// Whether there is a trend.
    is_found: bool,
    /// By how much the quantity grows in an hour, in its unit.
    per_hour: f64,
    /// Where that lies at least; null if any rate is possible.
    per_hour_low: Option<f64>,
    /// Where it lies at most.
    per_hour_high: Option<f64>,
    /// How sure the trend is: between 0 and 1.
    certainty: f64,
    /// The level at the end, without the noise.
    level: f64,
    /// When the level changed.
    changes: Vec<ChangeWire>,
    /// All of it in words, if it is worth any.
    text: Option<String>,
}

/// A change of level.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Change"))]
struct ChangeWire {
    /// When the first window begins that has the new level.
    at: At,
    /// The level before.
    before: f64,
    /// The level after.
    after: f64,
}

impl<'a> From<&'a Windows> for WindowsWire<'a> {
    fn from(windows: &'a Windows) -> Self {
        let series = windows.series.iter().map(|series| SeriesWire {
            quantity: series.quantity.as_str().into(),
            case: series.case_id.as_ref().map(Cow::from),
            values: series.values.clone(),
            drift: series.drift.as_ref().map(|drift| {
                let words = DriftWords { series, windows };
                let text = series.is_conspicuous().then(|| words.to_string());
                DriftWire::of(drift, text, windows)
            }),
        });
        Self {
            began: At(windows.began),
            width_ms: Ms(windows.width),
            totals: List::Of(&windows.totals),
            series: series.collect(),
            cases_left_out: windows.cases_left_out as u64,
        }
    }
}

impl DriftWire {
    fn of(drift: &Drift, text: Option<String>, windows: &Windows) -> Self {
        let interval = drift.per_hour_interval();
        let changes = drift.change_points().iter().map(|change| ChangeWire {
            at: At(windows.start_of(change.window)),
            before: change.before,
            after: change.after,
        });
        Self {
            is_found: drift.is_found(),
            per_hour: drift.per_hour(),
            per_hour_low: interval.map(|interval| interval.low),
            per_hour_high: interval.map(|interval| interval.high),
            certainty: drift.certainty(),
            level: drift.level(),
            changes: changes.collect(),
            text,
        }
    }
}

impl TryFrom<WindowsWire<'_>> for Windows {
    type Error = BadValue;

    fn try_from(wire: WindowsWire<'_>) -> Result<Self, BadValue> {
        let longest = wire.series.iter().map(|series| series.values.len()).max();
        let longest = longest.unwrap_or(0);
        if longest > MAX_WINDOWS || wire.series.len() > MAX_SERIES {
            return Err(BadValue::new("number of windows", &longest.to_string()));
        }
        let series = wire.series.into_iter().map(|series| {
            let quantity = named("quantity", &series.quantity, Quantity::from_name)?;
            let case = series.case.map(Cow::into_owned);
            Ok(Series::new(quantity, case, series.values))
        });
        let mut windows = Self {
            began: wire.began.0,
            width: wire.width_ms.0,
            totals: wire.totals.values()?,
            series: series.collect::<Result<_, BadValue>>()?,
            cases_left_out: wire.cases_left_out as usize,
        };
        windows.look_for_drift();
        Ok(windows)
    }
}
