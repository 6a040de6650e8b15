//! The order of the report: from what everyone reads to what only some look up.
//!
//! The verdict and its reasons come first, then the numbers, the gates, an overview of all cases,
//! their sections, and at the end where the run took place. The structure of title, head, summary
//! and sections is the one of the report that the first stress tests wrote, so that readers and
//! scripts that know it find their way.

use std::{
    io::{self, Write},
    iter,
};

use runner_core::{
    recorded::RunKind,
    results::{CaseResult, Counts, RunResults, Verdict, cases_by_need},
    text::{Human, Seconds},
    words::{Nouns, Problem, Reasons, title},
};

use crate::{
    Report, ReportOptions,
    case::{self, Status},
    environment,
    escape::{CodeSpan, Text},
    format::{Anchor, RFC_3339},
    gates,
    summary::Summary,
    verdict::Words,
};

/// Writes the whole report.
pub(crate) fn write(
    out: &mut impl Write,
    report: Report<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let Report {
        results,
        graduation,
    } = report;
    let counts = &Counts::of(&results.cases);
    write_beginning(out, results, counts, options)?;
    let summary = Summary {
        what: "Tests",
        of_cases: true,
        counts,
        interrupted: 0,
        graduation,
    };
    summary.write(out)?;
    gates::write(out, &results.gates)?;
    write_overview(out, &results.cases)?;
    writeln!(out, "## Test Results\n")?;
    for (index, result) in results.cases.iter().enumerate() {
        let bundle = results.bundle_of(result);
        case::write(out, index + 1, result, bundle, options)?;
    }
    write_environment(out, results, options)
}

/// Writes the title, the verdict, and what was run when.
pub(crate) fn write_beginning(
    out: &mut impl Write,
    results: &RunResults,
    counts: &Counts,
    options: &ReportOptions,
) -> io::Result<()> {
    let title = title(&results.run.suite_stem, RunKind::Run);
    writeln!(out, "# {}\n", Text(&title))?;
    write_verdict(out, results, counts, options)?;
    write_head(out, results)
}

fn write_verdict(
    out: &mut impl Write,
    results: &RunResults,
    counts: &Counts,
    options: &ReportOptions,
) -> io::Result<()> {
    let problems: Vec<_> = results.problems.iter().map(Problem::from).collect();
    let words = Words {
        reasons: Reasons {
            nouns: Nouns::OF_CASES,
            counts,
            gates: &results.gates,
        },
        max_chars: options.max_failed_output_chars,
    };
    match problems.is_empty() {
        true => words.write_success(out),
        false => words.write_failure(out, &problems),
    }
}

fn write_head(out: &mut impl Write, results: &RunResults) -> io::Result<()> {
    let run = &results.run;
    // The report reads no clock. It belongs to the moment the run ended, which it is told.
    let ended_at = run.started_at.checked_add(results.elapsed);
    let ended_at = ended_at
        .as_ref()
        .unwrap_or(&run.started_at)
        .strftime(RFC_3339);
    // Two spaces at the end of a line break it.
    writeln!(out, "**Generated**: {ended_at}  ")?;
    writeln!(out, "**Execution ID**: {}  ", CodeSpan(&run.marker))?;
    writeln!(out, "**Total Duration**: {}  ", Seconds(results.elapsed))?;
    if !run.suite_description.is_empty() {
        writeln!(out, "**Description**: {}  ", Text(&run.suite_description))?;
    }
    writeln!(out, "**Configuration**: {}\n", CodeSpan(&run.suite_path))
}

fn write_overview(out: &mut impl Write, cases: &[CaseResult]) -> io::Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    write_overview_head(out)?;
    for (number, result) in cases_by_need(cases) {
        write_overview_row(out, number, result, true)?;
    }
    writeln!(out)
}

/// Begins the table of all cases.
pub(crate) fn write_overview_head(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "## Overview\n")?;
    writeln!(out, "| # | Test | Result | Duration |")?;
    writeln!(out, "| ---: | :--- | :--- | ---: |")
}

/// Writes the row of the case that is the `number`th in the suite, which leads to its section if it has one.
pub(crate) fn write_overview_row(
    out: &mut impl Write,
    number: usize,
    result: &CaseResult,
    has_section: bool,
) -> io::Result<()> {
    let name = Text(&result.case.name);
    let Status { sign, words } = Status::of(result);
    write!(out, "| {number} | ")?;
    match has_section {
        true => write!(out, "[{name}](#{})", Anchor(number))?,
        false => write!(out, "{name}")?,
    }
    write!(out, " | {sign} {words} | ")?;
    match result.attempt() {
        Some(attempt) if result.verdict() != Verdict::Skipped => {
            writeln!(out, "{} |", Human(attempt.elapsed))
        }
        _ => writeln!(out, "– |"),
    }
}

fn write_environment(
    out: &mut impl Write,
    results: &RunResults,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = &results.run;
    let max_chars = options.max_output_chars;
    environment::write_start(out, run, iter::once(&*run.version))?;
    environment::write_health(out, results.health.as_ref(), max_chars)?;
    environment::write_facts(out, &run.environment, max_chars)
}
