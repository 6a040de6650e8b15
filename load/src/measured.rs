//! What is measured in a run of load: plain values that merge.

use std::{collections::BTreeMap, time::Duration};

use runner_core::{
    gates::Evidence,
    results::{GateResult, RunProblem},
};
use suite::{Case, GateScope};

use crate::{failures::Failures, series::Series, tally::Tally, validity::Pace};

/// What was measured in a run of load, after its warm-up. What several processes measured merges.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measured {
    /// From the end of the warm-up until the last attempt had ended, in whole microseconds; until now, while
    /// it goes on.
    pub elapsed: Duration,
    /// What came of each case, in the order of the suite.
    pub cases: Vec<CaseLoad>,
    /// What happened second by second.
    pub series: Series,
    /// How an open schedule was kept.
    pub pace: Pace,
    /// The ways in which attempts failed.
    pub failures: Failures,
    /// The most attempts that were under way at once.
    pub in_flight_max: u64,
    /// How many attempts of the warm-up there were, which count nowhere else.
    pub warmup_attempts: u64,
    /// The share of its time in which the busiest thread was busy.
    pub busy: f64,
}

/// What came of one case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseLoad {
    /// The id.
    pub id: String,
    /// For people.
    pub name: String,
    /// The category, where there are categories.
    pub category: Option<String>,
    /// Its attempts.
    pub tally: Tally,
}

impl CaseLoad {
    /// A case without attempts.
    #[must_use]
    pub fn of(case: &Case) -> Self {
        Self {
            id: case.id.clone(),
            name: case.name.clone(),
            category: case.category.clone(),
            tally: Tally::default(),
        }
    }
}

impl Measured {
    /// What all cases came to together.
    #[must_use]
    pub fn total(&self) -> Tally {
        self.tally_of(&GateScope::Run)
    }

    fn tally_of(&self, scope: &GateScope) -> Tally {
        let mut total = Tally::default();
        let is_in = |case: &&CaseLoad| scope.has(&case.id, || case.category.as_deref());
        for case in self.cases.iter().filter(is_in) {
            total.merge(&case.tally);
        }
        total
    }

    /// What gates on a part of the run are held against.
    #[must_use]
    pub fn evidence(&self, scope: &GateScope) -> Evidence {
        self.tally_of(scope).evidence()
    }

    /// What speaks against the run, whatever comes of it in the end: its gates, and what the generator itself
    /// missed.
    pub(crate) fn problems_so_far(&self, gates: &[GateResult]) -> Vec<RunProblem> {
        let mut problems = Vec::new();
        if let Some(doubt) = self.pace.doubt() {
            let evidence = doubt.to_string();
            problems.push(RunProblem::RunnerTooSlow { evidence });
        }
        if gates.iter().any(|gate| !gate.holds) {
            problems.push(RunProblem::GateFailed);
        }
        if gates.is_empty() && self.total().outcomes.counts().failed > 0 {
            problems.push(RunProblem::CaseFailed);
        }
        problems
    }

    /// So many in a second of the time that was measured; `None` of no time.
    #[must_use]
    pub fn per_second(&self, count: u64) -> Option<f64> {
        let seconds = self.elapsed.as_secs_f64();
        (seconds > 0.0).then(|| count as f64 / seconds)
    }

    /// The same without what happened second by second.
    #[must_use]
    pub fn without_series(&self) -> Self {
        Self {
            elapsed: self.elapsed,
            cases: self.cases.clone(),
            series: Series::default(),
            pace: self.pace.clone(),
            failures: self.failures.clone(),
            in_flight_max: self.in_flight_max,
            warmup_attempts: self.warmup_attempts,
            busy: self.busy,
        }
    }

    /// Adds what another process measured that ran at the same time, at the same cases or at others.
    pub fn merge(&mut self, other: &Self) {
        self.elapsed = self.elapsed.max(other.elapsed);
        let places = self.cases.iter().enumerate();
        let places: BTreeMap<_, _> = places.map(|(at, case)| (case.id.clone(), at)).collect();
        for case in &other.cases {
            match places.get(&case.id) {
                Some(&at) => self.cases[at].tally.merge(&case.tally),
                None => self.cases.push(case.clone()),
            }
        }
        self.series.merge(&other.series);
        self.pace.merge(&other.pace);
        self.failures.merge(&other.failures);
        self.in_flight_max += other.in_flight_max;
        self.warmup_attempts += other.warmup_attempts;
        self.busy = self.busy.max(other.busy);
    }
}

/// The same in whole microseconds: no finer than it can be kept.
pub(crate) fn in_micros(duration: Duration) -> Duration {
    u64::try_from(duration.as_micros()).map_or(Duration::MAX, Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use crate::test_support::measured;

    #[test]
    fn what_several_processes_measured_merges_case_by_case() {
        let mut one = measured(&["a", "b"]);
        one.merge(&measured(&["b", "c"]));
        let counts: Vec<_> = one
            .cases
            .iter()
            .map(|case| (case.id.as_str(), case.tally.passed()))
            .collect();
        assert_eq!(counts, [("a", 1), ("b", 2), ("c", 1)]);
        assert_eq!(one.per_second(one.total().good), Some(2.0));
    }
}
