//! A run beside an earlier one.
//!
//! What both were is kept, so that they can be compared again; what that comes to is written for others.

use std::borrow::Cow;

use run_stats::{DurationHistogram, Proportion};
use runner_core::{
    comparison::{AgainstBaseline, Caveat, Comparison, Row, Single, Test},
    outcome::OutcomeClass,
    recorded::{RecordedCase, Totals},
};
use serde::{Deserialize, Serialize};

use super::totals::DurationsWire;
use crate::{
    BadValue,
    wire::{MomentWire, ShareWire, named},
};

/// What a run is like beside an earlier one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Baseline"))]
pub(super) struct BaselineWire<'a> {
    /// The number of the earlier run in the ledger.
    id: u64,
    /// Its name.
    marker: Cow<'a, str>,
    /// When it began.
    started: MomentWire<'a>,
    /// What makes the comparison less than it seems: same-run, different-suites, different-executors,
    /// running.
    caveats: Vec<Cow<'a, str>>,
    /// What it comes to: same, worse, better, too-few-attempts, not-comparable.
    verdict: Cow<'a, str>,
    /// The same in words.
    text: Cow<'a, str>,
    /// How many p-values there are, for whose number they are adjusted (Holm).
    tests: u64,
    /// Each case that both runs have.
    cases: Vec<RowWire<'a>>,
    /// These cases together; null if there are not several.
    all: Option<RowWire<'a>>,
    /// Cases that only the earlier run has.
    only_in_baseline: Vec<SingleWire<'a>>,
    /// Cases that only this run has.
    only_in_candidate: Vec<SingleWire<'a>>,
}

/// A case in both runs, or all of them together.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Compared"))]
struct RowWire<'a> {
    /// The id of the case; null for all together.
    case: Option<Cow<'a, str>>,
    /// What both tests come to.
    verdict: Cow<'a, str>,
    /// Whether the shares of attempts that passed differ: Fisher's exact test.
    success: TestWire<'a>,
    /// The share in the earlier run.
    baseline_success: ShareWire,
    /// The share in this run.
    candidate_success: ShareWire,
    /// Whether the durations differ: the rank-sum test of Mann and Whitney.
    durations: TestWire<'a>,
    /// How long attempts of the earlier run took that passed.
    baseline_durations: Option<DurationsWire>,
    /// How long those of this run took.
    candidate_durations: Option<DurationsWire>,
}

/// A test and its result.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Test"))]
struct TestWire<'a> {
    /// The p-value; null if the test could not have shown anything.
    p_value: Option<f64>,
    /// The p-value, adjusted for the number of tests.
    adjusted_p_value: Option<f64>,
    /// What it comes to.
    verdict: Cow<'a, str>,
}

/// A case that only one of the runs has.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Uncompared"))]
struct SingleWire<'a> {
    /// The id of the case.
    case: Cow<'a, str>,
    /// The share of attempts that passed.
    success: ShareWire,
}

impl<'a> From<&'a AgainstBaseline> for BaselineWire<'a> {
    fn from(against: &'a AgainstBaseline) -> Self {
        let comparison = &against.comparison;
        let singles = |singles: &'a [Single]| singles.iter().map(SingleWire::from).collect();
        Self {
            id: against.id,
            marker: (&against.marker).into(),
            started: (&against.started_at).into(),
            caveats: against
                .caveats
                .iter()
                .map(|it| it.as_str().into())
                .collect(),
            verdict: comparison.verdict().as_str().into(),
            text: against.to_string().into(),
            tests: comparison.tests as u64,
            cases: comparison.cases.iter().map(RowWire::from).collect(),
            all: comparison.all.as_ref().map(RowWire::from),
            only_in_baseline: singles(&comparison.only_in_baseline),
            only_in_candidate: singles(&comparison.only_in_candidate),
        }
    }
}

impl<'a> From<&'a Row> for RowWire<'a> {
    fn from(row: &'a Row) -> Self {
        let (success, durations) = (&row.success, &row.durations);
        Self {
            case: row.case.as_ref().map(Cow::from),
            verdict: row.verdict().as_str().into(),
            success: (&success.test).into(),
            baseline_success: success.baseline.into(),
            candidate_success: success.candidate.into(),
            durations: (&durations.test).into(),
            baseline_durations: DurationsWire::of(&durations.baseline),
            candidate_durations: DurationsWire::of(&durations.candidate),
        }
    }
}

impl From<&Test> for TestWire<'_> {
    fn from(test: &Test) -> Self {
        Self {
            p_value: test.p_value,
            adjusted_p_value: test.adjusted,
            verdict: test.verdict.as_str().into(),
        }
    }
}

impl<'a> From<&'a Single> for SingleWire<'a> {
    fn from(single: &'a Single) -> Self {
        Self {
            case: (&single.case).into(),
            success: single.success.into(),
        }
    }
}

impl TryFrom<BaselineWire<'_>> for AgainstBaseline {
    type Error = BadValue;

    fn try_from(wire: BaselineWire<'_>) -> Result<Self, BadValue> {
        let caveats = wire.caveats.iter();
        let caveats: Vec<_> = caveats
            .map(|name| named("caveat", name, Caveat::from_name))
            .collect::<Result<_, _>>()?;
        let (mut baseline, mut candidate) = (Vec::new(), Vec::new());
        for row in wire.cases {
            let id = row.case.unwrap_or_default();
            let durations = DurationsWire::histogram(row.baseline_durations)?;
            baseline.push(compared(&id, row.baseline_success, durations)?);
            let durations = DurationsWire::histogram(row.candidate_durations)?;
            candidate.push(compared(&id, row.candidate_success, durations)?);
        }
        for (singles, cases) in [
            (wire.only_in_baseline, &mut baseline),
            (wire.only_in_candidate, &mut candidate),
        ] {
            for single in singles {
                cases.push(compared(
                    &single.case,
                    single.success,
                    DurationHistogram::new(),
                )?);
            }
        }
        let is_same_run = caveats.contains(&Caveat::SameRun);
        Ok(Self {
            id: wire.id,
            marker: wire.marker.into_owned(),
            started_at: wire.started.try_into()?,
            caveats,
            comparison: Comparison::of_cases(&baseline, &candidate, is_same_run),
        })
    }
}

/// As much of a case as a comparison looks at.
fn compared(
    id: &str,
    success: ShareWire,
    durations: DurationHistogram,
) -> Result<RecordedCase, BadValue> {
    let success = Proportion::try_from(success)?;
    let mut totals = Totals {
        durations,
        ..Totals::default()
    };
    let failures = success.trials() - success.successes();
    totals
        .outcomes
        .add(OutcomeClass::Passed, success.successes());
    totals.outcomes.add(OutcomeClass::Failed, failures);
    Ok(RecordedCase {
        id: id.to_owned(),
        name: id.to_owned(),
        totals,
        hours: Vec::new(),
    })
}
