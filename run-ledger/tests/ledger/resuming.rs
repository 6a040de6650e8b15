//! Runs that were broken off go on where their ledger ends.

use run_ledger::LedgerError;
use runner_core::{
    journal::Journal as _,
    outcome::Outcome,
    recorded::{PartEnd, RecordedState},
    run_state::RunEnd,
};

use crate::support::{Book, ended, finished, report, started};

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
    assert!(resumed.was_broken);
    assert_eq!(resumed.part, 2);
    let start = resumed.start;
    assert_eq!((start.iteration, start.done, start.next_attempt), (2, 1, 5));
    assert_eq!(
        (resumed.before.counts.passed, resumed.before.counts.not_run),
        (3, 1)
    );
    let mut journal = resumed.journal;
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
    assert!(!again.was_broken);
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
