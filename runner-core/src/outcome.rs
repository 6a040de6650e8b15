//! What happened in one attempt.
//!
//! The three kinds of trouble are never mixed up: a *failure* is the command's or the expectation's,
//! an *infrastructure error* is the executor's or the network's, a *harness error* is ours.

use std::{fmt, time::Duration};

use executor_protocol::{FindingCode, IdleClock, TransportError, error_chain};

use suite::MatchOn;

use crate::{
    results::ExpectationKind,
    text::{Human, Part},
};

/// What happened in one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The stream was complete and every expectation held.
    Passed,
    /// The command ran to its end, but an expectation did not hold. Never empty.
    Failed(Vec<Failure>),
    /// The case's timeout passed.
    TimedOut {
        /// The timeout that passed.
        limit: Duration,
        /// How long there had been no output before the end.
        silent_for: Duration,
    },
    /// The stream showed no progress for longer than allowed.
    Stalled {
        /// Which kind of silence it was.
        clock: IdleClock,
        /// The silence that was allowed.
        limit: Duration,
        /// The silence there was.
        silent_for: Duration,
    },
    /// The executor or the network did not do its part.
    InfrastructureError(Fault),
    /// The runner itself did not do its part.
    HarnessError {
        /// What went wrong.
        message: String,
    },
    /// The case was not tried, for a reason of its own.
    Skipped {
        /// The reason.
        reason: SkipReason,
    },
    /// The attempt was ended because the run was.
    Cancelled,
}

/// The kinds of [`Outcome`], to count and to name them by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum OutcomeClass {
    /// See [`Outcome::Passed`].
    Passed,
    /// See [`Outcome::Failed`].
    Failed,
    /// See [`Outcome::TimedOut`].
    TimedOut,
    /// See [`Outcome::Stalled`].
    Stalled,
    /// See [`Outcome::InfrastructureError`].
    InfrastructureError,
    /// See [`Outcome::HarnessError`].
    HarnessError,
    /// See [`Outcome::Skipped`].
    Skipped,
    /// See [`Outcome::Cancelled`].
    Cancelled,
    /// The runner itself ended in the middle of the attempt, so that nobody saw what came of it. Only
    /// ledgers know such attempts.
    Interrupted,
}

impl OutcomeClass {
    /// All classes, in their order.
    pub const ALL: [Self; 9] = [
        Self::Passed,
        Self::Failed,
        Self::TimedOut,
        Self::Stalled,
        Self::InfrastructureError,
        Self::HarnessError,
        Self::Skipped,
        Self::Cancelled,
        Self::Interrupted,
    ];

    /// The stable name, as it stands in machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::TimedOut => "timed-out",
            Self::Stalled => "stalled",
            Self::InfrastructureError => "infrastructure-error",
            Self::HarnessError => "harness-error",
            Self::Skipped => "skipped",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    /// The class with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.as_str() == name)
    }

    /// The name in words, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TimedOut => "timed out",
            Self::InfrastructureError => "infrastructure error",
            Self::HarnessError => "harness error",
            other => other.as_str(),
        }
    }
}

impl Outcome {
    /// Which kind of outcome this is.
    #[must_use]
    pub fn class(&self) -> OutcomeClass {
        match self {
            Self::Passed => OutcomeClass::Passed,
            Self::Failed(_) => OutcomeClass::Failed,
            Self::TimedOut { .. } => OutcomeClass::TimedOut,
            Self::Stalled { .. } => OutcomeClass::Stalled,
            Self::InfrastructureError(_) => OutcomeClass::InfrastructureError,
            Self::HarnessError { .. } => OutcomeClass::HarnessError,
            Self::Skipped { .. } => OutcomeClass::Skipped,
            Self::Cancelled => OutcomeClass::Cancelled,
        }
    }

    /// Why the attempt did not pass, in words for people; `None` if it did.
    ///
    /// The text may quote what the executor sent: escape it for where it goes.
    #[must_use]
    pub fn explanation(&self) -> Option<String> {
        Some(match self {
            Self::Passed => return None,
            Self::Failed(failures) => {
                let texts: Vec<_> = failures.iter().map(ToString::to_string).collect();
                texts.join("; ")
            }
            Self::TimedOut { limit, silent_for } => format!(
                "timed out after {}, silent for the last {}",
                Human(*limit),
                Human(*silent_for)
            ),
            Self::Stalled {
                clock,
                limit,
                silent_for,
            } => {
                format!(
                    "{clock} for {} (allowed: {})",
                    Human(*silent_for),
                    Human(*limit)
                )
            }
            Self::InfrastructureError(fault) => fault.message.clone(),
            Self::HarnessError { message } => message.clone(),
            Self::Skipped { reason } => reason.to_string(),
            Self::Cancelled => "cancelled because the run was ended".into(),
        })
    }
}

/// An expectation that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure {
    /// The command ended with another exit code than expected.
    ExitCode {
        /// The code the case expects.
        expected: i32,
        /// The code that came.
        actual: i32,
    },
    /// Expected texts were not where they are looked for.
    MissingPatterns {
        /// The texts.
        patterns: Vec<String>,
        /// Where they were looked for.
        part: MatchOn,
    },
    /// Something else that was expected of the output did not hold.
    Expectation {
        /// Which kind of expectation it is.
        kind: ExpectationKind,
        /// What was expected, in words that quote the suite.
        words: String,
        /// What there was; may be empty. It may quote what the command printed, and is bounded.
        detail: String,
    },
    /// The executor sent error events.
    ErrorEvent {
        /// The words of the first one.
        message: String,
    },
    /// The agent that the command runs says that it failed.
    AgentError {
        /// The agent's own words.
        message: String,
    },
    /// The agent that the command runs did not come to a result.
    NoAgentResult,
    /// A program that the case needs is not there, and the run was told to insist.
    MissingRequirement {
        /// The program.
        program: String,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExitCode { expected, actual } => {
                write!(f, "exit code {actual} instead of {expected}")
            }
            Self::MissingPatterns { patterns, part } => {
                write!(f, "not found in the {}: ", Part(*part))?;
                for (index, pattern) in patterns.iter().enumerate() {
                    write!(f, "{}{pattern:?}", if index > 0 { ", " } else { "" })?;
                }
                Ok(())
            }
            Self::Expectation { words, detail, .. } if detail.is_empty() => {
                write!(f, "expected {words}")
            }
            Self::Expectation { words, detail, .. } => write!(f, "expected {words}: {detail}"),
            Self::ErrorEvent { message } => write!(f, "the executor reported an error: {message}"),
            Self::AgentError { message } => write!(f, "the agent reported an error: {message}"),
            Self::NoAgentResult => f.write_str("the agent came to no result"),
            Self::MissingRequirement { program } => {
                write!(f, "`{program}` is not available where the executor runs")
            }
        }
    }
}

/// Why a case was not tried.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SkipReason {
    /// A program that the case needs is not there.
    MissingRequirement {
        /// The program.
        program: String,
    },
}

impl fmt::Display for SkipReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingRequirement { program } => {
                write!(f, "`{program}` is not available where the executor runs")
            }
        }
    }
}

/// What the executor or the network did not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind, to count and to act by.
    pub kind: FaultKind,
    /// The whole story in words. It may quote what the executor sent.
    pub message: String,
}

/// The kinds of [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum FaultKind {
    /// No connection.
    Connect,
    /// A connection, but no answer: closed or silent.
    NoAnswer,
    /// An answer that is no event stream: status, redirect, content type or encoding.
    Refused,
    /// An answer that there are too many requests: status 429, or 503 with a time to come back.
    RateLimited,
    /// A stream that broke off.
    Broken,
    /// A stream that ended, but breached the protocol so that its result cannot be trusted.
    Protocol(FindingCode),
}

impl FaultKind {
    /// The kind with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let plain = [
            Self::Connect,
            Self::NoAnswer,
            Self::Refused,
            Self::RateLimited,
            Self::Broken,
        ];
        let found = plain.into_iter().find(|kind| kind.as_str() == name);
        found.or_else(|| FindingCode::from_name(name).map(Self::Protocol))
    }

    /// The stable name, as it stands in machine records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::NoAnswer => "no-answer",
            Self::Refused => "refused",
            Self::RateLimited => "rate-limited",
            Self::Broken => "broken",
            Self::Protocol(code) => code.as_str(),
        }
    }
}

/// The status of servers that are asked too often,
const TOO_MANY_REQUESTS: u16 = 429;

/// and of those that are overloaded, if they say when to come back.
const UNAVAILABLE: u16 = 503;

impl Outcome {
    /// The outcome of an attempt whose transport failed with `error`.
    ///
    /// `timeout` is the case's own; the transport's total deadline is a little longer, so that the
    /// executor gets the chance to enforce it.
    pub(crate) fn of_transport_error(error: &TransportError, timeout: Duration) -> Self {
        let kind = match error {
            TransportError::TotalTimeout { silent_for, .. } => {
                return Self::TimedOut {
                    limit: timeout,
                    silent_for: *silent_for,
                };
            }
            TransportError::Stalled {
                clock,
                limit,
                silent_for,
            } => {
                let (clock, limit, silent_for) = (*clock, *limit, *silent_for);
                return Self::Stalled {
                    clock,
                    limit,
                    silent_for,
                };
            }
            TransportError::Connect { .. }
            | TransportError::ConnectTimeout { .. }
            | TransportError::Tls { .. } => FaultKind::Connect,
            TransportError::HeadTimeout { .. } | TransportError::NoAnswer { .. } => {
                FaultKind::NoAnswer
            }
            TransportError::Truncated { .. } => FaultKind::Protocol(FindingCode::TruncatedBody),
            TransportError::EndTimeout { .. } => FaultKind::Protocol(FindingCode::BodyNotEnded),
            TransportError::Broken { .. } | TransportError::Closed { .. } => FaultKind::Broken,
            TransportError::Status {
                status: TOO_MANY_REQUESTS,
                ..
            }
            | TransportError::Status {
                status: UNAVAILABLE,
                retry_after: Some(_),
                ..
            } => FaultKind::RateLimited,
            _ => FaultKind::Refused,
        };
        Self::InfrastructureError(Fault {
            kind,
            message: error_chain(error),
        })
    }
}
