//! What a thread counts, and hands over once a second.

use std::{mem::take, time::Duration};

use run_stats::DurationBuffer;
use runner_core::{outcome::OutcomeClass, results::AttemptReport};

use crate::{
    failures::Failures,
    series::Point,
    tally::Tally,
    tally_recorder::TallyRecorder,
    validity::{BUSY, LATE, Pace},
};

/// What a thread counted since it handed over the last one.
#[derive(Debug, Default)]
pub(super) struct Batch {
    /// The second that it is about, counted from the end of the warm-up; `None` in the warm-up.
    pub(super) second: Option<u64>,
    /// The second that the next one is about, or a later one: what is before it, the thread has handed over.
    pub(super) next: Option<u64>,
    /// What came of each case that had an attempt which ended, by its index.
    pub(super) cases: Vec<(usize, Tally)>,
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

/// What a thread counts.
#[derive(Debug, Default)]
pub(super) struct Counting {
    /// What becomes the next batch, but for what is recorded below.
    batch: Batch,
    /// One for each case.
    recorders: Vec<TallyRecorder>,
    lag: DurationBuffer,
    in_flight: u64,
}

/// The time that a batch is about: the seconds in which it began and in which it ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) second: Option<u64>,
    pub(super) next: Option<u64>,
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

impl Counting {
    pub(super) fn new(cases: usize) -> Self {
        Self {
            recorders: (0..cases).map(|_| TallyRecorder::default()).collect(),
            ..Self::default()
        }
    }

    /// Notes an attempt that begins; whether it counts.
    pub(super) fn begin(&mut self, counts: bool) {
        self.in_flight += 1;
        let point = &mut self.batch.point;
        point.begun += u64::from(counts);
        point.in_flight = point.in_flight.max(self.in_flight);
    }

    /// Notes that an attempt is over, whatever came of it.
    pub(super) fn end(&mut self) {
        self.in_flight -= 1;
    }

    /// How many attempts are under way.
    pub(super) fn in_flight(&self) -> usize {
        // No more than have room in memory.
        self.in_flight as usize
    }

    /// Notes by how much the generator was late to begin an attempt.
    pub(super) fn note_lag(&mut self, lag: Duration) {
        self.lag.record(lag);
        self.batch.pace.late += u64::from(lag > LATE);
    }

    /// Counts an attempt that had to wait for another one to end.
    pub(super) fn note_held(&mut self) {
        self.batch.pace.held += 1;
        self.batch.point.held += 1;
    }

    /// Counts attempts that are never begun.
    pub(super) fn note_never_begun(&mut self, count: u64) {
        self.batch.pace.never_begun += count;
    }

    /// Notes whether an attempt got through to the executor.
    pub(super) fn note_reached(&mut self, is_reached: bool) {
        self.batch.reached += u64::from(is_reached);
        self.batch.missed += u64::from(!is_reached);
    }

    /// Counts an attempt of the warm-up.
    pub(super) fn add_warmup(&mut self) {
        self.batch.warmup += 1;
    }

    /// Counts an attempt that ended.
    pub(super) fn add(&mut self, ended: &Ended<'_>) {
        let class = ended.report.outcome.class();
        self.batch.point.outcomes.add(class, 1);
        self.batch.point.good += u64::from(ended.is_good);
        self.recorders[ended.case].add(ended.report, ended.waited, ended.is_good);
        match class {
            OutcomeClass::Passed
            | OutcomeClass::Skipped
            | OutcomeClass::Cancelled
            | OutcomeClass::Interrupted => {}
            _ => self.batch.failures.add(ended.case_id, ended.report),
        }
    }

    /// Counts an attempt that was lost within the generator.
    pub(super) fn add_lost(&mut self, case: usize) {
        let class = OutcomeClass::HarnessError;
        self.batch.point.outcomes.add(class, 1);
        self.recorders[case].add_bare(class);
    }

    /// What was counted since the last time, while the thread was busy for such a share of its time.
    pub(super) fn take(&mut self, span: Span, busy: f64) -> Batch {
        let mut batch = take(&mut self.batch);
        batch.second = span.second;
        batch.next = span.next;
        batch.busy = busy;
        batch.in_flight = self.in_flight;
        batch.pace.lag = self.lag.take();
        if busy > BUSY {
            batch.pace.held_while_busy = batch.pace.held;
        }
        let recorders = self.recorders.iter_mut().enumerate();
        for (case, recorder) in recorders.filter(|(_, recorder)| !recorder.is_empty()) {
            let tally = recorder.take();
            batch.point.response.merge(&tally.response);
            batch.cases.push((case, tally));
        }
        self.batch.point.in_flight = self.in_flight;
        batch
    }
}
