//! What holds of a run wherever it begins, however its suite changes, and whatever it is told.

use std::{collections::HashSet, num::NonZeroU64};

use executor_protocol::IdleClock;
use proptest::prelude::*;

use suite::{Ratio, Repeat, Retries, RetryOn};

use super::*;
use crate::tries::{Tries, TurnEnd};

/// Holds a run against what is known of it from outside.
struct Witness {
    state: RunState,
    /// What was asked for and has no answer yet.
    pending: Vec<Effect>,
    /// Whether the executor was well when it last said so.
    is_well: bool,
    iteration: u64,
    /// How many cases the iteration at hand has, and which had their turn in it.
    cases: usize,
    had_their_turn: HashSet<usize>,
    /// How many the next one has, if they are others.
    next_cases: Option<usize>,
    next_attempt: u64,
    /// How often the case at hand was tried, and in its turn before: what it may be.
    tries: Tries,
    last: Option<NonZeroU64>,
    ends: usize,
}

impl Witness {
    fn of(cases: usize, policy: RunPolicy, start: Start) -> Self {
        let mut witness = Self {
            state: RunState::new(some_cases(cases), policy, start),
            pending: Vec::new(),
            is_well: false,
            iteration: start.iteration - u64::from(start.done < cases),
            cases,
            had_their_turn: HashSet::new(),
            next_cases: None,
            next_attempt: start.next_attempt,
            tries: start.tries,
            last: policy.iterations,
            ends: 0,
        };
        witness.tell(Input::Started);
        witness
    }

    fn tell(&mut self, input: Input) {
        match &input {
            Input::HealthChecked { report, .. } => self.is_well = report.is_ok(),
            Input::IterationDue { cases: Some(cases) } => self.next_cases = Some(cases.len()),
            _ => {}
        }
        let effects = self.state.on(input);
        assert!(
            effects.is_empty() || self.ends == 0,
            "after the end: {effects:?}"
        );
        for effect in effects {
            self.see(&effect);
            self.pending.push(effect);
        }
        let under_way = |effect: &&Effect| {
            !matches!(
                effect,
                Effect::PrepareIteration(_)
                    | Effect::BeginIteration(_)
                    | Effect::Abort
                    | Effect::Finish(_)
            )
        };
        let under_way = self.pending.iter().filter(under_way).count();
        assert!(under_way <= 1, "one thing at a time: {:?}", self.pending);
    }

    fn see(&mut self, effect: &Effect) {
        match effect {
            Effect::BeginIteration(iteration) => {
                assert!(self.is_well, "an iteration began without its executor");
                self.iteration += 1;
                assert_eq!(*iteration, self.iteration);
                assert!(self.last.is_none_or(|last| *iteration <= last.get()));
                self.had_their_turn.clear();
                self.cases = self.next_cases.take().unwrap_or(self.cases);
            }
            Effect::Probe { .. } => assert!(self.is_well, "a probe was burnt"),
            Effect::RunAttempt(place) => {
                assert!(self.is_well, "an attempt was burnt");
                self.see_place(*place);
            }
            Effect::Record { place, result, end } => {
                self.see_place(*place);
                self.see_turn(*place, result, *end);
                self.next_attempt += 1;
            }
            Effect::Finish(_) => self.ends += 1,
            _ => {}
        }
    }

    /// A case has one verdict, and no more attempts than are allowed.
    fn see_turn(&mut self, place: Place, result: &CaseEnd, end: Option<TurnEnd>) {
        match result.outcome() {
            Outcome::Cancelled | Outcome::Skipped { .. } => assert!(end.is_some()),
            outcome => {
                self.tries.made += 1;
                self.tries.passed += u64::from(*outcome == Outcome::Passed);
            }
        }
        let allowed = match end {
            Some(end) => {
                assert_eq!(end.tries, self.tries);
                assert!(
                    self.had_their_turn.insert(place.index),
                    "{place:?} has two verdicts"
                );
                self.tries = Tries::default();
                MOST_TRIES
            }
            // There has to be room for another one.
            None => MOST_TRIES - 1,
        };
        assert!(place.try_number <= allowed, "{place:?}");
    }

    fn see_place(&self, place: Place) {
        assert_eq!(place.try_number, self.tries.made + 1);
        assert_eq!(place.number, self.next_attempt);
        assert_eq!(place.iteration, self.iteration);
        assert!(place.index < self.cases);
    }

    /// Answers one of the pending effects.
    fn answer(&mut self, choice: u8) {
        if self.pending.is_empty() {
            return;
        }
        let effect = self
            .pending
            .remove(usize::from(choice) % self.pending.len());
        if let Some(input) = answer(&effect, choice) {
            self.tell(input);
        }
    }
}

fn some_cases(count: usize) -> Vec<Arc<Case>> {
    let ratio = |share| Ratio::new(share).expect("a ratio");
    let case = |index| {
        Arc::new(match index % 4 {
            1 => Case {
                requires: vec!["claude".into()],
                retries: Retries {
                    max: 1,
                    ..Retries::default()
                },
                ..case("claude")
            },
            2 => Case {
                retries: Retries {
                    max: MOST_TRIES as u32 - 1,
                    on: RetryOn::ALL.to_vec(),
                    ..Retries::default()
                },
                ..case("y")
            },
            3 => Case {
                repeat: Some(Repeat {
                    min: 2,
                    max: MOST_TRIES,
                    success_rate: ratio(0.5),
                    confidence: ratio(0.6),
                }),
                ..case("z")
            },
            _ => case("x"),
        })
    };
    (0..count).map(case).collect()
}

/// No case of these may be tried more often in its turn.
const MOST_TRIES: u64 = 4;

/// What an effect can lead to, chosen by `choice`.
fn answer(effect: &Effect, choice: u8) -> Option<Input> {
    let limit = Duration::from_secs(1);
    let silent_for = limit;
    let lost = || Input::LedgerLost("disk full".into());
    let (some, other) = (choice % 16, choice / 16);
    Some(match effect {
        Effect::CheckHealth if some < 5 => unhealthy("away"),
        Effect::CheckHealth => healthy(),
        Effect::Probe { .. } => Input::RequirementProbed(match some % 3 {
            0 => Probe::Present,
            1 => Probe::Missing,
            _ => Probe::Unknown(fault()),
        }),
        Effect::RunAttempt(_) if choice == 255 => lost(),
        Effect::RunAttempt(_) => finished(match some {
            0..4 => Outcome::InfrastructureError(fault()),
            4 => Outcome::TimedOut { limit, silent_for },
            5 => Outcome::Stalled {
                clock: IdleClock::Bytes,
                limit,
                silent_for,
            },
            6 => Outcome::HarnessError {
                message: "lost".into(),
            },
            _ => Outcome::Passed,
        }),
        Effect::ProbeCleanup(_) => Input::CleanupProbed(Vec::new()),
        Effect::Record { .. } if choice == 255 => lost(),
        Effect::Record { .. } => Input::Recorded,
        Effect::Wait(_) | Effect::BackOff(_) | Effect::WaitToRetry(_) => Input::WaitOver,
        Effect::PrepareIteration(_) => Input::IterationDue {
            cases: (some < 8).then(|| some_cases(usize::from(other % 4) + 1)),
        },
        Effect::BeginIteration(_) | Effect::Abort | Effect::Finish(_) => return None,
    })
}

/// What a run can be told at any time.
fn interruption(choice: u8) -> Option<Input> {
    Some(match choice {
        0..80 => Input::HealthSuspected,
        80 => Input::Stopped,
        81 => Input::Cancelled,
        82 => Input::TimeUp,
        83 => Input::LedgerFoundLost("disk full".into()),
        _ => return None,
    })
}

prop_compose! {
    fn any_policy()(
        iterations in prop::option::of(1..4u64),
        shuffle in any::<Option<u64>>(),
        seed in any::<u64>(),
        flags in any::<[bool; 4]>(),
        max_outage in 1..20u64,
    ) -> RunPolicy {
        let [require_all, cleanup_probe, backs_off, waits_at_start] = flags;
        RunPolicy {
            require_all,
            max_outage: Duration::from_secs(max_outage),
            cleanup_probe,
            iterations: iterations.and_then(NonZeroU64::new),
            shuffle,
            seed,
            backs_off,
            waits_at_start,
        }
    }
}

prop_compose! {
    fn any_start()(iteration in 1..5u64, done in 0..5usize, next_attempt in 1..100u64) -> Start {
        Start { iteration, done, next_attempt, tries: Tries::default() }
    }
}

proptest! {
    /// No attempt begins while the executor is known to be away, one thing is done at a time, numbers
    /// have no gaps, neither in the run nor in the turn of a case, each case that had its turn has one verdict
    /// and no more attempts than are allowed, no iteration comes after the last, and the run ends once.
    #[test]
    fn no_attempt_is_burnt_and_nothing_is_counted_twice_whatever_a_run_is_told(
        cases in 1..5usize,
        policy in any_policy(),
        start in any_start(),
        choices in prop::collection::vec(any::<[u8; 2]>(), 0..300),
    ) {
        let mut witness = Witness::of(cases, policy, start);
        for [choice, at_any_time] in choices {
            if let Some(input) = interruption(at_any_time) {
                witness.tell(input);
            }
            witness.answer(choice);
        }
        witness.tell(Input::Cancelled);
        // What is still under way gets its answers; seven are healthy, present and passed.
        for _ in 0..20 {
            witness.answer(7);
        }
        prop_assert_eq!(witness.ends, 1);
    }
}
