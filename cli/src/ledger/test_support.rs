//! Runs as a ledger would tell of them, for tests.

use std::time::Duration;

use jiff::{Timestamp, Zoned};
use runner_core::{
    outcome::OutcomeClass,
    recorded::{
        OutcomeCounts, PartEnd, RecordedCase, RecordedRun, RecordedState, RunKind, RunPart,
        SuiteUse, Totals,
    },
    results::RunInfo,
    self_sample::SelfTotals,
};

/// A case with so many attempts that passed and failed. It does not say how long they took.
pub(super) fn case(id: &str, passed: u64, failed: u64) -> RecordedCase {
    let mut totals = Totals::default();
    totals.outcomes.add(OutcomeClass::Passed, passed);
    totals.outcomes.add(OutcomeClass::Failed, failed);
    RecordedCase {
        id: id.into(),
        name: id.into(),
        totals,
        hours: Vec::new(),
    }
}

/// A soak of these cases that is complete.
pub(super) fn run(id: u64, cases: Vec<RecordedCase>) -> RecordedRun {
    let mut outcomes = OutcomeCounts::default();
    for case in &cases {
        outcomes.merge(&case.totals.outcomes);
    }
    RecordedRun {
        id,
        kind: RunKind::Soak,
        run: info(),
        state: RecordedState::Ended("completed".into()),
        problems: Vec::new(),
        counts: outcomes.counts(),
        interrupted: 0,
        iteration: 1,
        elapsed: Duration::from_secs(60),
        parts: vec![RunPart {
            began: Timestamp::UNIX_EPOCH,
            elapsed: Duration::from_secs(60),
            version: "0".into(),
            end: Some(PartEnd::InGoodOrder),
        }],
        outages: Vec::new(),
        part_count: 1,
        outage_count: 0,
        suites: vec![SuiteUse {
            hash: "0123456789abcdef".into(),
            outcomes,
        }],
        cases,
        hours: Vec::new(),
        windows: runner_core::drift::Windows::none(Timestamp::UNIX_EPOCH),
        findings: Vec::new(),
        failed: Vec::new(),
        slowest: Vec::new(),
        pruned: 0,
        runner: SelfTotals::default(),
        gates: Vec::new(),
        baseline: None,
        graduation: None,
    }
}

fn info() -> RunInfo {
    let started_at: Zoned = "2026-01-01T00:00:00[Europe/Berlin]"
        .parse()
        .expect("a time");
    RunInfo {
        marker: "TEST_20260101_000000".into(),
        started_at,
        suite_path: "test.json".into(),
        suite_stem: "test".into(),
        suite_description: String::new(),
        version: "0".into(),
        executor: "http://127.0.0.1:1234 (embedded)".into(),
        environment: vec![("Sandbox".into(), "off".into())],
    }
}
