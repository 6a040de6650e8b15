//! What came of a case or an attempt: a sign, words, and a class that the style colours.

use ::load::capacity::TrialVerdict;
use maud::{Markup, Render, html};
use runner_core::{
    outcome::OutcomeClass,
    results::{CaseResult, Verdict},
};

/// What came of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    /// Never alone: not everyone sees it, and not everyone reads it the same.
    sign: &'static str,
    /// In lower case.
    pub(crate) words: &'static str,
    /// The class that the style colours.
    pub(crate) class: &'static str,
}

impl Status {
    pub(crate) fn of(result: &CaseResult) -> Self {
        let class = result.attempt().map(|attempt| attempt.outcome.class());
        let (sign, words, class) = match (result.verdict(), class) {
            // They are coloured like what they are between.
            (Verdict::Flaky, _) => ("↻", "flaky", "timed-out"),
            (Verdict::Inconclusive, _) => ("?", "inconclusive", "skipped"),
            // Whatever the last of its attempts was.
            (Verdict::Pass, _) => return Self::of_class(OutcomeClass::Passed),
            (Verdict::NotRun, Some(OutcomeClass::Cancelled)) => {
                return Self::of_class(OutcomeClass::Cancelled);
            }
            (Verdict::NotRun, _) | (_, None) => ("–", "not run", "not-run"),
            (_, Some(class)) => return Self::of_class(class),
        };
        Self { sign, words, class }
    }

    /// What a trial of a search for the capacity shows.
    pub(crate) fn of_trial(verdict: &TrialVerdict) -> Self {
        let (sign, words, class) = match verdict.evidence() {
            Some(true) => ("✓", "holds", "passed"),
            Some(false) => ("✗", "does not hold", "failed"),
            None => ("–", "shows nothing", "skipped"),
        };
        Self { sign, words, class }
    }

    pub(crate) fn of_class(class: OutcomeClass) -> Self {
        let sign = match class {
            OutcomeClass::Passed => "✓",
            OutcomeClass::InfrastructureError | OutcomeClass::HarnessError => "!",
            OutcomeClass::Skipped | OutcomeClass::Cancelled | OutcomeClass::Interrupted => "–",
            _ => "✗",
        };
        Self {
            sign,
            words: class.words(),
            class: class.as_str(),
        }
    }
}

impl Render for Status {
    fn render(&self) -> Markup {
        let Self { sign, words, class } = self;
        html! {
            span class={ "status " (class) } { span aria-hidden="true" { (sign) } " " (words) }
        }
    }
}

/// Whether something holds.
pub(crate) struct Holds(pub(crate) bool);

impl Render for Holds {
    fn render(&self) -> Markup {
        let (sign, words, class) = match self.0 {
            true => ("✓", "yes", "passed"),
            false => ("✗", "no", "failed"),
        };
        Status { sign, words, class }.render()
    }
}
