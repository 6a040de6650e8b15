//! Cases that are tried again, because their suite allows for it or wants to know how often they pass.

use suite::{Ratio, Repeat, Retries, RetryOn};

use super::*;
use crate::{
    results::Verdict,
    tries::{Tries, TurnEnd},
};

fn retried(max: u32) -> Arc<Case> {
    Arc::new(Case {
        retries: Retries {
            max,
            on: RetryOn::ALL.to_vec(),
            ..Retries::default()
        },
        ..case("retried")
    })
}

fn repeated(max: u64) -> Arc<Case> {
    let ratio = |share| Ratio::new(share).expect("a ratio");
    Arc::new(Case {
        repeat: Some(Repeat {
            min: 2,
            max,
            success_rate: ratio(0.9),
            confidence: ratio(0.95),
        }),
        ..case("repeated")
    })
}

fn failed() -> Input {
    finished(Outcome::Failed(vec![Failure::ExitCode {
        expected: 0,
        actual: 1,
    }]))
}

/// How the turn ends with what is recorded.
fn end(effects: &[Effect]) -> Option<TurnEnd> {
    match effects {
        [Effect::Record { end, .. }] => *end,
        other => panic!("nothing is recorded: {other:?}"),
    }
}

fn at(number: u64, index: usize, try_number: u64) -> Effect {
    Effect::RunAttempt(Place {
        number,
        iteration: 1,
        index,
        try_number,
    })
}

fn is_pause(effects: &[Effect]) -> bool {
    matches!(effects, [Effect::WaitToRetry(_)])
}

#[test]
fn a_case_is_tried_again_after_a_pause_and_is_flaky_if_it_passes_then() {
    let (mut state, _) = started(vec![retried(2), retried(2)], RunPolicy::default());
    assert_eq!(end(&state.on(failed())), None);
    let pause = state.on(Input::Recorded);
    assert!(is_pause(&pause), "{pause:?}");
    assert_eq!(state.on(Input::WaitOver), [at(2, 0, 2)]);
    let tries = Tries { made: 2, passed: 1 };
    let verdict = Verdict::Flaky;
    let ended = end(&state.on(finished(Outcome::Passed)));
    assert_eq!(ended, Some(TurnEnd { verdict, tries }));
    // The next case is tried for the first time.
    assert_eq!(state.on(Input::Recorded), [at(3, 1, 1)]);
}

#[test]
fn a_case_is_tried_again_as_often_as_allowed() {
    let (mut state, _) = started(vec![retried(2)], RunPolicy::default());
    for number in 2..=3 {
        assert_eq!(end(&state.on(failed())), None);
        assert!(is_pause(&state.on(Input::Recorded)));
        assert_eq!(state.on(Input::WaitOver), [at(number, 0, number)]);
    }
    let ended = end(&state.on(failed())).expect("its end");
    assert_eq!((ended.verdict, ended.tries.made), (Verdict::Fail, 3));
    assert_eq!(
        state.on(Input::Recorded),
        [Effect::Finish(RunEnd::Completed)]
    );
}

#[test]
fn the_same_seed_makes_the_same_pauses() {
    let pauses = |seed| {
        let policy = RunPolicy {
            seed,
            ..RunPolicy::default()
        };
        let (mut state, _) = started(vec![retried(5)], policy);
        let mut pauses = Vec::new();
        for _ in 0..5 {
            state.on(failed());
            pauses.extend(state.on(Input::Recorded));
            state.on(Input::WaitOver);
        }
        pauses
    };
    assert_eq!(pauses(1), pauses(1));
    assert_ne!(pauses(1), pauses(2));
}

#[test]
fn an_executor_that_is_away_is_waited_for_and_that_counts_for_the_pause() {
    let policy = RunPolicy {
        max_outage: Duration::from_secs(60),
        ..RunPolicy::default()
    };
    let (mut state, _) = started(vec![retried(1)], policy);
    let broken = || finished(Outcome::InfrastructureError(fault()));
    assert_eq!(end(&state.on(broken())), None);
    assert_eq!(state.on(Input::Recorded), [Effect::CheckHealth]);
    // A second at most is owed, and as long as that it is away.
    for pause in [1, 2, 4] {
        assert_eq!(
            state.on(unhealthy("away")),
            [Effect::Wait(FIRST_PAUSE * pause)]
        );
        assert_eq!(state.on(Input::WaitOver), [Effect::CheckHealth]);
    }
    assert_eq!(state.on(healthy()), [at(2, 0, 2)]);
}

#[test]
fn what_an_executor_asks_for_is_waited() {
    let (mut state, _) = started(vec![retried(1)], RunPolicy::default());
    let mut limited = report(Outcome::InfrastructureError(Fault {
        kind: FaultKind::RateLimited,
        message: "too many".into(),
    }));
    limited.retry_after = Some(Duration::from_secs(17));
    state.on(Input::AttemptFinished(Box::new(limited)));
    state.on(Input::Recorded);
    let pause = Effect::WaitToRetry(Duration::from_secs(17));
    assert_eq!(state.on(healthy()), [pause]);
}

#[test]
fn a_pause_before_a_retry_ends_with_the_run() {
    for (input, end) in [
        (Input::Cancelled, RunEnd::Interrupted),
        (Input::Stopped, RunEnd::Interrupted),
        (Input::TimeUp, RunEnd::Completed),
    ] {
        let (mut state, _) = started(vec![retried(3)], SOAK);
        state.on(failed());
        assert!(is_pause(&state.on(Input::Recorded)));
        assert_eq!(state.on(input), [Effect::Finish(end)]);
    }
}

#[test]
fn an_attempt_that_is_cancelled_is_the_last_one() {
    let (mut state, _) = started(vec![retried(3)], RunPolicy::default());
    state.on(failed());
    state.on(Input::Recorded);
    state.on(Input::WaitOver);
    assert_eq!(state.on(Input::Cancelled), [Effect::Abort]);
    let ended = end(&state.on(finished(Outcome::Cancelled))).expect("an end");
    assert_eq!((ended.verdict, ended.tries.made), (Verdict::NotRun, 1));
    assert_eq!(
        state.on(Input::Recorded),
        [Effect::Finish(RunEnd::Interrupted)]
    );
}

#[test]
fn a_case_is_repeated_without_pauses_until_it_is_decided() {
    let (mut state, _) = started(vec![repeated(50)], RunPolicy::default());
    for number in 2..=33 {
        assert_eq!(end(&state.on(finished(Outcome::Passed))), None);
        assert_eq!(state.on(Input::Recorded), [at(number, 0, number)]);
    }
    let ended = end(&state.on(finished(Outcome::Passed))).expect("its end");
    assert_eq!((ended.verdict, ended.tries.made), (Verdict::Pass, 33));
}

#[test]
fn a_case_that_is_not_decided_is_inconclusive_and_the_run_goes_on() {
    let (mut state, _) = started(vec![repeated(3), retried(0)], RunPolicy::default());
    for _ in 0..2 {
        assert_eq!(end(&state.on(finished(Outcome::Passed))), None);
        state.on(Input::Recorded);
    }
    let ended = end(&state.on(finished(Outcome::Passed))).expect("its end");
    assert_eq!(ended.verdict, Verdict::Inconclusive);
    assert_eq!(state.on(Input::Recorded), [at(4, 1, 1)]);
}

#[test]
fn a_run_that_goes_on_in_the_middle_of_a_turn_makes_what_is_left_of_it() {
    let start = Start {
        done: 1,
        next_attempt: 8,
        tries: Tries { made: 2, passed: 0 },
        ..Start::default()
    };
    let mut state = RunState::new(vec![retried(0), retried(3)], SOAK, start);
    state.on(Input::Started);
    assert_eq!(begun(1, state.on(healthy())), [at(8, 1, 3)]);
    assert_eq!(end(&state.on(failed())), None);
    assert!(is_pause(&state.on(Input::Recorded)));
    assert_eq!(state.on(Input::WaitOver), [at(9, 1, 4)]);
    let ended = end(&state.on(failed())).expect("its end");
    assert_eq!((ended.verdict, ended.tries.made), (Verdict::Fail, 4));
}
