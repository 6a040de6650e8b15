use std::time::Duration;

use executor_protocol::IdleClock;
use suite::{Ratio, Retries};

use super::*;
use crate::{
    outcome::{Fault, SkipReason},
    test_support::case,
};

fn failed() -> Outcome {
    Outcome::Failed(vec![Failure::ExitCode {
        expected: 0,
        actual: 1,
    }])
}

fn fault(kind: FaultKind) -> Outcome {
    Outcome::InfrastructureError(Fault {
        kind,
        message: "away".into(),
    })
}

fn retried(max: u32, on: &[RetryOn]) -> Case {
    Case {
        retries: Retries {
            max,
            on: on.to_vec(),
            ..Retries::default()
        },
        ..case("a")
    }
}

fn repeated(min: u64, max: u64) -> Case {
    Case {
        repeat: Some(Repeat {
            min,
            max,
            success_rate: Ratio::new(0.9).expect("a ratio"),
            confidence: Ratio::new(0.95).expect("a ratio"),
        }),
        ..retried(5, &RetryOn::ALL)
    }
}

fn verdict(case: &Case, outcomes: &[Outcome]) -> Verdict {
    Tries::judge(case, outcomes.iter().map(Tried::from)).verdict
}

#[test]
fn the_last_attempt_decides_and_a_pass_that_was_not_the_first_is_flaky() {
    let case = retried(2, &[RetryOn::Failed]);
    assert_eq!(verdict(&case, &[Outcome::Passed]), Verdict::Pass);
    assert_eq!(verdict(&case, &[failed(), Outcome::Passed]), Verdict::Flaky);
    assert_eq!(
        verdict(&case, &[failed(), failed(), failed()]),
        Verdict::Fail
    );
    // What should have gone on was not finished.
    assert_eq!(verdict(&case, &[failed(), failed()]), Verdict::NotRun);
    assert_eq!(
        verdict(&case, &[failed(), Outcome::Cancelled]),
        Verdict::NotRun
    );
    assert_eq!(verdict(&case, &[]), Verdict::NotRun);
}

#[test]
fn a_case_is_tried_again_after_what_its_suite_names_and_after_nothing_else() {
    let limit = Duration::from_secs(1);
    let silent_for = limit;
    let timed_out = Outcome::TimedOut { limit, silent_for };
    let stalled = Outcome::Stalled {
        clock: IdleClock::Bytes,
        limit,
        silent_for,
    };
    for (outcome, reasons) in [
        (failed(), &[RetryOn::Failed][..]),
        (timed_out, &[RetryOn::Timeout]),
        (stalled, &[RetryOn::Timeout]),
        (fault(FaultKind::Broken), &[RetryOn::Infrastructure]),
        (
            fault(FaultKind::RateLimited),
            &[RetryOn::Infrastructure, RetryOn::RateLimit],
        ),
        (
            Outcome::HarnessError {
                message: String::new(),
            },
            &[],
        ),
    ] {
        for on in RetryOn::ALL {
            let next = Tries::default().take(&retried(1, &[on]), Tried::from(&outcome));
            let expected = match reasons.contains(&on) {
                true => Next::Again,
                false => Next::Over(Verdict::Fail),
            };
            assert_eq!(next, expected, "{outcome:?} on {on:?}");
        }
    }
}

#[test]
fn what_would_be_the_same_again_is_not_tried_again() {
    let program = || "claude".to_owned();
    let missing = Outcome::Failed(vec![Failure::MissingRequirement { program: program() }]);
    let reason = SkipReason::MissingRequirement { program: program() };
    for case in [retried(5, &RetryOn::ALL), repeated(5, 50)] {
        assert_eq!(
            verdict(&case, std::slice::from_ref(&missing)),
            Verdict::Fail
        );
        let skipped = Outcome::Skipped {
            reason: reason.clone(),
        };
        assert_eq!(verdict(&case, &[skipped]), Verdict::Skipped);
    }
}

#[test]
fn a_case_that_is_repeated_is_tried_until_it_is_clear_how_often_it_passes() {
    let case = repeated(5, 50);
    let of = |passed: usize, failed_attempts: usize| {
        let mut outcomes = vec![failed(); failed_attempts];
        outcomes.extend(vec![Outcome::Passed; passed]);
        verdict(&case, &outcomes)
    };
    // No sooner than after five, however clear it is.
    assert_eq!(of(0, 4), Verdict::NotRun);
    assert_eq!(of(0, 5), Verdict::Fail);
    assert_eq!(of(32, 0), Verdict::NotRun);
    assert_eq!(of(33, 0), Verdict::Pass);
    assert_eq!(of(48, 1), Verdict::NotRun);
    assert_eq!(of(48, 2), Verdict::Inconclusive);
}
