//! What the attempts at one case come to together: whether it is tried again, and how it is judged.
//!
//! A case that its suite repeats is tried until a sequential test decides over it, and each of its attempts
//! counts as it is: it is not retried besides. Any other is tried again where its retries allow for it, and
//! the last attempt decides.
//!
//! The module owns these rules, the same for a run that goes on and for one that is over. It refuses clocks
//! and dice: how long is waited between two attempts is decided in `run_state`.

use run_stats::{Confidence, Decision, Proportion, SequentialTest};
use suite::{Case, Repeat, RetryOn};

use crate::{
    outcome::{Failure, FaultKind, Outcome, OutcomeClass},
    results::{AttemptReport, Verdict},
};

/// How often a case was tried in its turn. An attempt that was cancelled does not count, nor one in whose
/// middle the runner itself was ended: they are made again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tries {
    /// How often.
    pub made: u64,
    /// How often it passed.
    pub passed: u64,
}

/// The end of a case's turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TurnEnd {
    /// The judgement over the case.
    pub verdict: Verdict,
    /// What it is made of.
    pub tries: Tries,
}

/// What follows an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another one at the same case.
    Again,
    /// Nothing: this is the judgement.
    Over(Verdict),
}

/// What there is to know of an attempt for what follows it.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a> {
    /// What happened.
    pub outcome: &'a Outcome,
    /// Whether it was told that there are too many requests.
    pub is_rate_limited: bool,
}

impl<'a> From<&'a Outcome> for Tried<'a> {
    /// What was decided without an attempt.
    fn from(outcome: &'a Outcome) -> Self {
        Self {
            outcome,
            is_rate_limited: is_rate_limit(outcome),
        }
    }
}

impl<'a> From<&'a AttemptReport> for Tried<'a> {
    fn from(report: &'a AttemptReport) -> Self {
        Self {
            outcome: &report.outcome,
            is_rate_limited: is_rate_limit(&report.outcome) || report.met_rate_limit(),
        }
    }
}

fn is_rate_limit(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::InfrastructureError(fault) if fault.kind == FaultKind::RateLimited)
}

impl Tries {
    /// Takes in one more attempt at `case`, and says what follows.
    pub fn take(&mut self, case: &Case, tried: Tried<'_>) -> Next {
        let passed = match tried.outcome.class() {
            OutcomeClass::Cancelled | OutcomeClass::Interrupted => {
                return Next::Over(Verdict::NotRun);
            }
            OutcomeClass::Skipped => return Next::Over(Verdict::Skipped),
            class => class == OutcomeClass::Passed,
        };
        self.made += 1;
        self.passed += u64::from(passed);
        match &case.repeat {
            _ if is_final(tried.outcome) => Next::Over(Verdict::Fail),
            Some(repeat) => self.repeated(repeat),
            None if passed && self.made > 1 => Next::Over(Verdict::Flaky),
            None if passed => Next::Over(Verdict::Pass),
            None if self.made <= u64::from(case.retries.max) && tried.is_in(&case.retries.on) => {
                Next::Again
            }
            None => Next::Over(Verdict::Fail),
        }
    }

    fn repeated(self, repeat: &Repeat) -> Next {
        if self.made < repeat.min {
            return Next::Again;
        }
        match self.test(repeat).decision() {
            Some(Decision::Pass) => Next::Over(Verdict::Pass),
            Some(Decision::Fail) => Next::Over(Verdict::Fail),
            None if self.made < repeat.max => Next::Again,
            None => Next::Over(Verdict::Inconclusive),
        }
    }

    fn test(self, repeat: &Repeat) -> SequentialTest {
        // Suites ask for no less than a half and for less than everything.
        let confidence = Confidence::new(repeat.confidence.get());
        let confidence = confidence.unwrap_or(Confidence::PERCENT_95);
        SequentialTest::new(repeat.success_rate.get(), confidence).after(self.share())
    }

    /// How many of the attempts passed.
    #[must_use]
    pub fn share(self) -> Proportion {
        Proportion::new(self.passed, self.made)
    }

    /// What `attempts` at `case` come to, and how often it was tried. Attempts after which there should have
    /// been another one are those of a run that ended before: the case was not finished.
    pub fn judge<'a>(case: &Case, attempts: impl IntoIterator<Item = Tried<'a>>) -> TurnEnd {
        let mut tries = Self::default();
        let mut verdict = Verdict::NotRun;
        for tried in attempts {
            verdict = match tries.take(case, tried) {
                Next::Again => Verdict::NotRun,
                Next::Over(verdict) => verdict,
            };
        }
        TurnEnd { verdict, tries }
    }
}

/// What is the same however often it is tried.
fn is_final(outcome: &Outcome) -> bool {
    let is_missing = |failure: &Failure| matches!(failure, Failure::MissingRequirement { .. });
    matches!(outcome, Outcome::Failed(failures) if failures.iter().any(is_missing))
}

impl Tried<'_> {
    /// Whether it is one of those after which a case is tried again.
    fn is_in(self, on: &[RetryOn]) -> bool {
        on.iter().any(|on| match on {
            RetryOn::RateLimit => self.is_rate_limited,
            RetryOn::Infrastructure => self.outcome.class() == OutcomeClass::InfrastructureError,
            RetryOn::Failed => self.outcome.class() == OutcomeClass::Failed,
            RetryOn::Timeout => matches!(
                self.outcome.class(),
                OutcomeClass::TimedOut | OutcomeClass::Stalled
            ),
            // What this program does not know is no reason to try again.
            _ => false,
        })
    }
}

#[cfg(test)]
mod tests;
