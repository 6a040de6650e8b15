//! What a thread counted in one second.

use std::time::Duration;

use runner_core::{outcome::OutcomeClass, results::AttemptReport};

use crate::{failures::Failures, series::Point, tally::Tally, validity::Pace};

/// What a thread counted since it handed over the last one.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The second that it is about, counted from the end of the warm-up; `None` in the warm-up.
    pub(super) second: Option<u64>,
    /// What came of each case that had an attempt which ended, by its index.
    pub(super) cases: Vec<(usize, Tally)>,
    /// Where in `cases` each case is, by its index.
    places: Vec<Option<u32>>,
    /// What happened as a whole.
    pub(super) point: Point,
    pub(super) pace: Pace,
    pub(super) failures: Failures,
    /// How many attempts of the warm-up ended.
    pub(super) warmup: u64,
    /// How many attempts got through to the executor, those of the warm-up among them,
    pub(super) reached: u64,
    /// and how many did not.
    pub(super) missed: u64,
    /// How many attempts are under way now.
    pub(super) in_flight: u64,
    /// The share of the time in which the thread was busy.
    pub(super) busy: f64,
}

/// An attempt that ended, as far as it is counted.
pub(super) struct Ended<'a> {
    /// The index of its case.
    pub(super) case: usize,
    pub(super) case_id: &'a str,
    pub(super) report: &'a AttemptReport,
    /// How much later it began than it was to.
    pub(super) waited: Duration,
    pub(super) is_good: bool,
}

impl Batch {
    pub(super) fn new(cases: usize) -> Self {
        Self {
            places: vec![None; cases],
            ..Self::default()
        }
    }

    /// Counts an attempt that ended.
    pub(super) fn add(&mut self, ended: &Ended<'_>) {
        let class = ended.report.outcome.class();
        self.point.outcomes.add(class, 1);
        self.point.good += u64::from(ended.is_good);
        self.tally(ended.case)
            .add(ended.report, ended.waited, ended.is_good);
        match class {
            OutcomeClass::Passed
            | OutcomeClass::Skipped
            | OutcomeClass::Cancelled
            | OutcomeClass::Interrupted => {}
            _ => self.failures.add(ended.case_id, ended.report),
        }
    }

    /// Counts an attempt that had to wait for another one to end.
    pub(super) fn note_held(&mut self) {
        self.pace.held += 1;
        self.point.held += 1;
    }

    /// Takes together what was counted by cases, before it is handed over.
    pub(super) fn conclude(&mut self) {
        for (_, tally) in &self.cases {
            self.point.response.merge(&tally.response);
        }
    }

    /// Counts an attempt that was lost within the generator.
    pub(super) fn add_lost(&mut self, case: usize) {
        self.point.outcomes.add(OutcomeClass::HarnessError, 1);
        self.tally(case).add_bare(OutcomeClass::HarnessError);
    }

    fn tally(&mut self, case: usize) -> &mut Tally {
        let place = match self.places[case] {
            Some(place) => place as usize,
            None => {
                let place = self.cases.len();
                self.cases.push((case, Tally::default()));
                // A suite has fewer cases than that.
                self.places[case] = u32::try_from(place).ok();
                place
            }
        };
        &mut self.cases[place].1
    }
}
