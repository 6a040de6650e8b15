//! The words that progress is told in.

use std::time::Duration;

use console::Style;
use runner_core::{
    agent::AgentReport,
    outcome::OutcomeClass,
    results::{AttemptReport, CapturedOutput, Counts, GateResult, Verdict},
    text::{Clipped, Human, Tokens, Visible},
};
use suite::Case;

/// The output of a failed case is shown up to so many of its last lines.
const SHOWN_LINES: usize = 6;

/// Longer lines are shown in part.
const SHOWN_CHARS: usize = 160;

/// What came of an attempt: `✗ exit  failed after 5.4ms`.
pub(super) fn attempt_line(case: &Case, attempt: &AttemptReport) -> String {
    let class = attempt.outcome.class();
    let (sign, style) = sign(attempt.verdict());
    let words = match class {
        OutcomeClass::Passed => Human(attempt.elapsed).to_string(),
        OutcomeClass::Skipped => class.words().to_owned(),
        _ => format!("{} after {}", class.words(), Human(attempt.elapsed)),
    };
    format!(
        "{} {}  {}",
        style.apply_to(sign),
        Visible(&case.name),
        style.apply_to(words)
    )
}

/// What else there is to say about an attempt, line by line.
pub(super) fn particulars(case: &Case, attempt: &AttemptReport) -> Vec<String> {
    let mut lines = vec![format!("command: {}", clip(&case.command))];
    for notice in &attempt.notices {
        let words = clip(&notice.message);
        lines.push(format!("notice: {}: {words}", notice.kind.as_str()));
    }
    for finding in &attempt.findings {
        let times = if finding.count > 1 {
            format!(" ({} times)", finding.count)
        } else {
            String::new()
        };
        let words = clip(&finding.detail);
        lines.push(format!("finding: {}{times}: {words}", finding.code));
    }
    if let Some(agent) = &attempt.agent {
        lines.push(format!("agent: {}", clip(&about(agent))));
    }
    // What an agent answered says more than the last of its JSON lines.
    let result = attempt.agent.as_ref().and_then(|it| it.result.as_ref());
    let shown = match result {
        Some(result) if !result.final_text.is_empty() => &result.final_text,
        _ => &attempt.output,
    };
    lines.extend(last_lines(shown).map(|line| format!("│ {line}")));
    lines
}

/// How many cases came to what: `7 passed, 1 failed (1 infrastructure error), 2 skipped in 1.05s`.
pub(super) fn totals(counts: &Counts, elapsed: Duration) -> String {
    let mut text = format!("{} passed", counts.passed);
    if counts.flaky > 0 {
        text.push_str(&format!(" ({} flaky)", counts.flaky));
    }
    text.push_str(&format!(", {} failed", counts.failed));
    for (count, words) in [
        (counts.infrastructure_errors, "infrastructure error"),
        (counts.harness_errors, "harness error"),
    ] {
        if count > 0 {
            text.push_str(&format!(
                " ({count} {words}{})",
                if count == 1 { "" } else { "s" }
            ));
        }
    }
    for (count, words) in [
        (counts.inconclusive, "inconclusive"),
        (counts.skipped, "skipped"),
        (counts.not_run, "not run"),
    ] {
        if count > 0 {
            text.push_str(&format!(", {count} {words}"));
        }
    }
    text.push_str(&format!(" in {}", Human(elapsed)));
    text
}

pub(super) fn gate_line(gate: &GateResult) -> String {
    let (sign, style) = sign(if gate.holds {
        Verdict::Pass
    } else {
        Verdict::Fail
    });
    let value = gate
        .value
        .as_ref()
        .map_or("no attempt counts".into(), |value| value.to_string());
    let margin = gate.margin.as_ref().map(|margin| format!(", {margin}"));
    format!(
        "{} gate {}: {value}, asked: {}{}",
        style.apply_to(sign),
        Visible(&gate.name),
        gate.bound,
        margin.unwrap_or_default()
    )
}

pub(super) fn sign(verdict: Verdict) -> (&'static str, Style) {
    let style = Style::new().for_stderr();
    match verdict {
        Verdict::Pass => ("✓", style.green()),
        Verdict::Flaky => ("↻", style.yellow()),
        Verdict::Inconclusive => ("?", style.yellow()),
        Verdict::Skipped => ("–", style.yellow()),
        Verdict::NotRun => ("∅", style.yellow()),
        _ => ("✗", style.red()),
    }
}

/// What an agent told about its work, on one line.
fn about(agent: &AgentReport) -> String {
    let mut facts: Vec<String> = agent.model.iter().cloned().collect();
    if let Some(result) = &agent.result {
        let turns = |turns| format!("{turns} turn{}", if turns == 1 { "" } else { "s" });
        facts.extend(result.turns.map(turns));
        facts.extend(result.tokens.map(|tokens| Tokens(tokens).to_string()));
        facts.extend(result.cost.map(|cost| cost.to_string()));
    }
    if agent.retries.rate_limited > 0 {
        facts.push(format!("rate limits met: {}", agent.retries.rate_limited));
    }
    facts.join(", ")
}

/// Foreign text on one line, made harmless and not too long.
pub(super) fn clip(text: &str) -> String {
    Clipped(text, SHOWN_CHARS).to_string()
}

/// The last lines of an output that are not blank.
fn last_lines(output: &CapturedOutput) -> impl Iterator<Item = String> {
    let text = if output.tail.is_empty() {
        &output.head
    } else {
        &output.tail
    };
    let lines = text.lines().rev().filter(|line| !line.trim().is_empty());
    let last: Vec<_> = lines.take(SHOWN_LINES).map(clip).collect();
    last.into_iter().rev()
}
