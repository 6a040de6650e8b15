//! A run is cut into windows, and what drifts over them is found.

use std::time::Duration;

use jiff::Timestamp;
use proptest::prelude::*;
use runner_core::{
    drift::Quantity,
    journal::{Entry, Journal as _, JournalEvent},
    outcome::Outcome,
    self_sample::{ExecutorSample, Samples, SelfSample},
};

use crate::support::{Book, finished, report};

const HOUR: u64 = 3600;

fn began() -> Timestamp {
    "2026-11-01T00:00Z".parse().expect("a time")
}

/// An attempt that ends so many seconds after the start.
fn attempt(number: u64, id: &str, seconds: u64, outcome: Outcome, ms: u64) -> Entry {
    let mut report = report(outcome, ms);
    report.started_after = Duration::from_secs(seconds) - report.elapsed;
    let mut entry = finished(number, number, id, report);
    entry.at = Duration::from_secs(seconds);
    entry
}

fn sample(seconds: u64, executor_bytes: u64) -> Entry {
    Entry {
        at: Duration::from_secs(seconds),
        event: JournalEvent::Sampled(Samples {
            runner: SelfSample {
                span: Duration::from_secs(60),
                memory_bytes: 10_000_000,
                descriptors: 12,
                ..SelfSample::default()
            },
            executor: Some(ExecutorSample {
                span: Duration::from_secs(60),
                cpu: Duration::from_secs(6),
                memory_bytes: executor_bytes,
                descriptors: 20,
                threads: 4,
                processes: 2,
            }),
        }),
    }
}

/// Something between 0 and 100 that looks like noise.
fn noise(place: u64) -> u64 {
    place * 7_919 % 101
}

#[test]
fn a_leak_of_one_percent_an_hour_is_found_within_a_day_and_nothing_else_is() {
    let book = Book::new();
    let mut journal = book.begin_at(began());
    for minute in 1..=24 * 60 {
        let seconds = minute * 60;
        // 500 MB, 5 MB more in each hour, and some noise.
        let bytes = 500_000_000 + minute * 5_000_000 / 60 + noise(minute) * 40_000;
        let entries = [
            attempt(
                minute,
                "a",
                seconds,
                Outcome::Passed,
                20 + noise(minute) / 20,
            ),
            sample(seconds, bytes),
        ];
        journal.commit(&entries).expect("committed");
    }
    let windows = book.run(1).windows;
    assert_eq!(windows.width, Duration::from_secs(1800));
    assert_eq!(windows.totals.len(), 48);
    assert_eq!(windows.began, began());
    let found: Vec<_> = windows
        .findings()
        .map(|found| found.series.quantity)
        .collect();
    assert_eq!(found, [Quantity::ExecutorMemory]);
    let series = windows.series(Quantity::ExecutorMemory, None);
    let drift = series.and_then(|it| it.drift.as_ref()).expect("a drift");
    let per_hour = drift.per_hour();
    assert!((4.5e6..5.5e6).contains(&per_hour), "{per_hour}");
    // The only case is the whole.
    assert!(windows.series.iter().all(|series| series.case_id.is_none()));
}

#[test]
fn each_case_has_windows_of_its_own_and_a_gap_has_nothing_in_it() {
    let book = Book::new();
    let mut journal = book.begin_at(began());
    for minute in (1..=30).chain(46..=60) {
        let slow = Outcome::Failed(Vec::new());
        let entries = [
            attempt(
                2 * minute - 1,
                "quick",
                minute * 60 - 30,
                Outcome::Passed,
                10,
            ),
            attempt(2 * minute, "slow", minute * 60 - 20, slow, 500),
        ];
        journal.commit(&entries).expect("committed");
    }
    let windows = book.run(1).windows;
    assert_eq!(windows.width, Duration::from_secs(60));
    assert_eq!(windows.totals.len(), 60);
    let rates = |case| {
        let series = windows
            .series(Quantity::SuccessRate, case)
            .expect("a series");
        (series.values[0], series.values[35], series.values[59])
    };
    assert_eq!(rates(None), (Some(0.5), None, Some(0.5)));
    assert_eq!(rates(Some("quick")), (Some(1.0), None, Some(1.0)));
    assert_eq!(rates(Some("slow")), (Some(0.0), None, Some(0.0)));
}

#[test]
fn windows_are_no_narrower_than_what_is_left_of_old_minutes() {
    let book = Book::new();
    let mut journal = book
        .begin_at(began())
        .with_retention(Duration::from_secs(HOUR));
    for minute in 1..=10 * 60 {
        let entries = [attempt(minute, "a", minute * 60 - 30, Outcome::Passed, 10)];
        journal.commit(&entries).expect("committed");
    }
    assert!(book.rows("SELECT count(*) FROM rollups WHERE width_s = 3600") > 0);
    let windows = book.run(1).windows;
    assert_eq!(windows.width, Duration::from_secs(HOUR));
    let counts: Vec<u64> = windows
        .totals
        .iter()
        .map(|totals| totals.outcomes.counts().passed)
        .collect();
    assert_eq!(counts, [60; 10]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_attempt_is_in_one_window_but_for_those_after_the_last_whole_one(
        pauses in prop::collection::vec(1u64..2000, 1..80),
    ) {
        let book = Book::new();
        let mut journal = book.begin_at(began());
        let mut seconds = 0;
        for (number, pause) in (1..).zip(&pauses) {
            seconds += pause;
            let id = if number % 3 == 0 { "b" } else { "a" };
            let entry = attempt(number, id, seconds, Outcome::Passed, 5);
            journal.commit(&[entry]).expect("committed");
        }
        let windows = book.run(1).windows;
        let end = windows.totals.len() as u64 * windows.width.as_secs();
        let mut ended = 0;
        let within = pauses.iter().filter(|pause| {
            ended += **pause;
            ended < end
        });
        let expected = within.count() as u64;
        let counted: u64 = windows.totals.iter().map(|it| it.outcomes.counts().passed).sum();
        prop_assert_eq!(counted, expected);
        prop_assert!(end + windows.width.as_secs() > seconds);
    }
}
