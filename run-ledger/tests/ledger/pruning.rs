//! A ledger stays small.

use std::time::Duration;

use runner_core::{journal::Journal as _, outcome::Outcome};

use crate::support::{Book, finished, report};

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
