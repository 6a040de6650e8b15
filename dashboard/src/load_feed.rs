//! A run of load that this process makes, as far as its page needs it.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex},
    time::Duration,
};

use ::load::{LiveLoad, LoadInfo};
use runner_core::{recorded::OutcomeCounts, results::RunProblem};

use crate::reading::lock;

/// The charts have a step for so many seconds: as many as the latest response times are of.
pub(crate) const STEP: u64 = 5;

/// So many steps are kept: five minutes.
const KEPT: usize = 60;

/// A run of load, which whoever makes it feeds once a second. Clones are about the same run.
///
/// What is kept of it does not grow with its length or its rate.
#[derive(Clone)]
pub struct FollowedLoad(Arc<Mutex<LoadNow>>);

/// What is known of a run of load at one moment.
#[derive(Debug, Clone)]
pub(crate) struct LoadNow {
    pub(crate) info: LoadInfo,
    pub(crate) latest: Option<LiveLoad>,
    /// The last minutes, in their order.
    pub(crate) steps: VecDeque<LoadStep>,
    /// Why it is no success; `None` before its end.
    pub(crate) problems: Option<Vec<(&'static str, String)>>,
    step: LoadStep,
    seconds: u64,
}

/// What happened in one step of the charts.
#[derive(Debug, Clone, Default)]
pub(crate) struct LoadStep {
    /// When it was over, in seconds since the start of the run.
    pub(crate) until: u64,
    /// What those came to that ended.
    pub(crate) outcomes: OutcomeCounts,
    /// The most that were under way.
    pub(crate) in_flight: u64,
    /// How many were to begin in a second by its end; `None` in the closed model.
    pub(crate) scheduled: Option<f64>,
    /// p50, p95 and p99 of the response times of those that passed, if any did.
    pub(crate) response: Option<[Duration; 3]>,
}

impl FollowedLoad {
    /// A run that is about to begin.
    #[must_use]
    pub fn new(info: LoadInfo) -> Self {
        Self(Arc::new(Mutex::new(LoadNow {
            info,
            latest: None,
            steps: VecDeque::new(),
            problems: None,
            step: LoadStep::default(),
            seconds: 0,
        })))
    }

    /// Takes in what is known a second later.
    pub fn second(&self, live: &LiveLoad) {
        let mut now = lock(&self.0);
        now.seconds += 1;
        let last = &live.last_second;
        let step = &mut now.step;
        step.outcomes.merge(&last.outcomes);
        step.in_flight = step.in_flight.max(last.in_flight).max(live.in_flight);
        if now.seconds.is_multiple_of(STEP) {
            let mut step = std::mem::take(&mut now.step);
            step.until = now.seconds;
            step.scheduled = live.scheduled.map(|rate| rate.per_second());
            step.response = quantiles(live);
            if now.steps.len() == KEPT {
                now.steps.pop_front();
            }
            now.steps.push_back(step);
        }
        now.latest = Some(live.clone());
    }

    /// Says that it is over, and why it is no success; without problems, it is one.
    pub fn ended(&self, problems: &[RunProblem]) {
        let problems = problems.iter();
        let problems = problems.map(|problem| (problem.code(), problem.to_string()));
        lock(&self.0).problems = Some(problems.collect());
    }

    /// What is known now. Whoever feeds it waits no longer than it takes to copy.
    pub(crate) fn now(&self) -> LoadNow {
        lock(&self.0).clone()
    }
}

impl fmt::Debug for FollowedLoad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowedLoad").finish_non_exhaustive()
    }
}

/// p50, p95 and p99 of the last seconds.
pub(crate) fn quantiles(live: &LiveLoad) -> Option<[Duration; 3]> {
    let of = |q| live.recent.quantile(q);
    Some([of(0.5)?, of(0.95)?, of(0.99)?])
}
