//! What all threads counted together: no runtime, no clock of its own.

use std::{mem::take, time::Duration};

use tokio::time::Instant;

use super::{Generated, Message, batch::Batch, seconds::OpenSeconds, worker::Clock};
use crate::{
    live::{LiveLoad, Recent},
    measured::{CaseLoad, Measured, in_micros},
    plan::{LoadPlan, Model},
    results::LoadEnd,
    series::{Point, Second},
};
use runner_core::{recorded::OutcomeCounts, text::Human};

/// An executor is not taken for lost for less than so many attempts in a row that did not get through: at a
/// low rate, one of them is a long time.
const ENOUGH_MISSED: u64 = 3;

/// Gathers what the threads of a run count.
pub(super) struct Gathering {
    clock: Clock,
    measured: Measured,
    outcomes: OutcomeCounts,
    good: u64,
    recent: Recent,
    /// What was handed over since somebody looked.
    fresh: Point,
    open: OpenSeconds,
    /// The seconds that have become known since somebody looked.
    seconds: Vec<Second>,
    threads: Vec<ThreadState>,
    end: LoadEnd,
    reached: u64,
    missed: u64,
    /// Since when no attempt has got through, as far as it is known; `None` if the latest ones did.
    away_since: Option<Instant>,
    /// How many attempts did not since then.
    missed_since: u64,
    last_failure: Option<(String, String)>,
}

#[derive(Debug, Clone, Default)]
struct ThreadState {
    is_done: bool,
    in_flight: u64,
    /// The sum of its shares of time in which it was busy, and how many there are.
    busy: (f64, u64),
}

impl Gathering {
    pub(super) fn new(plan: &LoadPlan, clock: Clock, threads: usize) -> Self {
        let measured = Measured {
            cases: plan.cases.iter().map(|case| CaseLoad::of(case)).collect(),
            ..Measured::default()
        };
        Self {
            clock,
            measured,
            outcomes: OutcomeCounts::default(),
            good: 0,
            recent: Recent::default(),
            fresh: Point::default(),
            open: OpenSeconds::new(threads),
            seconds: Vec::new(),
            threads: vec![ThreadState::default(); threads],
            end: LoadEnd::Completed,
            reached: 0,
            missed: 0,
            away_since: None,
            missed_since: 0,
            last_failure: None,
        }
    }

    /// How many threads have something to do.
    pub(super) fn busy_threads(&self) -> usize {
        self.threads.iter().filter(|thread| !thread.is_done).count()
    }

    /// Takes in what a thread says.
    pub(super) fn hear(&mut self, thread: usize, message: Message) {
        match message {
            Message::Batch(batch) => self.add(thread, &batch),
            Message::Done => self.done(thread),
            // It was heard before the run began.
            Message::Ready | Message::Failed(_) => {}
        }
    }

    fn done(&mut self, index: usize) {
        let thread = &mut self.threads[index];
        thread.is_done = true;
        thread.in_flight = 0;
        self.open.done(index);
        self.settle();
    }

    /// Takes in the seconds of which all is known.
    fn settle(&mut self) {
        for second in self.open.known() {
            self.measured.series.add(second.number, &second.point);
            self.seconds.push(second);
        }
    }

    pub(super) fn interrupt(&mut self) {
        self.end = LoadEnd::Interrupted;
    }

    /// Takes in what a thread counted.
    fn add(&mut self, thread: usize, batch: &Batch) {
        let state = &mut self.threads[thread];
        state.in_flight = batch.in_flight;
        if batch.busy > 0.0 {
            state.busy.0 += batch.busy;
            state.busy.1 += 1;
        }
        self.note_reached(batch);
        let measured = &mut self.measured;
        measured.warmup_attempts += batch.warmup;
        for (case, tally) in &batch.cases {
            measured.cases[*case].tally.merge(tally);
        }
        let known = measured.failures.kinds().len();
        measured.failures.merge(&batch.failures);
        if let Some(kind) = measured.failures.kinds().get(known..).and_then(<[_]>::last) {
            self.last_failure = Some((kind.case_id.clone(), kind.words.clone()));
        }
        measured.pace.merge(&batch.pace);
        self.outcomes.merge(&batch.point.outcomes);
        self.good += batch.point.good;
        self.fresh.begun += batch.point.begun;
        self.fresh.outcomes.merge(&batch.point.outcomes);
        self.fresh.good += batch.point.good;
        self.fresh.held += batch.point.held;
        self.fresh.response.merge(&batch.point.response);
        self.open.add(thread, batch);
        self.settle();
    }

    fn note_reached(&mut self, batch: &Batch) {
        self.reached += batch.reached;
        self.missed += batch.missed;
        if batch.reached > 0 {
            self.away_since = None;
            self.missed_since = 0;
        } else if batch.missed > 0 {
            self.away_since.get_or_insert_with(Instant::now);
            self.missed_since += batch.missed;
        }
    }

    /// Whether no attempt has got through for longer than that, and enough of them were tried.
    pub(super) fn has_lost_executor(&mut self, max_outage: Duration) -> bool {
        let away = self.away_since.map(|since| since.elapsed());
        let away = away.unwrap_or_default();
        let is_lost = away > max_outage
            && self.missed_since >= ENOUGH_MISSED
            && self.end == LoadEnd::Completed;
        if is_lost {
            let reason = format!("no attempt got through for {}", Human(away));
            self.end = LoadEnd::ExecutorLost { reason };
        }
        is_lost
    }

    /// What was measured so far.
    pub(super) fn measured(&self) -> &Measured {
        &self.measured
    }

    /// The seconds that have become known since this was asked before.
    pub(super) fn take_seconds(&mut self) -> Vec<Second> {
        take(&mut self.seconds)
    }

    /// How it goes.
    pub(super) fn look(&mut self, plan: &LoadPlan) -> LiveLoad {
        let now = Instant::now();
        self.sum_up(now);
        let elapsed = now.saturating_duration_since(self.clock.started);
        let planned = plan.planned();
        let last_second = take(&mut self.fresh);
        self.recent.push(last_second.response.clone());
        LiveLoad {
            elapsed,
            planned,
            is_warming_up: now < self.clock.counts_from,
            is_ending: planned.is_some_and(|planned| elapsed >= planned)
                || self.end != LoadEnd::Completed,
            scheduled: match &plan.model {
                Model::Closed { .. } => None,
                Model::Open { schedule, .. } => Some(schedule.rate_at(elapsed)),
            },
            last_second,
            in_flight: self.threads.iter().map(|thread| thread.in_flight).sum(),
            outcomes: self.outcomes,
            good: self.good,
            recent: self.recent.merged(),
            lag_max: self.measured.pace.lag.max().unwrap_or_default(),
            last_failure: self.last_failure.clone(),
        }
    }

    /// Works out what is not counted but follows.
    fn sum_up(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.clock.counts_from);
        self.measured.elapsed = in_micros(elapsed);
        let points = self.measured.series.points();
        let most = points.iter().map(|point| point.in_flight).max();
        self.measured.in_flight_max = most.unwrap_or_default();
        let busy = self.threads.iter().filter(|thread| thread.busy.1 > 0);
        let busy = busy.map(|thread| thread.busy.0 / thread.busy.1 as f64);
        self.measured.busy = busy.fold(0.0, f64::max);
    }

    /// What came of the run, now that it is over.
    pub(super) fn finish(mut self) -> Generated {
        for thread in 0..self.threads.len() {
            self.open.done(thread);
        }
        self.settle();
        let now = Instant::now();
        self.sum_up(now);
        if self.busy_threads() > 0 {
            self.end = LoadEnd::ThreadLost;
        }
        if self.end == LoadEnd::Completed && self.reached == 0 && self.missed > 0 {
            let reason = "no attempt got through to it".to_owned();
            self.end = LoadEnd::ExecutorLost { reason };
        }
        Generated {
            measured: self.measured,
            seconds: self.seconds,
            elapsed: now.saturating_duration_since(self.clock.started),
            end: self.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::{NonZeroU32, NonZeroUsize};

    use runner_core::{attempt::AttemptSettings, gates::RunGates};

    use super::*;
    use crate::{Limits, Mix};

    const SECOND: Duration = Duration::from_secs(1);

    /// What two threads count.
    fn gathering() -> Gathering {
        let plan = LoadPlan {
            marker: String::new(),
            cases: Vec::new(),
            mix: Mix::new(&[NonZeroU32::MIN]).expect("a mix"),
            model: Model::Closed {
                concurrency: NonZeroUsize::MIN,
            },
            warmup: Duration::ZERO,
            limits: Limits::default(),
            threads: NonZeroUsize::MIN,
            gates: RunGates::default(),
            attempt: AttemptSettings::default(),
            max_outage: SECOND,
        };
        let clock = Clock::starting(Instant::now(), Duration::ZERO);
        Gathering::new(&plan, clock, 2)
    }

    fn batch(reached: u64, missed: u64) -> Batch {
        Batch {
            reached,
            missed,
            second: Some(0),
            ..Batch::default()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_executor_is_lost_once_enough_attempts_missed_it_for_long_enough() {
        let mut gathering = gathering();
        gathering.add(0, &batch(0, 2));
        tokio::time::advance(60 * SECOND).await;
        assert!(!gathering.has_lost_executor(SECOND), "two attempts are few");
        gathering.add(1, &batch(0, 1));
        assert!(gathering.has_lost_executor(SECOND));
        let end = gathering.finish().end;
        assert_eq!(end, LoadEnd::ThreadLost, "none has said that it is done");
    }

    #[tokio::test(start_paused = true)]
    async fn one_attempt_that_gets_through_shows_that_the_executor_is_there() {
        let mut gathering = gathering();
        gathering.add(0, &batch(0, 9));
        tokio::time::advance(60 * SECOND).await;
        gathering.add(1, &batch(1, 9));
        assert!(!gathering.has_lost_executor(SECOND));
        gathering.add(0, &batch(0, 9));
        assert!(!gathering.has_lost_executor(SECOND), "not for long enough");
        gathering.done(0);
        gathering.done(1);
        assert_eq!(gathering.finish().end, LoadEnd::Completed);
    }

    #[tokio::test(start_paused = true)]
    async fn an_executor_that_no_attempt_ever_got_through_to_was_never_there() {
        let mut gathering = gathering();
        gathering.add(0, &batch(0, 1));
        gathering.done(0);
        gathering.done(1);
        let end = gathering.finish().end;
        assert!(matches!(end, LoadEnd::ExecutorLost { .. }));
    }
}
