//! Runs that were broken off go on where their ledger ends.

use run_ledger::LedgerError;
use runner_core::{
    journal::Journal as _,
    outcome::Outcome,
    recorded::{PartEnd, RecordedState},
    run_state::RunEnd,
};

use crate::support::{self, Book, ended, finished, go_on, report, started};

#[test]
fn a_run_that_broke_off_goes_on_where_it_was_and_marks_what_was_under_way() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[
            finished(1, 1, "a", report(Outcome::Passed, 1)),
            finished(2, 1, "b", report(Outcome::Passed, 1)),
            finished(3, 2, "a", report(Outcome::Passed, 1)),
            started(4, 2, "b"),
        ])
        .expect("committed");
    drop(journal);
    assert_eq!(book.run(1).state, RecordedState::Broken);

    let resumed = book.resume();
    assert_eq!(resumed.interrupted, Some(4));
    assert_eq!(resumed.end, None);
    assert_eq!(resumed.part, 2);
    let start = resumed.start;
    assert_eq!((start.iteration, start.done, start.next_attempt), (2, 1, 5));
    assert_eq!(
        (resumed.before.counts.passed, resumed.before.counts.not_run),
        (3, 1)
    );
    let mut journal = go_on(resumed);
    journal
        .commit(&[
            finished(5, 2, "b", report(Outcome::Passed, 1)),
            ended(9, RunEnd::Interrupted, Vec::new()),
        ])
        .expect("committed");
    drop(journal);

    let run = book.run(1);
    assert_eq!((run.counts.passed, run.interrupted), (4, 1));
    assert_eq!(run.parts.len(), 2);
    let ends: Vec<_> = run.parts.iter().map(|part| part.end).collect();
    assert_eq!(ends, [None, Some(PartEnd::InGoodOrder)]);
    let durations: u64 = run
        .cases
        .iter()
        .map(|case| case.totals.durations.count())
        .sum();
    assert_eq!(durations, 4);
    // It was interrupted in good order, and can go on once more.
    let again = book.resume();
    assert_eq!(again.end.as_deref(), Some("interrupted"));
    assert_eq!(again.interrupted, None);
    let start = again.start;
    assert_eq!((start.iteration, start.done, start.next_attempt), (2, 2, 6));
}

#[test]
fn an_attempt_in_flight_may_be_the_first_of_its_iteration() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[
            finished(1, 1, "a", report(Outcome::Passed, 1)),
            started(2, 2, "a"),
        ])
        .expect("committed");
    drop(journal);
    let start = book.resume().start;
    assert_eq!((start.iteration, start.done, start.next_attempt), (2, 0, 3));
}

#[test]
fn a_run_that_is_read_and_not_gone_on_with_stays_as_it_was() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[
            finished(1, 1, "a", report(Outcome::Passed, 1)),
            ended(2, RunEnd::Interrupted, Vec::new()),
        ])
        .expect("committed");
    drop(journal);
    let before = book.contents();
    drop(book.resume());
    assert_eq!(book.contents(), before);
    let mut journal = go_on(book.resume());
    journal.commit(&[started(2, 1, "b")]).expect("committed");
    drop(journal);
    let before = book.contents();
    for _ in 0..2 {
        let resumed = book.resume();
        // It is told as it will be.
        assert_eq!((resumed.part, resumed.interrupted), (3, Some(2)));
        assert_eq!(resumed.start.next_attempt, 3);
        assert_eq!(resumed.before.counts.not_run, 1);
    }
    assert_eq!(book.contents(), before);
}

#[test]
fn of_very_many_parts_the_latest_are_listed_and_all_are_counted() {
    let book = Book::new();
    drop(book.begin());
    support::sql(
        &book.path,
        "INSERT INTO parts (run_id, began_us, version, process) \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) \
         SELECT 1, 9000000000000000 + i, 'v' || i, 7 FROM n",
    );
    let run = book.run(1);
    assert_eq!((run.parts.len(), run.part_count), (1000, 2001));
    assert_eq!(run.parts[999].version, "v2000");
}

#[test]
fn what_cannot_be_resumed_says_why() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[ended(1, RunEnd::Completed, Vec::new())])
        .expect("committed");
    drop(journal);
    let error = book.try_resume(1).err().expect("it is complete");
    assert!(error.to_string().contains("it is complete"), "{error}");
    drop(book.begin_kind(runner_core::recorded::RunKind::Run));
    let error = book.try_resume(2).err().expect("it is no soak");
    assert!(error.to_string().contains("it is no soak"), "{error}");
    let error = book.try_resume(3).err().expect("there is none");
    assert!(matches!(error, LedgerError::NoSuchRun { .. }), "{error}");
}
