//! The section of one case: what was asked, what came of it, what was seen.

use std::io::{self, Write};

use executor_protocol::Findings;
use runner_core::{
    excerpt::{Excerpt, needs_block},
    notices::Notices,
    outcome::{Outcome, OutcomeClass},
    results::{AttemptReport, CaseResult, Verdict},
    text::{Bytes, Grouped, Human},
    words::{reason, tries},
};

use crate::{
    ReportOptions, agent, attempts,
    escape::{CodeSpan, Text},
    excerpt, expectations,
    field::{write_code_list, write_field},
    format::Anchor,
};

/// What came of a case, as a sign and in words.
pub(crate) struct Status {
    /// Never alone: not everyone sees it, and not everyone reads it the same.
    pub(crate) sign: &'static str,
    /// In lower case.
    pub(crate) words: &'static str,
}

impl Status {
    pub(crate) fn of(result: &CaseResult) -> Self {
        let class = result.attempt().map(|attempt| attempt.outcome.class());
        let (sign, words) = match (result.verdict(), class) {
            (Verdict::Flaky, _) => ("🔁", "flaky"),
            (Verdict::Inconclusive, _) => ("❔", "inconclusive"),
            // Whatever the last of its attempts was.
            (Verdict::Pass, _) => return Self::of_class(OutcomeClass::Passed),
            (Verdict::NotRun, Some(OutcomeClass::Cancelled)) => {
                return Self::of_class(OutcomeClass::Cancelled);
            }
            (Verdict::NotRun, _) | (_, None) => ("⏹️", "not run"),
            (_, Some(class)) => return Self::of_class(class),
        };
        Self { sign, words }
    }

    pub(crate) fn of_class(class: OutcomeClass) -> Self {
        let sign = match class {
            OutcomeClass::Passed => "✅",
            OutcomeClass::InfrastructureError | OutcomeClass::HarnessError => "⚠️",
            OutcomeClass::Skipped => "⏭️",
            OutcomeClass::Cancelled | OutcomeClass::Interrupted => "⏹️",
            _ => "❌",
        };
        Self {
            sign,
            words: class.words(),
        }
    }
}

/// Writes the section of the case that is the `number`th in the suite; `bundle` is where everything about its
/// attempt is kept, if it is.
pub(crate) fn write(
    out: &mut impl Write,
    number: usize,
    result: &CaseResult,
    bundle: Option<&str>,
    options: &ReportOptions,
) -> io::Result<()> {
    let case = &*result.case;
    let status = Status::of(result);
    writeln!(out, "<a id=\"{}\"></a>\n", Anchor(number))?;
    let words = status.words.to_uppercase();
    writeln!(out, "### {} - {} {words}\n", Text(&case.name), status.sign)?;
    writeln!(out, "- **ID**: {}", CodeSpan(&case.id))?;
    if let Some(category) = &case.category {
        writeln!(out, "- **Category**: {}", Text(category))?;
    }
    if !case.tags.is_empty() {
        write_code_list(out, "Tags", case.tags.iter())?;
    }
    if !case.description.is_empty() {
        writeln!(out, "- **Description**: {}", Text(&case.description))?;
    }
    let tried = result
        .attempt()
        .filter(|_| result.verdict() != Verdict::Skipped);
    if let Some(tries) = tries(result) {
        writeln!(out, "- **Tried**: {tries}")?;
    }
    if let Some(attempt) = tried {
        writeln!(out, "- **Duration**: {}", Human(attempt.elapsed))?;
    }
    write_command(out, &case.command)?;
    if let Some(attempt) = tried {
        write_attempt(out, result, attempt)?;
    }
    if let Some(path) = bundle {
        writeln!(out, "- **Failure Bundle**: {}", CodeSpan(path))?;
    }
    write_reason(out, result, options)?;
    match tried {
        Some(attempt) => {
            attempts::write(out, result)?;
            write_notices(out, &attempt.notices)?;
            write_findings(out, &attempt.findings)?;
            let max_chars = match attempt.outcome {
                Outcome::Passed => options.max_output_chars,
                _ => options.max_failed_output_chars,
            };
            if let Some(agent) = &attempt.agent {
                agent::write_final_text(out, agent, max_chars)?;
            }
            write_output(out, attempt, max_chars)
        }
        None => Ok(()),
    }
}

/// A command is shown whole, however long it is: it is there to be run again.
fn write_command(out: &mut impl Write, command: &str) -> io::Result<()> {
    if !command.contains('\n') {
        return writeln!(out, "- **Command**: {}", CodeSpan(command));
    }
    writeln!(out, "- **Command**:\n")?;
    excerpt::write(out, Excerpt::of_text(command, usize::MAX), "sh")
}

fn write_attempt(
    out: &mut impl Write,
    result: &CaseResult,
    attempt: &AttemptReport,
) -> io::Result<()> {
    write!(out, "- **Outcome**: {}", attempt.outcome.class().words())?;
    if let Outcome::InfrastructureError(fault) = &attempt.outcome {
        write!(out, " (`{}`)", fault.kind.as_str())?;
    }
    writeln!(out)?;
    let expected = result.case.expected_exit_code;
    match attempt.exit_code {
        Some(code) if code == expected => writeln!(out, "- **Exit Code**: {code}")?,
        Some(code) => writeln!(out, "- **Exit Code**: {code} (expected: {expected})")?,
        None => writeln!(out, "- **Exit Code**: none reported")?,
    }
    writeln!(
        out,
        "- **Execution ID**: {}",
        CodeSpan(&attempt.execution_id)
    )?;
    if let Some(first_event) = attempt.stats.first_event {
        writeln!(out, "- **First Event After**: {}", Human(first_event))?;
    }
    if let Some(first_output) = attempt.stats.first_output {
        writeln!(out, "- **First Output After**: {}", Human(first_output))?;
    }
    if let Some(agent) = &attempt.agent {
        agent::write_items(out, agent)?;
    }
    expectations::write(out, result.case.match_on, &attempt.expectations)?;
    if attempt.output.is_empty() {
        writeln!(out, "- **Output**: none")?;
    }
    Ok(())
}

/// Ends the list with why the case did not pass.
fn write_reason(
    out: &mut impl Write,
    result: &CaseResult,
    options: &ReportOptions,
) -> io::Result<()> {
    let Some((label, reason)) = reason(result) else {
        return writeln!(out);
    };
    write_field(out, label, &reason, options.max_failed_output_chars)?;
    if needs_block(&reason) {
        Ok(())
    } else {
        writeln!(out)
    }
}

fn write_notices(out: &mut impl Write, notices: &Notices) -> io::Result<()> {
    let mut notices = notices.iter().peekable();
    if notices.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "**Notices of the executor**\n")?;
    for notice in notices {
        write!(out, "- `{}`", notice.kind.as_str())?;
        if notice.count > 1 {
            write!(out, " ({} times)", Grouped(notice.count))?;
        }
        if !notice.message.is_empty() {
            write!(out, ": {}", Text(&notice.message))?;
        }
        writeln!(out)?;
    }
    writeln!(out)
}

fn write_findings(out: &mut impl Write, findings: &Findings) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "**Breaches of the stream protocol**\n")?;
    writeln!(
        out,
        "| Code | Severity | Count | First At Byte | Meaning | Detail |"
    )?;
    writeln!(out, "| :--- | :--- | ---: | ---: | :--- | :--- |")?;
    for finding in findings {
        writeln!(
            out,
            "| `{}` | {} | {} | {} | {} | {} |",
            finding.code,
            finding.code.severity(),
            Grouped(finding.count),
            Grouped(finding.first_offset),
            finding.code.description(),
            Text(&finding.detail)
        )?;
    }
    writeln!(out)
}

fn write_output(out: &mut impl Write, attempt: &AttemptReport, max_chars: usize) -> io::Result<()> {
    if attempt.output.is_empty() {
        return Ok(());
    }
    let size = Bytes(attempt.output.total_bytes());
    // The empty line after the summary is what makes renderers read Markdown again.
    writeln!(out, "<details>\n<summary>Output ({size})</summary>\n")?;
    excerpt::write(out, Excerpt::of_output(&attempt.output, max_chars), "text")?;
    writeln!(out, "</details>\n")
}
