//! Judges one attempt from the events of its stream: pure, no clock, no I/O.

use std::time::Duration;

use executor_protocol::{
    Channel, ExitStatus, FindingCode, Findings, OutputJoin, Severity, StreamEvent, StreamStats,
    TransportError,
};
use suite::{Case, MatchOn, Pattern};

use super::{
    capture::Capture,
    format::{AgentOutput, AgentReader},
    matcher::Matcher,
};
use crate::{
    agent::AgentReport,
    notices::Notices,
    outcome::{Failure, Fault, FaultKind, Outcome},
    results::{CapturedOutput, PatternResult},
};

/// Takes the events of one attempt as they come and reaches a judgement at the end.
#[derive(Debug)]
pub struct Judge {
    join: OutputJoin,
    match_on: MatchOn,
    matcher: Matcher,
    /// Whether any output went to the matcher.
    has_searched: bool,
    capture: Capture,
    /// Whether there was any output.
    has_output: bool,
    agent: Option<AgentReader>,
    exit: Option<ExitStatus>,
    first_error: Option<String>,
    notices: Notices,
    strictness: Strictness,
}

/// Which breaches of the stream protocol fail a case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Strictness {
    /// Those that leave the result untrustworthy ([`Severity::Error`]).
    #[default]
    Lenient,
    /// Those that leave it standing as well ([`Severity::Warning`]): for testing an executor itself.
    Strict,
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
    /// What an agent told, where the case says that its command runs one and it told anything.
    pub agent: Option<AgentReport>,
    /// The breaches of the stream and those of the output's format.
    pub findings: Findings,
    /// What the executor wanted known besides.
    pub notices: Notices,
}

/// Messages of error events are kept up to this many characters.
const ERROR_CHARS: usize = 2000;

impl Judge {
    /// A judge for an attempt at `case` that keeps the first and last `keep_bytes` of its output.
    #[must_use]
    pub fn new(case: &Case, join: OutputJoin, keep_bytes: usize) -> Self {
        Self {
            join,
            match_on: case.match_on,
            matcher: Matcher::new(case.expectations.expected.iter().map(Pattern::text)),
            has_searched: false,
            capture: Capture::new(keep_bytes),
            has_output: false,
            agent: AgentReader::new(case.output_format, keep_bytes),
            exit: None,
            first_error: None,
            notices: Notices::default(),
            strictness: Strictness::default(),
        }
    }

    /// The same judge, with another opinion of which breaches fail a case.
    #[must_use]
    pub fn with_strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// Takes the next event. What comes after the terminal event counts for nothing: it is a finding.
    ///
    /// `arrived` tells when the event came, counted from the start of the attempt. It is asked only
    /// where that matters, which for plain text is nowhere.
    pub fn on_event(&mut self, event: StreamEvent<'_>, arrived: &dyn Fn() -> Option<Duration>) {
        if self.exit.is_some() {
            return;
        }
        match event {
            StreamEvent::Output { data, channel } => self.on_output(data, channel, arrived),
            StreamEvent::Error { message } => {
                let words = || message.chars().take(ERROR_CHARS).collect();
                self.first_error.get_or_insert_with(words);
            }
            StreamEvent::Complete { exit } => self.exit = Some(exit),
            StreamEvent::Notice { kind, message } => self.notices.record(kind, message),
            _ => {}
        }
    }

    fn on_output(
        &mut self,
        data: &str,
        channel: Option<Channel>,
        arrived: &dyn Fn() -> Option<Duration>,
    ) {
        let lines = self.join == OutputJoin::Lines;
        if lines && self.has_output {
            self.capture.push("\n");
        }
        self.has_output = true;
        self.capture.push(data);
        if self.searches(channel) {
            if lines && self.has_searched {
                self.matcher.push("\n");
            }
            self.has_searched = true;
            self.matcher.push(data);
        }
        // Agents write to standard output; what else a command says there or elsewhere is not theirs.
        if let Some(agent) = &mut self.agent
            && channel != Some(Channel::Stderr)
        {
            agent.push(data, self.join, arrived);
        }
    }

    /// Whether patterns are looked for in what comes through `channel`.
    fn searches(&self, channel: Option<Channel>) -> bool {
        match self.match_on {
            MatchOn::Stdout => channel != Some(Channel::Stderr),
            MatchOn::Stderr => channel == Some(Channel::Stderr),
            MatchOn::FinalText => false,
            _ => true,
        }
    }

    /// Brings the search for patterns up to date; worth calling when the stream pauses.
    pub fn on_pause(&mut self) {
        self.matcher.flush();
    }

    /// Reaches the judgement.
    #[must_use]
    pub fn finish(
        mut self,
        case: &Case,
        end: StreamEnd,
        findings: &Findings,
        stats: &StreamStats,
    ) -> Judgement {
        let breach = untrustworthy(findings, self.strictness);
        let mut findings = findings.clone();
        let has_ended = matches!(end, StreamEnd::Clean) && self.exit.is_some();
        let agent = self.agent.take().map(|agent| {
            let (output, malformed) = agent.finish(has_ended);
            findings.merge(malformed);
            output
        });
        if let Some(text) = agent.as_ref().and_then(|agent| agent.final_text.as_ref())
            && self.match_on == MatchOn::FinalText
        {
            self.matcher.push(text);
        }
        let agent_failure = agent.as_ref().and_then(agent_failure);
        let found = self.matcher.finish();
        let patterns: Vec<_> = case
            .expectations
            .expected
            .iter()
            .zip(found)
            .map(|(pattern, found)| PatternResult {
                pattern: pattern.text().to_owned(),
                found,
            })
            .collect();
        let exit_code = self.exit.and_then(ExitStatus::code);
        let outcome = match end {
            StreamEnd::Cancelled => Outcome::Cancelled,
            StreamEnd::Error(error) => Outcome::of_transport_error(&error, case.timeout),
            StreamEnd::Clean => breach
                .or_else(|| without_terminal(self.exit))
                .or_else(|| too_late(case.timeout, stats))
                .or_else(|| failed(case, self.exit, self.first_error, agent_failure, &patterns))
                .unwrap_or(Outcome::Passed),
        };
        // Where something else ended the attempt, the result is missing because of that.
        if matches!(&outcome, Outcome::Failed(failures) if failures.contains(&Failure::NoAgentResult))
        {
            let end = self.capture.total_bytes();
            findings.record(FindingCode::MissingResult, end, String::new);
        }
        Judgement {
            outcome,
            exit_code,
            patterns,
            output: self.capture.finish(),
            agent: agent.and_then(|agent| agent.report),
            findings,
            notices: self.notices,
        }
    }
}

/// What an agent that came to an end, or should have, did not do.
fn agent_failure(agent: &AgentOutput) -> Option<Failure> {
    let result = agent
        .report
        .as_ref()
        .and_then(|report| report.result.as_ref());
    let Some(result) = result else {
        return Some(Failure::NoAgentResult);
    };
    let message = result.error.clone()?;
    Some(Failure::AgentError { message })
}

/// A breach that leaves nothing to be believed is the executor's fault.
fn untrustworthy(findings: &Findings, strictness: Strictness) -> Option<Outcome> {
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
fn without_terminal(exit: Option<ExitStatus>) -> Option<Outcome> {
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
    agent_failure: Option<Failure>,
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
    failures.extend(agent_failure);
    let missing: Vec<_> = patterns
        .iter()
        .filter(|result| !result.found)
        .map(|result| result.pattern.clone())
        .collect();
    if !missing.is_empty() {
        failures.push(Failure::MissingPatterns {
            patterns: missing,
            part: case.match_on,
        });
    }
    (!failures.is_empty()).then_some(Outcome::Failed(failures))
}

#[cfg(test)]
mod tests;
