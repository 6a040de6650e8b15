//! The conditions that a suite sets on its runs.

use std::time::Duration;

use crate::{Ratio, Usd};

/// Conditions over a whole run, or over one category or case of it. With any of them set, they decide the
/// run's exit code in place of "every case passed".
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gates {
    /// At least this share of the attempts that ran has to pass.
    pub min_success_rate: Option<Ratio>,
    /// At most this many attempts may end in an infrastructure error.
    pub max_infrastructure_errors: Option<u64>,
    /// At most this many cases may pass only now and then.
    pub max_flaky: Option<u64>,
    /// How long attempts that passed may take.
    pub max_duration: PercentileBounds,
    /// How long they may take to print something for the first time.
    pub max_time_to_first_output: PercentileBounds,
    /// How long they may print nothing in between: of each attempt, its longest gap.
    pub max_gap: PercentileBounds,
    /// What the agents of the run may cost together.
    pub max_cost_usd: Option<Usd>,
    /// How many tokens the agents of the run may write together.
    pub max_output_tokens: Option<u64>,
}

/// What times may come to: of so many percent of the attempts, none may take longer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PercentileBounds {
    /// Of one half. None of the bounds is zero.
    pub p50: Option<Duration>,
    /// Of 95 in a hundred.
    pub p95: Option<Duration>,
    /// Of 99 in a hundred.
    pub p99: Option<Duration>,
}

/// The gates of a part of a suite.
#[derive(Debug, Clone, PartialEq)]
pub struct ScopedGates {
    /// The part; in a [`Suite`](crate::Suite) never the whole.
    pub scope: GateScope,
    /// Its gates.
    pub gates: Gates,
}

/// What a gate is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateScope {
    /// The whole run.
    Run,
    /// The cases of the category with this name.
    Category(String),
    /// The case with this id.
    Case(String),
}

impl GateScope {
    /// Whether the case with this id is in it. Its category is asked for only where that decides.
    pub fn has<'c>(&self, id: &str, category: impl FnOnce() -> Option<&'c str>) -> bool {
        match self {
            Self::Run => true,
            Self::Category(name) => category() == Some(name),
            Self::Case(wanted) => id == wanted,
        }
    }
}

impl Gates {
    /// None at all.
    pub const NONE: Self = Self {
        min_success_rate: None,
        max_infrastructure_errors: None,
        max_flaky: None,
        max_duration: PercentileBounds::NONE,
        max_time_to_first_output: PercentileBounds::NONE,
        max_gap: PercentileBounds::NONE,
        max_cost_usd: None,
        max_output_tokens: None,
    };

    /// Whether no gate is set at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::NONE
    }

    /// How many gates are set.
    #[must_use]
    pub fn count(&self) -> usize {
        // Taken apart, so that a gate that is added later cannot be forgotten here.
        let Self {
            min_success_rate,
            max_infrastructure_errors,
            max_flaky,
            max_duration,
            max_time_to_first_output,
            max_gap,
            max_cost_usd,
            max_output_tokens,
        } = self;
        let single = [
            min_success_rate.is_some(),
            max_infrastructure_errors.is_some(),
            max_flaky.is_some(),
            max_cost_usd.is_some(),
            max_output_tokens.is_some(),
        ];
        let times = [max_duration, max_time_to_first_output, max_gap];
        single.into_iter().filter(|set| *set).count()
            + times.map(PercentileBounds::count).iter().sum::<usize>()
    }
}

impl PercentileBounds {
    /// None at all.
    pub const NONE: Self = Self {
        p50: None,
        p95: None,
        p99: None,
    };

    /// Those that are set, each with its name, from the smallest percentile on.
    pub fn set(&self) -> impl Iterator<Item = (&'static str, Duration)> + use<> {
        let all = [("p50", self.p50), ("p95", self.p95), ("p99", self.p99)];
        all.into_iter()
            .filter_map(|(name, bound)| Some((name, bound?)))
    }

    fn count(&self) -> usize {
        self.set().count()
    }
}
