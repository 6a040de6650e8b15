//! The cases: all of them in a table, then each with its hours.

use std::io::{self, Write};

use runner_core::{
    excerpt::latest,
    recorded::{OutcomeCounts, RecordedCase, cases_by_need},
    text::{Confidence, Grouped, OrDash, Rate, quantile},
    words::Attempts,
};

use super::{View, hours};
use crate::{
    ReportOptions,
    escape::{CodeSpan, Text},
    format::Anchor,
};

/// Writes the table of all cases. Those with failures come first, those that fail most before others;
/// then those of which nothing is known.
pub(crate) fn write_table(out: &mut impl Write, cases: &[RecordedCase]) -> io::Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Cases\n")?;
    writeln!(out, "Durations are those of attempts that passed.\n")?;
    writeln!(
        out,
        "| # | Case | Tried | Failed | Success Rate | 95% Confidence | p50 | p95 | p99 | First Output p95 | Longest Gap |"
    )?;
    writeln!(
        out,
        "| ---: | :--- | ---: | ---: | ---: | :--- | ---: | ---: | ---: | ---: | ---: |"
    )?;
    for (number, case) in cases_by_need(cases) {
        write_row(out, number, case)?;
    }
    writeln!(out)
}

fn write_row(out: &mut impl Write, number: usize, case: &RecordedCase) -> io::Result<()> {
    let totals = &case.totals;
    let success = totals.outcomes.success();
    let tried = success.trials();
    let failed = tried - success.successes();
    let known = (tried > 0).then_some(success);
    write!(
        out,
        "| {number} | [{}](#{}) | {} | {} | {} | {} ",
        Text(&case.name),
        Anchor(number),
        Grouped(tried),
        Grouped(failed),
        OrDash(known.map(Rate)),
        OrDash(known.map(Confidence))
    )?;
    for q in [0.5, 0.95, 0.99] {
        write!(out, "| {} ", quantile(&totals.durations, q))?;
    }
    let first_output = quantile(&totals.first_outputs, 0.95);
    writeln!(out, "| {first_output} | {} |", quantile(&totals.gaps, 1.0))
}

/// Writes a section for each case, in their own order.
pub(crate) fn write_sections(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    if view.run.cases.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Cases By The Hour\n")?;
    for (number, case) in (1..).zip(&view.run.cases) {
        writeln!(out, "<a id=\"{}\"></a>\n", Anchor(number))?;
        writeln!(out, "### {}\n", Text(&case.name))?;
        writeln!(out, "- **ID**: {}", CodeSpan(&case.id))?;
        write_outcomes(out, &case.totals.outcomes)?;
        write_hours(out, case, view, options)?;
    }
    Ok(())
}

fn write_outcomes(out: &mut impl Write, outcomes: &OutcomeCounts) -> io::Result<()> {
    writeln!(out, "- **Attempts**: {}\n", Attempts(outcomes))
}

fn write_hours(
    out: &mut impl Write,
    case: &RecordedCase,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let latest = latest(&case.hours, options.max_hours);
    if latest.is_empty() {
        return Ok(());
    }
    write!(out, "<details>\n<summary>Hours (")?;
    if latest.len() < case.hours.len() {
        let all = Grouped(case.hours.len() as u64);
        write!(out, "the latest {} of {all}", latest.len())?;
    } else {
        write!(out, "{}", latest.len())?;
    }
    // The empty line after the summary is what makes renderers read Markdown again.
    writeln!(out, ")</summary>\n")?;
    hours::write_head(out)?;
    for hour in latest {
        hours::write_row(
            out,
            view.moment(hour.began),
            &hour.totals.outcomes,
            &hour.totals.durations,
        )?;
    }
    writeln!(out, "\n</details>\n")
}
