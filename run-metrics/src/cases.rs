//! What is counted for each case, for a bounded number of them.

use std::{
    array,
    collections::{HashMap, HashSet},
};

use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec};
use runner_core::{
    outcome::OutcomeClass,
    results::{AttemptReport, Verdict},
};

use crate::label::{OTHER, label};

/// So many cases get a label of their own: the first ones. All others share [`OTHER`].
pub const MAX_CASES: usize = 200;

/// The outcomes that are announced: all but the last, because nobody lives to announce an attempt that was
/// interrupted together with the runner.
pub(crate) const ANNOUNCED: usize = OutcomeClass::ALL.len() - 1;

/// The families with a label for the case.
pub(crate) struct CaseFamilies {
    pub attempts: IntCounterVec,
    pub duration: HistogramVec,
    pub first_output: HistogramVec,
    pub longest_gap: HistogramVec,
}

/// What is counted for one case.
struct CaseMetrics {
    /// By the outcome, in the order of its classes.
    attempts: [IntCounter; ANNOUNCED],
    duration: Histogram,
    first_output: Histogram,
    longest_gap: Histogram,
}

/// What is counted for all cases.
pub(crate) struct Cases {
    families: CaseFamilies,
    by_id: HashMap<String, CaseMetrics>,
    /// The labels that are taken.
    labels: HashSet<String>,
    other: Option<CaseMetrics>,
}

impl Cases {
    pub(crate) fn new(families: CaseFamilies) -> Self {
        Self {
            families,
            by_id: HashMap::new(),
            labels: HashSet::new(),
            other: None,
        }
    }

    /// Makes a case known, so that what it counts begins at zero before anything is counted: a first
    /// failure is an increase only then.
    pub(crate) fn announce(&mut self, id: &str) {
        self.of(id);
    }

    /// Counts an attempt of the case `id`.
    pub(crate) fn count(&mut self, id: &str, report: &AttemptReport) {
        self.of(id).count(report);
    }

    fn of(&mut self, id: &str) -> &CaseMetrics {
        if !self.by_id.contains_key(id) && !self.take_in(id) {
            let families = &self.families;
            return self
                .other
                .get_or_insert_with(|| CaseMetrics::new(families, OTHER));
        }
        &self.by_id[id]
    }

    /// Gives a case a label of its own, if there is still one to be had.
    fn take_in(&mut self, id: &str) -> bool {
        if self.by_id.len() == MAX_CASES {
            return false;
        }
        let label = label(id);
        // Somebody would have to name a case as the cut name of another on purpose.
        if !self.labels.insert(label.clone()) {
            return false;
        }
        let metrics = CaseMetrics::new(&self.families, &label);
        self.by_id.insert(id.to_owned(), metrics);
        true
    }
}

impl CaseMetrics {
    fn new(families: &CaseFamilies, label: &str) -> Self {
        let attempts = |index: usize| {
            let outcome = OutcomeClass::ALL[index].as_str();
            families.attempts.with_label_values(&[label, outcome])
        };
        Self {
            attempts: array::from_fn(attempts),
            duration: families.duration.with_label_values(&[label]),
            first_output: families.first_output.with_label_values(&[label]),
            longest_gap: families.longest_gap.with_label_values(&[label]),
        }
    }

    fn count(&self, report: &AttemptReport) {
        if let Some(attempts) = self.attempts.get(report.outcome.class() as usize) {
            attempts.inc();
        }
        if !matches!(report.verdict(), Verdict::Pass | Verdict::Fail) {
            return;
        }
        self.duration.observe(report.elapsed.as_secs_f64());
        if let Some(after) = report.stats.first_output {
            self.first_output.observe(after.as_secs_f64());
        }
        if report.stats.events > 0 {
            let gap = report.stats.longest_gap;
            self.longest_gap.observe(gap.as_secs_f64());
        }
    }
}
