//! What attempts came to.

use std::fmt;

use super::tries::Repetition;
use crate::{
    outcome::OutcomeClass,
    recorded::OutcomeCounts,
    results::{CaseResult, Counts, Verdict},
    text::Grouped,
};

/// How many came to what: `600 passed, 1 timed out`; nothing, if there are none.
#[derive(Debug, Clone, Copy)]
pub struct Outcomes<'a>(pub &'a OutcomeCounts);

impl fmt::Display for Outcomes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.0.iter())
    }
}

/// How many did not pass, by outcome: `3 failed, 1 timed out`; a dash, if all did.
#[derive(Debug, Clone, Copy)]
pub struct NotPassed<'a>(pub &'a OutcomeCounts);

impl fmt::Display for NotPassed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = self.0.iter();
        let mut others = all
            .filter(|(class, _)| *class != OutcomeClass::Passed)
            .peekable();
        match others.peek() {
            None => f.write_str("–"),
            Some(_) => list(f, others),
        }
    }
}

/// How many there are, and what they came to: `24, of which 21 passed, 3 failed`.
#[derive(Debug, Clone, Copy)]
pub struct Attempts<'a>(pub &'a OutcomeCounts);

impl fmt::Display for Attempts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.counts().total {
            0 => f.write_str("0"),
            total => write!(f, "{}, of which {}", Grouped(total), Outcomes(self.0)),
        }
    }
}

fn list(
    f: &mut fmt::Formatter<'_>,
    outcomes: impl Iterator<Item = (OutcomeClass, u64)>,
) -> fmt::Result {
    for (index, (class, count)) in outcomes.enumerate() {
        let comma = if index > 0 { ", " } else { "" };
        write!(f, "{comma}{} {}", Grouped(count), class.words())?;
    }
    Ok(())
}

/// How many of the attempts that were tried passed.
#[derive(Debug, Clone, Copy)]
pub struct Tried<'a>(pub &'a Counts);

impl fmt::Display for Tried<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { passed, failed, .. } = *self.0;
        match passed + failed {
            0 => f.write_str("nothing was tried yet"),
            tried => write!(
                f,
                "{} of {} tried attempts passed",
                Grouped(passed),
                Grouped(tried)
            ),
        }
    }
}

/// Why a case did not pass, under a name that does not call it an error where nobody erred; `None` if it
/// did pass. The words may be foreign.
#[must_use]
pub fn reason(result: &CaseResult) -> Option<(&'static str, String)> {
    let label = match result.verdict() {
        Verdict::Pass | Verdict::Flaky => return None,
        Verdict::Skipped | Verdict::NotRun => "Reason",
        Verdict::Fail | Verdict::Inconclusive => "Error",
    };
    let end = result.end();
    let is_counted = matches!(end.verdict, Verdict::Fail | Verdict::Inconclusive);
    if let (Some(repeat), true) = (&result.case.repeat, is_counted) {
        return Some((label, Repetition { repeat, end }.to_string()));
    }
    let reason = match result.attempt() {
        None => "the run ended before its turn".into(),
        Some(attempt) => attempt.outcome.explanation()?,
    };
    Some((label, reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_attempts_came_to_is_listed_with_what_there_is() {
        let mut outcomes = OutcomeCounts::default();
        assert_eq!(Outcomes(&outcomes).to_string(), "");
        assert_eq!(NotPassed(&outcomes).to_string(), "–");
        assert_eq!(Attempts(&outcomes).to_string(), "0");
        outcomes.add(OutcomeClass::Passed, 1_234);
        assert_eq!(NotPassed(&outcomes).to_string(), "–");
        outcomes.add(OutcomeClass::TimedOut, 1);
        outcomes.add(OutcomeClass::Failed, 3);
        assert_eq!(NotPassed(&outcomes).to_string(), "3 failed, 1 timed out");
        assert_eq!(
            Attempts(&outcomes).to_string(),
            "1,238, of which 1,234 passed, 3 failed, 1 timed out"
        );
        assert_eq!(
            Tried(&outcomes.counts()).to_string(),
            "1,234 of 1,238 tried attempts passed"
        );
        assert_eq!(
            Tried(&Counts::default()).to_string(),
            "nothing was tried yet"
        );
    }
}
