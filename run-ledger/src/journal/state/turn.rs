//! How far a run has come: which cases of an iteration had their turn, and how often the next was tried.

use runner_core::{
    outcome::OutcomeClass,
    results::Place,
    tries::{Tries, TurnEnd},
};

use super::State;

/// The latest attempt that came to its end.
#[derive(Clone, Copy)]
pub(super) struct Turn {
    pub(super) place: Place,
    /// How many cases of its iteration had their turn.
    pub(super) done: u64,
    /// What the case after those has come to so far.
    pub(super) tries: Tries,
}

impl State {
    /// Takes note of how far the run has come with an attempt.
    pub(super) fn take_turn(&mut self, place: Place, class: OutcomeClass, end: Option<&TurnEnd>) {
        let earlier = self
            .turn
            .filter(|turn| turn.place.iteration == place.iteration);
        let (mut done, mut tries) =
            earlier.map_or((0, Tries::default()), |turn| (turn.done, turn.tries));
        match end {
            // It is made again where the run goes on.
            _ if class == OutcomeClass::Cancelled => {}
            Some(end) => {
                *self.judged.entry(end.verdict.as_str()).or_default() += 1;
                done += 1;
                tries = Tries::default();
            }
            None => {
                tries.made += 1;
                tries.passed += u64::from(class == OutcomeClass::Passed);
            }
        }
        self.turn = Some(Turn { place, done, tries });
    }
}
