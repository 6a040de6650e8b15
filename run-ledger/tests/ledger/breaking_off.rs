//! However often a run is broken off and goes on.

use proptest::prelude::*;
use runner_core::{
    journal::Journal as _,
    outcome::{Outcome, OutcomeClass},
    run_state::RunEnd,
};

use crate::support::{Book, ended, finished, go_on, report, started};

#[derive(Debug, Clone)]
enum Step {
    Start,
    Finish(bool),
    Crash,
    Stop,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(
        prop_oneof![
            2 => Just(Step::Start),
            4 => any::<bool>().prop_map(Step::Finish),
            1 => Just(Step::Crash),
            1 => Just(Step::Stop),
        ],
        1..40,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// However often a run is broken off and goes on: each attempt that was committed counts once, each
    /// that was under way is marked, and no number is given twice.
    #[test]
    fn every_attempt_counts_once_however_often_the_run_breaks_off(steps in steps()) {
        let book = Book::new();
        let mut journal = book.begin();
        let (mut number, mut passed, mut failed, mut interrupted) = (1, 0, 0, 0);
        let mut in_flight = false;
        for step in steps {
            match step {
                Step::Start => {
                    journal.commit(&[started(number, number, "a")]).expect("committed");
                    in_flight = true;
                }
                Step::Finish(passes) => {
                    let outcome = if passes { Outcome::Passed } else { Outcome::Failed(Vec::new()) };
                    journal.commit(&[finished(number, number, "a", report(outcome, 1))]).expect("committed");
                    number += 1;
                    in_flight = false;
                    if passes { passed += 1 } else { failed += 1 }
                }
                Step::Crash | Step::Stop => {
                    if matches!(step, Step::Stop) {
                        journal.commit(&[ended(1, RunEnd::Interrupted, Vec::new())]).expect("committed");
                    }
                    drop(journal);
                    let resumed = book.resume();
                    if std::mem::take(&mut in_flight) {
                        interrupted += 1;
                        number += 1;
                    }
                    prop_assert_eq!(resumed.start.next_attempt, number);
                    prop_assert_eq!(resumed.before.counts.passed, passed);
                    journal = go_on(resumed);
                }
            }
        }
        drop(journal);
        let run = book.run(1);
        prop_assert_eq!((run.counts.passed, run.counts.failed, run.interrupted), (passed, failed, interrupted));
        let mut outcomes = runner_core::recorded::OutcomeCounts::default();
        for hour in &run.hours {
            outcomes.merge(&hour.totals.outcomes);
        }
        prop_assert_eq!(outcomes.get(OutcomeClass::Passed), passed);
        prop_assert_eq!(outcomes.get(OutcomeClass::Interrupted), interrupted);
    }
}
