//! The order of the report: from what everyone reads to what only some look up.
//!
//! The verdict and its reasons come first, then the numbers, the gates, an overview of all cases,
//! their sections, and at the end where the run took place. The structure of title, head, summary
//! and sections is the one of the report that the first stress tests wrote, so that readers and
//! scripts that know it find their way.

use std::io::{self, Write};

use runner_core::{
    results::{CaseResult, Counts, GateResult, RunProblem, RunResults, Verdict},
    text::{Grouped, Human, Share},
};

use crate::{
    ReportOptions, agent,
    case::{self, Anchor, Status},
    escape::{CodeSpan, Text},
    excerpt::Excerpt,
    format::{Seconds, title},
};

/// A text of more characters than this is shown as a block instead of in its line.
const MAX_LINE_CHARS: usize = 300;

/// Writes the whole report.
pub(crate) fn write(
    out: &mut impl Write,
    results: &RunResults,
    options: &ReportOptions,
) -> io::Result<()> {
    let counts = Counts::of(&results.cases);
    writeln!(out, "# {}\n", Text(&title(&results.run.suite_stem)))?;
    write_verdict(out, results, &counts, options)?;
    write_head(out, results)?;
    write_summary(out, &counts)?;
    write_gates(out, &results.gates)?;
    write_overview(out, &results.cases)?;
    writeln!(out, "## Test Results\n")?;
    for (index, result) in results.cases.iter().enumerate() {
        case::write(out, index + 1, result, options)?;
    }
    write_environment(out, results, options)
}

/// Whether a foreign text is shown as a block, because a line is no place for it.
pub(crate) fn needs_block(text: &str) -> bool {
    text.contains('\n') || text.chars().nth(MAX_LINE_CHARS).is_some()
}

/// Writes a list item with a foreign text: in its line where it fits, else as blocks below it,
/// which end the list and bring the empty line after it.
///
/// Blocks stand at the start of a line, because in a list item a fence would end with the
/// indentation.
pub(crate) fn write_field(
    out: &mut impl Write,
    label: &str,
    text: &str,
    max_chars: usize,
) -> io::Result<()> {
    if !needs_block(text) {
        return writeln!(out, "- **{label}**: {}", Text(text));
    }
    writeln!(out, "- **{label}**:\n")?;
    Excerpt::of_text(text, max_chars).write(out, "text")
}

fn write_verdict(
    out: &mut impl Write,
    results: &RunResults,
    counts: &Counts,
    options: &ReportOptions,
) -> io::Result<()> {
    let tried = Grouped(counts.passed + counts.failed);
    let failed = Grouped(counts.failed);
    let Some(gravest) = results.problems.first() else {
        return match counts.failed {
            0 => writeln!(
                out,
                "✅ **The run succeeded**: {tried} of {tried} tried cases passed.\n"
            ),
            _ => writeln!(
                out,
                "✅ **The run succeeded**: every gate holds, although {failed} of {tried} tried \
                 cases did not pass.\n"
            ),
        };
    };
    let words = match gravest {
        RunProblem::ExecutorUnavailable { .. } => "The run could not start",
        RunProblem::ExecutorLost { .. } => "The run lost its executor",
        RunProblem::Interrupted => "The run was interrupted",
        RunProblem::NothingTried => "The run shows nothing",
        _ => "The run failed",
    };
    writeln!(out, "❌ **{words}**, because:\n")?;
    let max_chars = options.max_failed_output_chars;
    for problem in &results.problems {
        match problem {
            RunProblem::ExecutorUnavailable { reason } => {
                write_field(
                    out,
                    "Executor not available at the start",
                    reason,
                    max_chars,
                )?;
            }
            RunProblem::ExecutorLost { reason } => {
                write_field(out, "Executor lost in the middle", reason, max_chars)?;
            }
            RunProblem::Interrupted => {
                let (not_run, total) = (Grouped(counts.not_run), Grouped(counts.total));
                writeln!(
                    out,
                    "- **Interrupted**: {not_run} of {total} cases were not run"
                )?;
            }
            RunProblem::GateFailed => {
                write!(out, "- **Gates that do not hold**: ")?;
                let failed = results.gates.iter().filter(|gate| !gate.holds);
                for (index, gate) in failed.enumerate() {
                    write!(out, "{}`{}`", if index > 0 { ", " } else { "" }, gate.name)?;
                }
                writeln!(out)?;
            }
            RunProblem::CaseFailed => {
                writeln!(
                    out,
                    "- **Cases that did not pass**: {failed} of {tried} tried"
                )?;
            }
            RunProblem::NothingTried => {
                writeln!(out, "- **Nothing tried**: no case was run to an end")?;
            }
            // A problem that is younger than this report is told in the words of its type.
            other => write_field(out, "Problem", &format!("{other:?}"), max_chars)?,
        }
    }
    writeln!(out)
}

fn write_head(out: &mut impl Write, results: &RunResults) -> io::Result<()> {
    let run = &results.run;
    // The report reads no clock. It belongs to the moment the run ended, which it is told.
    let ended_at = run.started_at.checked_add(results.elapsed);
    let ended_at = ended_at
        .as_ref()
        .unwrap_or(&run.started_at)
        .strftime("%Y-%m-%dT%H:%M:%S%:z");
    // Two spaces at the end of a line break it.
    writeln!(out, "**Generated**: {ended_at}  ")?;
    writeln!(out, "**Execution ID**: {}  ", CodeSpan(&run.marker))?;
    writeln!(out, "**Total Duration**: {}  ", Seconds(results.elapsed))?;
    if !run.suite_description.is_empty() {
        writeln!(out, "**Description**: {}  ", Text(&run.suite_description))?;
    }
    writeln!(out, "**Configuration**: {}\n", CodeSpan(&run.suite_path))
}

/// Every case counts in exactly one line. In `counts`, `failed` holds the errors, too.
fn write_summary(out: &mut impl Write, counts: &Counts) -> io::Result<()> {
    let errors = counts.infrastructure_errors + counts.harness_errors;
    writeln!(out, "## Summary\n")?;
    writeln!(out, "- **Total Tests**: {}", Grouped(counts.total))?;
    writeln!(out, "- **Passed**: {} ✅", Grouped(counts.passed))?;
    writeln!(
        out,
        "- **Failed**: {} ❌",
        Grouped(counts.failed.saturating_sub(errors))
    )?;
    writeln!(
        out,
        "- **Infrastructure Errors**: {} ⚠️",
        Grouped(counts.infrastructure_errors)
    )?;
    writeln!(
        out,
        "- **Harness Errors**: {} ⚠️",
        Grouped(counts.harness_errors)
    )?;
    writeln!(out, "- **Skipped**: {} ⏭️", Grouped(counts.skipped))?;
    writeln!(out, "- **Not Run**: {} ⏹️", Grouped(counts.not_run))?;
    writeln!(out, "- **Success Rate**: {}", Share(counts.success()))?;
    agent::write_totals(out, &counts.agents)?;
    writeln!(out)
}

fn write_gates(out: &mut impl Write, gates: &[GateResult]) -> io::Result<()> {
    if gates.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Gates\n")?;
    writeln!(out, "| Gate | Bound | Value | Holds |")?;
    writeln!(out, "| :--- | :--- | :--- | :--- |")?;
    for gate in gates {
        write!(out, "| `{}` | ", gate.name)?;
        write!(out, "{} | ", gate.bound)?;
        match gate.value {
            None => write!(out, "none, because nothing counts for it")?,
            Some(value) => write!(out, "{value}")?,
        }
        writeln!(out, " | {} |", if gate.holds { "✅ yes" } else { "❌ no" })?;
    }
    writeln!(out)
}

/// Where the overview lists a case: what needs attention comes first.
fn rank(verdict: Verdict) -> usize {
    match verdict {
        Verdict::NotRun => 1,
        Verdict::Skipped => 2,
        Verdict::Pass => 3,
        _ => 0,
    }
}

fn write_overview(out: &mut impl Write, cases: &[CaseResult]) -> io::Result<()> {
    if cases.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Overview\n")?;
    writeln!(out, "| # | Test | Result | Duration |")?;
    writeln!(out, "| ---: | :--- | :--- | ---: |")?;
    for turn in 0..=3 {
        for (index, result) in cases.iter().enumerate() {
            let verdict = result.verdict();
            if rank(verdict) != turn {
                continue;
            }
            let number = index + 1;
            let name = Text(&result.case.name);
            let Status { sign, words } = Status::of(result);
            write!(
                out,
                "| {number} | [{name}](#{}) | {sign} {words} | ",
                Anchor(number)
            )?;
            match &result.attempt {
                Some(attempt) if verdict != Verdict::Skipped => {
                    writeln!(out, "{} |", Human(attempt.elapsed))?;
                }
                _ => writeln!(out, "– |")?,
            }
        }
    }
    writeln!(out)
}

fn write_environment(
    out: &mut impl Write,
    results: &RunResults,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = &results.run;
    writeln!(out, "## Environment\n")?;
    writeln!(out, "- **Gauntlet Version**: {}", Text(&run.version))?;
    writeln!(out, "- **Executor**: {}", CodeSpan(&run.executor))?;
    match &results.health {
        None => writeln!(out, "- **Executor Health**: never healthy")?,
        Some(health) => {
            writeln!(
                out,
                "- **Executor Health**: answered after {}",
                Human(health.latency)
            )?;
            let body = &health.body;
            // Data rather than words: shown exactly.
            match needs_block(body) {
                false => writeln!(out, "- **Health Body**: {}", CodeSpan(body))?,
                true => write_field(out, "Health Body", body, options.max_output_chars)?,
            }
        }
    }
    for (name, value) in &run.environment {
        // Spaces inside of the asterisks would keep the name from being bold.
        let name = Text(name.trim()).to_string();
        write_field(out, &name, value, options.max_output_chars)?;
    }
    Ok(())
}
