//! Iterations of soaks.

use super::*;

#[test]
fn an_iteration_begins_when_it_is_due_and_attempts_go_on_counting() {
    let (mut state, _) = started(cases(2), SOAK);
    assert_eq!(pass(&mut state), [attempt(1)]);
    assert_eq!(pass(&mut state), [Effect::PrepareIteration(2)]);
    let effects = due(&mut state, 2, None);
    let place = Place {
        number: 3,
        iteration: 2,
        index: 0,
        try_number: 1,
    };
    assert_eq!(effects, [Effect::RunAttempt(place)]);
}

#[test]
fn a_changed_suite_counts_from_the_next_iteration_on() {
    let (mut state, _) = started(cases(1), SOAK);
    pass(&mut state);
    let effects = due(&mut state, 2, Some(vec![requiring("claude")]));
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
    due(&mut state, 2, None);
    assert_eq!(pass(&mut state), [Effect::Finish(RunEnd::Completed)]);
}

#[test]
fn a_run_that_goes_on_after_its_last_attempt_is_complete() {
    let policy = RunPolicy {
        iterations: std::num::NonZeroU64::new(2),
        ..SOAK
    };
    let resume = |iteration, done| {
        let start = Start {
            iteration,
            done,
            next_attempt: iteration + 1,
            ..Start::default()
        };
        let mut state = RunState::new(cases(1), policy, start);
        state.on(Input::Started);
        state.on(healthy())
    };
    let complete = [Effect::Finish(RunEnd::Completed)];
    assert_eq!(resume(1, 1), [Effect::PrepareIteration(2)]);
    assert_eq!(resume(2, 1), complete);
    // A suite that changed after the last iteration begins another one.
    assert_eq!(resume(3, 0), complete);
}
