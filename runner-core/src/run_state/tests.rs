//! What a run does next, without any of what it does it with.

use proptest::prelude::*;

use super::*;
use crate::health::Unhealthy;
use crate::{
    outcome::FaultKind,
    results::Place,
    test_support::{case, report},
};

/// The place of the case with this index, where the run is not shuffled and in its first iteration.
fn place(index: usize) -> Place {
    Place {
        number: index as u64 + 1,
        iteration: 1,
        index,
    }
}

fn attempt(index: usize) -> Effect {
    Effect::RunAttempt(place(index))
}

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
        took: FIRST_PAUSE / 5,
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
    let mut state = RunState::new(cases, policy, Start::default());
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
    assert_eq!(effects, [attempt(0)]);
    let effects = state.on(finished(Outcome::Passed));
    assert!(matches!(
        effects[..],
        [Effect::Record {
            place: Place { index: 0, .. },
            ..
        }]
    ));
    assert_eq!(state.on(Input::Recorded), [attempt(1)]);
    state.on(finished(Outcome::Passed));
    assert_eq!(
        state.on(Input::Recorded),
        [Effect::Finish(RunEnd::Completed)]
    );
}

#[test]
fn an_unhealthy_executor_ends_the_run_before_the_first_case() {
    let mut state = RunState::new(cases(1), RunPolicy::default(), Start::default());
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
                place,
                result: CaseEnd::Decided(outcome),
            },
        ] = &effects[..]
        else {
            panic!("{effects:?}");
        };
        assert_eq!(place.index, expected);
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
    assert_eq!(state.on(unhealthy("away")), [Effect::Wait(FIRST_PAUSE)]);
    assert_eq!(state.on(Input::WaitOver), [Effect::CheckHealth]);
    assert_eq!(state.on(healthy()), [attempt(1)]);

    state.on(finished(Outcome::InfrastructureError(fault())));
    state.on(Input::Recorded);
    // The last pause is as long as there is time.
    for pause in [FIRST_PAUSE, Duration::from_millis(300)] {
        assert_eq!(state.on(unhealthy("away")), [Effect::Wait(pause)]);
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
    assert_eq!(state.on(timed_out), [Effect::ProbeCleanup(place(0))]);
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
        Effect::RunAttempt(_) if !choice.is_multiple_of(3) => finished(Outcome::Passed),
        Effect::RunAttempt(_) => finished(Outcome::InfrastructureError(fault())),
        Effect::ProbeCleanup(_) => Input::CleanupProbed(Vec::new()),
        Effect::Record { .. } => Input::Recorded,
        Effect::Wait(_) => Input::WaitOver,
        Effect::PrepareIteration(_) => Input::IterationDue { cases: None },
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
        let policy = RunPolicy { max_outage: FIRST_PAUSE, ..RunPolicy::default() };
        let mut state = RunState::new(cases, policy, Start::default());
        let mut pending = state.on(Input::Started);
        let mut recorded = Vec::new();
        let mut ends = Vec::new();
        for (step, choice) in choices.into_iter().enumerate() {
            if step == cancel_at {
                pending.extend(state.on(Input::Cancelled));
            }
            let Some(effect) = (!pending.is_empty()).then(|| pending.remove(0)) else { break };
            if let Effect::Record { place, .. } = &effect {
                recorded.push(place.index);
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
    assert_eq!(state.on(Input::Recorded), [attempt(2)]);
}

/// What a soak does: no last iteration.
const SOAK: RunPolicy = RunPolicy {
    require_all: false,
    max_outage: Duration::from_secs(3600),
    cleanup_probe: false,
    iterations: None,
    shuffle: None,
    waits_at_start: false,
};

/// The effects of an attempt that passes and is recorded.
fn pass(state: &mut RunState) -> Vec<Effect> {
    let effects = state.on(finished(Outcome::Passed));
    assert!(
        matches!(effects[..], [Effect::Record { .. }]),
        "{effects:?}"
    );
    state.on(Input::Recorded)
}

#[test]
fn an_iteration_begins_when_it_is_due_and_attempts_go_on_counting() {
    let (mut state, _) = started(cases(2), SOAK);
    assert_eq!(pass(&mut state), [attempt(1)]);
    assert_eq!(pass(&mut state), [Effect::PrepareIteration(2)]);
    let effects = state.on(Input::IterationDue { cases: None });
    let place = Place {
        number: 3,
        iteration: 2,
        index: 0,
    };
    assert_eq!(effects, [Effect::RunAttempt(place)]);
}

#[test]
fn a_changed_suite_counts_from_the_next_iteration_on() {
    let (mut state, _) = started(cases(1), SOAK);
    pass(&mut state);
    let effects = state.on(Input::IterationDue {
        cases: Some(vec![requiring("claude")]),
    });
    assert_eq!(
        effects,
        [Effect::Probe {
            program: "claude".into()
        }]
    );
}

#[test]
fn the_last_iteration_completes_the_run() {
    let policy = RunPolicy {
        iterations: std::num::NonZeroU64::new(2),
        ..SOAK
    };
    let (mut state, _) = started(cases(1), policy);
    assert_eq!(pass(&mut state), [Effect::PrepareIteration(2)]);
    state.on(Input::IterationDue { cases: None });
    assert_eq!(pass(&mut state), [Effect::Finish(RunEnd::Completed)]);
}

#[test]
fn a_run_that_goes_on_after_its_last_attempt_is_complete() {
    let policy = RunPolicy {
        iterations: std::num::NonZeroU64::new(2),
        ..SOAK
    };
    let resume = |iteration| {
        let start = Start {
            iteration,
            done: 1,
            next_attempt: iteration + 1,
        };
        let mut state = RunState::new(cases(1), policy, start);
        state.on(Input::Started);
        state.on(healthy())
    };
    assert_eq!(resume(1), [Effect::PrepareIteration(2)]);
    assert_eq!(resume(2), [Effect::Finish(RunEnd::Completed)]);
}

#[test]
fn when_the_time_is_up_what_runs_comes_to_its_end_and_nothing_new_begins() {
    let (mut state, _) = started(cases(2), SOAK);
    assert_eq!(state.on(Input::TimeUp), []);
    assert_eq!(pass(&mut state), [Effect::Finish(RunEnd::Completed)]);

    let (mut resting, _) = started(cases(1), SOAK);
    pass(&mut resting);
    assert_eq!(
        resting.on(Input::TimeUp),
        [Effect::Finish(RunEnd::Completed)]
    );
}

#[test]
fn a_stopped_run_lets_its_attempt_end_until_it_is_cancelled() {
    let (mut state, _) = started(cases(2), SOAK);
    assert_eq!(state.on(Input::Stopped), []);
    assert_eq!(state.on(Input::Cancelled), [Effect::Abort]);
    state.on(finished(Outcome::Cancelled));
    assert_eq!(
        state.on(Input::Recorded),
        [Effect::Finish(RunEnd::Interrupted)]
    );
}

#[test]
fn an_executor_that_goes_away_between_iterations_is_waited_for_before_the_next() {
    let (mut state, _) = started(cases(1), SOAK);
    pass(&mut state);
    assert_eq!(state.on(Input::HealthSuspected), [Effect::CheckHealth]);
    assert_eq!(state.on(unhealthy("away")), [Effect::Wait(FIRST_PAUSE)]);
    assert_eq!(state.on(Input::IterationDue { cases: None }), []);
    assert_eq!(state.on(Input::WaitOver), [Effect::CheckHealth]);
    let effects = state.on(healthy());
    assert!(
        matches!(effects[..], [Effect::RunAttempt(_)]),
        "{effects:?}"
    );
}

#[test]
fn an_executor_that_is_back_before_the_iteration_is_due_changes_nothing() {
    let (mut state, _) = started(cases(1), SOAK);
    pass(&mut state);
    state.on(Input::HealthSuspected);
    assert_eq!(state.on(healthy()), []);
    let effects = state.on(Input::IterationDue { cases: None });
    assert!(
        matches!(effects[..], [Effect::RunAttempt(_)]),
        "{effects:?}"
    );
}

#[test]
fn an_executor_that_reports_an_error_is_asked_for_its_health_before_the_next_case() {
    let (mut state, _) = started(cases(2), SOAK);
    let message = "the executor is stopping".into();
    state.on(finished(Outcome::Failed(vec![Failure::ErrorEvent {
        message,
    }])));
    assert_eq!(state.on(Input::Recorded), [Effect::CheckHealth]);
}

#[test]
fn an_executor_too_busy_to_answer_during_an_attempt_is_asked_again_after_it() {
    let (mut state, _) = started(cases(2), SOAK);
    assert_eq!(state.on(Input::HealthSuspected), []);
    assert_eq!(pass(&mut state), [Effect::CheckHealth]);
    assert_eq!(state.on(healthy()), [attempt(1)]);
}

#[test]
fn pauses_grow_up_to_a_bound_while_the_executor_is_away() {
    let (mut state, _) = started(cases(1), SOAK);
    pass(&mut state);
    state.on(Input::HealthSuspected);
    let pauses: Vec<_> = (0..7)
        .map(|_| {
            let effects = state.on(unhealthy("away"));
            let [Effect::Wait(pause)] = effects[..] else {
                panic!("{effects:?}");
            };
            state.on(Input::WaitOver);
            pause.as_millis()
        })
        .collect();
    assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
}

#[test]
fn a_run_that_goes_on_waits_for_an_executor_that_is_not_there_yet() {
    let policy = RunPolicy {
        waits_at_start: true,
        ..SOAK
    };
    let mut state = RunState::new(cases(1), policy, Start::default());
    state.on(Input::Started);
    assert_eq!(state.on(unhealthy("away")), [Effect::Wait(FIRST_PAUSE)]);
    state.on(Input::WaitOver);
    assert_eq!(state.on(healthy()), [attempt(0)]);
}

#[test]
fn a_run_whose_ledger_is_lost_ends() {
    let (mut state, _) = started(cases(2), SOAK);
    state.on(finished(Outcome::Passed));
    let reason = "disk full".to_owned();
    assert_eq!(
        state.on(Input::LedgerLost(reason.clone())),
        [Effect::Finish(RunEnd::LedgerLost { reason })]
    );
}

proptest! {
    /// Whatever happens to a soak, and whenever it is told to end: it ends once, no attempt has the
    /// number of another, and each iteration goes over every case once and in order.
    #[test]
    fn every_soak_ends_once_and_counts_its_attempts_without_gaps(
        count in 1..4usize,
        choices in prop::collection::vec(any::<u8>(), 300),
        end_at in 0..200usize,
        way in 0..3u8,
    ) {
        let mut state = RunState::new(cases(count), SOAK, Start::default());
        let mut pending = state.on(Input::Started);
        let mut recorded = Vec::new();
        let mut ends = 0;
        for (step, choice) in choices.into_iter().enumerate() {
            if step == end_at {
                pending.extend(state.on(match way {
                    0 => Input::Stopped,
                    1 => Input::Cancelled,
                    _ => Input::TimeUp,
                }));
            }
            if choice.is_multiple_of(11) {
                pending.extend(state.on(Input::HealthSuspected));
            }
            let at = usize::from(choice) % pending.len().max(1);
            let Some(effect) = (!pending.is_empty()).then(|| pending.remove(at)) else { continue };
            if let Effect::Record { place, .. } = &effect {
                recorded.push(*place);
            }
            ends += usize::from(matches!(effect, Effect::Finish(_)));
            if let Some(input) = answer(&effect, choice) {
                pending.extend(state.on(input));
            }
        }
        prop_assert_eq!(ends, 1);
        for (index, place) in recorded.iter().enumerate() {
            prop_assert_eq!(place.number, index as u64 + 1);
            prop_assert_eq!(place.iteration, (index / count) as u64 + 1);
            prop_assert_eq!(place.index, index % count);
        }
    }
}

#[test]
fn time_that_is_up_while_the_executor_is_away_is_no_success() {
    let (mut state, _) = started(cases(1), SOAK);
    pass(&mut state);
    state.on(Input::HealthSuspected);
    state.on(unhealthy("away"));
    let reason = "away".into();
    assert_eq!(
        state.on(Input::TimeUp),
        [Effect::Finish(RunEnd::ExecutorLost { reason })]
    );
}
