//! A ledger stays small.

use std::time::Duration;

use runner_core::{
    journal::{Entry, Journal as _},
    outcome::{Fault, FaultKind, Outcome, SkipReason},
    run_state::RunEnd,
};

use crate::support::{self, Book, ended, finished, go_on, go_on_at, report, started};

#[test]
fn a_year_fits_because_single_attempts_become_minutes_and_minutes_hours() {
    let book = Book::new();
    let hour = 3600;
    let mut journal = book.begin().with_retention(Duration::from_secs(2 * hour));
    let mut number = 0;
    // An attempt each ten seconds for twelve hours, every hundredth of which fails.
    for ten_seconds in 0..(12 * hour / 10) {
        number += 1;
        let outcome = if number % 100 == 0 {
            Outcome::Failed(Vec::new())
        } else {
            Outcome::Passed
        };
        let mut report = report(outcome, 5);
        report.started_after = Duration::from_secs(ten_seconds * 10);
        let mut entry = finished(number, number, "a", report);
        entry.at = Duration::from_secs(ten_seconds * 10);
        journal.commit(&[entry]).expect("committed");
    }
    let run = book.run(1);
    assert_eq!((run.counts.passed, run.counts.failed), (4277, 43));
    assert_eq!(run.cases[0].totals.durations.count(), 4277);
    assert!((12..=13).contains(&run.hours.len()), "{}", run.hours.len());
    // What failed is kept, what passed is not.
    assert_eq!(run.failed.len(), 43);
    assert!(run.pruned > 3000, "{}", run.pruned);
    assert!(book.rows("SELECT count(*) FROM rollups WHERE width_s = 3600") >= 8);
    assert!(book.rows("SELECT count(*) FROM rollups WHERE width_s = 60") <= 4 * 60);
}

/// A week.
const WEEK: Duration = Duration::from_secs(7 * 24 * 3600);

/// Attempts of one iteration each, ten minutes apart, every third of which fails.
fn attempts(count: u64) -> impl Iterator<Item = Entry> {
    (1..=count).map(|number| {
        let outcome = match number % 3 {
            0 => Outcome::Failed(Vec::new()),
            _ => Outcome::Passed,
        };
        let after = Duration::from_secs(600 * number);
        let mut report = report(outcome, 5);
        report.started_after = after;
        let mut entry = finished(number, number, "a", report);
        entry.at = after;
        entry
    })
}

#[test]
fn a_year_fits_also_where_each_run_is_short() {
    let book = Book::new();
    let year = jiff::Timestamp::now() - 52 * WEEK;
    for week in 0..52 {
        let mut journal = book.begin_at(year + week * WEEK).with_retention(2 * WEEK);
        let entries: Vec<_> = attempts(60).collect();
        journal.commit(&entries).expect("committed");
        let end = if week % 2 == 0 {
            RunEnd::Completed
        } else {
            RunEnd::Interrupted
        };
        // Each fourth is broken off in its last minute.
        if week % 4 != 3 {
            journal
                .commit(&[ended(36_001, end, Vec::new())])
                .expect("committed");
        }
    }
    // What is older than two weeks are failures, and what was not rolled up when a run was broken off.
    let passed = |which: &str| {
        book.rows(&format!(
            "SELECT count(*) FROM attempts WHERE outcome = 0 AND {which}"
        ))
    };
    assert!(passed("run_id < 49") <= 12, "{}", passed("run_id < 49"));
    assert_eq!(passed("run_id > 50"), 2 * 40);
    assert!(book.rows("SELECT count(*) FROM rollups WHERE width_s = 60 AND run_id < 49") == 0);
    assert!(book.rows("SELECT count(*) FROM progress WHERE is_compact = 0") <= 16);
    for run in [1, 2, 4, 30, 52] {
        let run = book.run(run);
        assert_eq!((run.counts.passed, run.counts.failed), (40, 20));
        assert_eq!(run.cases[0].totals.durations.count(), 40);
        assert_eq!(run.failed.len(), 20);
    }
    // One that was pruned to the last goes on all the same.
    let resumed = book.try_resume(2).expect("it can be resumed");
    assert_eq!(resumed.start.next_attempt, 61);
    drop(go_on(resumed));
    assert_eq!(
        book.rows("SELECT is_compact FROM progress WHERE run_id = 2"),
        0
    );
}

#[test]
fn runs_that_somebody_writes_are_pruned_by_nobody_else() {
    let book = Book::new();
    let began = jiff::Timestamp::now() - 2 * WEEK;
    let mut patient = book.begin_at(began);
    let entries: Vec<_> = attempts(30).collect();
    patient.commit(&entries).expect("committed");
    let mut other = book.begin().with_retention(WEEK);
    other.commit(&[started(1, 1, "a")]).expect("committed");
    assert_eq!(book.rows("SELECT count(*) FROM attempts"), 30);
    drop(patient);
    let mut late = started(2, 1, "a");
    late.at = Duration::from_secs(60);
    other.commit(&[late]).expect("committed");
    // What has failed is kept.
    assert_eq!(book.rows("SELECT count(*) FROM attempts"), 10);
}

#[test]
fn only_the_latest_failures_keep_what_was_said_of_them() {
    let book = Book::new();
    let mut journal = book.begin().with_retention(WEEK);
    let many = 10_000;
    let failed = |number: u64| {
        let fault = Fault {
            kind: FaultKind::Connect,
            message: format!("refused {number}"),
        };
        let mut report = report(Outcome::InfrastructureError(fault), 1);
        report.output.head = "the last words".into();
        finished(number, 1, "a", report)
    };
    // Skipped attempts say less, and do not take their place.
    let skipped = |number| {
        let reason = SkipReason::MissingRequirement {
            program: "jq".into(),
        };
        finished(number, 1, "b", report(Outcome::Skipped { reason }, 1))
    };
    let entries: Vec<_> = (1..=many)
        .map(failed)
        .chain((1..=50).map(|n| skipped(many + n)))
        .collect();
    journal.commit(&entries).expect("committed");
    let bare = "SELECT count(*) FROM attempts WHERE explanation IS NULL AND output IS NULL";
    assert_eq!(book.rows(bare), 0);
    let entries: Vec<_> = (1..=5).map(|n| failed(many + 50 + n)).collect();
    journal.commit(&entries).expect("committed");
    assert_eq!(book.rows(bare), 5);
    assert_eq!(book.rows(&format!("{bare} AND number <= 5")), 5);
    // When they are old, those without words go, and the others stay.
    let mut late = started(many + 56, 2, "a");
    late.at = 2 * WEEK;
    journal
        .commit(&[ended(61, RunEnd::Interrupted, Vec::new())])
        .expect("committed");
    let mut journal =
        go_on_at(book.resume(), jiff::Timestamp::now() + 2 * WEEK).with_retention(WEEK);
    for number in 1..=3 {
        journal
            .commit(&[started(many + 55 + number, 2, "a")])
            .expect("committed");
    }
    assert_eq!(
        book.rows("SELECT count(*) FROM attempts WHERE outcome = 4"),
        many as i64
    );
    assert_eq!(
        book.rows("SELECT count(*) FROM attempts WHERE outcome = 6"),
        0
    );
    assert_eq!(book.rows("SELECT pruned FROM progress"), 55);
}

#[test]
fn labels_from_the_future_do_not_keep_what_is_old() {
    let book = Book::new();
    let now = jiff::Timestamp::now();
    // The clock was far ahead when the run began, and was set right before it went on.
    let mut journal = book.begin_at(now + 520 * WEEK);
    let entries: Vec<_> = attempts(20).collect();
    journal.commit(&entries).expect("committed");
    journal
        .commit(&[ended(12_001, RunEnd::Interrupted, Vec::new())])
        .expect("committed");
    let mut journal = go_on_at(book.resume(), now - 3 * WEEK);
    let later: Vec<_> = attempts(40).skip(20).collect();
    journal.commit(&later).expect("committed");
    journal
        .commit(&[ended(24_001, RunEnd::Interrupted, Vec::new())])
        .expect("committed");
    let mut journal = go_on_at(book.resume(), now).with_retention(WEEK);
    journal.commit(&[started(41, 41, "a")]).expect("committed");
    assert_eq!(
        book.rows("SELECT count(*) FROM attempts WHERE outcome = 0"),
        0
    );
    assert_eq!(book.run(1).counts.total, 40);
}

#[test]
fn minutes_of_very_many_cases_become_hours_in_steps() {
    let book = Book::new();
    let began = jiff::Timestamp::now() - 2 * WEEK;
    let mut journal = book.begin_at(began);
    journal
        .commit(&[finished(1, 1, "a", report(Outcome::Passed, 1))])
        .expect("committed");
    journal
        .commit(&[ended(2, RunEnd::Interrupted, Vec::new())])
        .expect("committed");
    // The same minute for three thousand cases, each of them twice.
    support::sql(
        &book.path,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) \
         INSERT INTO rollups (run_id, width_s, began_s, case_key, outcomes, durations, first_outputs, gaps) \
         SELECT run_id, width_s, began_s, i + 1, outcomes, durations, first_outputs, gaps \
         FROM rollups, n UNION ALL \
         SELECT run_id, width_s, began_s, i + 1, outcomes, durations, first_outputs, gaps \
         FROM rollups, n",
    );
    let minutes = || book.rows("SELECT count(*) FROM rollups WHERE width_s = 60");
    assert_eq!(minutes(), 6001);
    let mut journal = go_on(book.resume()).with_retention(WEEK);
    for step in 1..=7 {
        journal
            .commit(&[started(1 + step, 2, "a")])
            .expect("committed");
        assert_eq!(minutes(), (6001 - 1000 * step as i64).max(0));
    }
    let hours = book.rows("SELECT count(*) FROM rollups WHERE width_s = 3600");
    assert!((3001..=3008).contains(&hours), "{hours}");
}
