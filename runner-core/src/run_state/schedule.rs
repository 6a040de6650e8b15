//! Which case is next: iterations over a list of cases, in the suite's order or in a shuffled one.

use crate::{results::Place, tries::Tries};

/// Where a run stands when it begins or goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// The iteration it is in, counted from one.
    pub iteration: u64,
    /// How many cases of that iteration have had their turn.
    pub done: usize,
    /// The number of the next attempt, counted from one.
    pub next_attempt: u64,
    /// What the case after those has come to so far, if it was in the middle of its turn.
    pub tries: Tries,
}

impl Default for Start {
    /// At the very beginning.
    fn default() -> Self {
        Self {
            iteration: 1,
            done: 0,
            next_attempt: 1,
            tries: Tries::default(),
        }
    }
}

/// The turns of one iteration after the other.
#[derive(Debug)]
pub(super) struct Schedule {
    /// The seed of the shuffled orders; `None` keeps the order of the suite.
    shuffle: Option<u64>,
    iteration: u64,
    /// Indices of cases in the order of their turns.
    order: Vec<usize>,
    position: usize,
    next_attempt: u64,
    try_number: u64,
}

impl Schedule {
    pub(super) fn new(cases: usize, shuffle: Option<u64>, start: Start) -> Self {
        let mut schedule = Self {
            shuffle,
            iteration: start.iteration,
            order: Vec::new(),
            position: start.done,
            next_attempt: start.next_attempt,
            try_number: start.tries.made + 1,
        };
        schedule.arrange(cases);
        schedule
    }

    /// The iteration that runs, counted from one.
    pub(super) fn iteration(&self) -> u64 {
        self.iteration
    }

    /// The index of the case whose turn it is; `None` at the end of the iteration.
    pub(super) fn current(&self) -> Option<usize> {
        self.order.get(self.position).copied()
    }

    /// The place of the attempt that is next, or runs.
    pub(super) fn place(&self) -> Option<Place> {
        self.current().map(|index| Place {
            number: self.next_attempt,
            iteration: self.iteration,
            index,
            try_number: self.try_number,
        })
    }

    /// The current case had its turn.
    pub(super) fn advance(&mut self) {
        self.position += 1;
        self.next_attempt += 1;
        self.try_number = 1;
    }

    /// The current case was tried, and is tried again.
    pub(super) fn again(&mut self) {
        self.next_attempt += 1;
        self.try_number += 1;
    }

    /// Begins the next iteration, over so many cases.
    pub(super) fn next_iteration(&mut self, cases: usize) {
        self.iteration += 1;
        self.position = 0;
        self.arrange(cases);
    }

    fn arrange(&mut self, cases: usize) {
        self.order.clear();
        self.order.extend(0..cases);
        if let Some(seed) = self.shuffle {
            shuffle(&mut self.order, seed, self.iteration);
        }
    }
}

/// Fisher and Yates' shuffle. The same seed and iteration give the same order for ever, which is what
/// lets an interrupted iteration go on: a library's generator may change with its version.
fn shuffle(order: &mut [usize], seed: u64, iteration: u64) {
    let mut state = mixed(seed ^ mixed(iteration));
    for last in (1..order.len()).rev() {
        state = state.wrapping_add(GOLDEN);
        // The bias of the remainder is below one in 2^40 for any suite there can be.
        let chosen = mixed(state) % (last as u64 + 1);
        order.swap(last, chosen as usize);
    }
}

/// The odd number nearest to 2^64 divided by the golden ratio: the step of `SplitMix64`.
const GOLDEN: u64 = 0x9e37_79b9_7f4a_7c15;

/// The finalizer of `SplitMix64`. Steele, Lea and Flood (2014), "Fast splittable pseudorandom number
/// generators", OOPSLA '14.
pub(super) fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn orders(cases: usize, shuffle: Option<u64>, start: Start, turns: usize) -> Vec<Place> {
        let mut schedule = Schedule::new(cases, shuffle, start);
        let mut places = Vec::new();
        while places.len() < turns {
            match schedule.place() {
                Some(place) => {
                    places.push(place);
                    schedule.advance();
                }
                None => schedule.next_iteration(cases),
            }
        }
        places
    }

    #[test]
    fn an_order_belongs_to_its_seed_for_ever() {
        let indices = |seed| -> Vec<_> {
            let places = orders(6, Some(seed), Start::default(), 12);
            places.iter().map(|place| place.index).collect()
        };
        assert_eq!(indices(7), [0, 1, 3, 2, 5, 4, 4, 3, 0, 2, 1, 5]);
        assert_ne!(indices(7), indices(8));
    }

    proptest! {
        #[test]
        fn every_iteration_has_each_case_once(cases in 1..40usize, seed in any::<Option<u64>>()) {
            for iteration in orders(cases, seed, Start::default(), cases * 5).chunks(cases) {
                let mut indices: Vec<_> = iteration.iter().map(|place| place.index).collect();
                indices.sort_unstable();
                prop_assert_eq!(indices, (0..cases).collect::<Vec<_>>());
            }
        }

        #[test]
        fn going_on_in_the_middle_is_the_same_as_never_having_stopped(
            cases in 1..20usize, seed in any::<Option<u64>>(), stopped in 0..100usize,
        ) {
            let whole = orders(cases, seed, Start::default(), 200);
            let start = Start {
                iteration: (stopped / cases) as u64 + 1,
                done: stopped % cases,
                next_attempt: stopped as u64 + 1,
                tries: Tries::default(),
            };
            prop_assert_eq!(&orders(cases, seed, start, 200 - stopped)[..], &whole[stopped..]);
        }
    }
}
