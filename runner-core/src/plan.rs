//! What a run is to do, and what it comes to.

use std::{sync::Arc, time::Duration};

use executor_protocol::Health;
use suite::{Case, Gates};
use tokio::time::Instant;

use crate::{
    attempt::AttemptSettings,
    gates,
    results::{CaseResult, Counts, RunInfo, RunProblem, RunResults},
    run_state::{RunEnd, RunPolicy},
};

/// Everything that is decided before a run begins.
#[derive(Debug, Clone)]
pub struct RunPlan {
    /// What is run, where, and since when by the wall clock.
    pub run: RunInfo,
    /// The same moment by the monotonic clock, with which everything is measured.
    pub started: Instant,
    /// The selected cases.
    pub cases: Vec<Arc<Case>>,
    /// The suite's gates.
    pub gates: Gates,
    /// What is the same for all attempts.
    pub attempt: AttemptSettings,
    /// How the run decides where the suite leaves it open.
    pub policy: RunPolicy,
}

impl RunPlan {
    /// The name of an execution under this run.
    #[must_use]
    pub fn execution_id(&self, case_id: &str) -> String {
        format!("{}_{case_id}", self.run.marker)
    }
}

/// Puts together what a run came to.
#[must_use]
pub fn conclude(
    run: RunInfo,
    cases: Vec<CaseResult>,
    gates: &Gates,
    end: &RunEnd,
    health: Option<Health>,
    elapsed: Duration,
) -> RunResults {
    let counts = Counts::of(&cases);
    let gates = gates::evaluate(gates, &counts);
    let mut problems = Vec::new();
    match end {
        RunEnd::Completed => {}
        RunEnd::Interrupted => problems.push(RunProblem::Interrupted),
        RunEnd::ExecutorUnavailable { reason } => {
            let reason = reason.clone();
            problems.push(RunProblem::ExecutorUnavailable { reason });
        }
        RunEnd::ExecutorLost { reason } => {
            problems.push(RunProblem::ExecutorLost {
                reason: reason.clone(),
            });
        }
    }
    if !matches!(end, RunEnd::ExecutorUnavailable { .. }) {
        if gates.iter().any(|gate| !gate.holds) {
            problems.push(RunProblem::GateFailed);
        }
        if gates.is_empty() && counts.failed > 0 {
            problems.push(RunProblem::CaseFailed);
        }
        if *end == RunEnd::Completed && counts.success().trials() == 0 {
            problems.push(RunProblem::NothingTried);
        }
    }
    RunResults {
        run,
        health,
        cases,
        gates,
        elapsed,
        problems,
    }
}
