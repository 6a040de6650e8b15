//! What is shown of a run, and in which order.

use std::time::Duration;

use jiff::Timestamp;
use runner_core::{
    gates,
    outcome::OutcomeClass,
    recorded::{
        FindingTotal, Outage, PartEnd, RecordedAttempt, RecordedProblem, RecordedRun,
        RecordedState, RunPart,
    },
    self_sample::SelfSample,
};
use suite::{Gates, Ratio};

use super::page;
use crate::ledger::test_support::{case, run};

const HOSTILE: &str = "a\n\u{1b}[2J\u{9b}\u{202e}";

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).expect("a time")
}

/// A soak to which everything happened that can happen.
fn eventful() -> RecordedRun {
    let mut run = run(12, vec![case("a", 90, 10), case(HOSTILE, 100, 0)]);
    run.state = RecordedState::Ended("interrupted".into());
    run.problems = vec![RecordedProblem {
        code: "interrupted".into(),
        text: "the run was interrupted".into(),
    }];
    let bound = Gates {
        min_success_rate: Ratio::new(0.99),
        ..Gates::default()
    };
    run.gates = gates::evaluate_counted(&bound, &run.counts);
    run.parts[0].end = Some(PartEnd::MachineSlept);
    run.parts.push(RunPart {
        began: at(3_660),
        elapsed: Duration::from_secs(60),
        version: "1".into(),
        end: Some(PartEnd::InGoodOrder),
    });
    run.part_count = 2;
    run.outage_count = 30;
    run.outages = (0..20)
        .map(|n| Outage {
            began: at(n),
            lasted: (n < 19).then_some(Duration::from_secs(2)),
            is_over: n < 18,
            reason: format!("refused {n} {HOSTILE}"),
        })
        .collect();
    run.findings = vec![FindingTotal {
        code: "not-json".into(),
        count: 3,
        attempts: 2,
        first_attempt: 7,
        detail: HOSTILE.into(),
    }];
    run.failed = vec![RecordedAttempt {
        number: 199,
        iteration: 100,
        try_number: 1,
        case_id: HOSTILE.into(),
        began: at(50),
        elapsed: Duration::from_millis(30),
        outcome: OutcomeClass::Failed,
        explanation: Some(HOSTILE.into()),
        exit_code: Some(1),
        findings: Vec::new(),
        output: None,
        suite_hash: "0123456789abcdef".into(),
    }];
    run.slowest = vec![RecordedAttempt {
        outcome: OutcomeClass::Passed,
        explanation: None,
        ..run.failed[0].clone()
    }];
    run.runner.add(&SelfSample {
        span: Duration::from_secs(60),
        memory_bytes: 10 << 20,
        commits: 10,
        commit_time: Duration::from_millis(20),
        ..SelfSample::default()
    });
    run
}

#[test]
fn a_run_is_read_from_what_it_comes_to_down_to_the_runner_itself() {
    let text = page(&eventful(), false).to_string();
    let start = "soak 12: interrupted (can be resumed)\n✗ the run was interrupted\n";
    assert!(text.starts_with(start), "{text}");
    let titles: Vec<_> = text
        .split("\n\n")
        .skip(1)
        .filter_map(|section| section.lines().next())
        .collect();
    let expected = [
        "Run",
        "Totals",
        "Gates",
        "Cases, and how long the attempts took that passed",
        "The executor was away 30 times",
        "Gaps between the parts of the run",
        "Findings",
        "Latest attempts that did not pass",
        "Slowest attempts that passed",
        "The runner itself",
    ];
    assert_eq!(titles, expected, "{text}");
    for words in [
        "✗  min_success_rate  at least 99%  95.0% (190 of 200;",
        "1h 00m 00s  the machine slept",
        "written 10 times; 2.0ms on average",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
}

#[test]
fn a_long_list_is_shown_in_part_unless_the_whole_is_asked_for() {
    let run = eventful();
    let text = page(&run, false).to_string();
    assert!(
        !text.contains("refused 9 ") && text.contains("refused 19 "),
        "{text}"
    );
    assert!(
        text.contains("and 20 earlier (-v and --json list what is kept)"),
        "{text}"
    );
    for words in [
        "2.00s  refused 17",
        "2.00s, not back  refused 18",
        "not back  refused 19",
    ] {
        assert!(text.contains(words), "no {words:?} in\n{text}");
    }
    let whole = page(&run, true).to_string();
    assert!(whole.contains("refused 0 "), "{whole}");
}

#[test]
fn nothing_that_was_said_can_do_anything() {
    let text = page(&eventful(), true).to_string();
    let active = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!text.contains(active), "{text}");
}

#[test]
fn a_run_without_events_has_no_empty_sections() {
    let text = page(&run(1, Vec::new()), false).to_string();
    assert!(text.starts_with("soak 1: completed, a success\n"), "{text}");
    assert_eq!(text.matches("\n\n").count(), 2, "{text}");
}
