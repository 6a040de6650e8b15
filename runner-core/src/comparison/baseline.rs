//! A run held against an earlier one.

use std::fmt;

use jiff::Zoned;

use super::{Caveat, Comparison, Pair, Row, Verdict};
use crate::{results::RunProblem, text::Visible};

/// So many differences are named in one sentence; tables have all of them.
const NAMED: usize = 10;

/// What a run is like beside an earlier one.
#[derive(Debug, Clone)]
pub struct AgainstBaseline {
    /// The number of the earlier run in the ledger.
    pub id: u64,
    /// Its name.
    pub marker: String,
    /// When it began.
    pub started_at: Zoned,
    /// What makes the comparison less than it seems.
    pub caveats: Vec<Caveat>,
    /// What differs.
    pub comparison: Comparison,
}

impl AgainstBaseline {
    /// Holds the candidate of `pair` against its baseline.
    #[must_use]
    pub fn of(pair: Pair<'_>) -> Self {
        let Pair { baseline, .. } = pair;
        Self {
            id: baseline.id,
            marker: baseline.run.marker.clone(),
            started_at: baseline.run.started_at.clone(),
            caveats: Caveat::of(pair),
            comparison: Comparison::of(pair),
        }
    }

    /// Why a run that was to be no worse is no success; `None` if it is no worse.
    #[must_use]
    pub fn problem(&self) -> Option<RunProblem> {
        match self.comparison.verdict() {
            Verdict::Worse => Some(RunProblem::Regression {
                differences: self.to_string(),
            }),
            Verdict::Same | Verdict::Better => None,
            Verdict::TooFewAttempts | Verdict::NotComparable => Some(RunProblem::Incomparable {
                reason: self.to_string(),
            }),
        }
    }

    /// The rows of which there is something to say first, then the others, each in their order.
    #[must_use]
    pub fn rows(&self) -> Vec<&Row> {
        let mut rows: Vec<&Row> = self.comparison.rows().collect();
        rows.sort_by_key(|row| match row.verdict() {
            Verdict::Worse => 0,
            Verdict::Better => 1,
            _ => 2,
        });
        rows
    }
}

impl fmt::Display for AgainstBaseline {
    /// What it comes to, without a capital and an end: `worse than run 12: fib takes longer`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, comparison) = (self.id, &self.comparison);
        match comparison.verdict() {
            Verdict::Worse => {
                let differences = comparison.differences(Verdict::Worse);
                write!(f, "worse than run {id}: {}", Visible(&differences))
            }
            Verdict::Better => {
                let differences = comparison.differences(Verdict::Better);
                write!(f, "better than run {id}: {}", Visible(&differences))
            }
            Verdict::Same => {
                write!(f, "as good as run {id}: nothing differs so that it matters")
            }
            Verdict::TooFewAttempts if comparison.cases.is_empty() => {
                write!(f, "it has no case in common with run {id}")
            }
            Verdict::TooFewAttempts => {
                write!(f, "there are too few attempts to tell from run {id}")
            }
            Verdict::NotComparable => write!(f, "run {id} is this run"),
        }
    }
}

impl Comparison {
    /// The differences that come to this verdict, in words: the most there is room for.
    #[must_use]
    pub fn differences(&self, verdict: Verdict) -> String {
        let (fewer, longer) = match verdict {
            Verdict::Worse => ("fewer attempts pass", "longer"),
            _ => ("more attempts pass", "shorter"),
        };
        let in_row = |row: &Row| {
            let case = row.name();
            let success =
                (row.success.test.verdict == verdict).then(|| format!("{fewer} in {case}"));
            let takes =
                (row.durations.test.verdict == verdict).then(|| format!("{case} takes {longer}"));
            success.into_iter().chain(takes)
        };
        let found: Vec<_> = self.rows().flat_map(in_row).collect();
        let mut text = found[..found.len().min(NAMED)].join("; ");
        if found.len() > NAMED {
            text.push_str(&format!("; and {} more", found.len() - NAMED));
        }
        text
    }
}

impl Row {
    /// The id of the case, or what all together are called.
    #[must_use]
    pub fn name(&self) -> &str {
        self.case.as_deref().unwrap_or("(all of these)")
    }
}
