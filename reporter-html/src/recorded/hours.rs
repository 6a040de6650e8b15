//! What came of each hour, in a table. Hours without an end of an attempt are not in it.

use std::{fmt, time::Duration};

use charts::{Table, numbers, words};
use maud::{Markup, Render, html};
use run_stats::DurationHistogram;
use runner_core::{
    outcome::OutcomeClass,
    recorded::{OutcomeCounts, RecordedHour},
    text::{Grouped, Human, Rate},
};

use super::View;
use crate::{
    ReportOptions,
    format::{Many, OrDash},
    page::Section,
};

/// The section with the latest hours over all cases. What came of all before together is its first row.
pub(super) fn section(view: View<'_>, options: &ReportOptions) -> Option<Section> {
    let hours = &view.run.hours;
    let (earlier, latest) = hours.split_at(hours.len().saturating_sub(options.max_hours));
    let rows = html! {
        @if !earlier.is_empty() { (sum(earlier)) }
        @for RecordedHour { began, totals } in latest {
            (row(view.hour(*began), &totals.outcomes, &totals.durations))
        }
    };
    let columns = [
        words("Hour"),
        numbers("Attempts"),
        numbers("Passed"),
        words("Not passed"),
        numbers("Success rate"),
        numbers("p50"),
        numbers("p95"),
    ];
    let table = Table {
        caption: "Hours in which attempts ended",
        columns: &columns,
        rows,
    };
    let (shown, all) = (
        Grouped(latest.len() as u64),
        Many(hours.len() as u64, "hour"),
    );
    let body = html! {
        details {
            summary {
                @if earlier.is_empty() { (all) } @else {
                    "The latest " (shown) " of " (all) ", and what came of those before"
                }
            }
            (table)
        }
    };
    let section = Section::new("hours", "Hours", body);
    (!hours.is_empty()).then_some(section)
}

fn row(head: impl Render, outcomes: &OutcomeCounts, durations: &DurationHistogram) -> Markup {
    let counts = outcomes.counts();
    let success = counts.success();
    html! {
        tr {
            th scope="row" { (head) }
            td.n { (Grouped(counts.total)) }
            td.n { (Grouped(counts.passed)) }
            td { (NotPassed(outcomes)) }
            td.n { (OrDash((success.trials() > 0).then_some(Rate(success)))) }
            td.n { (quantile(durations, 0.5)) }
            td.n { (quantile(durations, 0.95)) }
        }
    }
}

/// The duration that so large a share does not exceed.
pub(super) fn quantile(durations: &DurationHistogram, q: f64) -> OrDash<Human> {
    let quantile: Option<Duration> = durations.quantile(q);
    OrDash(quantile.map(Human))
}

/// Only what the table shows is added up, because hours can be many.
fn sum(hours: &[RecordedHour]) -> Markup {
    let mut outcomes = OutcomeCounts::default();
    let mut durations = DurationHistogram::new();
    for RecordedHour { totals, .. } in hours {
        outcomes.merge(&totals.outcomes);
        durations.merge(&totals.durations);
    }
    let head = format!("before ({})", Many(hours.len() as u64, "hour"));
    row(head, &outcomes, &durations)
}

/// How many did not pass, by outcome: `3 failed, 1 timed out`.
pub(super) struct NotPassed<'a>(pub(super) &'a OutcomeCounts);

impl fmt::Display for NotPassed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let others = self
            .0
            .iter()
            .filter(|(class, _)| *class != OutcomeClass::Passed);
        let mut is_first = true;
        for (class, count) in others {
            let comma = if is_first { "" } else { ", " };
            is_first = false;
            write!(f, "{comma}{} {}", Grouped(count), class.words())?;
        }
        if is_first { f.write_str("–") } else { Ok(()) }
    }
}
