//! Recorded runs of every kind: a clean one, an eventful one, one that goes on, a year.

use std::time::Duration;

use runner_core::{
    agent::{AgentTotals, Sum, TokenUsage},
    outcome::OutcomeClass::{
        self, Cancelled, Failed, HarnessError, InfrastructureError, Interrupted, Passed, Skipped,
        Stalled, TimedOut,
    },
    recorded::{
        FindingTotal, Outage, OutcomeCounts, PartEnd, RecordedAttempt, RecordedCase, RecordedHour,
        RecordedProblem, RecordedRun, RecordedState, RunPart, SuiteUse, Totals,
    },
};
use suite::Usd;

use crate::{fixtures::gates, recorded_fixtures::*};

fn cell(case: &'static str, hour: i64, outcomes: &'static [(OutcomeClass, u64)]) -> Cell {
    Cell {
        case,
        hour,
        outcomes,
    }
}

pub(crate) fn clean() -> RecordedRun {
    let mut run = soak(&[
        cell("simple_1", 0, &[(Passed, 25)]),
        cell("simple_2", 0, &[(Passed, 25)]),
        cell("simple_1", 1, &[(Passed, 100)]),
        cell("simple_2", 1, &[(Passed, 100)]),
        cell("simple_1", 2, &[(Passed, 100)]),
        cell("simple_2", 2, &[(Passed, 100)]),
        cell("simple_1", 3, &[(Passed, 75)]),
        cell("simple_2", 3, &[(Passed, 75)]),
    ]);
    run.gates = gates(600, 600, 0);
    run.slowest = (1..=3)
        .map(|index| RecordedAttempt {
            elapsed: Duration::from_millis(1_500 - index),
            ..attempt(101 * index, "simple_1", Passed)
        })
        .collect();
    run.graduation = Some(graduation(600, 0));
    run
}

fn failed_attempts() -> Vec<RecordedAttempt> {
    vec![
        RecordedAttempt {
            explanation: Some("exit code 1 instead of 0".into()),
            exit_code: Some(1),
            output: Some("cat: /missing: No such file\n".into()),
            ..attempt(598, "simple_2", Failed)
        },
        RecordedAttempt {
            elapsed: Duration::from_millis(121_020),
            explanation: Some("timed out after 2m 00s, silent for the last 1m 00s".into()),
            ..attempt(414, "simple_2", TimedOut)
        },
        RecordedAttempt {
            explanation: Some("no output or end came for 30.10s (allowed: 30.00s)".into()),
            output: Some("starting".into()),
            ..attempt(412, "simple_2", Stalled)
        },
        RecordedAttempt {
            explanation: Some(format!(
                "the executor answered with status 502:\n<h1>Bad | Gateway</h1>\n{}",
                "<p>nginx</p>\n".repeat(30)
            )),
            findings: vec!["truncated-body".into(), "not-json".into()],
            output: Some("y\ny\n".into()),
            ..attempt(320, "simple_1", InfrastructureError)
        },
        RecordedAttempt {
            explanation: Some("the attempt's actor was lost".into()),
            ..attempt(7, "simple_1", HarnessError)
        },
    ]
}

fn findings() -> Vec<FindingTotal> {
    let finding = |code: &str, count, detail: &str| FindingTotal {
        code: code.into(),
        count,
        attempts: 1,
        first_attempt: 320,
        detail: detail.into(),
    };
    vec![
        finding("a-later-code", 1, ""),
        finding("not-json", 1_234, "HTTP/1.1 | <b>oops</b>"),
        finding("truncated-body", 1, ""),
    ]
}

/// Everything that can go wrong in a week, in eight hours.
pub(crate) fn eventful() -> RecordedRun {
    let mut run = soak(&[
        cell("simple_1", 0, &[(Passed, 20), (HarnessError, 1)]),
        cell("simple_2", 0, &[(Passed, 21)]),
        cell("claude", 0, &[(Skipped, 21)]),
        cell("simple_1", 1, &[(Passed, 90), (Interrupted, 1)]),
        cell("simple_2", 1, &[(Passed, 90)]),
        cell("simple_1", 3, &[(Passed, 70), (InfrastructureError, 1)]),
        cell("simple_2", 3, &[(Passed, 68), (TimedOut, 1), (Stalled, 1)]),
        cell("simple_1", 7, &[(Passed, 101)]),
        cell("simple_2", 7, &[(Passed, 99), (Failed, 1), (Cancelled, 1)]),
    ]);
    run.state = RecordedState::Ended("executor-lost".into());
    run.problems = [
        (
            "executor-lost",
            "the executor went away: connection refused",
        ),
        ("gate-failed", "a gate does not hold"),
        (
            "runner-too-slow",
            "the runner itself could not keep up: its event loop was late for an hour",
        ),
    ]
    .map(|(code, text)| RecordedProblem {
        code: code.into(),
        text: text.into(),
    })
    .into();
    run.counts.agents = AgentTotals {
        attempts: 3,
        cost: Sum {
            known: Usd::new(0.25).expect("an amount"),
            untold: 1,
        },
        tokens: Sum {
            known: TokenUsage {
                input: 1_234,
                output: 56,
                ..TokenUsage::default()
            },
            untold: 1,
        },
        rate_limited: 0,
    };
    run.parts = vec![
        part(0, 75, false),
        RunPart {
            end: Some(PartEnd::MachineSlept),
            ..part(105, 60, true)
        },
        RunPart {
            version: "0.2.0".into(),
            ..part(330, 140, true)
        },
    ];
    run.elapsed = Duration::from_secs(60 * (75 + 60 + 140));
    run.outages = vec![
        outage(
            60,
            None,
            "cannot connect to http://localhost:8000: connection refused",
        ),
        outage(110, Some(90), "status 503 | <b>down</b>"),
        outage(460, None, "connection refused"),
    ];
    run.outage_count = 3;
    run.gates = gates(559, 564, 1);
    let all = run.suites[0].outcomes;
    let mut before = OutcomeCounts::default();
    before.add(Passed, 41);
    before.add(HarnessError, 1);
    before.add(Skipped, 21);
    let since = all
        .iter()
        .fold(OutcomeCounts::default(), |mut rest, (class, count)| {
            rest.add(class, count - before.get(class));
            rest
        });
    run.suites = [(OLD_HASH, before), (HASH, since)]
        .map(|(hash, outcomes)| SuiteUse {
            hash: hash.into(),
            outcomes,
        })
        .into();
    run.findings = findings();
    run.failed = failed_attempts();
    run.slowest = vec![attempt(599, "simple_1", Passed)];
    run.pruned = 200;
    run.runner = runner(6);
    run.graduation = Some(graduation(85, 9));
    run
}

pub(crate) fn outage(began: i64, seconds: Option<u64>, reason: &str) -> Outage {
    Outage {
        began: minute(began),
        lasted: seconds.map(Duration::from_secs),
        is_over: seconds.is_some(),
        reason: reason.into(),
    }
}

/// A soak that goes on, with an executor that is away at this moment.
pub(crate) fn interim() -> RecordedRun {
    let mut run = clean();
    run.state = RecordedState::Running;
    run.iteration = 301;
    run.parts = vec![part(0, 185, false)];
    run.elapsed = Duration::from_secs(60 * 185);
    run.outages = vec![outage(181, None, "connection refused")];
    run.outage_count = 1;
    run.graduation = Some(graduation(8, 0));
    run
}

/// Fifty cases for a year, with a million attempts.
pub(crate) fn a_year() -> RecordedRun {
    const HOURS: i64 = 8_760;
    let mut run = clean();
    let totals = |seed: u64, count: u64| {
        let mut totals = Totals::default();
        totals.outcomes.add(Passed, count);
        for index in 0..count {
            let micros = 1_000_000 + (seed * 7_919 + index * 104_729) % 2_000_000;
            totals.durations.record(Duration::from_micros(micros));
        }
        totals
    };
    let hours: Vec<_> = (0..HOURS)
        .map(|later| RecordedHour {
            began: hour(later),
            totals: totals(later as u64, 114),
        })
        .collect();
    let case_hours: Vec<_> = (0..HOURS)
        .map(|later| RecordedHour {
            began: hour(later),
            totals: totals(later as u64, 2),
        })
        .collect();
    run.cases = (0..50)
        .map(|index| RecordedCase {
            totals: totals(index, 20_000),
            hours: case_hours.clone(),
            ..recorded_case(&format!("case_{index}"), "A Case")
        })
        .collect();
    run.hours = hours;
    let count = HOURS as u64 * 114;
    run.counts.total = count;
    run.counts.passed = count;
    run.parts = vec![RunPart {
        elapsed: Duration::from_secs(3600 * HOURS as u64),
        ..part(0, 0, true)
    }];
    run
}
