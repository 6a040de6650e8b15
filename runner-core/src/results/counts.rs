//! How many cases or attempts came to what.

use run_stats::Proportion;

use super::{AttemptReport, CaseResult, Verdict};
use crate::{agent::AgentTotals, outcome::OutcomeClass, tries::TurnEnd};

/// How many cases, or attempts of a soak, got which verdict and which outcome.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: u64,
    /// Passed.
    pub passed: u64,
    /// Among the passed: those whose case had not passed at its first attempt.
    pub flaky: u64,
    /// Not passed, all reasons together.
    pub failed: u64,
    /// Among the failed: the executor's or the network's fault.
    pub infrastructure_errors: u64,
    /// Among the failed: our own fault.
    pub harness_errors: u64,
    /// Infrastructure errors of attempts after which a case was tried again, where cases are counted.
    pub retried_infrastructure_errors: u64,
    /// Cases that failed, each counted once in an iteration. Attempts at a case may fail, and the case not.
    pub failed_cases: u64,
    /// Cases that were tried as often as they may be, and it is not clear whether they pass often enough.
    /// Where cases are counted, they are neither passed nor failed.
    pub inconclusive: u64,
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
    pub fn of<'a>(cases: impl IntoIterator<Item = &'a CaseResult>) -> Self {
        let mut counts = Self::default();
        for result in cases {
            counts.add_case(result);
        }
        counts
    }

    fn add_case(&mut self, result: &CaseResult) {
        let end = result.end();
        self.total += 1;
        self.conclude(&end);
        let class = result.attempt().map(|attempt| attempt.outcome.class());
        let mut retried = 0;
        for attempt in result.attempts() {
            retried += u64::from(attempt.outcome.class() == OutcomeClass::InfrastructureError);
            if let Some(agent) = &attempt.agent {
                self.agents.add(agent);
            }
        }
        match end.verdict {
            Verdict::Pass | Verdict::Flaky => self.passed += 1,
            Verdict::Fail => {
                self.failed += 1;
                match class {
                    Some(OutcomeClass::InfrastructureError) => {
                        self.infrastructure_errors += 1;
                        retried -= 1;
                    }
                    Some(OutcomeClass::HarnessError) => self.harness_errors += 1,
                    _ => {}
                }
            }
            Verdict::Inconclusive => {}
            Verdict::Skipped => self.skipped += 1,
            Verdict::NotRun => self.not_run += 1,
        }
        self.retried_infrastructure_errors += retried;
    }

    /// Counts one more attempt and, with the last at a case, what came of the case.
    pub fn add(&mut self, attempt: &AttemptReport, end: Option<&TurnEnd>) {
        self.add_outcomes(attempt.outcome.class(), 1);
        if let Some(agent) = &attempt.agent {
            self.agents.add(agent);
        }
        if let Some(end) = end {
            self.conclude(end);
        }
    }

    /// Counts what came of one more case, where attempts are counted.
    fn conclude(&mut self, end: &TurnEnd) {
        self.add_verdicts(end.verdict, 1);
    }

    /// Counts so many more cases with this verdict, where attempts are counted.
    pub fn add_verdicts(&mut self, verdict: Verdict, count: u64) {
        match verdict {
            Verdict::Flaky => self.flaky += count,
            Verdict::Fail => self.failed_cases += count,
            Verdict::Inconclusive => self.inconclusive += count,
            Verdict::Pass | Verdict::Skipped | Verdict::NotRun => {}
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

    /// All infrastructure errors, also those that a later attempt has made up for.
    #[must_use]
    pub fn all_infrastructure_errors(&self) -> u64 {
        self.infrastructure_errors + self.retried_infrastructure_errors
    }
}
