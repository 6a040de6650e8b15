//! What results of a single run are put together of: a run at a fixed time, cases, attempts, gates.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use executor_protocol::{Health, StreamStats};
use jiff::Zoned;
use run_stats::Proportion;
use runner_core::{
    outcome::Outcome,
    results::{
        AttemptReport, CapturedOutput, CaseResult, ExpectationKind, ExpectationResult, GateBound,
        GateResult, GateValue, RunInfo, RunResults, Standing,
    },
};
use suite::{Case, Ratio};

/// A run without problems over `cases`.
#[must_use]
pub fn results(cases: Vec<CaseResult>) -> RunResults {
    let started_at: Zoned = "2025-06-30T21:45:05-04:00[-04:00]".parse().expect("a time");
    RunResults {
        run: RunInfo {
            marker: "SIMPLE_STRESS_TEST_20250630_214505".into(),
            started_at,
            suite_path: "configs/simple_stress_tests.json".into(),
            suite_stem: "simple_stress_tests".into(),
            suite_description: "Simple stress tests for quick validation".into(),
            version: "0.1.0".into(),
            executor: "http://localhost:8000".into(),
            environment: vec![("Operating System".into(), "Linux 6.8 (x86_64)".into())],
        },
        health: Some(Health {
            body: r#"{"status": "healthy"}"#.into(),
            latency: Duration::from_micros(2_340),
        }),
        cases,
        gates: Vec::new(),
        elapsed: Duration::from_millis(12_345),
        problems: Vec::new(),
        bundles: BTreeMap::new(),
    }
}

/// A case with this id, name and command, which expects nothing but to exit with 0.
#[must_use]
pub fn case(id: &str, name: &str, command: &str) -> Case {
    Case {
        name: name.into(),
        description: format!("What {id} is for"),
        ..Case::new(id, command)
    }
}

/// An attempt that exited with 0 and printed nothing.
#[must_use]
pub fn attempt(outcome: Outcome) -> AttemptReport {
    AttemptReport {
        execution_id: "SIMPLE_STRESS_TEST_20250630_214505_1".into(),
        started_after: Duration::from_millis(100),
        elapsed: Duration::from_millis(1_234),
        outcome,
        exit_code: Some(0),
        expectations: Vec::new(),
        findings: Default::default(),
        notices: Default::default(),
        retry_after: None,
        output: CapturedOutput::default(),
        agent: None,
        stats: StreamStats {
            first_event: Some(Duration::from_millis(12)),
            first_output: Some(Duration::from_millis(345)),
            ..StreamStats::default()
        },
    }
}

/// A case that had its turn.
#[must_use]
pub fn tried(case: Case, attempt: AttemptReport) -> CaseResult {
    CaseResult::tried(Arc::new(case), [Arc::new(attempt)])
}

/// A case that had none.
#[must_use]
pub fn not_run(case: Case) -> CaseResult {
    CaseResult::not_run(Arc::new(case))
}

/// An output that was kept whole.
#[must_use]
pub fn output(text: impl Into<String>) -> CapturedOutput {
    CapturedOutput {
        head: text.into(),
        ..CapturedOutput::default()
    }
}

/// An expected text, and whether it was found.
#[must_use]
pub fn pattern(pattern: &str, found: bool) -> ExpectationResult {
    ExpectationResult::of_text(pattern, found)
}

/// Another expectation, and what became of it.
#[must_use]
pub fn expectation(
    kind: ExpectationKind,
    words: &str,
    standing: Standing,
    detail: &str,
) -> ExpectationResult {
    ExpectationResult {
        kind,
        words: words.into(),
        standing,
        detail: detail.into(),
    }
}

/// The gates of the first suite, with what `passed` of `tried` makes of them.
#[must_use]
pub fn gates(passed: u64, tried: u64, infrastructure_errors: u64) -> Vec<GateResult> {
    let rate = Proportion::new(passed, tried);
    let bound = Ratio::new(0.8).expect("a ratio");
    let side = |is_above| if is_above { "above" } else { "below" };
    let points = rate.rate().map(|rate| (rate - bound.get()) * 100.0);
    let points = points.map(|points| format!("{:.1} points {}", points.abs(), side(points > 0.0)));
    let errors = match infrastructure_errors {
        0 => "0 away".to_owned(),
        errors => format!("{errors} above"),
    };
    vec![
        GateResult {
            name: "min_success_rate".into(),
            bound: GateBound::AtLeast(bound),
            value: (tried > 0).then_some(GateValue::Share(rate)),
            margin: points,
            holds: rate.rate().is_some_and(|rate| rate >= bound.get()),
        },
        GateResult {
            name: "max_infrastructure_errors".into(),
            bound: GateBound::AtMost(0),
            value: (tried > 0).then_some(GateValue::Count(infrastructure_errors)),
            margin: (tried > 0).then_some(errors),
            holds: tried > 0 && infrastructure_errors == 0,
        },
    ]
}
