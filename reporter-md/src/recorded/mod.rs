//! The order of the report on a recorded run, for somebody who looks once after a week.
//!
//! The verdict comes first, then how much was done in which time, then what came of it: by case, by
//! hour, and by what went wrong. Then come the runner itself, the hours of each case, and where the run
//! took place. Every list that grows with time shows its latest entries and says what it leaves out.

pub(crate) mod absences;
pub(crate) mod attempts;
pub(crate) mod baseline;
pub(crate) mod cases;
pub(crate) mod drift;
pub(crate) mod findings;
mod hours;
mod runner;
mod suites;
mod verdict;
mod view;

use std::io::{self, Write};

use runner_core::{
    text::{Grouped, Human, Many, Seconds},
    words::title,
};

use crate::{
    ReportOptions, environment,
    escape::{CodeSpan, Text},
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
    write_beginning(out, view, options)?;
    cases::write_table(out, &run.cases)?;
    hours::write(out, view, options)?;
    drift::write(out, run)?;
    if let Some(baseline) = &run.baseline {
        baseline::write(out, baseline)?;
    }
    absences::write(out, view)?;
    findings::write(out, &run.findings)?;
    attempts::write_failed(out, view, options)?;
    attempts::write_slowest(out, view)?;
    suites::write(out, &run.suites)?;
    runner::write(out, &run.runner)?;
    cases::write_sections(out, view, options)?;
    environment::write_start(out, &run.run, run.versions())?;
    environment::write_facts(out, &run.run.environment, options.max_output_chars)
}

/// Writes what follows the title: the verdict, what was done in which time, the numbers and the gates.
pub(crate) fn write_beginning(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = view.run;
    verdict::write(out, view, options)?;
    write_head(out, view)?;
    let summary = Summary {
        what: "Attempts",
        of_cases: false,
        counts: &run.counts,
        interrupted: run.interrupted,
        graduation: run.graduation.as_ref(),
    };
    summary.write(out)?;
    gates::write(out, &run.gates)
}

fn write_head(out: &mut impl Write, view: View<'_>) -> io::Result<()> {
    let recorded = view.run;
    let run = &recorded.run;
    let (began, until) = (recorded.began(), recorded.until());
    let span = Human(recorded.span());
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
    match recorded.part_count() {
        0 | 1 => writeln!(out, "  ")?,
        parts => writeln!(out, ", in {} parts  ", Grouped(parts))?,
    }
    writeln!(
        out,
        "**Attempts**: {} in {}  ",
        Grouped(recorded.counts.total),
        Many(recorded.iteration, "iteration")
    )?;
    if !run.suite_description.is_empty() {
        writeln!(out, "**Description**: {}  ", Text(&run.suite_description))?;
    }
    writeln!(out, "**Configuration**: {}  ", CodeSpan(&run.suite_path))?;
    writeln!(out, "**Executor**: {}\n", CodeSpan(&run.executor))
}
