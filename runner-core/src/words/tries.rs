//! What the attempts at one case came to together.

use std::fmt;

use suite::Repeat;

use crate::{
    results::{CaseResult, Verdict},
    text::{Grouped, Percent, Share, Times},
    tries::TurnEnd,
};

/// How often a case that is repeated passed, and what that shows:
/// `100.0% (33 of 33; 95% confidence: 89.6% to 100.0%), which is enough: at least 90% were asked for`.
#[derive(Debug, Clone, Copy)]
pub struct Repetition<'a> {
    /// What was asked for.
    pub repeat: &'a Repeat,
    /// What came of it.
    pub end: TurnEnd,
}

impl fmt::Display for Repetition<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shows = match self.end.verdict {
            Verdict::Pass => "which is enough",
            Verdict::Fail => "which is not enough",
            Verdict::Inconclusive => "which leaves it open whether it is enough",
            _ => "and was not finished",
        };
        let share = Share(self.end.tries.share());
        let asked = Percent(self.repeat.success_rate);
        let sure = Percent(self.repeat.confidence);
        write!(
            f,
            "{share}, {shows}: at least {asked} were asked for, with a confidence of {sure}"
        )
    }
}

/// How often a case was tried, if that was more than once or was to be: `3 times, of which it passed once`.
#[must_use]
pub fn tries(result: &CaseResult) -> Option<String> {
    let end = result.end();
    if let Some(repeat) = &result.case.repeat {
        let repetition = Repetition { repeat, end };
        return (end.tries.made > 0).then(|| repetition.to_string());
    }
    (result.attempts().len() > 1).then(|| {
        let times = Times(end.tries.made);
        match end.tries.passed {
            0 => format!("{times}, of which it never passed"),
            passed => format!("{times}, of which it passed {}", Times(passed)),
        }
    })
}

/// So many attempts at a case are listed.
pub const LISTED_TRIES: usize = 50;

/// How many attempts at a case come before those that are listed, in words; `None` if all are.
#[must_use]
pub fn unlisted_tries(result: &CaseResult) -> Option<String> {
    let earlier = result.attempts().len().checked_sub(LISTED_TRIES)?;
    (earlier > 0).then(|| {
        format!(
            "{} earlier attempts are not listed",
            Grouped(earlier as u64)
        )
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use suite::{Case, Ratio, Retries, RetryOn};

    use super::*;
    use crate::{
        outcome::{Failure, Outcome},
        test_support::{case, report},
    };

    fn of(case: Case, outcomes: &[bool]) -> Option<String> {
        let outcome = |passed: &bool| match passed {
            true => Outcome::Passed,
            false => Outcome::Failed(vec![Failure::NoAgentResult]),
        };
        let attempts = outcomes.iter().map(|it| Arc::new(report(outcome(it))));
        tries(&CaseResult::tried(Arc::new(case), attempts))
    }

    #[test]
    fn what_was_tried_again_says_how_often() {
        let retries = || Retries {
            max: 2,
            on: vec![RetryOn::Failed],
            ..Retries::default()
        };
        let retried = || Case {
            retries: retries(),
            ..case("a")
        };
        assert_eq!(of(retried(), &[true]), None);
        let flaky = of(retried(), &[false, true]).expect("words");
        assert_eq!(flaky, "2 times, of which it passed once");
        let failed = of(retried(), &[false; 3]).expect("words");
        assert_eq!(failed, "3 times, of which it never passed");
    }

    #[test]
    fn what_was_repeated_says_what_that_shows() {
        let repeat = Repeat {
            min: 2,
            max: 4,
            success_rate: Ratio::new(0.9).expect("a ratio"),
            confidence: Ratio::new(0.95).expect("a ratio"),
        };
        let repeated = Case {
            repeat: Some(repeat),
            ..case("a")
        };
        let words = of(repeated, &[true; 4]).expect("words");
        assert_eq!(
            words,
            "100.0% (4 of 4; 95% confidence: 51.0% to 100.0%), which leaves it open whether it is \
             enough: at least 90% were asked for, with a confidence of 95%"
        );
    }
}
