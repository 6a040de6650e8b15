//! What makes a comparison less than it seems.

use super::Pair;
use crate::recorded::{RecordedRun, RecordedState};

/// What makes a comparison less than it seems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caveat {
    /// The baseline is the candidate.
    SameRun,
    /// The cases may mean something else.
    DifferentSuites,
    /// The attempts went elsewhere.
    DifferentExecutors,
    /// There may be more to come.
    Running,
}

impl Caveat {
    /// The caveat with this stable name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::SameRun,
            Self::DifferentSuites,
            Self::DifferentExecutors,
            Self::Running,
        ];
        all.into_iter().find(|caveat| caveat.as_str() == name)
    }

    /// The stable name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameRun => "same-run",
            Self::DifferentSuites => "different-suites",
            Self::DifferentExecutors => "different-executors",
            Self::Running => "running",
        }
    }

    /// The caveat in words, without a capital and an end.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SameRun => "both are the same run",
            Self::DifferentSuites => {
                "the runs are of different versions of the suite; cases are compared by their ids"
            }
            Self::DifferentExecutors => "the runs used different executors",
            Self::Running => "one of the runs goes on",
        }
    }

    /// The caveats of a comparison of these runs.
    #[must_use]
    pub fn of(pair: Pair<'_>) -> Vec<Self> {
        let Pair {
            baseline: one,
            candidate: other,
        } = pair;
        let suites = |run: &RecordedRun| {
            let mut hashes: Vec<_> = run.suites.iter().map(|suite| suite.hash.clone()).collect();
            hashes.sort_unstable();
            hashes
        };
        let is_running = [one, other]
            .iter()
            .any(|run| run.state == RecordedState::Running);
        let caveats = [
            (Self::SameRun, one.id == other.id),
            (Self::DifferentSuites, suites(one) != suites(other)),
            (Self::DifferentExecutors, executor(one) != executor(other)),
            (Self::Running, is_running),
        ];
        let caveats = caveats.into_iter().filter(|(_, applies)| *applies);
        caveats.map(|(caveat, _)| caveat).collect()
    }
}

/// What tells executors apart. The embedded one has another port each time, and is the same.
fn executor(run: &RecordedRun) -> &str {
    let address = run.run.executor.as_str();
    match address.strip_suffix("(embedded)") {
        Some(_) => "embedded",
        None => address,
    }
}
