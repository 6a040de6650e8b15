//! The exit codes that users are promised.

use std::{collections::BTreeSet, process::ExitCode};

use load::capacity::CapacityEnd;
use runner_core::{recorded::RunKind, results::RunProblem};

/// How the program ends. The order is that of precedence: where several apply, the first is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Something went wrong in the program itself.
    Internal,
    /// The command line, the settings or a suite are not valid.
    Usage,
    /// Nothing was selected to run.
    NothingSelected,
    /// Shards are missing from a merge, or did not come to their end.
    Outstanding,
    /// The executor was unhealthy or unreachable at the start.
    ExecutorUnavailable,
    /// The executor went away in the middle.
    ExecutorLost,
    /// A report, the ledger, or the machine records could not be written.
    ReportNotWritten,
    /// The program itself could not keep up, so that its figures are not to be trusted.
    Invalid,
    /// Ended by a signal, and can be resumed.
    Checkpointed,
    /// Ended by this signal.
    Interrupted(Signal),
    /// Worse than the run that it was compared with.
    Regression,
    /// A gate does not hold.
    GateFailed,
    /// A case failed.
    CaseFailed,
    /// A case passed only when it was tried again, and that counts as a failure.
    CaseFlaky,
    /// Nothing can be said.
    Inconclusive,
    /// Everything held.
    Success,
}

/// A signal that ends the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Signal {
    /// SIGINT, as Ctrl-C sends it.
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// SIGHUP: the terminal is gone.
    HangUp,
}

impl Exit {
    /// The code the operating system gets.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Internal => 1,
            Self::Usage => 2,
            Self::NothingSelected => 4,
            Self::Outstanding => 5,
            Self::Checkpointed => 75,
            Self::GateFailed => 99,
            Self::CaseFailed => 100,
            Self::CaseFlaky => 101,
            Self::Inconclusive => 102,
            Self::ExecutorUnavailable => 103,
            Self::ExecutorLost => 104,
            Self::Regression => 106,
            Self::Invalid => 107,
            Self::ReportNotWritten => 110,
            Self::Interrupted(Signal::Interrupt) => 130,
            Self::Interrupted(Signal::Terminate) => 143,
            Self::Interrupted(Signal::HangUp) => 129,
        }
    }

    /// The exit that a problem of a run asks for; `signal` is the one that interrupted it, if any did.
    pub(crate) fn of_problem(problem: &RunProblem, signal: Option<Signal>) -> Self {
        Self::of_code(problem.code(), signal)
    }

    /// The exit that the end of a search for the capacity asks for.
    pub(crate) fn of_capacity(end: &CapacityEnd, signal: Option<Signal>) -> Self {
        match end {
            CapacityEnd::Found | CapacityEnd::AboveRange => Self::Success,
            CapacityEnd::BelowRange => Self::GateFailed,
            CapacityEnd::OutOfTrials => Self::Inconclusive,
            CapacityEnd::GeneratorTooSlow { .. } => Self::Invalid,
            CapacityEnd::Interrupted => Self::Interrupted(signal.unwrap_or(Signal::Interrupt)),
            CapacityEnd::ExecutorUnavailable { .. } => Self::ExecutorUnavailable,
            CapacityEnd::ExecutorLost { .. } => Self::ExecutorLost,
            _ => Self::Internal,
        }
    }

    /// The exit that a problem with this stable code asks for, of a run of this kind. An interrupted soak is a
    /// checkpoint.
    pub(crate) fn of_recorded(code: &str, kind: RunKind) -> Self {
        match (code, kind) {
            ("interrupted", RunKind::Soak) => Self::Checkpointed,
            (code, _) => Self::of_code(code, None),
        }
    }

    /// The same of a problem with this stable code.
    fn of_code(code: &str, signal: Option<Signal>) -> Self {
        match code {
            "shards-outstanding" => Self::Outstanding,
            "executor-unavailable" => Self::ExecutorUnavailable,
            "executor-lost" => Self::ExecutorLost,
            "interrupted" => Self::Interrupted(signal.unwrap_or(Signal::Interrupt)),
            "gate-failed" => Self::GateFailed,
            "case-failed" => Self::CaseFailed,
            "case-flaky" => Self::CaseFlaky,
            "nothing-tried" | "incomparable" | "case-inconclusive" => Self::Inconclusive,
            "ledger-lost" => Self::ReportNotWritten,
            "runner-too-slow" => Self::Invalid,
            "regression" => Self::Regression,
            _ => Self::Internal,
        }
    }

    /// Every code that a run with these problems asks for, the one that is returned first. An interrupted
    /// soak is a checkpoint.
    pub(crate) fn codes<'a>(
        problems: impl IntoIterator<Item = &'a str>,
        kind: RunKind,
        signal: Option<Signal>,
    ) -> Vec<u8> {
        let exits = problems.into_iter().map(|code| match (code, kind) {
            ("interrupted", RunKind::Soak) => Self::Checkpointed,
            (code, _) => Self::of_code(code, signal),
        });
        let exits: BTreeSet<Self> = exits.collect();
        exits.into_iter().map(Self::code).collect()
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_told_once_and_the_one_that_is_returned_first() {
        let problems = ["case-failed", "interrupted", "executor-lost", "case-failed"];
        let codes = |kind| Exit::codes(problems, kind, Some(Signal::Terminate));
        assert_eq!(codes(RunKind::Run), [104, 143, 100]);
        assert_eq!(codes(RunKind::Soak), [104, 75, 100]);
    }

    #[test]
    fn the_graver_exit_comes_first() {
        let exits = [
            Exit::Success,
            Exit::CaseFailed,
            Exit::ExecutorLost,
            Exit::ReportNotWritten,
        ];
        assert_eq!(exits.into_iter().min(), Some(Exit::ExecutorLost));
        assert!(Exit::Interrupted(Signal::Terminate) < Exit::GateFailed);
    }
}
