//! What a run of load is to do.

use std::{num::NonZeroUsize, sync::Arc, time::Duration};

use runner_core::{attempt::AttemptSettings, gates::RunGates};
use suite::Case;

use crate::{mix::Mix, schedule::Schedule};

/// Everything that is decided before a run of load begins.
#[derive(Debug, Clone)]
pub struct LoadPlan {
    /// With what the name of each execution begins.
    pub marker: String,
    /// The cases.
    pub cases: Vec<Arc<Case>>,
    /// Which of them each attempt is at.
    pub mix: Mix,
    /// When attempts begin.
    pub model: Model,
    /// Attempts that begin before this time do not count: connections are opened and caches filled.
    pub warmup: Duration,
    /// When no attempts are begun any more.
    pub limits: Limits,
    /// How many threads make attempts.
    pub threads: NonZeroUsize,
    /// The gates that tell good attempts.
    pub gates: RunGates,
    /// What is the same for all attempts.
    pub attempt: AttemptSettings,
    /// How long no attempt may get through to the executor before the run is over.
    pub max_outage: Duration,
}

/// When attempts begin.
#[derive(Debug, Clone)]
pub enum Model {
    /// As soon as another one has ended, so that so many are under way at any time.
    Closed {
        /// How many.
        concurrency: NonZeroUsize,
    },
    /// By a schedule, whatever became of the others.
    Open {
        /// The schedule, with the warm-up.
        schedule: Schedule,
        /// How many may be under way at once. Where that many are, the next one has to wait.
        max_in_flight: NonZeroUsize,
    },
}

/// When no attempts are begun any more: at the first of these. An open schedule has an end besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// So long after the start of the run, with the warm-up.
    pub duration: Option<Duration>,
    /// After so many attempts, those of the warm-up among them.
    pub attempts: Option<u64>,
}

impl LoadPlan {
    /// The time after which no attempt begins, if it is known.
    #[must_use]
    pub fn planned(&self) -> Option<Duration> {
        let schedule = match &self.model {
            Model::Closed { .. } => None,
            Model::Open { schedule, .. } => Some(schedule.duration()),
        };
        let known = schedule.filter(|it| *it < Duration::MAX);
        [known, self.limits.duration].into_iter().flatten().min()
    }

    /// How many threads there is something to do for.
    #[must_use]
    pub fn useful_threads(&self) -> usize {
        let most = match &self.model {
            Model::Closed { concurrency } => concurrency,
            Model::Open { max_in_flight, .. } => max_in_flight,
        };
        self.threads.min(*most).get()
    }

    /// How many attempts may be under way at once in the thread with this index.
    pub(crate) fn share_of(&self, thread: usize) -> usize {
        let (Model::Closed { concurrency: whole }
        | Model::Open {
            max_in_flight: whole,
            ..
        }) = &self.model;
        let threads = self.useful_threads();
        whole.get() / threads + usize::from(thread < whole.get() % threads)
    }
}
