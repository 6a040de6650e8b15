//! Cases that were tried more than once.

use std::sync::Arc;

use runner_core::{
    outcome::{Failure, Outcome},
    results::{AttemptReport, CaseResult},
};
use suite::{Case, Ratio, Repeat, Retries, RetryOn};

use crate::cases::{attempt, case, output};

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
