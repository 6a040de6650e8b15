//! What came of each hour, in a table. Hours without an end of an attempt are not in it.

use std::{
    fmt,
    io::{self, Write},
    time::Duration,
};

use run_stats::DurationHistogram;
use runner_core::{
    outcome::OutcomeClass,
    recorded::{OutcomeCounts, RecordedHour},
    text::{Grouped, Human, Rate},
};

use super::View;
use crate::{ReportOptions, format::OrDash};

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
        let (outcomes, durations) = sum(earlier);
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

/// The duration that so large a share does not exceed.
pub(crate) fn quantile(durations: &DurationHistogram, q: f64) -> OrDash<Human> {
    let quantile: Option<Duration> = durations.quantile(q);
    OrDash(quantile.map(Human))
}

/// Only what the table shows is added up, because hours can be many.
fn sum(hours: &[RecordedHour]) -> (OutcomeCounts, DurationHistogram) {
    let mut outcomes = OutcomeCounts::default();
    let mut durations = DurationHistogram::new();
    for RecordedHour { totals, .. } in hours {
        outcomes.merge(&totals.outcomes);
        durations.merge(&totals.durations);
    }
    (outcomes, durations)
}

/// How many did not pass, by outcome: `3 failed, 1 timed out`.
struct NotPassed<'a>(&'a OutcomeCounts);

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
