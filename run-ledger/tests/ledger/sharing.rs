//! Several processes, one ledger.

use std::time::Duration;

use run_ledger::{Ledger, LedgerError, RunReader};
use runner_core::{journal::Journal as _, outcome::Outcome};

use crate::support::{Book, finished, report};

#[test]
fn a_run_has_one_writer_and_any_number_of_readers() {
    let book = Book::new();
    let mut journal = book.begin();
    let error = book.try_resume(1).err().expect("it is being written");
    assert!(matches!(error, LedgerError::InUse { process, .. } if process == std::process::id()));
    journal
        .commit(&[finished(1, 1, "a", report(Outcome::Passed, 1))])
        .expect("committed");
    assert_eq!(book.run(1).counts.passed, 1);
    let ledger = Ledger::open(&book.path).expect("opened");
    let soaks = ledger.soaks().expect("read");
    assert_eq!((soaks.len(), soaks[0].is_running), (1, true));
    // Others write runs of their own meanwhile.
    let mut other = book.begin();
    other
        .commit(&[finished(1, 1, "a", report(Outcome::Passed, 1))])
        .expect("committed");
    journal
        .commit(&[finished(2, 1, "a", report(Outcome::Passed, 1))])
        .expect("committed");
    assert_eq!(
        (book.run(1).counts.passed, book.run(2).counts.passed),
        (2, 1)
    );
}

#[test]
fn a_ledger_may_be_begun_by_several_at_the_same_moment() {
    for _ in 0..50 {
        let book = Book::new();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| drop(book.begin()));
            }
        });
        let reader = RunReader::open(&book.path).expect("opened");
        assert_eq!(reader.runs(None, 10).expect("read").len(), 4);
    }
}

#[test]
fn a_ledger_that_is_deleted_under_a_run_is_noticed() {
    let book = Book::new();
    let mut journal = book.begin();
    std::fs::remove_file(&book.path).expect("removed");
    let mut entry = finished(1, 1, "a", report(Outcome::Passed, 1));
    journal
        .commit(std::slice::from_ref(&entry))
        .expect("not looked at yet");
    entry = finished(2, 1, "a", report(Outcome::Passed, 1));
    entry.at = Duration::from_secs(60);
    let error = journal.commit(&[entry]).expect_err("it is gone");
    assert!(error.to_string().contains("deleted or replaced"), "{error}");
}
