//! What gates are held against, as numbers that can be drawn.

use std::time::Duration;

use charts::Axis;
use runner_core::results::{GateBound, GateResult, GateValue};
use suite::gate::{Bound, Gate};

/// A number of one kind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Quantity {
    pub(super) kind: Kind,
    /// Microseconds, a share between 0 and 1, or a count.
    pub(super) number: f64,
}

/// What a number counts, by which it has its axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Time,
    Share,
    Count,
}

impl Quantity {
    /// What a gate was held against; `None` if it is nothing that can be drawn.
    pub(super) fn of_value(value: &GateValue) -> Option<Self> {
        Some(match value {
            GateValue::Time(time) => Self::time(*time),
            GateValue::Share(share) => Self::share(share.rate()?),
            GateValue::Count(count) => Self::count(*count),
            GateValue::Tokens(sum) => Self::count(sum.known),
            _ => return None,
        })
    }

    /// What a gate demands; `None` if it is nothing that can be drawn.
    pub(super) fn of_bound(gate: &GateResult) -> Option<Self> {
        Some(match &gate.bound {
            GateBound::AtLeast(share) => Self::share(share.get()),
            GateBound::AtMost(count) => Self::count(*count),
            GateBound::AtMostTime(limit) => Self::time(*limit),
            // It was read from this very text.
            GateBound::Written(text) => {
                let gate: Gate = format!("{} {text}", gate.name).parse().ok()?;
                Self::written(gate.bound)?
            }
            _ => return None,
        })
    }

    fn written(bound: Bound) -> Option<Self> {
        Some(match bound {
            Bound::SuccessRate(share) => Self::share(share.get()),
            Bound::InfrastructureErrors(count)
            | Bound::Flaky(count)
            | Bound::OutputTokens(count) => Self::count(count),
            Bound::Time { limit, .. } => Self::time(limit),
            _ => return None,
        })
    }

    fn time(time: Duration) -> Self {
        Self {
            kind: Kind::Time,
            number: time.as_micros() as f64,
        }
    }

    fn share(share: f64) -> Self {
        Self {
            kind: Kind::Share,
            number: share,
        }
    }

    fn count(count: u64) -> Self {
        Self {
            kind: Kind::Count,
            number: count as f64,
        }
    }
}

impl Kind {
    /// An axis on which all of these numbers have room.
    pub(super) fn axis(self, numbers: impl Iterator<Item = f64> + Clone) -> Axis {
        let lowest = numbers.clone().reduce(f64::min).unwrap_or_default();
        let highest = numbers.reduce(f64::max).unwrap_or_default();
        match self {
            Self::Time => {
                let time = |micros: f64| Duration::from_micros(micros as u64);
                Axis::of_durations(time(lowest), time(highest))
            }
            Self::Share => Axis::of_shares(lowest),
            Self::Count => Axis::of_counts(highest as u64),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(name: &'static str, bound: GateBound) -> Option<Quantity> {
        Quantity::of_bound(&GateResult {
            name: name.into(),
            bound,
            value: None,
            margin: None,
            holds: false,
        })
    }

    #[test]
    fn a_bound_is_a_number_whoever_wrote_it() {
        let limit = Duration::from_millis(500);
        let expected = Some(Quantity::time(limit));
        assert_eq!(
            bound("max_duration.p95", GateBound::AtMostTime(limit)),
            expected
        );
        for name in ["p95.duration", "case[a]b].p95.duration"] {
            assert_eq!(bound(name, GateBound::Written("< 500ms".into())), expected);
        }
        let share = bound("success_rate", GateBound::Written(">= 99%".into()));
        assert_eq!(share, Some(Quantity::share(0.99)));
    }

    #[test]
    fn what_is_no_number_is_not_drawn() {
        let growth = GateBound::Written("< 5MiB/h".into());
        assert_eq!(bound("drift.executor_rss", growth), None);
        assert_eq!(Quantity::of_value(&GateValue::Words("none".into())), None);
    }
}
