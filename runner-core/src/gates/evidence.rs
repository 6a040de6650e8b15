//! What gates are held against.

use run_stats::DurationHistogram;
use suite::{GateScope, gate::Time};

use crate::{
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
        let cases = cases.iter().filter(|result| {
            let case = &result.case;
            scope.has(&case.id, || case.category.as_deref())
        });
        let mut totals = Totals::default();
        for attempt in cases.clone().flat_map(CaseResult::attempts) {
            let stats = &attempt.stats;
            totals.add(
                attempt.outcome.class(),
                attempt.elapsed,
                stats.first_output,
                stats.longest_gap,
            );
        }
        Self {
            counts: Counts::of(cases),
            totals,
        }
    }

    /// What a ledger holds of those cases of `run` that are in `scope`; `category` tells the category of a
    /// case by its id. What agents told is known of the whole run alone.
    #[must_use]
    pub fn of_recorded<'c>(
        run: &RecordedRun,
        scope: &GateScope,
        category: impl Fn(&str) -> Option<&'c str>,
    ) -> Self {
        let mut totals = Totals::default();
        let cases = run.cases.iter();
        for case in cases.filter(|case| scope.has(&case.id, || category(&case.id))) {
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
