//! How far a value is from its bound.

use std::time::Duration;

use suite::gate::Bound;

use crate::{
    results::GateValue,
    text::{Grouped, Human},
};

/// The distance in words: `2.3 points above`, `1.20s below`; `None` where it has no meaning.
pub(super) fn between(value: &GateValue, bound: Bound) -> Option<String> {
    match (value, bound) {
        (GateValue::Share(share), Bound::SuccessRate(bound)) => {
            let points = (share.rate()? - bound.get()) * 100.0;
            let side = side(points > 0.0, points < 0.0);
            Some(format!("{:.1} points {side}", points.abs()))
        }
        (GateValue::Count(count), Bound::InfrastructureErrors(bound) | Bound::Flaky(bound)) => {
            Some(counted(*count, bound))
        }
        (GateValue::Tokens(sum), Bound::OutputTokens(bound)) => Some(counted(sum.known, bound)),
        (GateValue::Cost(sum), Bound::CostUsd(bound)) => {
            let dollars = sum.known.dollars() - bound.dollars();
            let side = side(dollars > 0.0, dollars < 0.0);
            Some(format!("${:.4} {side}", dollars.abs()))
        }
        (GateValue::Time(time), Bound::Time { limit, .. }) => {
            let side = side(*time > limit, *time < limit);
            let distance: Duration = time.abs_diff(limit);
            Some(format!("{} {side}", Human(distance)))
        }
        _ => None,
    }
}

fn counted(value: u64, bound: u64) -> String {
    let side = side(value > bound, value < bound);
    format!("{} {side}", Grouped(value.abs_diff(bound)))
}

fn side(is_above: bool, is_below: bool) -> &'static str {
    match (is_above, is_below) {
        (true, _) => "above",
        (_, true) => "below",
        _ => "away",
    }
}
