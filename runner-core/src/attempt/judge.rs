//! Judges one attempt from the events of its stream: pure, no clock, no I/O.

use std::time::Duration;

use executor_protocol::{
    ExitStatus, Findings, OutputJoin, Severity, StreamEvent, StreamStats, TransportError,
};
use suite::Case;

use super::{capture::Capture, matcher::Matcher};
use crate::{
    outcome::{Failure, Fault, FaultKind, Outcome},
    results::{CapturedOutput, PatternResult},
};

/// Takes the events of one attempt as they come and reaches a judgement at the end.
#[derive(Debug)]
pub struct Judge {
    join: OutputJoin,
    matcher: Matcher,
    capture: Capture,
    has_output: bool,
    exit: Option<ExitStatus>,
    first_error: Option<String>,
}

/// How the stream of an attempt ended.
#[derive(Debug)]
pub enum StreamEnd {
    /// As its framing says.
    Clean,
    /// Because the run was ended.
    Cancelled,
    /// By a fault or a deadline.
    Error(TransportError),
}

/// What came of an attempt.
#[derive(Debug)]
pub struct Judgement {
    /// What happened.
    pub outcome: Outcome,
    /// The exit code, if a usable one came.
    pub exit_code: Option<i32>,
    /// The case's patterns, with whether each was found.
    pub patterns: Vec<PatternResult>,
    /// What the command printed, as far as it was kept.
    pub output: CapturedOutput,
}

/// Messages of error events are kept up to this many characters.
const ERROR_CHARS: usize = 2000;

impl Judge {
    /// A judge for an attempt at `case` that keeps the first and last `keep_bytes` of its output.
    #[must_use]
    pub fn new(case: &Case, join: OutputJoin, keep_bytes: usize) -> Self {
        Self {
            join,
            matcher: Matcher::new(case.expected_patterns.iter().map(String::as_str)),
            capture: Capture::new(keep_bytes),
            has_output: false,
            exit: None,
            first_error: None,
        }
    }

    /// Takes the next event. What comes after the terminal event counts for nothing: it is a finding.
    pub fn on_event(&mut self, event: StreamEvent<'_>) {
        if self.exit.is_some() {
            return;
        }
        match event {
            StreamEvent::Output { data, .. } => {
                if self.has_output && self.join == OutputJoin::Lines {
                    self.on_output("\n");
                }
                self.has_output = true;
                self.on_output(data);
            }
            StreamEvent::Error { message } => {
                let words = || message.chars().take(ERROR_CHARS).collect();
                self.first_error.get_or_insert_with(words);
            }
            StreamEvent::Complete { exit } => self.exit = Some(exit),
            _ => {}
        }
    }

    fn on_output(&mut self, text: &str) {
        self.matcher.push(text);
        self.capture.push(text);
    }

    /// Brings the search for patterns up to date; worth calling when the stream pauses.
    pub fn on_pause(&mut self) {
        self.matcher.flush();
    }

    /// Reaches the judgement.
    #[must_use]
    pub fn finish(
        self,
        case: &Case,
        end: StreamEnd,
        findings: &Findings,
        stats: &StreamStats,
    ) -> Judgement {
        let found = self.matcher.finish();
        let patterns: Vec<_> = case
            .expected_patterns
            .iter()
            .zip(found)
            .map(|(pattern, found)| PatternResult {
                pattern: pattern.clone(),
                found,
            })
            .collect();
        let exit_code = self.exit.and_then(ExitStatus::code);
        let outcome = match end {
            StreamEnd::Cancelled => Outcome::Cancelled,
            StreamEnd::Error(error) => Outcome::of_transport_error(&error, case.timeout),
            StreamEnd::Clean => untrustworthy(findings)
                .or_else(|| too_late(case.timeout, stats))
                .or_else(|| failed(case, self.exit, self.first_error, &patterns))
                .unwrap_or(Outcome::Passed),
        };
        Judgement {
            outcome,
            exit_code,
            patterns,
            output: self.capture.finish(),
        }
    }
}

/// A breach that leaves nothing to be believed is the executor's fault.
fn untrustworthy(findings: &Findings) -> Option<Outcome> {
    let finding = findings
        .iter()
        .find(|finding| finding.code.severity() == Severity::Error)?;
    let mut message = format!("{}: {}", finding.code, finding.code.description());
    if !finding.detail.is_empty() {
        message.push_str(&format!(" ({})", finding.detail));
    }
    let kind = FaultKind::Protocol(finding.code);
    Some(Outcome::InfrastructureError(Fault { kind, message }))
}

/// An end that comes after the timeout is a timeout, whatever the executor calls it: with an error
/// event, with some exit code, or even with success.
fn too_late(timeout: Duration, stats: &StreamStats) -> Option<Outcome> {
    let terminal = stats.terminal.filter(|terminal| *terminal >= timeout)?;
    let silent_for = terminal - stats.last_output.unwrap_or_default().min(terminal);
    Some(Outcome::TimedOut {
        limit: timeout,
        silent_for,
    })
}

fn failed(
    case: &Case,
    exit: Option<ExitStatus>,
    first_error: Option<String>,
    patterns: &[PatternResult],
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
    let missing: Vec<_> = patterns
        .iter()
        .filter(|result| !result.found)
        .map(|result| result.pattern.clone())
        .collect();
    if !missing.is_empty() {
        failures.push(Failure::MissingPatterns(missing));
    }
    (!failures.is_empty()).then_some(Outcome::Failed(failures))
}

#[cfg(test)]
mod tests {
    use executor_protocol::FindingCode;

    use super::*;
    use crate::test_support::case;

    const COMPLETE: StreamEvent<'_> = StreamEvent::Complete {
        exit: ExitStatus::Code(0),
    };

    fn output(data: &str) -> StreamEvent<'_> {
        StreamEvent::Output {
            data,
            channel: None,
        }
    }

    fn judge(events: &[StreamEvent<'_>], findings: &Findings, stats: &StreamStats) -> Judgement {
        let mut case = case("a");
        case.expected_patterns = vec!["one\ntwo".into()];
        let mut judge = Judge::new(&case, OutputJoin::Lines, 1024);
        for event in events {
            judge.on_event(*event);
        }
        judge.finish(&case, StreamEnd::Clean, findings, stats)
    }

    fn outcome(events: &[StreamEvent<'_>]) -> Outcome {
        judge(events, &Findings::default(), &StreamStats::default()).outcome
    }

    #[test]
    fn an_attempt_passes_with_every_pattern_across_events_and_the_expected_exit_code() {
        assert_eq!(
            outcome(&[output("ONE"), output("two"), COMPLETE]),
            Outcome::Passed
        );
    }

    #[test]
    fn patterns_do_not_make_up_for_an_exit_code_nor_an_exit_code_for_patterns() {
        let exit = StreamEvent::Complete {
            exit: ExitStatus::Code(1),
        };
        let failure = Failure::ExitCode {
            expected: 0,
            actual: 1,
        };
        assert_eq!(
            outcome(&[output("one"), output("two"), exit]),
            Outcome::Failed(vec![failure])
        );
        let missing = Failure::MissingPatterns(vec!["one\ntwo".into()]);
        assert_eq!(
            outcome(&[output("one"), COMPLETE]),
            Outcome::Failed(vec![missing])
        );
    }

    #[test]
    fn an_error_event_is_never_a_pass() {
        let events = [
            output("one"),
            output("two"),
            StreamEvent::Error { message: "boom" },
            COMPLETE,
        ];
        let failure = Failure::ErrorEvent {
            message: "boom".into(),
        };
        assert_eq!(outcome(&events), Outcome::Failed(vec![failure]));
    }

    #[test]
    fn output_after_the_terminal_event_counts_for_nothing() {
        let judgement = judge(
            &[COMPLETE, output("one"), output("two")],
            &Findings::default(),
            &StreamStats::default(),
        );
        assert!(judgement.output.is_empty());
        assert!(!judgement.patterns[0].found);
    }

    #[test]
    fn a_breach_that_makes_the_result_untrustworthy_is_never_a_pass() {
        for code in FindingCode::ALL.iter().copied() {
            let mut findings = Findings::default();
            findings.record(code, 7, String::new);
            let judgement = judge(
                &[output("one"), output("two"), COMPLETE],
                &findings,
                &StreamStats::default(),
            );
            let passed = judgement.outcome == Outcome::Passed;
            assert_eq!(passed, code.severity() < Severity::Error, "{code}");
        }
    }

    #[test]
    fn an_end_after_the_timeout_is_a_timeout_even_with_exit_code_zero() {
        let stats = StreamStats {
            terminal: Some(Duration::from_secs(31)),
            last_output: Some(Duration::from_secs(10)),
            ..StreamStats::default()
        };
        let judgement = judge(
            &[output("one"), output("two"), COMPLETE],
            &Findings::default(),
            &stats,
        );
        let limit = Duration::from_secs(30);
        assert_eq!(
            judgement.outcome,
            Outcome::TimedOut {
                limit,
                silent_for: Duration::from_secs(21)
            }
        );
    }
}
