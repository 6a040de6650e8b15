//! What a run does next, without any of what it does it with.

use proptest::prelude::*;

use super::*;
use crate::health::Unhealthy;
use crate::{
    outcome::FaultKind,
    test_support::{case, report},
};

fn fault() -> Fault {
    Fault {
        kind: FaultKind::Connect,
        message: "refused".into(),
    }
}

fn healthy() -> Input {
    Input::HealthChecked {
        report: Ok(Health {
            body: String::new(),
            latency: Duration::ZERO,
        }),
        took: Duration::ZERO,
    }
}

fn unhealthy(reason: &str) -> Input {
    Input::HealthChecked {
        report: Err(Unhealthy {
            reason: reason.into(),
        }),
        took: OUTAGE_STEP / 5,
    }
}

fn finished(outcome: Outcome) -> Input {
    Input::AttemptFinished(Box::new(report(outcome)))
}

fn requiring(program: &str) -> Arc<Case> {
    Arc::new(Case {
        requires: vec![program.into()],
        ..case(program)
    })
}

/// A state whose executor was found healthy, with the effects of that.
fn started(cases: Vec<Arc<Case>>, policy: RunPolicy) -> (RunState, Vec<Effect>) {
    let mut state = RunState::new(cases, policy);
    assert_eq!(state.on(Input::Started), [Effect::CheckHealth]);
    let effects = state.on(healthy());
    (state, effects)
}

fn cases(count: usize) -> Vec<Arc<Case>> {
    (0..count)
        .map(|index| Arc::new(case(&index.to_string())))
        .collect()
}

#[test]
fn cases_run_one_after_the_other_and_each_is_recorded_before_the_next() {
    let (mut state, effects) = started(cases(2), RunPolicy::default());
    assert_eq!(effects, [Effect::RunAttempt { index: 0 }]);
    let effects = state.on(finished(Outcome::Passed));
    assert!(matches!(effects[..], [Effect::Record { index: 0, .. }]));
    assert_eq!(state.on(Input::Recorded), [Effect::RunAttempt { index: 1 }]);
    state.on(finished(Outcome::Passed));
    assert_eq!(
        state.on(Input::Recorded),
        [Effect::Finish(RunEnd::Completed)]
    );
}

#[test]
fn an_unhealthy_executor_ends_the_run_before_the_first_case() {
    let mut state = RunState::new(cases(1), RunPolicy::default());
    state.on(Input::Started);
    let effects = state.on(unhealthy("refused"));
    let reason = "refused".into();
    assert_eq!(
        effects,
        [Effect::Finish(RunEnd::ExecutorUnavailable { reason })]
    );
}

#[test]
fn a_requirement_is_looked_for_once_and_what_it_misses_is_skipped() {
    let cases = vec![requiring("claude"), requiring("claude")];
    let (mut state, effects) = started(cases, RunPolicy::default());
    assert_eq!(
        effects,
        [Effect::Probe {
            program: "claude".into()
        }]
    );
    for expected in [0, 1] {
        let effects = match expected {
            0 => state.on(Input::RequirementProbed(Probe::Missing)),
            _ => state.on(Input::Recorded),
        };
        let [
            Effect::Record {
                index,
                result: CaseEnd::Decided(outcome),
            },
        ] = &effects[..]
        else {
            panic!("{effects:?}");
        };
        assert_eq!(*index, expected);
        assert!(matches!(outcome, Outcome::Skipped { .. }));
    }
    assert_eq!(
        state.on(Input::Recorded),
        [Effect::Finish(RunEnd::Completed)]
    );
}

#[test]
fn a_missing_requirement_fails_where_all_are_required() {
    let policy = RunPolicy {
        require_all: true,
        ..RunPolicy::default()
    };
    let (mut state, _) = started(vec![requiring("claude")], policy);
    let effects = state.on(Input::RequirementProbed(Probe::Missing));
    let [
        Effect::Record {
            result: CaseEnd::Decided(Outcome::Failed(_)),
            ..
        },
    ] = effects[..]
    else {
        panic!("{effects:?}");
    };
}

#[test]
fn a_requirement_that_cannot_be_looked_for_is_an_infrastructure_error() {
    let (mut state, _) = started(vec![requiring("claude")], RunPolicy::default());
    let effects = state.on(Input::RequirementProbed(Probe::Unknown(fault())));
    let [
        Effect::Record {
            result: CaseEnd::Decided(Outcome::InfrastructureError(_)),
            ..
        },
    ] = effects[..]
    else {
        panic!("{effects:?}");
    };
}

#[test]
fn no_attempt_is_burnt_while_the_executor_is_away() {
    let policy = RunPolicy {
        max_outage: Duration::from_secs(1),
        ..RunPolicy::default()
    };
    let (mut state, _) = started(cases(3), policy);
    state.on(finished(Outcome::InfrastructureError(fault())));
    assert_eq!(state.on(Input::Recorded), [Effect::CheckHealth]);
    assert_eq!(state.on(unhealthy("away")), [Effect::Wait(OUTAGE_STEP)]);
    assert_eq!(state.on(Input::WaitOver), [Effect::CheckHealth]);
    assert_eq!(state.on(healthy()), [Effect::RunAttempt { index: 1 }]);

    state.on(finished(Outcome::InfrastructureError(fault())));
    state.on(Input::Recorded);
    for _ in 0..2 {
        state.on(unhealthy("away"));
        assert_eq!(state.on(Input::WaitOver), [Effect::CheckHealth]);
    }
    let reason = "away".into();
    let lost = Effect::Finish(RunEnd::ExecutorLost { reason });
    assert_eq!(state.on(unhealthy("away")), [lost]);
}

#[test]
fn a_cancelled_run_ends_its_attempt_keeps_its_result_and_finishes() {
    let (mut state, _) = started(cases(3), RunPolicy::default());
    assert_eq!(state.on(Input::Cancelled), [Effect::Abort]);
    assert_eq!(state.on(Input::Cancelled), []);
    assert!(matches!(
        state.on(finished(Outcome::Cancelled))[..],
        [Effect::Record { .. }]
    ));
    assert_eq!(
        state.on(Input::Recorded),
        [Effect::Finish(RunEnd::Interrupted)]
    );
    assert_eq!(state.on(Input::Cancelled), []);
}

#[test]
fn what_an_attempt_that_ended_early_leaves_behind_is_looked_for_and_found() {
    let policy = RunPolicy {
        cleanup_probe: true,
        ..RunPolicy::default()
    };
    let (mut state, _) = started(cases(1), policy);
    let limit = Duration::from_secs(1);
    let timed_out = finished(Outcome::TimedOut {
        limit,
        silent_for: limit,
    });
    assert_eq!(state.on(timed_out), [Effect::ProbeCleanup { index: 0 }]);
    assert_eq!(state.on(Input::Cancelled), []);
    let effects = state.on(Input::CleanupProbed(vec!["7 sleep".into(), "8 sh".into()]));
    let [
        Effect::Record {
            result: CaseEnd::Attempted(report),
            ..
        },
    ] = &effects[..]
    else {
        panic!("{effects:?}");
    };
    let finding = report
        .findings
        .get(FindingCode::LeakedProcess)
        .expect("found");
    assert_eq!((finding.count, &*finding.detail), (2, "7 sleep, 8 sh"));
}

/// What each effect can lead to, chosen by `choice`.
fn answer(effect: &Effect, choice: u8) -> Option<Input> {
    Some(match effect {
        Effect::CheckHealth if !choice.is_multiple_of(3) => healthy(),
        Effect::CheckHealth => unhealthy("away"),
        Effect::Probe { .. } => Input::RequirementProbed(match choice % 3 {
            0 => Probe::Present,
            1 => Probe::Missing,
            _ => Probe::Unknown(fault()),
        }),
        Effect::RunAttempt { .. } if !choice.is_multiple_of(3) => finished(Outcome::Passed),
        Effect::RunAttempt { .. } => finished(Outcome::InfrastructureError(fault())),
        Effect::ProbeCleanup { .. } => Input::CleanupProbed(Vec::new()),
        Effect::Record { .. } => Input::Recorded,
        Effect::Wait(_) => Input::WaitOver,
        Effect::Abort | Effect::Finish(_) => return None,
    })
}

proptest! {
    /// Whatever happens, in whatever order it is cancelled: the run ends, it ends once, and every
    /// case is recorded at most once and in order.
    #[test]
    fn every_run_ends_once_and_records_every_case_at_most_once(
        count in 1..6usize,
        choices in prop::collection::vec(any::<u8>(), 200),
        cancel_at in 0..60usize,
    ) {
        let cases: Vec<_> = (0..count)
            .map(|index| if index % 2 == 0 { requiring("claude") } else { Arc::new(case("x")) })
            .collect();
        let mut state = RunState::new(cases, RunPolicy { max_outage: OUTAGE_STEP, ..RunPolicy::default() });
        let mut pending = state.on(Input::Started);
        let mut recorded = Vec::new();
        let mut ends = Vec::new();
        for (step, choice) in choices.into_iter().enumerate() {
            if step == cancel_at {
                pending.extend(state.on(Input::Cancelled));
            }
            let Some(effect) = (!pending.is_empty()).then(|| pending.remove(0)) else { break };
            if let Effect::Record { index, .. } = &effect {
                recorded.push(*index);
            }
            if let Effect::Finish(end) = &effect {
                ends.push(end.clone());
            }
            if let Some(input) = answer(&effect, choice) {
                pending.extend(state.on(input));
            }
        }
        prop_assert_eq!(ends.len(), 1);
        prop_assert_eq!(recorded.clone(), (0..recorded.len()).collect::<Vec<_>>());
        if ends[0] == RunEnd::Completed {
            prop_assert_eq!(recorded.len(), count);
        }
    }
}

#[test]
fn the_time_of_the_questions_counts_for_the_outage() {
    let policy = RunPolicy {
        max_outage: Duration::from_secs(2),
        ..RunPolicy::default()
    };
    let (mut state, _) = started(cases(2), policy);
    state.on(finished(Outcome::InfrastructureError(fault())));
    assert_eq!(state.on(Input::Recorded), [Effect::CheckHealth]);
    let hung = Input::HealthChecked {
        report: Err(Unhealthy {
            reason: "silent".into(),
        }),
        took: Duration::from_secs(5),
    };
    let reason = "silent".into();
    assert_eq!(
        state.on(hung),
        [Effect::Finish(RunEnd::ExecutorLost { reason })]
    );
}

#[test]
fn an_executor_that_let_a_timeout_pass_in_silence_is_asked_for_its_health() {
    let (mut state, _) = started(cases(3), RunPolicy::default());
    let limit = Duration::from_secs(1);
    state.on(finished(Outcome::TimedOut {
        limit,
        silent_for: limit,
    }));
    assert_eq!(state.on(Input::Recorded), [Effect::CheckHealth]);
    state.on(healthy());
    let mut said_so = report(Outcome::TimedOut {
        limit,
        silent_for: limit,
    });
    said_so.stats.terminal = Some(limit);
    state.on(Input::AttemptFinished(Box::new(said_so)));
    assert_eq!(state.on(Input::Recorded), [Effect::RunAttempt { index: 2 }]);
}
