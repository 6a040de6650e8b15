//! What is counted for each case of a load, for a bounded number of them.

use std::{
    array,
    collections::{HashMap, HashSet},
};

use load::{CaseLoad, Tally};
use prometheus::{IntCounter, IntCounterVec, Registry};
use runner_core::{outcome::OutcomeClass, recorded::OutcomeCounts};

use super::{
    buckets::{BucketFamily, Buckets, SeriesIndex},
    raise,
};
use crate::{
    cases::{ANNOUNCED, MAX_CASES},
    catalogue as all,
    instruments::int_counters,
    label::{OTHER, label},
};

/// What is counted for all cases.
pub(super) struct LoadCases {
    attempts: IntCounterVec,
    good: IntCounterVec,
    response: BucketFamily,
    shown: Vec<CaseMetrics>,
    /// Which of what is shown has the attempts of a case, by its id.
    places: HashMap<String, usize>,
}

/// What is counted under one label.
struct CaseMetrics {
    /// By the outcome, in the order of its classes.
    attempts: [IntCounter; ANNOUNCED],
    good: IntCounter,
    response: SeriesIndex,
}

/// What the cases under one label came to.
#[derive(Debug, Clone, Default)]
struct Sum {
    outcomes: OutcomeCounts,
    good: u64,
    response: Buckets,
}

impl LoadCases {
    /// Begins to count these cases at zero.
    pub(super) fn new<'a>(registry: &Registry, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let mut cases = Self {
            attempts: int_counters(registry, &all::ATTEMPTS),
            good: int_counters(registry, &all::GOOD),
            response: BucketFamily::registered(registry, all::RESPONSE),
            shown: Vec::new(),
            places: HashMap::new(),
        };
        let mut labels = HashSet::new();
        let mut other = None;
        for id in ids {
            let label = label(id);
            // Somebody would have to name a case as the cut name of another on purpose.
            let place = if labels.len() < MAX_CASES && labels.insert(label.clone()) {
                cases.show(&label)
            } else {
                *other.get_or_insert_with(|| cases.show(OTHER))
            };
            cases.places.insert(id.to_owned(), place);
        }
        cases
    }

    /// Makes room for what has this label, and says where.
    fn show(&mut self, label: &str) -> usize {
        let attempts = |index: usize| {
            let outcome = OutcomeClass::ALL[index].as_str();
            self.attempts.with_label_values(&[label, outcome])
        };
        self.shown.push(CaseMetrics {
            attempts: array::from_fn(attempts),
            good: self.good.with_label_values(&[label]),
            response: self.response.begin(&[label]),
        });
        self.shown.len() - 1
    }

    /// Takes in what the cases came to by now. One that was not there at the beginning counts nowhere.
    pub(super) fn raise(&self, cases: &[CaseLoad]) {
        let mut sums = vec![Sum::default(); self.shown.len()];
        for case in cases {
            if let Some(place) = self.places.get(&case.id) {
                sums[*place].add(&case.tally);
            }
        }
        for (shown, sum) in self.shown.iter().zip(&sums) {
            for (counter, class) in shown.attempts.iter().zip(OutcomeClass::ALL) {
                raise(counter, sum.outcomes.get(class));
            }
            raise(&shown.good, sum.good);
            self.response.raise(shown.response, &sum.response);
        }
    }
}

impl Sum {
    fn add(&mut self, tally: &Tally) {
        self.outcomes.merge(&tally.outcomes);
        self.good += tally.good;
        self.response.add(&tally.response);
    }
}
