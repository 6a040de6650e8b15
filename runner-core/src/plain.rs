//! What becomes of outcomes in formats that know four of them: those that CI servers read.
//!
//! The module owns the mapping, so that a run comes to the same in each. It refuses the formats.

use crate::{
    outcome::OutcomeClass,
    recorded::RecordedCase,
    results::{AttemptReport, CaseResult, RunProblem, Verdict},
    words::{Problem, reason},
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

/// A case as such formats tell of it.
#[derive(Debug, Clone)]
pub struct PlainCase<'a> {
    /// What it comes to. A flaky one is a success, unless the run is none for that; one that is not clear is a
    /// failure, whoever's fault its single attempts were.
    pub verdict: PlainVerdict,
    /// The finer word for it, a stable name: that of an outcome, `flaky`, `inconclusive` or `not-run`.
    pub kind: &'static str,
    /// Why it is no plain success, in words that may be foreign.
    pub message: Option<String>,
    /// The attempt that all of this, and what else is told, is about: the last that did not pass where the case
    /// did not pass at once, else the last. `None` if the run ended before the case's turn.
    pub attempt: Option<&'a AttemptReport>,
}

impl<'a> PlainCase<'a> {
    /// The case of `result` in a run with these problems.
    #[must_use]
    pub fn of(result: &'a CaseResult, problems: &[RunProblem]) -> Self {
        let verdict = result.verdict();
        let attempt = match verdict {
            Verdict::Flaky => result.failed_attempt(),
            _ => result.attempt(),
        };
        let attempt = attempt.map(|attempt| &**attempt);
        let class = attempt.map(|attempt| attempt.outcome.class());
        let explanation = || attempt.and_then(|attempt| attempt.outcome.explanation());
        Self {
            verdict: match verdict {
                Verdict::Flaky if problems.contains(&RunProblem::CaseFlaky) => {
                    PlainVerdict::Failure
                }
                Verdict::Pass | Verdict::Flaky => PlainVerdict::Success,
                Verdict::Skipped | Verdict::NotRun => PlainVerdict::Skipped,
                Verdict::Inconclusive => PlainVerdict::Failure,
                Verdict::Fail => match class.map(PlainVerdict::of) {
                    Some(PlainVerdict::Error) => PlainVerdict::Error,
                    _ => PlainVerdict::Failure,
                },
            },
            kind: match verdict {
                Verdict::Flaky | Verdict::Inconclusive => verdict.as_str(),
                _ => class.map_or("not-run", OutcomeClass::as_str),
            },
            message: match verdict {
                Verdict::Flaky => explanation(),
                Verdict::Inconclusive => Some(not_clear(explanation())),
                _ => reason(result).map(|(_, words)| words),
            },
            attempt,
        }
    }
}

fn not_clear(last_failure: Option<String>) -> String {
    let words = "it is not clear whether it passes often enough";
    match last_failure {
        None => words.into(),
        Some(failure) => format!("{words}; when it failed last: {failure}"),
    }
}

/// Leaves those of `problems` that are to be told of the run as a whole: all that neither a gate nor one of `cases`
/// tells of itself. Of a recorded run there are no such cases: what it has of a case are sums of attempts, which
/// do not say that it was flaky or is not clear.
#[must_use]
pub fn of_the_whole<'a>(mut problems: Vec<Problem<'a>>, cases: &[CaseResult]) -> Vec<Problem<'a>> {
    let tells = |verdict| cases.iter().any(|case| case.verdict() == verdict);
    problems.retain(|problem| match problem.code {
        "case-failed" | "gate-failed" => false,
        "case-flaky" => !tells(Verdict::Flaky),
        "case-inconclusive" => !tells(Verdict::Inconclusive),
        _ => true,
    });
    problems
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use suite::{Case, Ratio, Repeat, Retries, RetryOn};

    use super::*;
    use crate::{
        outcome::{Failure, Fault, FaultKind, Outcome},
        recorded::Totals,
        test_support,
    };

    fn failed() -> Outcome {
        Outcome::Failed(vec![Failure::NoAgentResult])
    }

    fn broken() -> Outcome {
        Outcome::InfrastructureError(Fault {
            kind: FaultKind::Broken,
            message: "cut".into(),
        })
    }

    fn tried(case: Case, outcomes: &[Outcome]) -> CaseResult {
        let attempts = outcomes.iter().cloned().map(test_support::report);
        CaseResult::tried(Arc::new(case), attempts.map(Arc::new))
    }

    fn retried(outcomes: &[Outcome]) -> CaseResult {
        let retries = Retries {
            max: outcomes.len() as u32 - 1,
            on: RetryOn::ALL.into(),
            ..Retries::default()
        };
        let case = Case {
            retries,
            ..test_support::case("a")
        };
        tried(case, outcomes)
    }

    fn inconclusive() -> CaseResult {
        let ratio = |share| Ratio::new(share).expect("a ratio");
        let repeat = Repeat {
            min: 1,
            max: 2,
            success_rate: ratio(0.9),
            confidence: ratio(0.95),
        };
        let case = Case {
            repeat: Some(repeat),
            ..test_support::case("a")
        };
        tried(case, &[Outcome::Passed, broken()])
    }

    #[test]
    fn the_last_attempt_that_did_not_pass_says_whose_fault_a_failed_case_is() {
        for (outcomes, verdict) in [
            ([failed(), broken()], PlainVerdict::Error),
            ([broken(), failed()], PlainVerdict::Failure),
        ] {
            let case = retried(&outcomes);
            let told = PlainCase::of(&case, &[]);
            let class = told.attempt.map(|attempt| attempt.outcome.class());
            assert_eq!(
                (told.verdict, told.attempt.map(|it| &it.outcome)),
                (verdict, outcomes.last())
            );
            assert_eq!(Some(told.kind), class.map(OutcomeClass::as_str));
        }
    }

    #[test]
    fn a_flaky_case_is_a_failure_exactly_in_a_run_that_is_none_for_it() {
        let flaky = retried(&[broken(), Outcome::Passed]);
        let of_flaky = |problems: &[_]| PlainCase::of(&flaky, problems).verdict;
        assert_eq!(of_flaky(&[RunProblem::CaseFailed]), PlainVerdict::Success);
        assert_eq!(of_flaky(&[RunProblem::CaseFlaky]), PlainVerdict::Failure);
    }

    #[test]
    fn a_case_that_is_not_clear_is_a_failure_whatever_its_attempts_were() {
        let case = inconclusive();
        let told = PlainCase::of(&case, &[]);
        assert_eq!(
            (told.verdict, told.kind),
            (PlainVerdict::Failure, "inconclusive")
        );
        let message = told.message.expect("words");
        assert_eq!(
            message,
            "it is not clear whether it passes often enough; when it failed last: cut"
        );
    }

    #[test]
    fn a_problem_is_told_of_the_whole_unless_a_case_or_a_gate_tells_of_it() {
        let all = [
            RunProblem::Interrupted,
            RunProblem::GateFailed,
            RunProblem::CaseFailed,
            RunProblem::CaseFlaky,
            RunProblem::CaseInconclusive,
        ];
        let told = |cases: &[CaseResult]| {
            let left = of_the_whole(all.iter().map(Problem::from).collect(), cases);
            left.iter().map(|it| it.code.to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            told(&[]),
            ["interrupted", "case-flaky", "case-inconclusive"]
        );
        assert_eq!(told(&[inconclusive()]), ["interrupted", "case-flaky"]);
        let flaky = retried(&[failed(), Outcome::Passed]);
        assert_eq!(told(&[flaky, inconclusive()]), ["interrupted"]);
    }

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
