//! What follows from what is recorded of a run: whether it is over, since when and for how long it went
//! on, and when nothing was tested.

use std::time::Duration;

use jiff::Timestamp;

use super::{OUTSTANDING, Outage, RecordedRun, RecordedState, RunKind, RunPart};
use crate::{drift::Windows, results::RunProblem, run_state::RunEnd};

/// How a run that is not over stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// A process is at it.
    GoesOn,
    /// Somebody told it to end.
    Interrupted,
    /// Its process was killed, or the machine went down.
    BrokenOff,
}

impl Standing {
    /// The stable name.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::GoesOn => "running",
            Self::Interrupted => "interrupted",
            Self::BrokenOff => "broken-off",
        }
    }

    /// What the run does, after its name: `goes on`.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::GoesOn => "goes on",
            Self::Interrupted => "was interrupted",
            Self::BrokenOff => "was broken off",
        }
    }
}

/// A time between two parts of a run, in which nobody was at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap<'a> {
    /// The part before.
    pub before: &'a RunPart,
    /// The part after.
    pub after: &'a RunPart,
}

impl Gap<'_> {
    /// How long it was; zero if the clock was set back in it.
    #[must_use]
    pub fn length(&self) -> Duration {
        between(self.before.until(), self.after.began)
    }
}

impl RecordedState {
    /// Whether a run in this state came to its end.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        matches!(self, Self::Ended(end) if end == RunEnd::Completed.code())
    }

    /// Whether `gauntlet soak --resume` goes on with a run of this kind in this state. A run that is no
    /// soak cannot go on.
    #[must_use]
    pub fn is_resumable(&self, kind: RunKind) -> bool {
        let can_go_on = match self {
            Self::Running => false,
            Self::Broken => true,
            // Shards are resumed, and not what is made of them.
            Self::Ended(end) => !self.is_completed() && end != OUTSTANDING,
        };
        kind == RunKind::Soak && can_go_on
    }
}

impl RecordedRun {
    /// How it stands; `None` if it is over.
    #[must_use]
    pub fn standing(&self) -> Option<Standing> {
        match &self.state {
            RecordedState::Running => Some(Standing::GoesOn),
            RecordedState::Broken => Some(Standing::BrokenOff),
            RecordedState::Ended(end) => {
                (end == RunEnd::Interrupted.code()).then_some(Standing::Interrupted)
            }
        }
    }

    /// Whether `gauntlet soak --resume` goes on with it. A run that is no soak cannot go on.
    #[must_use]
    pub fn is_resumable(&self) -> bool {
        self.state.is_resumable(self.kind)
    }

    /// The command that goes on with it, if there is one. It names the run by its number, which no suite
    /// chooses.
    #[must_use]
    pub fn resume_command(&self) -> Option<String> {
        let command = || format!("gauntlet soak --resume {}", self.id);
        self.is_resumable().then(command)
    }

    /// What speaks against it while nobody has judged it.
    #[must_use]
    pub fn problems_so_far(&self) -> Vec<RunProblem> {
        let mut problems = Vec::new();
        if let Some(overload) = self.runner.overload() {
            let evidence = overload.to_string();
            problems.push(RunProblem::RunnerTooSlow { evidence });
        }
        if self.gates.iter().any(|gate| !gate.holds) {
            problems.push(RunProblem::GateFailed);
        }
        if self.gates.is_empty() && self.counts.failed_cases > 0 {
            problems.push(RunProblem::CaseFailed);
        }
        problems
    }

    /// The windows to look for drift in. A run that goes over its suite once has none: it is over before
    /// anything could drift.
    #[must_use]
    pub fn drift_windows(&self) -> Option<&Windows> {
        let may_drift = self.kind == RunKind::Soak && !self.windows.totals.is_empty();
        may_drift.then_some(&self.windows)
    }

    /// The times between its parts, in their order.
    pub fn gaps(&self) -> impl DoubleEndedIterator<Item = Gap<'_>> + ExactSizeIterator {
        self.parts.windows(2).map(|pair| Gap {
            before: &pair[0],
            after: &pair[1],
        })
    }

    /// When the first part began.
    #[must_use]
    pub fn began(&self) -> Timestamp {
        let first = self.parts.first().filter(|_| self.earlier_parts() == 0);
        first.map_or_else(|| self.run.started_at.timestamp(), |part| part.began)
    }

    /// How many parts there are, also of those that are not listed.
    #[must_use]
    pub fn part_count(&self) -> u64 {
        self.part_count.max(self.parts.len() as u64)
    }

    /// How many parts come before those that are listed.
    #[must_use]
    pub fn earlier_parts(&self) -> u64 {
        self.part_count() - self.parts.len() as u64
    }

    /// When the latest part ended, as far as anybody knows.
    #[must_use]
    pub fn until(&self) -> Timestamp {
        let last = self.parts.last();
        last.map_or_else(|| self.run.started_at.timestamp(), |part| part.until())
    }

    /// From the beginning of the first part to the end of the latest one.
    #[must_use]
    pub fn span(&self) -> Duration {
        between(self.began(), self.until())
    }

    /// The versions of the program that made the parts, each where it first came.
    pub fn versions(&self) -> impl Iterator<Item = &str> {
        let mut versions = vec![&*self.run.version];
        for part in &self.parts {
            // Somebody may have gone to and fro between two versions for weeks.
            if !versions.contains(&&*part.version) {
                versions.push(&part.version);
            }
        }
        versions.into_iter()
    }

    /// Since when the executor has been away, if the run goes on and it is.
    #[must_use]
    pub fn away_since(&self) -> Option<Timestamp> {
        let outage = self.outages.last()?;
        let is_now = self.state == RecordedState::Running
            && !outage.is_over
            && self.parts.last()?.began <= outage.began;
        is_now.then_some(outage.began)
    }

    /// How long the executor was away by all that is known of an outage: until it was over, or until the
    /// end of the part of the run in which it began.
    #[must_use]
    pub fn outage_length(&self, outage: &Outage) -> Duration {
        outage.lasted.unwrap_or_else(|| {
            let mut parts = self.parts.iter().rev();
            let part = parts.find(|part| part.began <= outage.began);
            part.map_or(Duration::ZERO, |part| between(outage.began, part.until()))
        })
    }
}

/// From one moment to a later one; zero if the clock was set back in between.
#[must_use]
pub fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    let between = later.duration_since(earlier);
    Duration::try_from(between).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_back_makes_no_time() {
        let (earlier, later) = (Timestamp::UNIX_EPOCH, Timestamp::MAX);
        assert_eq!(between(later, earlier), Duration::ZERO);
        assert!(between(earlier, later) > Duration::ZERO);
    }
}
