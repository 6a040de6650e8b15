//! Judges one attempt from the events of its stream: pure, no clock, no I/O.

mod reasons;

use std::time::Duration;

use executor_protocol::{
    Channel, ExitStatus, FindingCode, Findings, OutputJoin, StreamEvent, StreamStats,
    TransportError,
};
use suite::{Case, MatchOn};

use self::reasons::{failed, too_late, untrustworthy, without_terminal};
use super::{
    capture::Capture,
    expectations::{Ending, Watch},
    format::{AgentOutput, AgentReader, AskAgain},
};
use crate::{
    agent::AgentReport,
    notices::Notices,
    outcome::{Failure, Outcome},
    results::{CapturedOutput, ExpectationResult},
};

/// Takes the events of one attempt as they come and reaches a judgement at the end.
#[derive(Debug)]
pub struct Judge {
    join: OutputJoin,
    match_on: MatchOn,
    watch: Watch,
    /// Whether it matters when output comes.
    is_timed: bool,
    /// Whether any output was watched.
    has_watched: bool,
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
    /// Those that leave the result untrustworthy ([`Severity::Error`](executor_protocol::Severity::Error)).
    #[default]
    Lenient,
    /// Those that leave it standing as well ([`Severity::Warning`](executor_protocol::Severity::Warning)): for testing an executor itself.
    Strict,
}

/// What a case expects, ready to be held against outputs: for who makes many attempts at it.
#[derive(Debug, Clone)]
pub struct Prepared(Watch);

impl Prepared {
    /// Compiles the patterns of a case.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        Self(Watch::new(&case.expectations))
    }
}

/// How the stream of an attempt ended.
#[derive(Debug)]
pub enum StreamEnd {
    /// As its framing says.
    Clean,
    /// Because the run was ended.
    Cancelled,
    /// Because nothing could make the attempt pass any more, and its case says that it may end then.
    Hopeless {
        /// When that was noticed, counted from the start of the attempt.
        at: Duration,
    },
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
    /// What the case expects of the output, with what became of it.
    pub expectations: Vec<ExpectationResult>,
    /// The code that the case expects, where it is there: for whoever checks its syntax.
    pub code: Option<String>,
    /// What the command printed, as far as it was kept.
    pub output: CapturedOutput,
    /// What an agent told, where the case says that its command runs one and it told anything.
    pub agent: Option<AgentReport>,
    /// The breaches of the stream and those of the output's format.
    pub findings: Findings,
    /// What the executor wanted known besides.
    pub notices: Notices,
    /// When the service behind an agent wants to be asked again, if it was asked too much and says so.
    pub ask_again: Option<AskAgain>,
}

/// Messages of error events are kept up to this many characters.
const ERROR_CHARS: usize = 2000;

impl Judge {
    /// A judge for an attempt at `case` that keeps the first and last `keep_bytes` of its output.
    #[must_use]
    pub fn new(case: &Case, join: OutputJoin, keep_bytes: usize) -> Self {
        Self::prepared(case, &Prepared::of(case), join, keep_bytes)
    }

    /// The same with what was prepared for the case: compiling its patterns takes longer than judging a short
    /// output by them.
    #[must_use]
    pub fn prepared(case: &Case, prepared: &Prepared, join: OutputJoin, keep_bytes: usize) -> Self {
        let watch = prepared.0.clone();
        Self {
            join,
            match_on: case.match_on,
            is_timed: watch.is_timed(),
            watch,
            has_watched: false,
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
        let at = if self.is_timed { arrived() } else { None };
        if let Some(at) = at {
            self.watch.on_sign_of_life(at);
        }
        if self.watches(channel) {
            if lines && self.has_watched {
                self.watch.push("\n", at);
            }
            self.has_watched = true;
            self.watch.push(data, at);
        }
        // Agents write to standard output; what else a command says there or elsewhere is not theirs.
        if let Some(agent) = &mut self.agent
            && channel != Some(Channel::Stderr)
        {
            agent.push(data, self.join, arrived);
        }
    }

    /// Whether the case expects something of what comes through `channel`.
    fn watches(&self, channel: Option<Channel>) -> bool {
        match self.match_on {
            MatchOn::Stdout => channel != Some(Channel::Stderr),
            MatchOn::Stderr => channel == Some(Channel::Stderr),
            MatchOn::FinalText => false,
            _ => true,
        }
    }

    /// Brings the search for patterns up to date; worth calling when the stream pauses.
    pub fn on_pause(&mut self) {
        self.watch.on_pause();
    }

    /// Whether the attempt may end, because nothing that is still to come can make it pass. `now` tells the
    /// time, counted from the start of the attempt; it is asked only where the case wants attempts to end so.
    ///
    /// What is certain only once more of the output is there is no reason to end.
    pub fn is_hopeless(&mut self, now: impl FnOnce() -> Duration) -> Option<Duration> {
        if !self.watch.stops() || self.exit.is_some() {
            return None;
        }
        let now = now();
        self.watch.is_hopeless(now).then_some(now)
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
        if self.is_timed
            && let Some(terminal) = stats.terminal
        {
            self.watch.on_sign_of_life(terminal);
        }
        if let Some(text) = agent.as_ref().and_then(|agent| agent.final_text.as_ref())
            && self.match_on == MatchOn::FinalText
        {
            // An answer is there once the last of it came.
            self.watch.push(text, stats.last_output);
        }
        let agent_failure = agent.as_ref().and_then(agent_failure);
        let output = self.capture.finish();
        let ending = match end {
            StreamEnd::Hopeless { at } => Ending::Early { at },
            _ => Ending::Whole,
        };
        let answer = agent
            .as_ref()
            .filter(|_| self.match_on == MatchOn::FinalText)
            .and_then(|agent| agent.report.as_ref()?.result.as_ref())
            .map_or(&output, |result| &result.final_text);
        let examined = self.watch.finish(ending, self.match_on, answer);
        let expectations = examined.results;
        let exit_code = self.exit.and_then(ExitStatus::code);
        let outcome = match end {
            StreamEnd::Cancelled => Outcome::Cancelled,
            StreamEnd::Error(error) => Outcome::of_transport_error(&error, case.timeout),
            StreamEnd::Hopeless { .. } => breach
                .or_else(|| failed(case, None, self.first_error, None, &expectations))
                .unwrap_or_else(reasons::nothing_failed),
            StreamEnd::Clean => breach
                .or_else(|| without_terminal(self.exit))
                .or_else(|| too_late(case.timeout, stats))
                .or_else(|| {
                    failed(
                        case,
                        self.exit,
                        self.first_error,
                        agent_failure,
                        &expectations,
                    )
                })
                .unwrap_or(Outcome::Passed),
        };
        // Where something else ended the attempt, the result is missing because of that.
        if matches!(&outcome, Outcome::Failed(failures) if failures.contains(&Failure::NoAgentResult))
        {
            findings.record(
                FindingCode::MissingResult,
                output.total_bytes(),
                String::new,
            );
        }
        Judgement {
            outcome,
            exit_code,
            expectations,
            code: examined.code,
            output,
            ask_again: agent.as_ref().and_then(|agent| agent.ask_again),
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

#[cfg(test)]
mod tests;
