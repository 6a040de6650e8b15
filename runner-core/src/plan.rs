//! What a run is to do, and what it comes to.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::Arc,
    time::{Duration, SystemTime},
};

use executor_protocol::Health;
use suite::{Case, Shard};
use tokio::time::Instant;

use crate::{
    attempt::AttemptSettings,
    gates::RunGates,
    journal::SuiteVersion,
    results::{CaseResult, Counts, GateResult, Place, RunInfo, RunProblem, RunResults},
    run_state::{RunEnd, RunPolicy, Start},
    self_sample::{Overload, SelfTotals},
    tail::OutputTail,
};

/// Everything that is decided before a run begins.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// What is run, where, and since when by the wall clock.
    pub run: RunInfo,
    /// The same moment by the monotonic clock, with which everything is measured. For a run that goes
    /// on, the moment at which it does.
    pub started: Instant,
    /// What the suite was read from.
    pub suite: SuiteVersion,
    /// The selected cases.
    pub cases: Vec<Arc<Case>>,
    /// The suite's gates.
    pub gates: RunGates,
    /// What is the same for all attempts.
    pub attempt: AttemptSettings,
    /// How long the executor may take to answer for its health.
    pub health_timeout: Duration,
    /// How the run decides where the suite leaves it open.
    pub policy: RunPolicy,
    /// Where the last line of a running command is shown, if anybody looks.
    pub tail: Option<OutputTail>,
    /// Whether a case that did not pass at once makes the run fail, although it passed in the end.
    pub flaky_fails: bool,
    /// Which shard of its suite the run is, if it is one's: `cases` are what falls to it. Its gates are held
    /// against all shards together, once they are merged, and not against it alone.
    pub shard: Option<Shard>,
    /// What makes the run a soak; `None` for a run that goes over the suite once.
    pub soak: Option<SoakPlan>,
}

/// What a soak does besides running cases.
#[derive(Debug, Clone)]
pub struct SoakPlan {
    /// Which part of the soak this is, counted from one: each process that goes on with it makes one.
    pub part: u64,
    /// Where it begins, or goes on.
    pub start: Start,
    /// What came of it before, if it goes on.
    pub before: SoakBefore,
    /// From the start of one iteration to the start of the next, at least.
    pub interval: Duration,
    /// How long it may go on; `None` leaves that to the number of iterations.
    pub time_left: Option<Duration>,
    /// When it is to end by the wall clock, which also counts the time for which the machine slept.
    pub until: Option<SystemTime>,
    /// How often the executor is asked for its health, whatever else is going on.
    pub health_interval: Duration,
    /// The suite file, which is read again when it has changed.
    pub suite_path: PathBuf,
}

/// What came of a soak before it was interrupted.
#[derive(Debug, Clone, Copy, Default)]
pub struct SoakBefore {
    /// Its attempts.
    pub counts: Counts,
    /// How the runner itself fared.
    pub runner: SelfTotals,
    /// How long it took.
    pub elapsed: Duration,
}

impl RunPlan {
    /// The name of an execution under this run. Each is unique in it.
    ///
    /// In a soak the part is in it, because an attempt that left no trace in the ledger, as its process
    /// was killed in the moment in which it began, is made again with the same number.
    #[must_use]
    pub fn execution_id(&self, place: Place, case_id: &str) -> String {
        let marker = &self.run.marker;
        match &self.soak {
            None if place.try_number == 1 => format!("{marker}_{case_id}"),
            // No case has an id with which the first form would come to the same.
            None => format!("{marker}.{}_{case_id}", place.try_number),
            Some(SoakPlan { part, .. }) => {
                format!("{marker}_{part}-{}_{case_id}", place.number)
            }
        }
    }

    /// Whether nothing of the suite falls to the shard that the run is.
    #[must_use]
    pub fn is_empty_shard(&self) -> bool {
        self.shard.is_some() && self.cases.is_empty()
    }

    /// Whether the run goes over its suite again and again.
    #[must_use]
    pub fn is_soak(&self) -> bool {
        self.soak.is_some()
    }
}

/// How a run ended, and what it came to.
#[derive(Debug, Clone)]
pub struct Conclusion<'a> {
    /// How it ended.
    pub end: &'a RunEnd,
    /// How many cases, or attempts of a soak, came to what.
    pub counts: &'a Counts,
    /// The gates it was held against, as far as they can be evaluated by now.
    pub gates: Vec<GateResult>,
    /// Whether gates decide in place of "every case passed".
    pub is_gated: bool,
    /// Whether flaky cases make it fail.
    pub flaky_fails: bool,
    /// Whether there was nothing to try, and rightly so: more shards than cases leave some without any.
    pub is_empty_shard: bool,
    /// What shows that the runner itself could not keep up.
    pub overload: Option<Overload>,
}

impl Conclusion<'_> {
    /// Puts together the results of the run.
    #[must_use]
    pub fn results(
        self,
        run: RunInfo,
        cases: Vec<CaseResult>,
        health: Option<Health>,
        elapsed: Duration,
    ) -> RunResults {
        RunResults {
            problems: self.problems(),
            run,
            health,
            cases,
            gates: self.gates,
            elapsed,
            bundles: BTreeMap::new(),
        }
    }

    /// Why the run is no success, gravest first.
    #[must_use]
    pub fn problems(&self) -> Vec<RunProblem> {
        let mut problems: Vec<RunProblem> = problem_of_end(self.end).into_iter().collect();
        if matches!(self.end, RunEnd::ExecutorUnavailable { .. }) {
            return problems;
        }
        if let Some(overload) = self.overload {
            let evidence = overload.to_string();
            problems.push(RunProblem::RunnerTooSlow { evidence });
        }
        if self.gates.iter().any(|gate| !gate.holds) {
            problems.push(RunProblem::GateFailed);
        }
        if !self.is_gated && self.counts.failed_cases > 0 {
            problems.push(RunProblem::CaseFailed);
        }
        if self.flaky_fails && self.counts.flaky > 0 {
            problems.push(RunProblem::CaseFlaky);
        }
        if !self.is_gated && self.counts.inconclusive > 0 {
            problems.push(RunProblem::CaseInconclusive);
        }
        let tried = self.counts.success().trials() + self.counts.inconclusive;
        if *self.end == RunEnd::Completed && tried == 0 && !self.is_empty_shard {
            problems.push(RunProblem::NothingTried);
        }
        problems
    }
}

fn problem_of_end(end: &RunEnd) -> Option<RunProblem> {
    Some(match end.clone() {
        RunEnd::Completed => return None,
        RunEnd::Interrupted => RunProblem::Interrupted,
        RunEnd::ExecutorUnavailable { reason } => RunProblem::ExecutorUnavailable { reason },
        RunEnd::ExecutorLost { reason } => RunProblem::ExecutorLost { reason },
        RunEnd::LedgerLost { reason } => RunProblem::LedgerLost { reason },
        RunEnd::Stuck { part } => RunProblem::RunnerTooSlow {
            evidence: format!("it came to a standstill at {part}"),
        },
        RunEnd::HarnessLost { part } => RunProblem::HarnessLost { part },
    })
}
