//! What gates are held against.

use run_stats::DurationHistogram;
use suite::{GateScope, gate::Time};

use crate::{
    outcome::OutcomeClass,
    recorded::{RecordedRun, Totals},
    results::{CaseResult, Counts},
};

/// What came of a run, or of a part of it.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// How many attempts came to what.
    pub counts: Counts,
    /// How long those took that passed.
    pub totals: Totals,
}

impl Evidence {
    /// Counts without any time.
    #[must_use]
    pub fn of_counts(counts: Counts) -> Self {
        Self {
            counts,
            totals: Totals::default(),
        }
    }

    /// What came of those of `cases` that are in `scope`.
    #[must_use]
    pub fn of_cases(cases: &[CaseResult], scope: &GateScope) -> Self {
        let is_in = |result: &&CaseResult| match scope {
            GateScope::Run => true,
            GateScope::Category(name) => result.case.category.as_ref() == Some(name),
            GateScope::Case(id) => result.case.id == *id,
        };
        let cases: Vec<CaseResult> = cases.iter().filter(is_in).cloned().collect();
        let mut totals = Totals::default();
        for attempt in cases.iter().flat_map(CaseResult::attempts) {
            if attempt.outcome.class() == OutcomeClass::Passed {
                totals.durations.record(attempt.elapsed);
                totals.gaps.record(attempt.stats.longest_gap);
                if let Some(first_output) = attempt.stats.first_output {
                    totals.first_outputs.record(first_output);
                }
            }
        }
        Self {
            counts: Counts::of(&cases),
            totals,
        }
    }

    /// What a ledger holds of those cases of `run` that are in `scope`; `category` tells the category of a
    /// case by its id. What agents told is known of the whole run alone.
    #[must_use]
    pub fn of_recorded(
        run: &RecordedRun,
        scope: &GateScope,
        category: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let is_in = |id: &str| match scope {
            GateScope::Run => true,
            GateScope::Category(name) => category(id).as_ref() == Some(name),
            GateScope::Case(wanted) => id == wanted,
        };
        let mut totals = Totals::default();
        for case in run.cases.iter().filter(|case| is_in(&case.id)) {
            totals.merge(&case.totals);
        }
        let counts = match scope {
            GateScope::Run => run.counts,
            _ => totals.outcomes.counts(),
        };
        Self { counts, totals }
    }

    pub(super) fn times(&self, time: Time) -> &DurationHistogram {
        match time {
            Time::Duration => &self.totals.durations,
            Time::ToFirstOutput => &self.totals.first_outputs,
            Time::Gap => &self.totals.gaps,
        }
    }
}
