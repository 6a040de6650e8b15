//! Executors that call themselves healthy and let no attempt through.

use super::*;

/// What follows an attempt that came to nothing, once the executor has said that it is well.
fn fail(state: &mut RunState) -> Effect {
    state.on(finished(Outcome::InfrastructureError(fault())));
    let mut effects = state.on(Input::Recorded);
    assert_eq!(effects.pop(), Some(Effect::CheckHealth));
    next(state.on(healthy()))
}

/// The one thing to do; a soak of one case over and over begins iterations all the time.
fn next(mut effects: Vec<Effect>) -> Effect {
    effects.retain(|effect| !matches!(effect, Effect::BeginIteration(_)));
    assert_eq!(effects.len(), 1, "{effects:?}");
    effects.remove(0)
}

fn is_attempt(effect: &Effect) -> bool {
    matches!(effect, Effect::RunAttempt(_))
}

#[test]
fn pauses_between_attempts_that_do_not_get_through_grow_up_to_a_bound() {
    let (mut state, _) = started(cases(100), SOAK);
    assert!(is_attempt(&fail(&mut state)));
    assert!(is_attempt(&fail(&mut state)));
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        let pause = Duration::from_secs(seconds);
        assert_eq!(fail(&mut state), Effect::BackOff(pause));
        assert!(is_attempt(&next(state.on(Input::WaitOver))));
    }
    // One that gets through is enough, whatever comes of it.
    let failure = Failure::ExitCode {
        expected: 0,
        actual: 1,
    };
    state.on(finished(Outcome::Failed(vec![failure])));
    assert!(is_attempt(&next(state.on(Input::Recorded))));
    assert!(is_attempt(&fail(&mut state)));
    assert!(is_attempt(&fail(&mut state)));
    assert!(matches!(fail(&mut state), Effect::BackOff(_)));
}

#[test]
fn a_run_over_its_cases_once_makes_no_pauses() {
    let (mut state, _) = started(cases(10), RunPolicy::default());
    for _ in 0..9 {
        assert!(is_attempt(&fail(&mut state)));
    }
}

#[test]
fn an_iteration_that_is_due_during_a_pause_begins_after_it() {
    let (mut state, _) = started(cases(3), SOAK);
    fail(&mut state);
    fail(&mut state);
    assert!(matches!(fail(&mut state), Effect::BackOff(_)));
    assert_eq!(state.on(Input::IterationDue { cases: None }), []);
    let effects = begun(2, state.on(Input::WaitOver));
    assert!(is_attempt(&next(effects)));
}

#[test]
fn an_executor_found_away_during_a_pause_is_waited_for_and_that_counts_for_the_pause() {
    let (mut state, _) = started(cases(10), SOAK);
    fail(&mut state);
    fail(&mut state);
    assert!(matches!(fail(&mut state), Effect::BackOff(_)));
    assert_eq!(state.on(Input::HealthSuspected), []);
    assert_eq!(state.on(Input::WaitOver), [Effect::CheckHealth]);
    state.on(unhealthy("away"));
    state.on(Input::WaitOver);
    assert!(is_attempt(&next(state.on(healthy()))));

    state.on(finished(Outcome::InfrastructureError(fault())));
    state.on(Input::Recorded);
    state.on(unhealthy("away"));
    state.on(Input::WaitOver);
    let rest = Duration::from_secs(2) - FIRST_PAUSE - FIRST_PAUSE / 5;
    assert_eq!(state.on(healthy()), [Effect::BackOff(rest)]);
}

#[test]
fn a_pause_ends_with_the_run() {
    for (input, end) in [
        (Input::Cancelled, RunEnd::Interrupted),
        (Input::Stopped, RunEnd::Interrupted),
        (Input::TimeUp, RunEnd::Completed),
    ] {
        let (mut state, _) = started(cases(10), SOAK);
        fail(&mut state);
        fail(&mut state);
        assert!(matches!(fail(&mut state), Effect::BackOff(_)));
        assert_eq!(state.on(input), [Effect::Finish(end)]);
    }
}
