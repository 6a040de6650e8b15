//! What a run does next, without any of what it does it with.

mod anything;
mod backoff;
mod endings;
mod iterations;
mod outages;
mod properties;
mod requirements;
mod retries;

use std::time::Duration;

use super::{outage::FIRST_PAUSE, *};
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
        try_number: 1,
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

/// A state whose executor was found healthy, with what it does in its first iteration.
fn started(cases: Vec<Arc<Case>>, policy: RunPolicy) -> (RunState, Vec<Effect>) {
    let mut state = RunState::new(cases, policy, Start::default());
    assert_eq!(state.on(Input::Started), [Effect::CheckHealth]);
    let effects = begun(1, state.on(healthy()));
    (state, effects)
}

/// What is done in this iteration, which begins first.
fn begun(iteration: u64, mut effects: Vec<Effect>) -> Vec<Effect> {
    assert_eq!(effects.remove(0), Effect::BeginIteration(iteration));
    effects
}

/// The effects of the next iteration being due.
fn due(state: &mut RunState, iteration: u64, cases: Option<Vec<Arc<Case>>>) -> Vec<Effect> {
    begun(iteration, state.on(Input::IterationDue { cases }))
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

/// What a soak does: no last iteration.
const SOAK: RunPolicy = RunPolicy {
    require_all: false,
    max_outage: Duration::from_secs(3600),
    cleanup_probe: false,
    iterations: None,
    shuffle: None,
    seed: 0,
    backs_off: true,
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
