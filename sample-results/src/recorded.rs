//! What recorded runs are put together of. Their sums agree with each other, as those of a ledger do.

use std::{collections::BTreeMap, time::Duration};

use jiff::{Timestamp, ToSpan};
use run_stats::SuccessRatio;
use runner_core::{
    drift::Windows,
    outcome::OutcomeClass,
    recorded::{
        Graduation, Outage, OutcomeCounts, PartEnd, RecordedAttempt, RecordedCase, RecordedHour,
        RecordedRun, RecordedState, RunKind, RunPart, SuiteHistory, SuiteUse, Totals,
    },
    results::Counts,
    self_sample::{SelfSample, SelfTotals},
};

use crate::cases;

/// The suite that runs ran.
pub const HASH: &str = "5f0c8d1e9a2b4c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5";

/// The suite before it was changed.
pub const OLD_HASH: &str = "0badc0de00000000000000000000000000000000000000000000000000000000";

/// The full hour of universal time in which [`cases::results`] starts, or a later one.
#[must_use]
pub fn hour(later: i64) -> Timestamp {
    let first: Timestamp = "2025-07-01T01:00:00Z".parse().expect("a time");
    first + later.hours()
}

/// So many minutes after the start of the run.
#[must_use]
pub fn minute(later: i64) -> Timestamp {
    let start: Timestamp = "2025-07-01T01:45:05Z".parse().expect("a time");
    start + later.minutes()
}

/// What came of a case in an hour.
#[derive(Debug, Clone, Copy)]
pub struct Cell {
    /// The id of the case.
    pub case: &'static str,
    /// The hour, counted from the one in which the run began.
    pub hour: i64,
    /// How many attempts came to what.
    pub outcomes: &'static [(OutcomeClass, u64)],
}

/// What came of so many attempts; those that passed took a little longer each.
fn totals(outcomes: &[(OutcomeClass, u64)]) -> Totals {
    let mut totals = Totals::default();
    for (class, count) in outcomes {
        totals.outcomes.add(*class, *count);
        for index in 0..*count {
            if *class == OutcomeClass::Passed {
                let duration = Duration::from_millis(1_200 + 3 * index);
                totals.durations.record(duration);
                totals.first_outputs.record(duration / 20);
                totals.gaps.record(duration / 2);
            }
        }
    }
    totals
}

/// A finished soak of which this came: one part, nothing beside.
#[must_use]
pub fn soak(cells: &[Cell]) -> RecordedRun {
    let mut cases: Vec<RecordedCase> = Vec::new();
    let mut hours: BTreeMap<i64, Totals> = BTreeMap::new();
    let mut outcomes = OutcomeCounts::default();
    for cell in cells {
        let totals = totals(cell.outcomes);
        outcomes.merge(&totals.outcomes);
        hours.entry(cell.hour).or_default().merge(&totals);
        let index = cases.iter().position(|case| case.id == cell.case);
        let case = match index {
            Some(index) => &mut cases[index],
            None => {
                let name = format!("The case {}", cell.case);
                cases.push(recorded_case(cell.case, &name));
                cases.last_mut().expect("a case")
            }
        };
        case.totals.merge(&totals);
        let began = hour(cell.hour);
        case.hours.push(RecordedHour { began, totals });
    }
    let hours = hours.into_iter().map(|(later, totals)| RecordedHour {
        began: hour(later),
        totals,
    });
    RecordedRun {
        id: 12,
        kind: RunKind::Soak,
        run: cases::results(Vec::new()).run,
        state: RecordedState::Ended("completed".into()),
        problems: Vec::new(),
        // No case of these is tried again, so that each of its failures is one of the case.
        counts: Counts {
            failed_cases: outcomes.counts().failed,
            ..outcomes.counts()
        },
        interrupted: outcomes.get(OutcomeClass::Interrupted),
        iteration: 300,
        elapsed: Duration::from_secs(3 * 3600),
        parts: vec![part(0, 180, true)],
        part_count: 1,
        outages: Vec::new(),
        outage_count: 0,
        suites: vec![SuiteUse {
            hash: HASH.into(),
            outcomes,
        }],
        cases,
        hours: hours.collect(),
        windows: Windows::none(hour(0)),
        findings: Vec::new(),
        failed: Vec::new(),
        slowest: Vec::new(),
        pruned: 0,
        runner: runner(0),
        gates: Vec::new(),
        baseline: None,
        graduation: None,
    }
}

/// A case that was never tried.
#[must_use]
pub fn recorded_case(id: &str, name: &str) -> RecordedCase {
    RecordedCase {
        id: id.into(),
        name: name.into(),
        totals: Totals::default(),
        hours: Vec::new(),
    }
}

/// A part that began so many minutes after the start and went on for some.
#[must_use]
pub fn part(began: i64, minutes: u64, ended: bool) -> RunPart {
    RunPart {
        began: minute(began),
        elapsed: Duration::from_secs(60 * minutes),
        version: "0.1.0".into(),
        end: ended.then_some(PartEnd::InGoodOrder),
    }
}

/// An outage that began so many minutes after the start.
#[must_use]
pub fn outage(began: i64, seconds: Option<u64>, reason: &str) -> Outage {
    Outage {
        began: minute(began),
        lasted: seconds.map(Duration::from_secs),
        is_over: seconds.is_some(),
        reason: reason.into(),
    }
}

/// A runner whose event loop was late for so large a share of the time.
#[must_use]
pub fn runner(late_percent: u32) -> SelfTotals {
    let span = Duration::from_secs(10);
    let mut totals = SelfTotals::default();
    for index in 0..1_080 {
        totals.add(&SelfSample {
            span,
            lag_max: match late_percent {
                0 => Duration::from_micros(1_300),
                _ => Duration::from_millis(2_340),
            },
            late: span * late_percent / 100,
            cpu: Duration::from_millis(320),
            memory_bytes: 12_897_485 + 1_000 * index,
            descriptors: 23 + index % 5,
            lost_log_lines: u64::from(late_percent > 0 && index == 7),
            commits: 12,
            commit_time: Duration::from_micros(9_876),
            commit_max: Duration::from_millis(3 + index % 9),
        });
    }
    totals
}

/// A single attempt of a case.
#[must_use]
pub fn attempt(number: u64, case_id: &str, outcome: OutcomeClass) -> RecordedAttempt {
    RecordedAttempt {
        number,
        iteration: number.div_ceil(2),
        try_number: 1,
        case_id: case_id.into(),
        began: minute(number as i64 / 2),
        elapsed: Duration::from_millis(1_234),
        outcome,
        explanation: None,
        exit_code: None,
        findings: Vec::new(),
        output: None,
        suite_hash: HASH.into(),
    }
}

/// How a suite stands with so many successes and failures since it last changed.
#[must_use]
pub fn graduation(successes: u64, failures: u64) -> Graduation {
    let version = |hash: &str, ratio| SuiteHistory {
        hash: hash.into(),
        since: minute(0),
        runs: 2,
        ratio,
    };
    Graduation {
        suite_path: "configs/simple_stress_tests.json".into(),
        overall: SuccessRatio::new(successes + 50, failures + 50),
        versions: vec![
            version(HASH, SuccessRatio::new(successes, failures)),
            version(OLD_HASH, SuccessRatio::new(50, 50)),
        ],
    }
}
