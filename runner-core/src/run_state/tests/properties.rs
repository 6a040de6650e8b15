//! What holds whatever happens.

use proptest::prelude::*;

use super::*;

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
        Effect::Wait(_) | Effect::BackOff(_) | Effect::WaitToRetry(_) => Input::WaitOver,
        Effect::PrepareIteration(_) => Input::IterationDue { cases: None },
        Effect::BeginIteration(_) | Effect::Abort | Effect::Finish(_) => return None,
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
