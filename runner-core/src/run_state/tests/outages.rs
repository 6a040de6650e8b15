//! Executors that are away, or may be.

use super::*;

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

#[test]
fn an_executor_that_goes_away_between_iterations_is_waited_for_before_the_next() {
    let (mut state, _) = started(cases(1), SOAK);
    pass(&mut state);
    assert_eq!(state.on(Input::HealthSuspected), [Effect::CheckHealth]);
    assert_eq!(state.on(unhealthy("away")), [Effect::Wait(FIRST_PAUSE)]);
    assert_eq!(state.on(Input::IterationDue { cases: None }), []);
    assert_eq!(state.on(Input::WaitOver), [Effect::CheckHealth]);
    // It begins now, and not when it was due: the next one is counted from here.
    let effects = begun(2, state.on(healthy()));
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
    let effects = due(&mut state, 2, None);
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
    assert_eq!(begun(1, state.on(healthy())), [attempt(0)]);
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
