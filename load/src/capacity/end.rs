//! How a search for the capacity ended.

use std::fmt;

/// How a search for the capacity ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CapacityEnd {
    /// The capacity is known as exactly as was asked for.
    Found,
    /// The gates hold at the highest rate that was to be tried.
    AboveRange,
    /// They do not hold at the lowest one.
    BelowRange,
    /// There were no trials left.
    OutOfTrials,
    /// The generator could not keep its schedule at a rate: its limit was met, and not the executor's.
    GeneratorTooSlow {
        /// What shows it, in words.
        evidence: String,
    },
    /// It was told to end.
    Interrupted,
    /// The executor was not healthy at the start, so that nothing was tried.
    ExecutorUnavailable {
        /// Why, in words.
        reason: String,
    },
    /// The executor was not healthy after a trial, and did not become so in time.
    ExecutorLost {
        /// Why, in words.
        reason: String,
    },
    /// A part of the generator was lost.
    HarnessLost {
        /// Which, in words.
        part: String,
    },
}

impl CapacityEnd {
    /// The stable code, as it stands in machine records and reports.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::AboveRange => "above-range",
            Self::BelowRange => "below-range",
            Self::OutOfTrials => "out-of-trials",
            Self::GeneratorTooSlow { .. } => "generator-too-slow",
            Self::Interrupted => "interrupted",
            Self::ExecutorUnavailable { .. } => "executor-unavailable",
            Self::ExecutorLost { .. } => "executor-lost",
            Self::HarnessLost { .. } => "harness-lost",
        }
    }

    /// Whether the question is answered: the capacity is known, or known to be higher than asked.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self, Self::Found | Self::AboveRange)
    }
}

impl fmt::Display for CapacityEnd {
    /// In words. They may quote what the executor sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found => f.write_str("the capacity was found"),
            Self::AboveRange => f.write_str("the gates hold at the highest rate of the range"),
            Self::BelowRange => {
                f.write_str("the gates do not even hold at the lowest rate of the range")
            }
            Self::OutOfTrials => {
                f.write_str("no trials are left, and the capacity is not known as exactly as asked")
            }
            Self::GeneratorTooSlow { evidence } => {
                write!(
                    f,
                    "the generator, not the executor, is the limit: {evidence}"
                )
            }
            Self::Interrupted => f.write_str("the search was interrupted"),
            Self::ExecutorUnavailable { reason } => {
                write!(f, "the executor is not available: {reason}")
            }
            Self::ExecutorLost { reason } => write!(f, "the executor went away: {reason}"),
            Self::HarnessLost { part } => write!(f, "gauntlet lost its {part}"),
        }
    }
}
