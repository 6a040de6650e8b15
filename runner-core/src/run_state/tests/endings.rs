//! How runs come to their end.

use super::*;

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
fn a_run_whose_ledger_is_lost_ends() {
    let (mut state, _) = started(cases(2), SOAK);
    state.on(finished(Outcome::Passed));
    let reason = "disk full".to_owned();
    assert_eq!(
        state.on(Input::LedgerLost(reason.clone())),
        [Effect::Finish(RunEnd::LedgerLost { reason })]
    );
}

#[test]
fn a_cancel_ends_what_runs_be_it_the_attempt_or_the_probe_after_it() {
    let policy = RunPolicy {
        cleanup_probe: true,
        ..RunPolicy::default()
    };
    let (mut state, _) = started(cases(2), policy);
    assert_eq!(state.on(Input::Cancelled), [Effect::Abort]);
    assert_eq!(state.on(Input::Cancelled), []);
    let probe = state.on(finished(Outcome::Cancelled));
    assert_eq!(probe, [Effect::ProbeCleanup(place(0))]);
    // What was asked for before the probe began is no reason not to look.
    assert_eq!(state.on(Input::Cancelled), [Effect::Abort]);
    assert_eq!(state.on(Input::Cancelled), []);
    let effects = state.on(Input::CleanupProbed(Vec::new()));
    assert!(matches!(effects[..], [Effect::Record { .. }]));
}

#[test]
fn a_ledger_found_lost_ends_a_run_that_rests_and_lets_an_attempt_come_to_its_end() {
    let lost = || Input::LedgerFoundLost("disk full".into());
    let reason = "disk full".to_owned();
    let end = [Effect::Finish(RunEnd::LedgerLost { reason })];
    let (mut state, _) = started(cases(1), SOAK);
    assert_eq!(state.on(lost()), []);
    pass(&mut state);
    assert_eq!(state.on(lost()), end);

    let (mut waiting, _) = started(cases(1), SOAK);
    pass(&mut waiting);
    waiting.on(Input::HealthSuspected);
    waiting.on(unhealthy("away"));
    assert_eq!(waiting.on(lost()), end);
}
