//! What is known of the capacity, as a picture has it: where it is, and what that is called.

use ::load::capacity::{CapacityResults, Known, KnownRates, RoundRate};
use charts::{Axis, Canvas, Guide, Key, Side};
use runner_core::text::Grouped;

use super::shown;

/// An interval that is wider than the rates of trials is drawn so many times as far as these.
const MAX_BEYOND: f64 = 4.0;

/// The axis of rates on which all trials that are drawn have room, and what is known of the capacity; `None`
/// without any trial.
pub(super) fn axis(results: &CapacityResults, labels: u64) -> Option<Axis> {
    let rates = shown(results).map(|it| it.trial.rate.per_second());
    let lowest = rates.clone().reduce(f64::min)?;
    let highest = rates.reduce(f64::max)?;
    let KnownRates { low, high, .. } = results.known.rates();
    let low = low.map_or(lowest, |low| low.per_second().max(lowest / MAX_BEYOND));
    let high = high.map_or(highest, |high| high.per_second().min(highest * MAX_BEYOND));
    let (lowest, highest) = (lowest.min(low), highest.max(high));
    let label = |per_second| {
        let rate = ::load::ArrivalRate::of(per_second);
        rate.map_or_else(String::new, |rate| RoundRate(rate).to_string())
    };
    let labels = usize::try_from(labels).unwrap_or(usize::MAX);
    Some(Axis::of_ratios(lowest, highest, labels, label))
}

/// So many labels have room beside an axis of rates.
pub(super) const LABELS_BESIDE: u64 = 6;

/// So many have room below it.
pub(super) fn labels_below() -> u64 {
    Canvas::WIDE.labels()
}

/// The capacity on the axis of rates, below everything else.
pub(super) fn guides(known: &Known, side: Side) -> Vec<Guide> {
    let KnownRates {
        estimate,
        low,
        high,
    } = known.rates();
    let band = low.zip(high).map(|(low, high)| Guide::Band {
        side,
        from: low.per_second(),
        until: high.per_second(),
        class: "likely",
    });
    let line = estimate.or(low).or(high).map(|rate| Guide::Line {
        side,
        at: rate.per_second(),
        class: "estimate",
    });
    band.into_iter().chain(line).collect()
}

/// What these guides mean.
pub(super) fn legend(known: &Known) -> Vec<Key> {
    match known {
        Known::Nothing => Vec::new(),
        Known::AtLeast(_) | Known::Below(_) => {
            vec![Key::line("estimate", format!("the capacity: {known}"))]
        }
        Known::Between {
            estimate,
            low,
            high,
            confidence,
        } => vec![
            Key::line(
                "estimate",
                format!("the capacity: {}", RoundRate(*estimate)),
            ),
            Key::area(
                "likely",
                format!(
                    "{:.0}% confidence: {} to {}",
                    confidence.share() * 100.0,
                    RoundRate(*low),
                    RoundRate(*high)
                ),
            ),
        ],
    }
}

/// What is left out of the charts, in a sentence after a space; nothing if nothing is.
pub(super) fn left_out(results: &CapacityResults) -> String {
    match results.trials.len() - shown(results).count() {
        0 => String::new(),
        count => format!(" The first {} are not shown.", Grouped(count as u64)),
    }
}
