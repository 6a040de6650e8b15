//! A run of load as somebody who looks at it now sees it.

use std::{collections::VecDeque, time::Duration};

use run_stats::DurationHistogram;
use runner_core::recorded::OutcomeCounts;

use crate::{
    arrival_rate::ArrivalRate,
    measured::Measured,
    series::{Point, Second},
};

/// What whoever watches a run is told once a second.
#[derive(Debug, Clone, Copy)]
pub struct Watched<'a> {
    /// How it goes.
    pub live: &'a LiveLoad,
    /// What was measured so far.
    pub measured: &'a Measured,
    /// The seconds that have become known in full since the last time, in their order.
    pub seconds: &'a [Second],
}

/// What is known of a run while it goes on, once a second.
#[derive(Debug, Clone, Default)]
pub struct LiveLoad {
    /// Since the start of the run, with the warm-up.
    pub elapsed: Duration,
    /// How long attempts are begun, if that is known, with the warm-up.
    pub planned: Option<Duration>,
    /// Whether it is still warming up, so that nothing counts.
    pub is_warming_up: bool,
    /// Whether no attempts are begun any more.
    pub is_ending: bool,
    /// How many attempts are to begin in a second by now; `None` in the closed model.
    pub scheduled: Option<ArrivalRate>,
    /// What ended in the last whole second.
    pub last_second: Point,
    /// How many attempts were under way when each thread was asked last.
    pub in_flight: u64,
    /// What all attempts came to since the end of the warm-up.
    pub outcomes: OutcomeCounts,
    /// How many of them were good.
    pub good: u64,
    /// The response times of those that passed in the last seconds.
    pub recent: DurationHistogram,
    /// The longest delay of the generator itself so far.
    pub lag_max: Duration,
    /// Why the last attempt that failed in a new way failed. It may quote what the executor sent.
    pub last_failure: Option<(String, String)>,
}

/// The response times of the last seconds.
#[derive(Debug, Default)]
pub(crate) struct Recent(VecDeque<DurationHistogram>);

impl Recent {
    /// How many seconds.
    const SECONDS: usize = 5;

    pub(crate) fn push(&mut self, second: DurationHistogram) {
        if self.0.len() == Self::SECONDS {
            self.0.pop_front();
        }
        self.0.push_back(second);
    }

    pub(crate) fn merged(&self) -> DurationHistogram {
        let mut merged = DurationHistogram::new();
        for second in &self.0 {
            merged.merge(second);
        }
        merged
    }
}
