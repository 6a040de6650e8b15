//! What happened in an attempt.

use std::borrow::Cow;

use executor_protocol::IdleClock;
use runner_core::{
    outcome::{Failure, Fault, FaultKind, Outcome, SkipReason},
    results::ExpectationKind,
};
use serde::{Deserialize, Serialize};
use suite::MatchOn;

use crate::{
    BadValue,
    wire::{Ms, convert, named},
};

/// What happened in an attempt.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "class", rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Outcome"))]
pub(super) enum OutcomeWire<'a> {
    /// The stream was complete and every expectation held.
    Passed,
    /// The command ran to its end, but an expectation did not hold.
    Failed { failures: Vec<FailureWire<'a>> },
    /// The case's timeout passed.
    TimedOut { limit_ms: Ms, silent_for_ms: Ms },
    /// The stream showed no progress for longer than allowed. The clock says of which kind: bytes,
    /// events, meaningful.
    Stalled {
        clock: Cow<'a, str>,
        limit_ms: Ms,
        silent_for_ms: Ms,
    },
    /// The executor or the network did not do its part. The kind is connect, no-answer, refused, broken,
    /// or the code of a finding.
    InfrastructureError {
        kind: Cow<'a, str>,
        message: Cow<'a, str>,
    },
    /// Gauntlet itself did not do its part.
    HarnessError { message: Cow<'a, str> },
    /// The case was not tried, for a reason of its own.
    Skipped { reason: SkipReasonWire<'a> },
    /// The attempt was ended because the run was.
    Cancelled,
}

/// An expectation that did not hold.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Failure"))]
pub(super) enum FailureWire<'a> {
    /// The command ended with another exit code than expected.
    ExitCode { expected: i32, actual: i32 },
    /// Expected texts were not where they are looked for: output, stdout, stderr, final_text.
    MissingPatterns {
        patterns: Vec<Cow<'a, str>>,
        part: Cow<'a, str>,
    },
    /// Something else that was expected of the output did not hold; the expectation is one of those of the
    /// attempt.
    Expectation {
        expectation: Cow<'a, str>,
        words: Cow<'a, str>,
        detail: Cow<'a, str>,
    },
    /// The executor sent error events.
    ErrorEvent { message: Cow<'a, str> },
    /// The agent that the command runs says that it failed.
    AgentError { message: Cow<'a, str> },
    /// The agent that the command runs did not come to a result.
    NoAgentResult,
    /// A program that the case needs is not there, and the run was told to insist.
    MissingRequirement { program: Cow<'a, str> },
    /// Something else, in words.
    Other { text: Cow<'a, str> },
}

/// Why a case was not tried.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "SkipReason"))]
pub(super) enum SkipReasonWire<'a> {
    /// A program that the case needs is not there.
    MissingRequirement { program: Cow<'a, str> },
    /// Something else, in words.
    Other { text: Cow<'a, str> },
}

impl<'a> From<&'a Outcome> for OutcomeWire<'a> {
    fn from(outcome: &'a Outcome) -> Self {
        match outcome {
            Outcome::Passed => Self::Passed,
            Outcome::Failed(failures) => Self::Failed {
                failures: failures.iter().map(FailureWire::from).collect(),
            },
            Outcome::TimedOut { limit, silent_for } => Self::TimedOut {
                limit_ms: Ms(*limit),
                silent_for_ms: Ms(*silent_for),
            },
            Outcome::Stalled {
                clock,
                limit,
                silent_for,
            } => Self::Stalled {
                clock: clock.as_str().into(),
                limit_ms: Ms(*limit),
                silent_for_ms: Ms(*silent_for),
            },
            Outcome::InfrastructureError(fault) => Self::InfrastructureError {
                kind: fault.kind.as_str().into(),
                message: (&fault.message).into(),
            },
            Outcome::HarnessError { message } => Self::HarnessError {
                message: message.into(),
            },
            Outcome::Skipped { reason } => Self::Skipped {
                reason: reason.into(),
            },
            Outcome::Cancelled => Self::Cancelled,
            // One that nobody here knows yet keeps its words.
            other => Self::HarnessError {
                message: other.explanation().unwrap_or_default().into(),
            },
        }
    }
}

impl TryFrom<OutcomeWire<'_>> for Outcome {
    type Error = BadValue;

    fn try_from(wire: OutcomeWire<'_>) -> Result<Self, BadValue> {
        Ok(match wire {
            OutcomeWire::Passed => Self::Passed,
            OutcomeWire::Failed { failures } => Self::Failed(convert(failures)?),
            OutcomeWire::TimedOut {
                limit_ms,
                silent_for_ms,
            } => Self::TimedOut {
                limit: limit_ms.0,
                silent_for: silent_for_ms.0,
            },
            OutcomeWire::Stalled {
                clock,
                limit_ms,
                silent_for_ms,
            } => Self::Stalled {
                clock: named("clock", &clock, IdleClock::from_name)?,
                limit: limit_ms.0,
                silent_for: silent_for_ms.0,
            },
            OutcomeWire::InfrastructureError { kind, message } => {
                Self::InfrastructureError(Fault {
                    kind: named("kind of infrastructure errors", &kind, FaultKind::from_name)?,
                    message: message.into_owned(),
                })
            }
            OutcomeWire::HarnessError { message } => Self::HarnessError {
                message: message.into_owned(),
            },
            OutcomeWire::Skipped { reason } => Self::Skipped {
                reason: reason.try_into()?,
            },
            OutcomeWire::Cancelled => Self::Cancelled,
        })
    }
}

impl<'a> From<&'a Failure> for FailureWire<'a> {
    fn from(failure: &'a Failure) -> Self {
        match failure {
            Failure::ExitCode { expected, actual } => Self::ExitCode {
                expected: *expected,
                actual: *actual,
            },
            Failure::MissingPatterns { patterns, part } => Self::MissingPatterns {
                patterns: patterns.iter().map(Cow::from).collect(),
                part: part.as_str().into(),
            },
            Failure::Expectation {
                kind,
                words,
                detail,
            } => Self::Expectation {
                expectation: kind.as_str().into(),
                words: words.into(),
                detail: detail.into(),
            },
            Failure::ErrorEvent { message } => Self::ErrorEvent {
                message: message.into(),
            },
            Failure::AgentError { message } => Self::AgentError {
                message: message.into(),
            },
            Failure::NoAgentResult => Self::NoAgentResult,
            Failure::MissingRequirement { program } => Self::MissingRequirement {
                program: program.into(),
            },
            other => Self::Other {
                text: other.to_string().into(),
            },
        }
    }
}

impl TryFrom<FailureWire<'_>> for Failure {
    type Error = BadValue;

    fn try_from(wire: FailureWire<'_>) -> Result<Self, BadValue> {
        Ok(match wire {
            FailureWire::ExitCode { expected, actual } => Self::ExitCode { expected, actual },
            FailureWire::MissingPatterns { patterns, part } => Self::MissingPatterns {
                patterns: patterns.into_iter().map(Cow::into_owned).collect(),
                part: named("part of an output", &part, MatchOn::from_name)?,
            },
            FailureWire::Expectation {
                expectation,
                words,
                detail,
            } => Self::Expectation {
                kind: named(
                    "kind of expectation",
                    &expectation,
                    ExpectationKind::from_name,
                )?,
                words: words.into_owned(),
                detail: detail.into_owned(),
            },
            FailureWire::ErrorEvent { message } => Self::ErrorEvent {
                message: message.into_owned(),
            },
            FailureWire::AgentError { message } => Self::AgentError {
                message: message.into_owned(),
            },
            FailureWire::NoAgentResult => Self::NoAgentResult,
            FailureWire::MissingRequirement { program } => Self::MissingRequirement {
                program: program.into_owned(),
            },
            FailureWire::Other { text } => return Err(BadValue::new("known failure", &text)),
        })
    }
}

impl<'a> From<&'a SkipReason> for SkipReasonWire<'a> {
    fn from(reason: &'a SkipReason) -> Self {
        match reason {
            SkipReason::MissingRequirement { program } => Self::MissingRequirement {
                program: program.into(),
            },
            other => Self::Other {
                text: other.to_string().into(),
            },
        }
    }
}

impl TryFrom<SkipReasonWire<'_>> for SkipReason {
    type Error = BadValue;

    fn try_from(wire: SkipReasonWire<'_>) -> Result<Self, BadValue> {
        match wire {
            SkipReasonWire::MissingRequirement { program } => Ok(Self::MissingRequirement {
                program: program.into_owned(),
            }),
            SkipReasonWire::Other { text } => Err(BadValue::new("known reason to skip", &text)),
        }
    }
}
