//! What came of each hour, in a table. Hours without an end of an attempt are not in it.

use std::{
    fmt,
    io::{self, Write},
};

use run_stats::DurationHistogram;
use runner_core::{
    recorded::{OutcomeCounts, RecordedHour, sum_of_hours},
    text::{Grouped, OrDash, Rate, quantile},
    words::NotPassed,
};

use super::View;
use crate::ReportOptions;

/// Writes the section with the latest hours over all cases. What came of all before together is its
/// first row.
pub(crate) fn write(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let hours = &view.run.hours;
    if hours.is_empty() {
        return Ok(());
    }
    let (earlier, latest) = hours.split_at(hours.len().saturating_sub(options.max_hours));
    writeln!(out, "## Hours\n")?;
    if !earlier.is_empty() {
        let shown = Grouped(latest.len() as u64);
        let all = Grouped(hours.len() as u64);
        writeln!(
            out,
            "The latest {shown} of {all} hours. The first row is what those before came to.\n"
        )?;
    }
    write_head(out)?;
    if !earlier.is_empty() {
        let (outcomes, durations) = sum_of_hours(earlier);
        let label = format!("before ({} hours)", Grouped(earlier.len() as u64));
        write_row(out, label, &outcomes, &durations)?;
    }
    for RecordedHour { began, totals } in latest {
        write_row(
            out,
            view.moment(*began),
            &totals.outcomes,
            &totals.durations,
        )?;
    }
    writeln!(out)
}

/// Writes the first two lines of a table of hours.
pub(crate) fn write_head(out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "| Hour | Attempts | Passed | Not Passed | Success Rate | p50 | p95 |"
    )?;
    writeln!(out, "| :--- | ---: | ---: | :--- | ---: | ---: | ---: |")
}

/// Writes a row of a table of hours.
pub(crate) fn write_row(
    out: &mut impl Write,
    label: impl fmt::Display,
    outcomes: &OutcomeCounts,
    durations: &DurationHistogram,
) -> io::Result<()> {
    let counts = outcomes.counts();
    let success = counts.success();
    writeln!(
        out,
        "| {label} | {} | {} | {} | {} | {} | {} |",
        Grouped(counts.total),
        Grouped(counts.passed),
        NotPassed(outcomes),
        OrDash((success.trials() > 0).then_some(Rate(success))),
        quantile(durations, 0.5),
        quantile(durations, 0.95)
    )
}
