//! A comparison for programs.

use std::path::Path;

use run_stats::{ProportionDifference, RankSum};
use runner_core::{
    comparison::{Caveat, Comparison, Durations, Pair, Row, Single, Success, Test},
    recorded::RecordedRun,
};
use serde::Serialize;

use crate::ledger::json::{CountsJson, DurationsJson, RunJson, ShareJson};

/// What is written of a comparison.
pub(super) fn document<'a>(
    ledger: &Path,
    pair: Pair<'a>,
    comparison: &'a Comparison,
) -> impl Serialize + use<'a> {
    CompareJson {
        ledger: ledger.display().to_string(),
        verdict: comparison.verdict().as_str(),
        warnings: Caveat::of(pair).into_iter().map(Caveat::as_str).collect(),
        baseline: side(pair.baseline),
        candidate: side(pair.candidate),
        tests: comparison.tests,
        cases: comparison.cases.iter().map(RowJson::from).collect(),
        all: comparison.all.as_ref().map(RowJson::from),
        only_in_baseline: singles(&comparison.only_in_baseline),
        only_in_candidate: singles(&comparison.only_in_candidate),
    }
}

#[derive(Serialize)]
struct CompareJson<'a> {
    ledger: String,
    verdict: &'static str,
    warnings: Vec<&'static str>,
    baseline: SideJson<'a>,
    candidate: SideJson<'a>,
    /// How many p-values there are, for whose number they are adjusted.
    tests: usize,
    cases: Vec<RowJson<'a>>,
    all: Option<RowJson<'a>>,
    only_in_baseline: Vec<SingleJson<'a>>,
    only_in_candidate: Vec<SingleJson<'a>>,
}

#[derive(Serialize)]
struct SideJson<'a> {
    #[serde(flatten)]
    run: RunJson<'a>,
    executor: &'a str,
    #[serde(flatten)]
    counts: CountsJson,
}

#[derive(Serialize)]
struct RowJson<'a> {
    /// Null for all cases together.
    case: Option<&'a str>,
    verdict: &'static str,
    success: SuccessJson,
    durations: DurationsPairJson,
}

#[derive(Serialize)]
struct SuccessJson {
    baseline: ShareJson,
    candidate: ShareJson,
    /// The candidate's share less the baseline's, between −1 and 1, with its interval.
    difference: Option<f64>,
    difference_low: Option<f64>,
    difference_high: Option<f64>,
    #[serde(flatten)]
    test: TestJson,
}

#[derive(Serialize)]
struct DurationsPairJson {
    baseline: DurationsJson,
    candidate: DurationsJson,
    ratio_of_medians: Option<f64>,
    /// How probable it is that an attempt of the candidate takes longer than one of the baseline.
    superiority: Option<f64>,
    #[serde(flatten)]
    test: TestJson,
}

#[derive(Serialize)]
struct TestJson {
    p_value: Option<f64>,
    adjusted_p_value: Option<f64>,
    verdict: &'static str,
}

#[derive(Serialize)]
struct SingleJson<'a> {
    case: &'a str,
    success: ShareJson,
}

fn side(run: &RecordedRun) -> SideJson<'_> {
    SideJson {
        run: run.into(),
        executor: &run.run.executor,
        counts: (&run.counts).into(),
    }
}

fn singles(singles: &[Single]) -> Vec<SingleJson<'_>> {
    let singles = singles.iter();
    singles
        .map(|single| SingleJson {
            case: &single.case,
            success: single.success.into(),
        })
        .collect()
}

impl<'a> From<&'a Row> for RowJson<'a> {
    fn from(row: &'a Row) -> Self {
        Self {
            case: row.case.as_deref(),
            verdict: row.verdict().as_str(),
            success: (&row.success).into(),
            durations: (&row.durations).into(),
        }
    }
}

impl From<&Success> for SuccessJson {
    fn from(success: &Success) -> Self {
        let interval = success.difference.map(ProportionDifference::newcombe_95);
        Self {
            baseline: success.baseline.into(),
            candidate: success.candidate.into(),
            difference: success.difference.map(ProportionDifference::rate),
            difference_low: interval.map(|interval| interval.low),
            difference_high: interval.map(|interval| interval.high),
            test: success.test.into(),
        }
    }
}

impl From<&Durations> for DurationsPairJson {
    fn from(durations: &Durations) -> Self {
        Self {
            baseline: (&durations.baseline).into(),
            candidate: (&durations.candidate).into(),
            ratio_of_medians: durations.ratio_of_medians(),
            superiority: durations.ranks.map(RankSum::superiority),
            test: durations.test.into(),
        }
    }
}

impl From<Test> for TestJson {
    fn from(test: Test) -> Self {
        Self {
            p_value: test.p_value,
            adjusted_p_value: test.adjusted,
            verdict: test.verdict.as_str(),
        }
    }
}
