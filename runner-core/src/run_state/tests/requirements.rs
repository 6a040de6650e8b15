//! Programs that cases require.

use super::*;

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
                ..
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
fn a_missing_program_is_looked_for_again_in_the_next_iteration_and_a_present_one_is_not() {
    let (mut state, _) = started(vec![requiring("claude")], SOAK);
    let probe = Effect::Probe {
        program: "claude".into(),
    };
    state.on(Input::RequirementProbed(Probe::Missing));
    state.on(Input::Recorded);
    assert_eq!(due(&mut state, 2, None), [probe]);
    let effects = state.on(Input::RequirementProbed(Probe::Present));
    assert!(
        matches!(effects[..], [Effect::RunAttempt(_)]),
        "{effects:?}"
    );
    pass(&mut state);
    let effects = due(&mut state, 3, None);
    assert!(
        matches!(effects[..], [Effect::RunAttempt(_)]),
        "{effects:?}"
    );
}
