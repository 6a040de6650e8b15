//! The view in pictures: what stands in a terminal of which width.

use console::measure_text_width;
use insta::assert_snapshot;
use runner_core::{
    live::{KEPT_DURATIONS, RecentDurations},
    outcome::OutcomeClass,
    results::{Counts, Place},
};

use super::*;

const WIDTHS: [usize; 4] = [110, 80, 40, 20];

/// Pictures of the view in each width, with the tone of each line, and what is said where nothing moves.
fn pictures(subject: Subject, run: &LiveRun, now: Instant, output: &str) -> String {
    let view = View { subject, run, now };
    let mut text = String::new();
    for width in WIDTHS {
        text.push_str(&format!("{:─<width$}\n", ""));
        for line in view.lines(output, width) {
            assert!(measure_text_width(&line.text) <= width, "{line:?}");
            let tone = match line.tone {
                Tone::Heading => '#',
                Tone::Plain => '=',
                Tone::Faint => '.',
                Tone::Trouble => '!',
            };
            text.push_str(&format!("{tone} {}\n", line.text));
        }
    }
    text.push_str(&format!("as a line:\n{}", view.line()));
    text
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn counts(passed: u64, failed: u64) -> Counts {
    Counts {
        total: passed + failed,
        passed,
        failed,
        ..Counts::default()
    }
}

fn running(name: &str, index: usize, since: Instant) -> Option<Running> {
    Some(Running {
        place: Place {
            number: 12_035,
            iteration: 1204,
            index,
            try_number: 1,
        },
        case_id: "id".into(),
        case_name: name.into(),
        since,
    })
}

fn failure(at: Instant) -> LiveFailure {
    LiveFailure {
        place: Place {
            number: 11_000,
            iteration: 1100,
            index: 1,
            try_number: 1,
        },
        case_id: "fork".into(),
        case_name: "fork".into(),
        at,
        elapsed: seconds(1),
        outcome: OutcomeClass::Failed,
        explanation: Some("exit code 1 instead of 0".into()),
        findings: Vec::new(),
    }
}

/// A soak of a day that began a while ago, and the moment at which it is looked at.
fn soak(elapsed: Duration) -> (LiveRun, Instant) {
    let began = Instant::now();
    let mut run = LiveRun::new(
        began,
        Duration::ZERO,
        Counts::default(),
        Some(seconds(86_400)),
    );
    run.phase = Phase::Running;
    (run, began + elapsed)
}

/// A soak that has gone on for hours.
fn long_soak() -> (LiveRun, Instant) {
    let (mut run, now) = soak(seconds(7985));
    run.counts = counts(12_031, 3);
    run.iteration = 1204;
    run.running = running("fib", 3, now - Duration::from_millis(1234));
    run.failures.push_front(failure(now - seconds(872)));
    run.recent = recent(KEPT_DURATIONS as u64);
    (run, now)
}

fn recent(millis: u64) -> RecentDurations {
    (1..=millis).map(Duration::from_millis).collect()
}

#[test]
fn a_soak_that_looks_for_its_executor() {
    let (mut run, now) = soak(Duration::ZERO);
    run.phase = Phase::Starting;
    assert_snapshot!(pictures(Subject::Soak(3), &run, now, ""));
}

#[test]
fn a_soak_that_runs() {
    let (run, now) = long_soak();
    assert_snapshot!(pictures(Subject::Soak(3), &run, now, "fib(30) = 832040"));
}

#[test]
fn a_soak_without_an_end_that_waits_for_its_next_iteration_and_whose_suite_was_spoilt() {
    let (mut run, now) = long_soak();
    run.planned = None;
    run.running = None;
    run.failures[0].at = now - seconds(9);
    run.suite_rejected = Some("a picture\nof several lines".into());
    run.outages = 2;
    assert_snapshot!(pictures(Subject::Soak(3), &run, now, ""));
}

#[test]
fn a_soak_whose_executor_is_away() {
    let (mut run, now) = long_soak();
    run.outages = 1;
    run.phase = Phase::Away {
        since: now - seconds(130),
        reason: "connection refused\u{1b}[2J\nor so".into(),
    };
    assert_snapshot!(pictures(
        Subject::Soak(3),
        &run,
        now,
        "the last before it went"
    ));
}

#[test]
fn a_soak_with_long_and_wide_names() {
    let (mut run, now) = long_soak();
    let name = "日本語の名前がとても長いテストケース, and it goes on after that for a while";
    run.running = running(name, 3, now - seconds(75));
    run.failures[0].case_name = name.into();
    let output =
        "e\u{301}\u{301}crit\u{1b}[31m en rouge, ファイルを読み込んでいます, et encore plus";
    assert_snapshot!(pictures(Subject::Soak(3), &run, now, output));
}

#[test]
fn a_soak_that_has_ended() {
    let (mut run, now) = long_soak();
    run.running = None;
    run.phase = Phase::Ended {
        elapsed: seconds(86_400),
        problems: Vec::new(),
    };
    assert_snapshot!(pictures(Subject::Soak(3), &run, now, ""));
}

#[test]
fn a_suite_that_runs() {
    let (mut run, now) = soak(seconds(14));
    run.planned = None;
    run.total = 10;
    run.counts = counts(2, 0);
    run.running = running("fib", 2, now - seconds(12));
    assert_snapshot!(pictures(Subject::Suite, &run, now, "fib(30) = 832040"));
}

#[test]
fn a_suite_that_begins() {
    let (mut run, now) = soak(seconds(0));
    run.planned = None;
    run.phase = Phase::Starting;
    assert_snapshot!(pictures(Subject::Suite, &run, now, ""));
}
