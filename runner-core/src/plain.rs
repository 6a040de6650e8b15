//! What becomes of outcomes in formats that know four of them: those that CI servers read.
//!
//! The module owns the mapping, so that a run comes to the same in each. It refuses the formats.

use crate::{
    outcome::OutcomeClass,
    recorded::RecordedCase,
    results::{CaseResult, Verdict},
};

/// What a case comes to where there are no finer words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlainVerdict {
    /// It did what it should.
    Success,
    /// The command or what was expected of it is at fault.
    Failure,
    /// The executor, the network or gauntlet is.
    Error,
    /// It was not tried, or not to its end.
    Skipped,
}

impl PlainVerdict {
    /// What an attempt with such an outcome comes to.
    #[must_use]
    pub fn of(class: OutcomeClass) -> Self {
        match class {
            OutcomeClass::Passed => Self::Success,
            OutcomeClass::InfrastructureError | OutcomeClass::HarnessError => Self::Error,
            OutcomeClass::Skipped | OutcomeClass::Cancelled | OutcomeClass::Interrupted => {
                Self::Skipped
            }
            OutcomeClass::Failed | OutcomeClass::TimedOut | OutcomeClass::Stalled => Self::Failure,
        }
    }

    /// What a case comes to, however often it was tried: a flaky one is a success, one that is not clear is
    /// none.
    #[must_use]
    pub fn of_case(result: &CaseResult) -> Self {
        match result.verdict() {
            Verdict::Pass | Verdict::Flaky => Self::Success,
            Verdict::Skipped | Verdict::NotRun => Self::Skipped,
            Verdict::Fail | Verdict::Inconclusive => {
                let class = result.attempt().map(|attempt| attempt.outcome.class());
                match class.map(Self::of) {
                    Some(Self::Error) => Self::Error,
                    _ => Self::Failure,
                }
            }
        }
    }

    /// What all attempts of a case come to, in a run that is a success or is none.
    ///
    /// Gates decide over a recorded run: where it is a success, a case that failed now and then, and
    /// passed as well, is one.
    #[must_use]
    pub fn of_recorded(case: &RecordedCase, is_success: bool) -> Self {
        let counts = case.totals.outcomes.counts();
        let errors = counts.infrastructure_errors + counts.harness_errors;
        match (counts.passed, counts.failed) {
            (0, 0) => Self::Skipped,
            (_, 0) => Self::Success,
            (1.., _) if is_success => Self::Success,
            (_, failed) if failed == errors => Self::Error,
            _ => Self::Failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recorded::Totals;

    fn case(outcomes: &[(OutcomeClass, u64)]) -> RecordedCase {
        let mut totals = Totals::default();
        for (class, count) in outcomes {
            totals.outcomes.add(*class, *count);
        }
        RecordedCase {
            id: "a".into(),
            name: "a".into(),
            totals,
            hours: Vec::new(),
        }
    }

    #[test]
    fn a_case_that_passed_too_is_a_success_only_in_a_run_that_is_one() {
        use OutcomeClass::*;
        for (outcomes, in_success, otherwise) in [
            (&[][..], PlainVerdict::Skipped, PlainVerdict::Skipped),
            (
                &[(Skipped, 3)],
                PlainVerdict::Skipped,
                PlainVerdict::Skipped,
            ),
            (&[(Passed, 3)], PlainVerdict::Success, PlainVerdict::Success),
            (
                &[(Passed, 3), (Failed, 1)],
                PlainVerdict::Success,
                PlainVerdict::Failure,
            ),
            (
                &[(Passed, 3), (HarnessError, 1)],
                PlainVerdict::Success,
                PlainVerdict::Error,
            ),
            (
                &[(Stalled, 1), (HarnessError, 1)],
                PlainVerdict::Failure,
                PlainVerdict::Failure,
            ),
        ] {
            let case = case(outcomes);
            assert_eq!(PlainVerdict::of_recorded(&case, true), in_success);
            assert_eq!(PlainVerdict::of_recorded(&case, false), otherwise);
        }
    }
}
