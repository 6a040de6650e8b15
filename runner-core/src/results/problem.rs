//! Why a run as a whole is no success.

use std::fmt;

/// Why a run as a whole is no success.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunProblem {
    /// The executor was unhealthy or unreachable at the start.
    ExecutorUnavailable {
        /// Why, in words.
        reason: String,
    },
    /// The executor went away in the middle and did not come back in time.
    ExecutorLost {
        /// Why it was taken for lost, in words.
        reason: String,
    },
    /// The run was ended before all cases had their turn.
    Interrupted,
    /// At least one gate does not hold.
    GateFailed,
    /// At least one case failed, and no gate decides otherwise.
    CaseFailed,
    /// At least one case passed only when it was tried again, and that is to count as a failure.
    CaseFlaky,
    /// Of at least one case it is not clear whether it passes often enough, and no gate decides otherwise.
    CaseInconclusive,
    /// No case was tried at all, so nothing is known.
    NothingTried,
    /// What happened could not be kept in the ledger, and the run ended for that.
    LedgerLost {
        /// Why, in words.
        reason: String,
    },
    /// The runner itself did not do its part, so that its figures cannot be trusted.
    RunnerTooSlow {
        /// What shows it, in words.
        evidence: String,
    },
    /// The run is worse than the one it was to be held against.
    Regression {
        /// What is worse, in words.
        differences: String,
    },
    /// The run could not be held against the one it was to be held against.
    Incomparable {
        /// Why, in words.
        reason: String,
    },
    /// Of shards that were started together, some have no run, or one that did not come to its end.
    ShardsOutstanding {
        /// Which, in words.
        shards: String,
    },
    /// A part of the runner was lost.
    HarnessLost {
        /// Which, in words.
        part: String,
    },
}

impl RunProblem {
    /// The stable code, as it stands in machine records.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ExecutorUnavailable { .. } => "executor-unavailable",
            Self::ExecutorLost { .. } => "executor-lost",
            Self::Interrupted => "interrupted",
            Self::GateFailed => "gate-failed",
            Self::CaseFailed => "case-failed",
            Self::CaseFlaky => "case-flaky",
            Self::CaseInconclusive => "case-inconclusive",
            Self::NothingTried => "nothing-tried",
            Self::LedgerLost { .. } => "ledger-lost",
            Self::RunnerTooSlow { .. } => "runner-too-slow",
            Self::Regression { .. } => "regression",
            Self::Incomparable { .. } => "incomparable",
            Self::ShardsOutstanding { .. } => "shards-outstanding",
            Self::HarnessLost { .. } => "harness-lost",
        }
    }
}

impl fmt::Display for RunProblem {
    /// The problem in words. They may quote what the executor sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExecutorUnavailable { reason } => {
                write!(f, "the executor is not available: {reason}")
            }
            Self::ExecutorLost { reason } => write!(f, "the executor went away: {reason}"),
            Self::Interrupted => f.write_str("the run was interrupted"),
            Self::GateFailed => f.write_str("a gate does not hold"),
            Self::CaseFailed => f.write_str("a case failed"),
            Self::CaseFlaky => f.write_str("a case passed only when it was tried again"),
            Self::CaseInconclusive => {
                f.write_str("it is not clear whether a case passes often enough")
            }
            Self::NothingTried => f.write_str("no case was tried, so nothing is known"),
            Self::LedgerLost { reason } => write!(f, "the ledger cannot be written: {reason}"),
            Self::RunnerTooSlow { evidence } => {
                write!(f, "the runner itself could not keep up: {evidence}")
            }
            Self::Regression { differences } => write!(f, "a regression: {differences}"),
            Self::Incomparable { reason } => {
                write!(f, "nothing can be said about a regression: {reason}")
            }
            Self::ShardsOutstanding { shards } => {
                write!(f, "work of shards is outstanding: {shards}")
            }
            Self::HarnessLost { part } => write!(f, "gauntlet lost its {part}"),
        }
    }
}
