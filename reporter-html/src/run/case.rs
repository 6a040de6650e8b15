//! The article about one case: what was asked, what came of it, what was seen.

use charts::{Table, numbers, words};
use executor_protocol::Findings;
use maud::{Markup, html};
use runner_core::{
    excerpt::Excerpt,
    notices::Notices,
    outcome::Outcome,
    results::{AttemptReport, CaseResult, Verdict},
    text::{Bytes, Grouped, Human},
    words::{reason, tries},
};

use super::{
    agent, attempts,
    expectations::{self, codes},
};
use crate::{
    ReportOptions,
    excerpt::{self, Blocks},
    facts::Facts,
    format::Anchor,
    status::Status,
    text::{Code, Prose},
};

/// The article about the case that is the `number`th in the suite; `bundle` is where everything about its attempt
/// is kept, if it is.
pub(super) fn article(
    number: usize,
    result: &CaseResult,
    bundle: Option<&str>,
    options: &ReportOptions,
) -> Markup {
    let attempt = result.attempt().map(|attempt| &**attempt);
    let tried = attempt.filter(|_| result.verdict() != Verdict::Skipped);
    html! {
        article id=(Anchor(number)) {
            h3 { (Prose(&result.case.name)) " " (Status::of(result)) }
            (facts(result, tried, bundle, options))
            @if let Some(attempt) = tried {
                (attempts::table(result))
                (notices(&attempt.notices))
                (findings(&attempt.findings))
                @let max_chars = max_chars(attempt, options);
                @if let Some(agent) = &attempt.agent { (agent::final_text(agent, max_chars)) }
                @if !attempt.output.is_empty() {
                    details {
                        summary { "Output (" (Bytes(attempt.output.total_bytes())) ")" }
                        (Blocks(Excerpt::of_output(&attempt.output, max_chars)))
                    }
                }
            }
        }
    }
}

/// How many characters of an output are shown.
fn max_chars(attempt: &AttemptReport, options: &ReportOptions) -> usize {
    match attempt.outcome {
        Outcome::Passed => options.max_output_chars,
        _ => options.max_failed_output_chars,
    }
}

fn facts(
    result: &CaseResult,
    tried: Option<&AttemptReport>,
    bundle: Option<&str>,
    options: &ReportOptions,
) -> Facts {
    let case = &*result.case;
    let mut facts = Facts::default();
    if let Some((label, reason)) = reason(result) {
        let words = excerpt::words(&reason, options.max_failed_output_chars);
        facts.add_wide(label, words);
    }
    if !case.description.is_empty() {
        facts.add_wide("Description", Prose(&case.description));
    }
    // A command is shown whole, however long it is: it is there to be run again.
    match case.command.contains('\n') {
        true => facts.add_wide(
            "Command",
            Blocks(Excerpt::of_text(&case.command, usize::MAX)),
        ),
        false => facts.add_wide("Command", Code(&case.command)),
    }
    facts.add("ID", Code(&case.id));
    if let Some(category) = &case.category {
        facts.add("Category", Prose(category));
    }
    if !case.tags.is_empty() {
        facts.add("Tags", codes(case.tags.iter().map(|tag| &**tag)));
    }
    if let Some(tries) = tries(result) {
        facts.add_wide("Tried", tries);
    }
    if let Some(attempt) = tried {
        facts.add("Duration", Human(attempt.elapsed).to_string());
        add_attempt(&mut facts, result, attempt);
    }
    if let Some(path) = bundle {
        facts.add_wide("Failure bundle", Code(path));
    }
    facts
}

fn add_attempt(facts: &mut Facts, result: &CaseResult, attempt: &AttemptReport) {
    let outcome = html! {
        (attempt.outcome.class().words())
        @if let Outcome::InfrastructureError(fault) = &attempt.outcome {
            " (" code { (fault.kind.as_str()) } ")"
        }
    };
    facts.add("Outcome", outcome);
    let expected = result.case.expected_exit_code;
    let exit_code = match attempt.exit_code {
        Some(code) if code == expected => code.to_string(),
        Some(code) => format!("{code} (expected: {expected})"),
        None => "none reported".into(),
    };
    facts.add("Exit code", exit_code);
    facts.add("Execution ID", Code(&attempt.execution_id));
    if let Some(first_event) = attempt.stats.first_event {
        facts.add("First event after", Human(first_event).to_string());
    }
    if let Some(first_output) = attempt.stats.first_output {
        facts.add("First output after", Human(first_output).to_string());
    }
    if let Some(agent) = &attempt.agent {
        agent::add(facts, agent);
    }
    expectations::add(facts, result.case.match_on, &attempt.expectations);
    if attempt.output.is_empty() {
        facts.add("Output", "none");
    }
}

fn notices(notices: &Notices) -> Markup {
    html! {
        @if notices.iter().next().is_some() {
            h4 { "Notices of the executor" }
            ul {
                @for notice in notices {
                    li {
                        code { (notice.kind.as_str()) }
                        @if notice.count > 1 { " (" (Grouped(notice.count)) " times)" }
                        @if !notice.message.is_empty() { ": " (Prose(&notice.message)) }
                    }
                }
            }
        }
    }
}

fn findings(findings: &Findings) -> Markup {
    let rows = html! {
        @for finding in findings {
            tr {
                th scope="row" { code { (finding.code) } }
                td { (finding.code.severity()) }
                td.n { (Grouped(finding.count)) }
                td.n { (Grouped(finding.first_offset)) }
                td { (finding.code.description()) }
                td { (Prose(&finding.detail)) }
            }
        }
    };
    let columns = [
        words("Code"),
        words("Severity"),
        numbers("Count"),
        numbers("First at byte"),
        words("Meaning"),
        words("Detail"),
    ];
    let table = Table {
        caption: "Breaches of the stream protocol",
        columns: &columns,
        rows,
    };
    html! { @if !findings.is_empty() { (table) } }
}
