//! What a run sends to its executor: attempts at cases, and commands of the runner's own that look for
//! programs and for leftovers.

use std::{sync::Arc, time::Duration};

use suite::Case;

use crate::{
    attempt::AttemptPlan,
    cleanup::{self, CleanupMarker},
    outcome::{Failure, Fault, FaultKind, Outcome},
    plan::RunPlan,
    results::{AttemptReport, Place},
    run_state::Probe,
};

/// Looking for a program takes an executor no time; one that hangs must not hold up the run.
const PROBE_TIMEOUT: Duration = Duration::from_secs(10);

/// What executors give a command to end by itself, and some more.
const CLEANUP_PATIENCE: Duration = Duration::from_secs(4);

/// The attempt at `case` that stands at `place`.
pub(crate) fn attempt(plan: &RunPlan, place: Place, case: &Arc<Case>) -> AttemptPlan {
    let execution_id = plan.execution_id(place, &case.id);
    if let Some(tail) = &plan.tail {
        tail.clear();
    }
    AttemptPlan {
        case: Arc::clone(case),
        started_after: plan.started.elapsed(),
        marker: plan
            .policy
            .cleanup_probe
            .then(|| CleanupMarker::of(&execution_id, plan.started)),
        tail: plan.tail.clone(),
        settings: plan.attempt,
        execution_id,
    }
}

/// An attempt that looks for `program` where the executor runs, the way a shell would.
pub(crate) fn requirement(plan: &RunPlan, program: &str) -> AttemptPlan {
    own_plan(
        plan,
        format!("requires_{program}"),
        format!("command -v {program}"),
    )
}

/// An attempt that looks for what the attempt at `place` has left behind.
pub(crate) fn cleanup(plan: &RunPlan, place: Place) -> AttemptPlan {
    let id = plan.execution_id(place, &plan.cases[place.index].id);
    let marker = CleanupMarker::of(&id, plan.started);
    own_plan(plan, "cleanup".into(), marker.probe(CLEANUP_PATIENCE))
}

/// An attempt at a command of the runner's own.
fn own_plan(plan: &RunPlan, id: String, command: String) -> AttemptPlan {
    let execution_id = format!("{}_{id}", plan.run.marker);
    let case = Case {
        timeout: PROBE_TIMEOUT,
        ..Case::new(id, command)
    };
    AttemptPlan {
        case: Arc::new(case),
        started_after: plan.started.elapsed(),
        marker: None,
        tail: None,
        settings: plan.attempt,
        execution_id,
    }
}

/// Whether the program was there, by what came of looking for it.
pub(crate) fn found(outcome: Outcome) -> Probe {
    match outcome {
        Outcome::Passed => Probe::Present,
        // By these a shell says that there is no such program; an executor that refuses to look says
        // nothing about it.
        Outcome::Failed(failures)
            if matches!(
                failures[..],
                [Failure::ExitCode {
                    actual: 1 | 127,
                    ..
                }]
            ) =>
        {
            Probe::Missing
        }
        Outcome::InfrastructureError(fault) => Probe::Unknown(fault),
        other => Probe::Unknown(Fault {
            kind: FaultKind::NoAnswer,
            message: other.explanation().unwrap_or_default(),
        }),
    }
}

/// The processes that a cleanup probe found. An executor that could not look has not found any.
pub(crate) fn leaked(report: &AttemptReport) -> Vec<String> {
    if report.outcome != Outcome::Passed {
        return Vec::new();
    }
    let leaked = cleanup::leaked(&report.output.head).into_iter();
    leaked.map(str::to_owned).collect()
}
