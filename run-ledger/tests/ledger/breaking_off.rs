//! However often a run is broken off and goes on.

use std::collections::BTreeMap;

use proptest::prelude::*;
use run_ledger::RunJournal;
use runner_core::{
    journal::{Journal as _, JournalEvent},
    outcome::{Outcome, OutcomeClass},
    recorded::OutcomeCounts,
    results::{Counts, Place},
    run_state::{RunEnd, Start},
    tries::{Next, Tried, Tries, TurnEnd},
};
use suite::{Case, Retries, RetryOn};

use crate::support::{self, Book, at, ended, finished_as, go_on, report, started, version};

#[derive(Debug, Clone)]
enum Step {
    Start,
    Finish(OutcomeClass),
    /// From now on the suite is another one, with so many cases.
    ChangeSuite(usize),
    Crash,
    Stop,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let class = prop_oneof![
        3 => Just(OutcomeClass::Passed),
        2 => Just(OutcomeClass::Failed),
        1 => Just(OutcomeClass::Cancelled),
    ];
    prop::collection::vec(
        prop_oneof![
            2 => Just(Step::Start),
            5 => class.prop_map(Step::Finish),
            1 => (1..5usize).prop_map(Step::ChangeSuite),
            1 => Just(Step::Crash),
            1 => Just(Step::Stop),
        ],
        1..40,
    )
}

/// What a runner does that goes over so many cases again and again, and what should be known of it.
struct Runner {
    journal: RunJournal,
    cases: usize,
    /// Where it stands.
    place: Start,
    in_flight: bool,
    /// What cases came to in their turns.
    ends: Vec<TurnEnd>,
    version: String,
    versions: usize,
    /// What attempts came to, under each version of the suite.
    outcomes: BTreeMap<String, OutcomeCounts>,
}

impl Runner {
    fn new(journal: RunJournal, cases: usize) -> Self {
        Self {
            journal,
            cases,
            place: Start::default(),
            in_flight: false,
            ends: Vec::new(),
            version: "first".into(),
            versions: 1,
            outcomes: BTreeMap::new(),
        }
    }

    fn commit(&mut self, entry: runner_core::journal::Entry) {
        self.journal.commit(&[entry]).expect("committed");
    }

    fn count(&mut self, class: OutcomeClass) {
        let version = self.version.clone();
        self.outcomes.entry(version).or_default().add(class, 1);
        self.place.next_attempt += 1;
    }

    /// Makes sure that there is a case whose turn it is.
    fn next_turn(&mut self) -> String {
        if !self.in_flight && self.place.done == self.cases {
            self.place.iteration += 1;
            self.place.done = 0;
        }
        format!("case{}", self.place.done)
    }

    fn start(&mut self) {
        let case = self.next_turn();
        let Start {
            iteration,
            next_attempt,
            ..
        } = self.place;
        self.commit(started(next_attempt, iteration, &case));
        self.in_flight = true;
    }

    fn finish(&mut self, class: OutcomeClass) {
        let case = self.next_turn();
        let outcome = match class {
            OutcomeClass::Passed => Outcome::Passed,
            OutcomeClass::Failed => Outcome::Failed(Vec::new()),
            _ => Outcome::Cancelled,
        };
        let place = Place {
            number: self.place.next_attempt,
            iteration: self.place.iteration,
            index: 0,
            try_number: self.place.tries.made + 1,
        };
        let report = report(outcome, 1);
        let tries = &mut self.place.tries;
        let end = match tries.take(&retried(), Tried::from(&report)) {
            Next::Again => None,
            Next::Over(verdict) => Some(TurnEnd {
                verdict,
                tries: *tries,
            }),
        };
        self.commit(finished_as(place, &case, report, end));
        self.count(class);
        if class != OutcomeClass::Cancelled && end.is_some() {
            self.place.done += 1;
            self.place.tries = Tries::default();
            self.ends.extend(end);
        }
        self.in_flight = false;
    }

    fn change_suite(&mut self, cases: usize) {
        if self.in_flight {
            return;
        }
        self.version = format!("version {}", self.versions);
        self.versions += 1;
        self.cases = cases;
        self.commit(at(1, JournalEvent::SuiteChanged(version(&self.version))));
        // Cases that had their turn may be others now.
        if self.place.done > 0 || self.place.tries.made > 0 {
            self.place.iteration += 1;
            self.place.done = 0;
            self.place.tries = Tries::default();
        }
    }

    fn break_off(mut self, book: &Book, in_good_order: bool) -> Result<Self, TestCaseError> {
        if in_good_order {
            self.commit(ended(1, RunEnd::Interrupted, Vec::new()));
        }
        drop(self.journal);
        let resumed = book.resume();
        let interrupted = self.in_flight.then_some(self.place.next_attempt);
        prop_assert_eq!(resumed.interrupted, interrupted);
        prop_assert_eq!(&*resumed.suite.hash, &*self.version);
        let (start, counts) = (resumed.start, resumed.before.counts);
        let mut runner = Self {
            journal: go_on(resumed),
            in_flight: false,
            ..self
        };
        if interrupted.is_some() {
            runner.count(OutcomeClass::Interrupted);
        }
        prop_assert_eq!(start, runner.place);
        prop_assert_eq!(counts, runner.counts());
        Ok(runner)
    }

    /// The same with what cases came to.
    fn counts(&self) -> Counts {
        let mut counts = self.all().counts();
        for end in &self.ends {
            counts.add_verdicts(end.verdict, 1);
        }
        counts
    }

    /// What all attempts came to.
    fn all(&self) -> OutcomeCounts {
        let mut all = OutcomeCounts::default();
        self.outcomes.values().for_each(|counts| all.merge(counts));
        all
    }
}

/// A case that is tried three times at most.
fn retried() -> Case {
    let retries = Retries {
        max: 2,
        on: vec![RetryOn::Failed],
        ..Retries::default()
    };
    let case = Case::clone(&support::case("a"));
    Case { retries, ..case }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// Each attempt that was committed counts once, under the version of the suite that it was made under;
    /// each that was under way is marked; no number is given twice; no case of an iteration has a second turn,
    /// or none; and in its turn it is tried neither more nor less often than without that.
    #[test]
    fn every_attempt_counts_once_however_often_the_run_breaks_off(
        cases in 1..5usize, steps in steps(),
    ) {
        let book = Book::new();
        let mut runner = Runner::new(book.begin(), cases);
        for step in steps {
            match step {
                Step::Start => runner.start(),
                Step::Finish(class) => runner.finish(class),
                Step::ChangeSuite(cases) => runner.change_suite(cases),
                Step::Crash => runner = runner.break_off(&book, false)?,
                Step::Stop => runner = runner.break_off(&book, true)?,
            }
        }
        let (all, counts) = (runner.all(), runner.counts());
        let Runner { journal, outcomes, .. } = runner;
        drop(journal);
        let run = book.run(1);
        prop_assert_eq!(run.counts, counts);
        prop_assert_eq!(run.interrupted, all.get(OutcomeClass::Interrupted));
        let mut by_hour = OutcomeCounts::default();
        for hour in &run.hours {
            by_hour.merge(&hour.totals.outcomes);
        }
        prop_assert_eq!(by_hour, all);
        let mut by_case = OutcomeCounts::default();
        for case in &run.cases {
            by_case.merge(&case.totals.outcomes);
        }
        prop_assert_eq!(by_case, all);
        let by_version: BTreeMap<_, _> =
            run.suites.into_iter().map(|suite| (suite.hash, suite.outcomes)).collect();
        prop_assert_eq!(by_version, outcomes);
    }
}
