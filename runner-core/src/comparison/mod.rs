//! Decides whether one run did worse than another: case by case, and over all cases that both have.
//!
//! Plain values in, plain values out: no ledger, no text. What is asked:
//!
//! - whether the share of attempts that passed differs, by Fisher's exact test (1935), with the interval
//!   of Newcombe (1998) for by how much, and
//! - whether the attempts that passed took longer, by the rank-sum test of Mann and Whitney (1947), with
//!   the probability of superiority of Vargha and Delaney (2000) for how consistently.
//!
//! All p-values of a comparison are adjusted together by Holm's method (1979), so that of a hundred cases
//! that are the same none looks worse by chance. Tests that cannot show anything, because there are too
//! few attempts, are left out before. A difference that is no chance counts only if it also matters: the
//! constants below say from where on.

mod baseline;
mod caveat;
mod verdict;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use run_stats::{DurationHistogram, Proportion, ProportionDifference, RankSum};

use crate::recorded::{RecordedCase, RecordedRun, Totals};

pub use baseline::AgainstBaseline;
pub use caveat::Caveat;
use verdict::judge;
pub use verdict::{ALPHA, Test, Verdict};

/// Two runs that are compared.
#[derive(Debug, Clone, Copy)]
pub struct Pair<'a> {
    /// The run to compare with.
    pub baseline: &'a RecordedRun,
    /// The run to compare.
    pub candidate: &'a RecordedRun,
}

/// From this probability on that an attempt of one run takes longer than one of the other, a difference
/// in durations matters: what Vargha and Delaney (2000) call a small effect.
pub const MIN_SUPERIORITY: f64 = 0.56;

/// By this share at least medians have to differ for a difference in durations to matter. Less is what
/// another moment on the same machine makes.
pub const MIN_LONGER_SHARE: f64 = 0.05;

/// By so much at least medians have to differ for a difference in durations to matter. Less is what the
/// start of a process and the network make.
pub const MIN_LONGER: Duration = Duration::from_millis(1);

/// How far the proportions in which two runs tried their cases may differ before all cases together are
/// not compared, in units of what chance makes of the figures (one by the root of the number of
/// attempts). A run that ended in the middle of an iteration stays below it; where one run has a case
/// far more often than the other, the sums differ although no case does.
const MAX_MIX_SHIFT: f64 = 0.2;

/// Two runs, compared.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Each case that both runs have, in the order of the baseline.
    pub cases: Vec<Row>,
    /// These cases together; `None` if there are not several.
    pub all: Option<Row>,
    /// Cases that only the baseline has.
    pub only_in_baseline: Vec<Single>,
    /// Cases that only the candidate has.
    pub only_in_candidate: Vec<Single>,
    /// How many p-values there are, for whose number they are adjusted.
    pub tests: usize,
    /// Whether both are the same run, so that nothing is shown.
    is_same_run: bool,
}

/// A case in both runs, or all of them together.
#[derive(Debug, Clone)]
pub struct Row {
    /// The id of the case; `None` for all together.
    pub case: Option<String>,
    /// The shares of attempts that passed.
    pub success: Success,
    /// How long the attempts took that passed.
    pub durations: Durations,
}

/// A case that only one of the runs has, so that there is nothing to compare.
#[derive(Debug, Clone)]
pub struct Single {
    /// The id of the case.
    pub case: String,
    /// The share of attempts that passed.
    pub success: Proportion,
}

/// Two shares of attempts that passed.
#[derive(Debug, Clone)]
pub struct Success {
    /// Of the baseline.
    pub baseline: Proportion,
    /// Of the candidate.
    pub candidate: Proportion,
    /// By how much they differ; `None` if a side was not tried.
    pub difference: Option<ProportionDifference>,
    /// What that comes to.
    pub test: Test,
}

/// Two lots of durations.
#[derive(Debug, Clone)]
pub struct Durations {
    /// Of the baseline.
    pub baseline: DurationHistogram,
    /// Of the candidate.
    pub candidate: DurationHistogram,
    /// How their ranks differ; `None` if a side has too few.
    pub ranks: Option<RankSum>,
    /// What that comes to.
    pub test: Test,
}

impl Comparison {
    /// Compares two runs by the ids of their cases.
    #[must_use]
    pub fn of(pair: Pair<'_>) -> Self {
        let is_same_run = pair.baseline.id == pair.candidate.id;
        Self::of_cases(&pair.baseline.cases, &pair.candidate.cases, is_same_run)
    }

    /// The same from the cases of both runs alone, and whether both are the same run.
    #[must_use]
    pub fn of_cases(
        baseline: &[RecordedCase],
        candidate: &[RecordedCase],
        is_same_run: bool,
    ) -> Self {
        Self {
            is_same_run,
            ..Self::between(baseline, candidate)
        }
    }

    /// Compares the cases of two runs by their ids.
    fn between(one: &[RecordedCase], other: &[RecordedCase]) -> Self {
        let candidates: BTreeMap<&str, &RecordedCase> =
            other.iter().map(|case| (&*case.id, case)).collect();
        let both: Vec<_> = one
            .iter()
            .filter_map(|case| Some((case, *candidates.get(&*case.id)?)))
            .collect();
        let mut cases: Vec<Row> = both
            .iter()
            .map(|(case, candidate)| {
                Row::between(Some(case.id.clone()), &case.totals, &candidate.totals)
            })
            .collect();
        let mut all = (cases.len() > 1).then(|| together(&both, &cases));
        let tests = judge(cases.iter_mut().chain(&mut all).flat_map(Row::tests));
        Self {
            only_in_baseline: missing(one, other),
            only_in_candidate: missing(other, one),
            cases,
            all,
            tests,
            is_same_run: false,
        }
    }

    /// Every row, all cases together last.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.cases.iter().chain(&self.all)
    }

    /// What it all comes to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.is_same_run {
            return Verdict::NotComparable;
        }
        Verdict::together(self.rows().map(Row::verdict))
    }
}

impl Row {
    fn between(case: Option<String>, baseline: &Totals, candidate: &Totals) -> Self {
        Self {
            case,
            success: Success::of(baseline.outcomes.success(), candidate.outcomes.success()),
            durations: Durations::of(baseline.durations.clone(), candidate.durations.clone()),
        }
    }

    /// What both tests of the row come to.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::together([self.success.test.verdict, self.durations.test.verdict])
    }

    fn tests(&mut self) -> [&mut Test; 2] {
        [&mut self.success.test, &mut self.durations.test]
    }
}

impl Success {
    fn of(baseline: Proportion, candidate: Proportion) -> Self {
        let difference = ProportionDifference::between(baseline, candidate);
        // Any lower share matters.
        let found = match difference.map(ProportionDifference::rate) {
            Some(rate) if rate < 0.0 => Verdict::Worse,
            Some(rate) if rate > 0.0 => Verdict::Better,
            _ => Verdict::Same,
        };
        let p_value = difference.map(ProportionDifference::fisher_p_value);
        let test = Test::new(p_value, (baseline.trials(), candidate.trials()), found);
        Self {
            baseline,
            candidate,
            difference,
            test,
        }
    }
}

impl Durations {
    fn of(baseline: DurationHistogram, candidate: DurationHistogram) -> Self {
        let ranks = RankSum::between(&baseline, &candidate);
        let medians = (baseline.quantile(0.5), candidate.quantile(0.5));
        let found = match (ranks.map(RankSum::superiority), medians) {
            (Some(superiority), (Some(one), Some(other))) => {
                if superiority >= MIN_SUPERIORITY && is_longer(other, one) {
                    Verdict::Worse
                } else if superiority <= 1.0 - MIN_SUPERIORITY && is_longer(one, other) {
                    Verdict::Better
                } else {
                    Verdict::Same
                }
            }
            _ => Verdict::Same,
        };
        let counts = (baseline.count(), candidate.count());
        Self {
            test: Test::new(ranks.map(RankSum::p_value), counts, found),
            baseline,
            candidate,
            ranks,
        }
    }

    /// The median of the candidate in units of that of the baseline.
    #[must_use]
    pub fn ratio_of_medians(&self) -> Option<f64> {
        let (one, other) = (self.baseline.quantile(0.5)?, self.candidate.quantile(0.5)?);
        (!one.is_zero()).then(|| other.as_secs_f64() / one.as_secs_f64())
    }
}

/// Whether `long` is longer than `short` by as much as matters.
fn is_longer(long: Duration, short: Duration) -> bool {
    let by = long.saturating_sub(short);
    by >= MIN_LONGER && by.as_secs_f64() >= MIN_LONGER_SHARE * short.as_secs_f64()
}

/// All cases that both runs have as one, as far as their figures can be added up.
fn together(both: &[(&RecordedCase, &RecordedCase)], cases: &[Row]) -> Row {
    let (mut baseline, mut candidate) = (Totals::default(), Totals::default());
    for (case, candidate_case) in both {
        baseline.merge(&case.totals);
        candidate.merge(&candidate_case.totals);
    }
    let mut row = Row::between(None, &baseline, &candidate);
    let tried = cases.iter().map(|case| {
        let Success {
            baseline,
            candidate,
            ..
        } = &case.success;
        (baseline.trials(), candidate.trials())
    });
    if !is_same_mix(tried) {
        row.success.test.withdraw();
    }
    let passed = cases.iter().map(|case| {
        let Durations {
            baseline,
            candidate,
            ..
        } = &case.durations;
        (baseline.count(), candidate.count())
    });
    if !is_same_mix(passed) {
        row.durations.test.withdraw();
    }
    row
}

/// Whether both runs have their cases in the same proportions, as far as it matters.
fn is_same_mix(counts: impl Iterator<Item = (u64, u64)> + Clone) -> bool {
    let sum = |side: fn((u64, u64)) -> u64| counts.clone().map(side).sum::<u64>() as f64;
    let (one, other) = (sum(|pair| pair.0), sum(|pair| pair.1));
    if one == 0.0 || other == 0.0 {
        return true;
    }
    let shift = counts
        .map(|pair| (pair.0 as f64 / one - pair.1 as f64 / other).abs())
        .sum::<f64>()
        / 2.0;
    shift * one.min(other).sqrt() <= MAX_MIX_SHIFT
}

/// The cases that are in `some` and not in `others`.
fn missing(some: &[RecordedCase], others: &[RecordedCase]) -> Vec<Single> {
    let others: BTreeSet<&str> = others.iter().map(|case| &*case.id).collect();
    some.iter()
        .filter(|case| !others.contains(&*case.id))
        .map(|case| Single {
            case: case.id.clone(),
            success: case.totals.outcomes.success(),
        })
        .collect()
}

#[cfg(test)]
mod tests;
