//! The order of the report on a recorded run, for somebody who looks once after a week.
//!
//! The verdict comes first, then how much was done in which time, then what came of it: by case, by
//! hour, and by what went wrong. Then come the runner itself, the hours of each case, and where the run
//! took place. Every list that grows with time shows its latest entries and says what it leaves out.

mod absences;
mod attempts;
mod cases;
mod drift;
mod findings;
mod hours;
mod runner;
mod suites;
mod verdict;
mod view;

use std::io::{self, Write};

use runner_core::text::{Grouped, Human};

use crate::{
    ReportOptions, environment,
    escape::{CodeSpan, Text},
    format::{Seconds, title},
    gates,
    summary::Summary,
};
pub(crate) use view::View;

/// Writes the whole report.
pub(crate) fn write(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = view.run;
    let title = title(&run.run.suite_stem, run.kind);
    writeln!(out, "# {}\n", Text(&title))?;
    verdict::write(out, view, options)?;
    write_head(out, view)?;
    let summary = Summary {
        what: "Attempts",
        counts: &run.counts,
        interrupted: run.interrupted,
        graduation: run.graduation.as_ref(),
    };
    summary.write(out)?;
    gates::write(out, &run.gates)?;
    cases::write_table(out, &run.cases)?;
    hours::write(out, view, options)?;
    drift::write(out, run)?;
    absences::write(out, view)?;
    findings::write(out, &run.findings)?;
    attempts::write_failed(out, view, options)?;
    attempts::write_slowest(out, view)?;
    suites::write(out, &run.suites)?;
    runner::write(out, &run.runner)?;
    cases::write_sections(out, view, options)?;
    environment::write_start(out, &run.run, view.versions())?;
    environment::write_facts(out, &run.run.environment, options.max_output_chars)
}

fn write_head(out: &mut impl Write, view: View<'_>) -> io::Result<()> {
    let recorded = view.run;
    let run = &recorded.run;
    let (began, until) = (view.began(), view.until());
    let span = Human(view.span());
    // Two spaces at the end of a line break it. The report reads no clock: it belongs to the latest
    // moment that it is told of.
    writeln!(out, "**Generated**: {}  ", view.moment(until))?;
    writeln!(out, "**Execution ID**: {}  ", CodeSpan(&run.marker))?;
    writeln!(out, "**Number In Ledger**: {}  ", recorded.id)?;
    writeln!(out, "**Time Under Test**: {}  ", Seconds(recorded.elapsed))?;
    write!(
        out,
        "**Wall Clock**: {} to {} ({span})",
        view.moment(began),
        view.moment(until)
    )?;
    match view.part_count() {
        0 | 1 => writeln!(out, "  ")?,
        parts => writeln!(out, ", in {} parts  ", Grouped(parts))?,
    }
    let (attempts, iterations) = (Grouped(recorded.counts.total), Grouped(recorded.iteration));
    let s = if recorded.iteration == 1 { "" } else { "s" };
    writeln!(
        out,
        "**Attempts**: {attempts} in {iterations} iteration{s}  "
    )?;
    if !run.suite_description.is_empty() {
        writeln!(out, "**Description**: {}  ", Text(&run.suite_description))?;
    }
    writeln!(out, "**Configuration**: {}  ", CodeSpan(&run.suite_path))?;
    writeln!(out, "**Executor**: {}\n", CodeSpan(&run.executor))
}
