//! The document on a run as a ledger has it.

mod attempt;
mod baseline;
mod history;
mod runner;
mod totals;
mod windows;

use std::borrow::Cow;

use runner_core::{
    comparison::AgainstBaseline,
    recorded::{
        FindingTotal, Graduation, Outage, RecordedAttempt, RecordedCase, RecordedHour,
        RecordedProblem, RecordedRun, RecordedState, RunKind, RunPart, SuiteUse,
    },
};
use serde::{Deserialize, Serialize};

use crate::{
    BadValue, RecordedReport, Report, SCHEMA_VERSION,
    head::Document,
    wire::{CountsWire, GateWire, GraduationWire, List, Ms, RunInfoWire, convert, named},
};
use attempt::{FindingTotalWire, RecordedAttemptWire};
use baseline::BaselineWire;
use history::{OutageWire, PartWire, RecordedProblemWire, SuiteUseWire};
use runner::RunnerWire;
use totals::{HourWire, RecordedCaseWire};
use windows::WindowsWire;

/// A run as a ledger has it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(rename = "Recorded"))]
pub(crate) struct RecordedDocumentWire<'a> {
    /// The version of these keys.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA_VERSION)))]
    schema_version: u64,
    /// Which of the documents this is.
    #[cfg_attr(test, schemars(with = "String", extend("const" = "recorded")))]
    document: Document,
    /// The run's number in its ledger.
    id: u64,
    /// What kind of run it is: run, soak.
    kind: Cow<'a, str>,
    /// What was run, where, and since when.
    run: RunInfoWire<'a>,
    /// Where it stands: running, broken (its process ended without saying so), ended.
    state: Cow<'a, str>,
    /// How it ended, if it did: completed, interrupted, executor-lost, and so on.
    end: Option<Cow<'a, str>>,
    /// Why it is no success, gravest first; empty if it is one, or goes on.
    problems: Vec<RecordedProblemWire<'a>>,
    /// Every exit code that the run asks for, the one that is returned first; empty if it is a success.
    exit_codes: Cow<'a, [u8]>,
    /// How many attempts came to what.
    counts: CountsWire,
    /// How many of those not run had begun when gauntlet itself was ended.
    interrupted: u64,
    /// The iteration it is in; 0 before the first attempt.
    iteration: u64,
    /// The time under test: that of all parts, without the gaps between them.
    elapsed_ms: Ms,
    /// The gates of the suite, and those over drift.
    gates: Vec<GateWire<'a>>,
    /// How far the suite is from its graduation.
    graduation: Option<GraduationWire<'a>>,
    /// What the run is like beside the one that it was held against.
    baseline: Option<BaselineWire<'a>>,
    /// Each by a process of its own, or after a sleep; the latest ones, if there are very many.
    parts: Vec<PartWire<'a>>,
    /// How many parts there are.
    part_count: u64,
    /// When the executor was away; the latest ones, if there are very many.
    outages: Vec<OutageWire<'a>>,
    /// How often the executor was away.
    outage_count: u64,
    /// The versions of the suite under which attempts were made, in their order.
    suites: Vec<SuiteUseWire<'a>>,
    /// What was found, by code.
    findings: Vec<FindingTotalWire<'a>>,
    /// The latest attempts that did not pass, latest first.
    failed: Vec<RecordedAttemptWire<'a>>,
    /// The slowest attempts that passed, slowest first.
    slowest: Vec<RecordedAttemptWire<'a>>,
    /// Single attempts that were pruned: they are in all sums, but not among the slowest and the failed.
    pruned: u64,
    /// How gauntlet itself fared.
    runner: RunnerWire,
    /// The run cut into windows of equal length, and what drifted over them.
    windows: WindowsWire<'a>,
    /// What came of each hour in which attempts ended.
    hours: List<'a, RecordedHour, HourWire>,
    /// What came of each case.
    cases: List<'a, RecordedCase, RecordedCaseWire<'a>>,
}

impl<'a> From<RecordedReport<'a>> for RecordedDocumentWire<'a> {
    fn from(report: RecordedReport<'a>) -> Self {
        let RecordedReport { run, exit_codes } = report;
        let (state, end) = match &run.state {
            RecordedState::Running => ("running", None),
            RecordedState::Broken => ("broken", None),
            RecordedState::Ended(end) => ("ended", Some(end.into())),
        };
        Self {
            schema_version: SCHEMA_VERSION,
            document: Document::Recorded,
            id: run.id,
            kind: run.kind.as_str().into(),
            run: (&run.run).into(),
            state: state.into(),
            end,
            problems: run.problems.iter().map(RecordedProblemWire::from).collect(),
            exit_codes: exit_codes.into(),
            counts: (&run.counts).into(),
            interrupted: run.interrupted,
            iteration: run.iteration,
            elapsed_ms: Ms(run.elapsed),
            gates: run.gates.iter().map(GateWire::from).collect(),
            graduation: run.graduation.as_ref().map(GraduationWire::from),
            baseline: run.baseline.as_ref().map(BaselineWire::from),
            parts: run.parts.iter().map(PartWire::from).collect(),
            part_count: run.part_count,
            outages: run.outages.iter().map(OutageWire::from).collect(),
            outage_count: run.outage_count,
            suites: run.suites.iter().map(SuiteUseWire::from).collect(),
            findings: run.findings.iter().map(FindingTotalWire::from).collect(),
            failed: run.failed.iter().map(RecordedAttemptWire::from).collect(),
            slowest: run.slowest.iter().map(RecordedAttemptWire::from).collect(),
            pruned: run.pruned,
            runner: (&run.runner).into(),
            windows: (&run.windows).into(),
            hours: List::Of(&run.hours),
            cases: List::Of(&run.cases),
        }
    }
}

impl TryFrom<RecordedDocumentWire<'_>> for Report {
    type Error = BadValue;

    fn try_from(wire: RecordedDocumentWire<'_>) -> Result<Self, BadValue> {
        let state = match (&*wire.state, wire.end) {
            ("running", None) => RecordedState::Running,
            ("broken", None) => RecordedState::Broken,
            ("ended", Some(end)) => RecordedState::Ended(end.into_owned()),
            (state, _) => return Err(BadValue::new("state of a run, with its end", state)),
        };
        let run = RecordedRun {
            id: wire.id,
            kind: named("kind of runs", &wire.kind, RunKind::from_name)?,
            run: wire.run.try_into()?,
            state,
            problems: convert::<_, RecordedProblem>(wire.problems)?,
            counts: wire.counts.try_into()?,
            interrupted: wire.interrupted,
            iteration: wire.iteration,
            elapsed: wire.elapsed_ms.0,
            parts: convert::<_, RunPart>(wire.parts)?,
            part_count: wire.part_count,
            outages: convert::<_, Outage>(wire.outages)?,
            outage_count: wire.outage_count,
            suites: convert::<_, SuiteUse>(wire.suites)?,
            cases: wire.cases.values()?,
            hours: wire.hours.values()?,
            windows: wire.windows.try_into()?,
            findings: convert::<_, FindingTotal>(wire.findings)?,
            failed: convert::<_, RecordedAttempt>(wire.failed)?,
            slowest: convert::<_, RecordedAttempt>(wire.slowest)?,
            pruned: wire.pruned,
            runner: wire.runner.into(),
            gates: convert(wire.gates)?,
            baseline: wire.baseline.map(AgainstBaseline::try_from).transpose()?,
            graduation: wire.graduation.map(Graduation::try_from).transpose()?,
        };
        Ok(Self::Recorded {
            run: Box::new(run),
            exit_codes: wire.exit_codes.into_owned(),
        })
    }
}
