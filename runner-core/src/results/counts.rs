//! How many cases or attempts came to what.

use run_stats::Proportion;

use super::{AttemptReport, CaseResult};
use crate::{agent::AgentTotals, outcome::OutcomeClass};

/// How many cases, or attempts of a soak, got which verdict and which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// Passed.
    pub passed: u64,
    /// Among the passed: those that needed more than one attempt.
    pub flaky: u64,
    /// Not passed, all reasons together.
    pub failed: u64,
    /// Among the failed: the executor's or the network's fault.
    pub infrastructure_errors: u64,
    /// Among the failed: our own fault.
    pub harness_errors: u64,
    /// Not tried for a reason of their own.
    pub skipped: u64,
    /// Not tried or not finished because the run ended.
    pub not_run: u64,
    /// What the agents told together.
    pub agents: AgentTotals,
}

impl Counts {
    /// Counts `cases`.
    #[must_use]
    pub fn of(cases: &[CaseResult]) -> Self {
        let mut counts = Self::default();
        for result in cases {
            match &result.attempt {
                Some(attempt) => counts.add(attempt),
                None => {
                    counts.total += 1;
                    counts.not_run += 1;
                }
            }
        }
        counts
    }

    /// Counts one more attempt.
    pub fn add(&mut self, attempt: &AttemptReport) {
        self.add_outcomes(attempt.outcome.class(), 1);
        if let Some(agent) = &attempt.agent {
            self.agents.add(agent);
        }
    }

    /// Counts so many more attempts with outcomes of this class.
    pub fn add_outcomes(&mut self, class: OutcomeClass, count: u64) {
        self.total += count;
        match class {
            OutcomeClass::Passed => self.passed += count,
            OutcomeClass::Skipped => self.skipped += count,
            OutcomeClass::Cancelled | OutcomeClass::Interrupted => self.not_run += count,
            _ => self.failed += count,
        }
        match class {
            OutcomeClass::InfrastructureError => self.infrastructure_errors += count,
            OutcomeClass::HarnessError => self.harness_errors += count,
            _ => {}
        }
    }

    /// The share of passed cases among those that were tried.
    #[must_use]
    pub fn success(&self) -> Proportion {
        Proportion::new(self.passed, self.passed + self.failed)
    }
}
