//! Why an attempt did not pass.

use std::time::Duration;

use executor_protocol::{ExitStatus, FindingCode, Findings, Severity, StreamStats};
use suite::{Case, Pattern};

use super::Strictness;
use crate::{
    outcome::{Failure, Fault, FaultKind, Outcome},
    results::{ExpectationResult, Standing},
    text::Part,
};

/// A breach that leaves nothing to be believed is the executor's fault.
pub(super) fn untrustworthy(findings: &Findings, strictness: Strictness) -> Option<Outcome> {
    let tolerated = match strictness {
        Strictness::Lenient => Severity::Warning,
        Strictness::Strict => Severity::Note,
    };
    let grave = |code: FindingCode| code.severity() > tolerated;
    let worst = findings.iter().filter(|finding| grave(finding.code));
    // The first of the gravest: what came after it may only follow from it.
    let finding = worst.rev().max_by_key(|finding| finding.code.severity())?;
    let mut message = format!("{}: {}", finding.code, finding.code.description());
    if !finding.detail.is_empty() {
        message.push_str(&format!(" ({})", finding.detail));
    }
    let kind = FaultKind::Protocol(finding.code);
    Some(Outcome::InfrastructureError(Fault { kind, message }))
}

/// A stream without a terminal event proves nothing, whatever its transport thinks of it.
pub(super) fn without_terminal(exit: Option<ExitStatus>) -> Option<Outcome> {
    let code = FindingCode::MissingTerminal;
    exit.is_none().then(|| {
        let message = format!("{code}: {}", code.description());
        Outcome::InfrastructureError(Fault {
            kind: FaultKind::Protocol(code),
            message,
        })
    })
}

/// An end that comes after the timeout is a timeout, whatever the executor calls it: with an error
/// event, with some exit code, or even with success.
pub(super) fn too_late(timeout: Duration, stats: &StreamStats) -> Option<Outcome> {
    let terminal = stats.terminal.filter(|terminal| *terminal >= timeout)?;
    let silent_for = terminal - stats.last_output.unwrap_or_default().min(terminal);
    Some(Outcome::TimedOut {
        limit: timeout,
        silent_for,
    })
}

pub(super) fn failed(
    case: &Case,
    exit: Option<ExitStatus>,
    first_error: Option<String>,
    agent_failure: Option<Failure>,
    expectations: &[ExpectationResult],
) -> Option<Outcome> {
    let mut failures = Vec::new();
    if let Some(message) = first_error {
        failures.push(Failure::ErrorEvent { message });
    }
    let expected = case.expected_exit_code;
    match exit {
        Some(ExitStatus::Code(actual)) if actual != expected => {
            failures.push(Failure::ExitCode { expected, actual });
        }
        // Where no exit code is reported, an error event says why; if it does not, this does.
        Some(ExitStatus::NotReported) if failures.is_empty() => {
            let message = "the command ended without an exit code".into();
            failures.push(Failure::ErrorEvent { message });
        }
        _ => {}
    }
    failures.extend(agent_failure);
    failures.extend(missed(case, expectations));
    (!failures.is_empty()).then_some(Outcome::Failed(failures))
}

/// The expectations that were missed: plain texts together, as they are many, and all others for themselves.
fn missed(case: &Case, expectations: &[ExpectationResult]) -> Vec<Failure> {
    let patterns = &case.expectations.expected;
    let mut texts = Vec::new();
    let mut others = Vec::new();
    for (index, result) in expectations.iter().enumerate() {
        if result.standing != Standing::Missed {
            continue;
        }
        let pattern = patterns.get(index);
        match pattern {
            Some(Pattern::Literal {
                case_sensitive: false,
                ..
            }) => texts.push(result.words.clone()),
            _ => {
                let mut detail = result.detail.clone();
                if pattern.is_some() {
                    let nearest = if detail.is_empty() { "" } else { "; " };
                    detail = format!("not found in the {}{nearest}{detail}", Part(case.match_on));
                }
                others.push(Failure::Expectation {
                    kind: result.kind,
                    words: result.words.clone(),
                    detail,
                });
            }
        }
    }
    let texts = (!texts.is_empty()).then_some(Failure::MissingPatterns {
        patterns: texts,
        part: case.match_on,
    });
    texts.into_iter().chain(others).collect()
}

/// An attempt that was ended although nothing was missed is the runner's fault, and never a pass.
pub(super) fn nothing_failed() -> Outcome {
    let message = "the attempt was ended for an expectation that was not missed".into();
    Outcome::HarnessError { message }
}
