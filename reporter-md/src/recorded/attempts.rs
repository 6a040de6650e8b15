//! Single attempts: those that did not pass, and the slowest of those that did.

use std::io::{self, Write};

use runner_core::{
    excerpt::{Excerpt, needs_block},
    recorded::RecordedAttempt,
    text::{Bytes, Grouped, Human, OrDash},
};

use super::View;
use crate::{
    ReportOptions,
    case::Status,
    cell::{Clipped, Name, is_clipped},
    escape::CodeSpan,
    excerpt,
    field::write_field,
};

/// So many attempts that did not pass are shown with all that is kept of them.
const IN_FULL: usize = 5;

/// So many attempts are listed in each table.
const LISTED: usize = 100;

/// Writes the section about attempts that did not pass; nothing if there are none.
pub(crate) fn write_failed(
    out: &mut impl Write,
    view: View<'_>,
    options: &ReportOptions,
) -> io::Result<()> {
    let run = view.run;
    let shown = &run.failed[..run.failed.len().min(LISTED)];
    let count = run.counts.failed.max(shown.len() as u64);
    if count == 0 {
        return Ok(());
    }
    writeln!(out, "## Failed Attempts\n")?;
    let all = Grouped(count);
    let is_complete = shown.len() as u64 == count;
    write!(out, "Attempts that did not pass, latest first: ")?;
    match shown.len() {
        0 => write!(out, "none of {all} is listed.")?,
        _ if is_complete => write!(out, "all {all}.")?,
        some => write!(out, "the latest {some} of {all}.")?,
    }
    end_paragraph(out, if is_complete { 0 } else { run.pruned })?;
    if shown.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "| Attempt | Iteration | Case | Began | Outcome | Duration | Exit Code | Findings | Explanation |"
    )?;
    writeln!(
        out,
        "| ---: | ---: | :--- | :--- | :--- | ---: | ---: | :--- | :--- |"
    )?;
    for attempt in shown {
        write_failed_row(out, view, attempt)?;
    }
    writeln!(out)?;
    let with_more = shown.iter().filter(|attempt| has_more(attempt));
    for attempt in with_more.take(IN_FULL) {
        write_in_full(out, attempt, options)?;
    }
    Ok(())
}

/// Ends a paragraph with what is not listed because it is not kept.
fn end_paragraph(out: &mut impl Write, pruned: u64) -> io::Result<()> {
    if pruned > 0 {
        let pruned = Grouped(pruned);
        write!(
            out,
            " Older attempts of which only sums are kept: {pruned}."
        )?;
    }
    writeln!(out, "\n")
}

fn write_failed_row(
    out: &mut impl Write,
    view: View<'_>,
    attempt: &RecordedAttempt,
) -> io::Result<()> {
    let Status { sign, words } = Status::of_class(attempt.outcome);
    write_start(out, view, attempt)?;
    write!(
        out,
        "{sign} {words} | {} | {} | ",
        Human(attempt.elapsed),
        OrDash(attempt.exit_code)
    )?;
    for (index, code) in attempt.findings.iter().enumerate() {
        write!(out, "{}{}", if index > 0 { ", " } else { "" }, Name(code))?;
    }
    if attempt.findings.is_empty() {
        write!(out, "–")?;
    }
    let explanation = attempt.explanation.as_deref().map(Clipped);
    writeln!(out, " | {} |", OrDash(explanation))
}

/// Writes which attempt a row is about.
fn write_start(out: &mut impl Write, view: View<'_>, attempt: &RecordedAttempt) -> io::Result<()> {
    write!(
        out,
        "| {} | {} | {} | {} | ",
        Grouped(attempt.number),
        Grouped(attempt.iteration),
        Name(&attempt.case_id),
        view.moment(attempt.began)
    )
}

/// Whether there is more to an attempt than its row shows.
fn has_more(attempt: &RecordedAttempt) -> bool {
    attempt.output.is_some() || attempt.explanation.as_deref().is_some_and(is_clipped)
}

fn write_in_full(
    out: &mut impl Write,
    attempt: &RecordedAttempt,
    options: &ReportOptions,
) -> io::Result<()> {
    let max_chars = options.max_failed_output_chars;
    let number = Grouped(attempt.number);
    // The empty line after the summary is what makes renderers read Markdown again.
    match &attempt.output {
        Some(output) => {
            let size = Bytes(output.len() as u64);
            writeln!(
                out,
                "<details>\n<summary>Attempt {number} with the end of its output ({size})</summary>\n"
            )?;
        }
        None => writeln!(out, "<details>\n<summary>Attempt {number}</summary>\n")?,
    }
    writeln!(out, "- **Case**: {}", CodeSpan(&attempt.case_id))?;
    let explanation = attempt.explanation.as_deref().unwrap_or_default();
    if !explanation.is_empty() {
        write_field(out, "Explanation", explanation, max_chars)?;
    }
    if !needs_block(explanation) {
        writeln!(out)?;
    }
    if let Some(output) = &attempt.output {
        excerpt::write(out, Excerpt::of_text(output, max_chars), "text")?;
    }
    writeln!(out, "</details>\n")
}

/// Writes the section about the slowest attempts; nothing if none is known.
pub(crate) fn write_slowest(out: &mut impl Write, view: View<'_>) -> io::Result<()> {
    let run = view.run;
    if run.slowest.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Slowest Attempts\n")?;
    write!(out, "Attempts that passed, slowest first.")?;
    end_paragraph(out, run.pruned)?;
    writeln!(out, "| Attempt | Iteration | Case | Began | Duration |")?;
    writeln!(out, "| ---: | ---: | :--- | :--- | ---: |")?;
    for attempt in run.slowest.iter().take(LISTED) {
        write_start(out, view, attempt)?;
        writeln!(out, "{} |", Human(attempt.elapsed))?;
    }
    writeln!(out)
}
