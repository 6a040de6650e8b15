//! Gates over drift: `drift.executor_rss < 5MiB/h`.

use std::{fmt, str::FromStr};

use run_stats::Trend;

use super::{Dimension, Quantity, Series, Windows, words::Rate};
use crate::{
    results::{GateBound, GateResult, GateValue},
    text::{Human, Visible},
};

/// A condition on how fast a quantity may drift, over a whole run.
///
/// It does not hold if a drift is found that is as fast as the bound or faster, nor if the run was too
/// short to tell. Where no drift is found, it holds.
///
/// ```
/// use runner_core::drift::{DriftGate, Quantity};
///
/// let gate: DriftGate = "drift.executor_rss < 5MiB/h".parse().unwrap();
/// assert_eq!(gate.quantity, Quantity::ExecutorMemory);
/// assert!("drift.duration_p99[fib] < 1%/d".parse::<DriftGate>().is_ok());
/// assert!("drift.executor_rss < 5".parse::<DriftGate>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct DriftGate {
    /// What it is over, as it was written: `drift.executor_rss`.
    pub name: String,
    /// What it may not reach, as it was written: `< 5MiB/h`.
    pub limit: String,
    /// Which quantity.
    pub quantity: Quantity,
    /// Of which case, by its id; `None` for the run as a whole.
    pub case_id: Option<String>,
    /// What it may not reach.
    pub bound: DriftBound,
}

/// How fast a quantity may grow, or how fast it may shrink.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DriftBound {
    /// By the hour: in the quantity's own unit, or as a share of its level.
    pub per_hour: f64,
    /// Whether it is a share of the quantity's level.
    pub is_relative: bool,
    /// Whether the rate has to stay below it, or else above.
    pub is_upper: bool,
}

/// Why a text is no gate over drift.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GateSyntaxError {
    /// It is not of the form at all.
    #[error(
        "expected a gate such as `drift.executor_rss < 5MiB/h`, found `{}`",
        Visible(found)
    )]
    Form {
        /// The text.
        found: String,
    },
    /// There is no such quantity.
    #[error(
        "there is no quantity `{}` whose drift is known; there are {}",
        Visible(found),
        known()
    )]
    Quantity {
        /// What stands in its place.
        found: String,
    },
    /// The executor and the runner have no cases.
    #[error("`{}` is not about cases: leave out the brackets", .quantity.as_str())]
    NoCases {
        /// The quantity.
        quantity: Quantity,
    },
    /// The bound is no rate.
    #[error("expected a rate such as {}, found `{}`", example(*.quantity), Visible(found))]
    Rate {
        /// The quantity that it is a rate of.
        quantity: Quantity,
        /// What stands in its place.
        found: String,
    },
}

fn known() -> String {
    let names: Vec<&str> = Quantity::all().map(Quantity::as_str).collect();
    names.join(", ")
}

fn example(quantity: Quantity) -> &'static str {
    match quantity.dimension() {
        Dimension::Share => "`-1%/h` (percentage points)",
        Dimension::Time => "`5ms/h` or `1%/h`",
        Dimension::Bytes => "`5MiB/h` or `1%/h`",
        Dimension::Processors => "`0.1/d` (processors) or `1%/h`",
        Dimension::Count => "`2/d` or `1%/h`",
    }
}

impl FromStr for DriftGate {
    type Err = GateSyntaxError;

    fn from_str(text: &str) -> Result<Self, GateSyntaxError> {
        let form = || GateSyntaxError::Form {
            found: text.to_owned(),
        };
        let rest = text.trim().strip_prefix("drift.").ok_or_else(form)?;
        // The id of a case may have any character in it but for the last bracket.
        let at = match rest.rfind(']') {
            Some(bracket) => bracket + rest[bracket..].find(['<', '>']).ok_or_else(form)?,
            None => rest.find(['<', '>']).ok_or_else(form)?,
        };
        let (subject, rate) = (rest[..at].trim(), rest[at + 1..].trim());
        let (name, case_id) = match subject.split_once('[') {
            Some((name, id)) => (
                name,
                Some(id.strip_suffix(']').ok_or_else(form)?.to_owned()),
            ),
            None => (subject, None),
        };
        let quantity = Quantity::all()
            .find(|quantity| quantity.as_str() == name.trim())
            .ok_or_else(|| GateSyntaxError::Quantity {
                found: name.trim().to_owned(),
            })?;
        if case_id.is_some() && !Quantity::OF_ATTEMPTS.contains(&quantity) {
            return Err(GateSyntaxError::NoCases { quantity });
        }
        let (per_hour, is_relative) =
            parse_rate(rate, quantity.dimension()).ok_or_else(|| GateSyntaxError::Rate {
                quantity,
                found: rate.to_owned(),
            })?;
        Ok(Self {
            name: format!("drift.{subject}"),
            limit: rest[at..].trim().to_owned(),
            quantity,
            case_id,
            bound: DriftBound {
                per_hour,
                is_relative,
                is_upper: rest[at..].starts_with('<'),
            },
        })
    }
}

/// Reads a rate: by the hour, and whether it is relative.
fn parse_rate(text: &str, dimension: Dimension) -> Option<(f64, bool)> {
    let (amount, time) = text.split_once('/')?;
    let hours = match time.trim() {
        "s" => 1.0 / 3600.0,
        "m" | "min" => 1.0 / 60.0,
        "h" => 1.0,
        "d" => 24.0,
        _ => return None,
    };
    let amount = amount.trim();
    let end = amount
        .find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '+'))
        .unwrap_or(amount.len());
    let (number, unit) = (amount[..end].parse::<f64>().ok()?, amount[end..].trim());
    let size = match (dimension, unit) {
        (_, "%") => 0.01,
        (Dimension::Bytes, "kB") => 1e3,
        (Dimension::Bytes, "MB") => 1e6,
        (Dimension::Bytes, "GB") => 1e9,
        (Dimension::Time, "us") => 1e-6,
        // Points are what a percent of a share is.
        (Dimension::Share, _) => return None,
        _ => {
            let mut units = dimension.units().iter();
            units.find(|(name, _)| name.trim() == unit)?.1
        }
    };
    let is_relative = unit == "%" && dimension != Dimension::Share;
    let rate = number * size / hours;
    rate.is_finite().then_some((rate, is_relative))
}

impl DriftGate {
    /// The series that the gate is about.
    #[must_use]
    pub fn series<'a>(&self, windows: &'a Windows) -> Option<&'a Series> {
        windows.series(self.quantity, self.case_id.as_deref())
    }

    /// Whether the gate holds over `windows`.
    #[must_use]
    pub fn holds(&self, windows: &Windows) -> bool {
        let Some(drift) = self
            .series(windows)
            .and_then(|series| series.drift.as_ref())
        else {
            return false;
        };
        if !drift.is_found() {
            return true;
        }
        let rate = match self.bound.is_relative {
            true => drift.per_hour() / drift.level().abs().max(f64::MIN_POSITIVE),
            false => drift.per_hour(),
        };
        match self.bound.is_upper {
            true => rate < self.bound.per_hour,
            false => rate > self.bound.per_hour,
        }
    }

    /// What the gate was held against, in words.
    #[must_use]
    pub fn value(&self, windows: &Windows) -> String {
        let Some(series) = self.series(windows) else {
            return "unknown: it was not measured".into();
        };
        match &series.drift {
            None => format!(
                "unknown: it takes {} windows of {} with data",
                Trend::MIN_WINDOWS,
                Human(windows.width)
            ),
            Some(drift) if !drift.is_found() => "no drift found".into(),
            Some(drift) => {
                let sign = if drift.per_hour() < 0.0 { "−" } else { "" };
                format!("{sign}{}", Rate(self.quantity, drift))
            }
        }
    }

    /// The gate held against `windows`.
    #[must_use]
    pub fn evaluate(&self, windows: &Windows) -> GateResult {
        GateResult {
            name: self.name.clone().into(),
            bound: GateBound::Written(self.limit.clone()),
            value: Some(GateValue::Words(self.value(windows))),
            margin: None,
            holds: self.holds(windows),
        }
    }
}

impl fmt::Display for DriftGate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", Visible(&self.name), Visible(&self.limit))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const MIB: f64 = 1024.0 * 1024.0;

    fn gate(text: &str) -> DriftGate {
        text.parse()
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn bound(text: &str) -> (f64, bool, bool) {
        let DriftBound {
            per_hour,
            is_relative,
            is_upper,
        } = gate(text).bound;
        (per_hour, is_relative, is_upper)
    }

    #[test]
    fn rates_are_read_in_the_units_of_their_quantity() {
        assert_eq!(
            bound("drift.executor_rss < 5MiB/h"),
            (5.0 * MIB, false, true)
        );
        assert_eq!(bound("drift.executor_rss<24 MB / d"), (1e6, false, true));
        assert_eq!(bound("drift.duration_p99 < 60ms/h").0, 60.0 * 1e-3);
        assert_eq!(bound("drift.duration_p50 < 1%/h"), (0.01, true, true));
        assert_eq!(bound("drift.success_rate > -1%/h"), (-0.01, false, false));
        assert_eq!(bound("drift.executor_threads < 24/d").0, 1.0);
        assert_eq!(bound("drift.executor_cpu < 0.1/h").0, 0.1);
    }

    #[test]
    fn a_case_is_named_in_brackets_whatever_its_id_is() {
        let gate = gate("drift.duration_p99[a < b] c] < 1ms/h");
        assert_eq!(gate.case_id.as_deref(), Some("a < b] c"));
    }

    #[test]
    fn what_cannot_be_read_is_told_with_what_is_expected() {
        let told = [
            "executor_rss < 5MiB/h",
            "drift.executor_rss 5MiB/h",
            "drift.memory < 5MiB/h",
            "drift.executor_rss[a] < 5MiB/h",
            "drift.executor_rss < 5ms/h",
            "drift.success_rate > 1ms/h",
            "drift.executor_rss < 5MiB",
        ]
        .map(|text| text.parse::<DriftGate>().expect_err(text).to_string());
        insta::assert_snapshot!(told.join("\n"));
    }

    fn windows(values: impl Fn(usize) -> f64, count: usize) -> Windows {
        let noise = |place: usize| (place * 7_919 % 101) as f64 / 50.5 - 1.0;
        let values = (0..count).map(|place| Some(values(place) + noise(place) * 1e4));
        let series = Series::new(Quantity::ExecutorMemory, None, values.collect());
        let mut windows = Windows {
            width: Duration::from_secs(3600),
            series: vec![series],
            ..Windows::none(jiff::Timestamp::UNIX_EPOCH)
        };
        windows.look_for_drift();
        windows
    }

    #[test]
    fn a_gate_holds_unless_a_drift_is_found_that_reaches_the_bound() {
        let leak = windows(|hour| (500 + 12 * hour) as f64 * MIB, 48);
        assert!(!gate("drift.executor_rss < 5MiB/h").holds(&leak));
        assert!(gate("drift.executor_rss < 13MiB/h").holds(&leak));
        assert!(!gate("drift.executor_rss < 1%/h").holds(&leak));
        assert!(gate("drift.executor_rss > -1MiB/h").holds(&leak));
        let steady = windows(|_| 500.0 * MIB, 48);
        let gate = gate("drift.executor_rss < 1B/h");
        assert!(gate.holds(&steady));
        assert_eq!(gate.value(&steady), "no drift found");
    }

    #[test]
    fn a_gate_over_too_few_windows_or_none_does_not_hold() {
        let short = windows(|_| 500.0 * MIB, 5);
        let told = ["drift.executor_rss < 5MiB/h", "drift.duration_p50 < 1s/h"].map(|text| {
            let result = gate(text).evaluate(&short);
            assert!(!result.holds);
            result.value.map(|value| value.to_string())
        });
        let expected = [
            "unknown: it takes 12 windows of 1h 00m 00s with data",
            "unknown: it was not measured",
        ];
        assert_eq!(told, expected.map(|it| Some(it.into())));
    }

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "(drift\\.)?(executor_rss|success_rate|x)?.{0,30}") {
            let _ = text.parse::<DriftGate>();
        }
    }
}
