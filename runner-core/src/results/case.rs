//! What came of one case, with all of its attempts.

use std::sync::Arc;

use suite::Case;

use super::{AttemptReport, Verdict};
use crate::{
    outcome::Outcome,
    tries::{Tried, Tries, TurnEnd},
};

/// What came of one case.
#[derive(Debug, Clone)]
pub struct CaseResult {
    /// The case.
    pub case: Arc<Case>,
    /// Its attempts in their order, and what decided over it without one; none, if the run ended before its
    /// turn. What they printed is kept of the last that did not pass and of the last.
    attempts: Vec<Arc<AttemptReport>>,
}

impl CaseResult {
    /// The result of a case that has not had its turn.
    #[must_use]
    pub fn not_run(case: Arc<Case>) -> Self {
        let attempts = Vec::new();
        Self { case, attempts }
    }

    /// The result of a case with these attempts.
    #[must_use]
    pub fn tried(case: Arc<Case>, attempts: impl IntoIterator<Item = Arc<AttemptReport>>) -> Self {
        let mut result = Self::not_run(case);
        attempts
            .into_iter()
            .for_each(|attempt| result.push(attempt));
        result
    }

    /// Takes in one more attempt.
    pub fn push(&mut self, attempt: Arc<AttemptReport>) {
        if let Some(last) = self.attempts.len().checked_sub(1) {
            if attempt.outcome != Outcome::Passed {
                // Which is both of those that are kept whole.
                if let Some(failed) = self.last_failed() {
                    Arc::make_mut(&mut self.attempts[failed]).forget_output();
                }
                Arc::make_mut(&mut self.attempts[last]).forget_output();
            } else if self.last_failed() != Some(last) {
                Arc::make_mut(&mut self.attempts[last]).forget_output();
            }
        }
        self.attempts.push(attempt);
    }

    /// The last attempt that did not pass, if there is any.
    #[must_use]
    pub fn failed_attempt(&self) -> Option<&Arc<AttemptReport>> {
        self.last_failed().map(|index| &self.attempts[index])
    }

    fn last_failed(&self) -> Option<usize> {
        let mut attempts = self.attempts.iter();
        attempts.rposition(|attempt| attempt.outcome != Outcome::Passed)
    }

    /// Its attempts, in their order.
    #[must_use]
    pub fn attempts(&self) -> &[Arc<AttemptReport>] {
        &self.attempts
    }

    /// The attempt that says most about the case: the last one or, where the case did not pass, the last that
    /// did not. `None` if the run ended before its turn.
    #[must_use]
    pub fn attempt(&self) -> Option<&Arc<AttemptReport>> {
        match self.verdict() {
            Verdict::Fail | Verdict::Inconclusive => self.failed_attempt().or(self.attempts.last()),
            _ => self.attempts.last(),
        }
    }

    /// How its turn ended.
    #[must_use]
    pub fn end(&self) -> TurnEnd {
        Tries::judge(
            &self.case,
            self.attempts.iter().map(|it| Tried::from(&**it)),
        )
    }

    /// The judgement over the case.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.end().verdict
    }
}

/// The results with their numbers, those first that need attention: what failed, what is not clear, what was
/// not run, what did not pass at once, what was skipped, what passed.
#[must_use]
pub fn cases_by_need(cases: &[CaseResult]) -> Vec<(usize, &CaseResult)> {
    let mut order: Vec<_> = (1..).zip(cases).collect();
    order.sort_by_key(|(_, result)| match result.verdict() {
        Verdict::Fail => 0,
        Verdict::Inconclusive => 1,
        Verdict::NotRun => 2,
        Verdict::Flaky => 3,
        Verdict::Skipped => 4,
        Verdict::Pass => 5,
    });
    order
}

#[cfg(test)]
mod tests {
    use suite::{Ratio, Repeat};

    use super::*;
    use crate::{
        outcome::Failure,
        results::CapturedOutput,
        test_support::{case, report},
    };

    #[test]
    fn the_output_of_a_case_that_is_repeated_is_kept_of_the_last_failed_and_the_last_attempt() {
        let half = Ratio::new(0.5).expect("a ratio");
        let repeat = Some(Repeat {
            min: 9,
            max: 9,
            success_rate: half,
            confidence: Ratio::new(0.99).expect("a ratio"),
        });
        let case = Case {
            repeat,
            ..case("a")
        };
        let mut result = CaseResult::not_run(Arc::new(case));
        for passed in [true, false, false, true, false, true, true] {
            let outcome = match passed {
                true => Outcome::Passed,
                false => Outcome::Failed(vec![Failure::NoAgentResult]),
            };
            let output = CapturedOutput {
                head: "what it said".into(),
                ..CapturedOutput::default()
            };
            result.push(Arc::new(AttemptReport {
                output,
                ..report(outcome)
            }));
        }
        let kept: Vec<_> = result
            .attempts()
            .iter()
            .map(|it| !it.output.head.is_empty())
            .collect();
        assert_eq!(kept, [false, false, false, false, true, false, true]);
        let sizes = result.attempts().iter().map(|it| it.output.total_bytes());
        assert_eq!(sizes.sum::<u64>(), 7 * 12);
        assert_eq!((result.end().tries.made, result.end().tries.passed), (7, 4));
    }
}
