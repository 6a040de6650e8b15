//! What came of each hour, in a table. Hours without an end of an attempt are not in it.

use charts::{Table, numbers, words};
use maud::{Markup, Render, html};
use run_stats::DurationHistogram;
use runner_core::{
    recorded::{OutcomeCounts, RecordedHour, sum_of_hours},
    text::{Grouped, Many, OrDash, Rate, quantile},
    words::NotPassed,
};

use super::View;
use crate::{ReportOptions, page::Section};

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

/// What hours came to together.
fn sum(hours: &[RecordedHour]) -> Markup {
    let (outcomes, durations) = sum_of_hours(hours);
    let head = format!("before ({})", Many(hours.len() as u64, "hour"));
    row(head, &outcomes, &durations)
}
