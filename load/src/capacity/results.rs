//! What came of a search for the capacity: plain values that reporters turn into documents.

use executor_protocol::Health;
use runner_core::results::RunInfo;

use super::{
    end::CapacityEnd,
    search::{CapacityPlan, CapacitySearch, Known},
    trial::TrialReport,
};
use crate::schedule::Spacing;

/// Everything there is to say about one search for the capacity.
#[derive(Debug, Clone)]
pub struct CapacityResults {
    /// What was sought, where and how.
    pub info: CapacityInfo,
    /// The executor's answer to the question for its health at the start; `None` if it was not healthy.
    pub health: Option<Health>,
    /// All trials, in their order.
    pub trials: Vec<TrialReport>,
    /// What is known of the capacity.
    pub known: Known,
    /// How the search ended.
    pub end: CapacityEnd,
}

/// What is sought, where and how: all that is known before the first trial.
#[derive(Debug, Clone)]
pub struct CapacityInfo {
    /// What is run, where, and when.
    pub run: RunInfo,
    /// What is sought, and how hard.
    pub plan: CapacityPlan,
    /// How attempts follow each other; each trial has a seed of its own, which follows that of the one
    /// before.
    pub spacing: Spacing,
    /// How many attempts may be under way at once.
    pub max_in_flight: usize,
    /// How many threads make attempts.
    pub threads: usize,
}

impl CapacityResults {
    /// What came of a search that has ended.
    #[must_use]
    pub fn conclude(
        info: CapacityInfo,
        health: Option<Health>,
        search: CapacitySearch,
        end: CapacityEnd,
    ) -> Self {
        Self {
            info,
            health,
            known: search.known(),
            trials: search.into_trials(),
            end,
        }
    }
}
