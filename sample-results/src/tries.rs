//! Cases that were tried more than once.

use std::sync::Arc;

use runner_core::{
    outcome::{Failure, Fault, FaultKind, Outcome},
    results::{AttemptReport, CaseResult, RunProblem, RunResults},
};
use suite::{Case, Ratio, Repeat, Retries, RetryOn};

use crate::cases::{attempt, case, output, results};

fn failed(said: &str) -> AttemptReport {
    let outcome = Outcome::Failed(vec![Failure::ErrorEvent {
        message: said.into(),
    }]);
    AttemptReport {
        output: output(said),
        exit_code: Some(1),
        ..attempt(outcome)
    }
}

fn passed(said: &str) -> AttemptReport {
    AttemptReport {
        output: output(said),
        ..attempt(Outcome::Passed)
    }
}

/// A case that passed when it was tried for the second time. At the first it printed what is `said`, and so did
/// its executor.
#[must_use]
pub fn flaky_case(said: &str) -> CaseResult {
    let retries = Retries {
        max: 2,
        on: vec![RetryOn::Failed],
        ..Retries::default()
    };
    let case = Case {
        retries,
        ..case("flaky", "Now and Then", "./now-and-then")
    };
    let attempts = [failed(said), passed("there it is")];
    CaseResult::tried(Arc::new(case), attempts.map(Arc::new))
}

/// A case that was tried so many times, of which it failed once in eight, and is still not clear.
#[must_use]
pub fn inconclusive_case(tries: u64) -> CaseResult {
    let ratio = |share| Ratio::new(share).expect("between 0 and 1");
    let repeat = Repeat {
        min: 5,
        max: tries,
        success_rate: ratio(0.9),
        confidence: ratio(0.95),
    };
    let case = Case {
        repeat: Some(repeat),
        ..case("often", "How Often", "./now-and-then")
    };
    let attempts = (1..=tries).map(|number| match number % 8 {
        0 => failed("nothing"),
        _ => passed("there it is"),
    });
    CaseResult::tried(Arc::new(case), attempts.map(Arc::new))
}

/// A case that was tried three times and never passed: at last it was the executor's fault.
#[must_use]
pub fn retried_case() -> CaseResult {
    let retries = Retries {
        max: 2,
        on: RetryOn::ALL.into(),
        ..Retries::default()
    };
    let case = Case {
        retries,
        ..case("never", "Never", "./never")
    };
    let broken = AttemptReport {
        exit_code: None,
        ..attempt(Outcome::InfrastructureError(Fault {
            kind: FaultKind::Broken,
            message: "the connection broke".into(),
        }))
    };
    let attempts = [failed("not once"), failed("not twice"), broken];
    CaseResult::tried(Arc::new(case), attempts.map(Arc::new))
}

/// A run over one case of each kind, in which flaky ones count as failures or do not.
#[must_use]
pub fn run(flaky_fails: bool) -> RunResults {
    let cases = vec![flaky_case("not yet"), retried_case(), inconclusive_case(10)];
    let flaky = flaky_fails.then_some(RunProblem::CaseFlaky);
    let problems = [RunProblem::CaseFailed].into_iter().chain(flaky);
    RunResults {
        problems: problems.chain([RunProblem::CaseInconclusive]).collect(),
        ..results(cases)
    }
}
