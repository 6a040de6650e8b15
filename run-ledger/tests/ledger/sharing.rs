//! Several processes, one ledger.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use run_ledger::{Ledger, LedgerError, Moment, RunJournal, RunReader};
use runner_core::{journal::Journal as _, outcome::Outcome, recorded::RecordedState};

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

/// What a journal makes of an entry that comes so late that it looks after its files.
fn committed_late(journal: &mut RunJournal, number: u64) -> Result<(), String> {
    let mut entry = finished(number, 1, "a", report(Outcome::Passed, 1));
    entry.at = Duration::from_secs(60 * number);
    journal.commit(&[entry]).map_err(|error| error.to_string())
}

#[test]
fn a_run_whose_lock_nobody_meets_any_more_is_not_written() {
    for replaced in [false, true] {
        let book = Book::new();
        let mut journal = book.begin();
        let locks = book.locks();
        committed_late(&mut journal, 1).expect("committed");
        std::fs::remove_file(&locks).expect("removed");
        if replaced {
            std::fs::write(&locks, "").expect("written");
        }
        let error = committed_late(&mut journal, 2).expect_err("another could write it");
        assert!(error.contains("the file of locks"), "{error}");
        assert_eq!(book.run(1).counts.passed, 1);
    }
}

#[test]
fn no_run_begins_without_its_lock() {
    let book = Book::new();
    drop(Ledger::open(&book.path).expect("opened"));
    std::fs::create_dir(book.locks()).expect("a folder in the place of the file");
    let error = book.try_begin().err().expect("it cannot be locked");
    assert!(matches!(error, LedgerError::LockFile { .. }), "{error}");
    assert_eq!(book.rows("SELECT count(*) FROM runs"), 0);
}

#[test]
fn a_link_to_a_ledger_leads_to_the_same_runs_and_the_same_locks() {
    let book = Book::new();
    let link = Book::new();
    std::os::unix::fs::symlink(&book.path, &link.path).expect("a link");
    let mut journal = link.begin();
    committed_late(&mut journal, 1).expect("committed");
    let error = book.try_resume(1).err().expect("it is being written");
    assert!(matches!(error, LedgerError::InUse { .. }), "{error}");
    assert_eq!(book.run(1).state, RecordedState::Running);
    // What the link leads to is the ledger, and not the link.
    std::fs::remove_file(&link.path).expect("removed");
    let other = book.path.with_extension("other");
    std::fs::write(&other, "").expect("written");
    std::os::unix::fs::symlink(&other, &link.path).expect("a link");
    let error = committed_late(&mut journal, 2).expect_err("it leads somewhere else");
    assert!(error.contains("deleted or replaced"), "{error}");
}

#[test]
fn what_a_slow_reader_held_back_does_not_stay_on_the_disk() {
    let book = Book::new();
    let mut journal = book.begin();
    let reader = rusqlite::Connection::open(&book.path).expect("opened");
    reader
        .execute_batch("BEGIN; SELECT count(*) FROM runs")
        .expect("it reads");
    let wal = || std::fs::metadata(book.path.with_extension("db-wal")).map_or(0, |it| it.len());
    let mut number = 0;
    // Large outputs, so that it does not take long.
    let mut commit = |journal: &mut RunJournal| {
        let entries: Vec<_> = (0..500)
            .map(|_| {
                number += 1;
                let mut report = report(Outcome::Failed(Vec::new()), 1);
                report.output.head = "x".repeat(2_000);
                finished(number, 1, "a", report)
            })
            .collect();
        journal.commit(&entries).expect("committed");
    };
    let limit = 16 << 20;
    (0..40)
        .take_while(|_| wal() <= limit)
        .for_each(|_| commit(&mut journal));
    assert!(wal() > limit, "{}", wal());
    reader.execute_batch("COMMIT").expect("it has read");
    (0..3).for_each(|_| commit(&mut journal));
    assert!(wal() <= limit, "{}", wal());
}

/// A soak whose ledger another connection holds until the clocks were read so many times; each time eleven
/// seconds have gone by. What its commit comes to, and how often the clocks were read.
fn commit_while_held(book: &Book, reads: u32) -> (Result<(), String>, u32) {
    let holder = rusqlite::Connection::open(&book.path).expect("opened");
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let mut now = Moment::now();
    let clocks = move || {
        match counted.fetch_add(1, Ordering::SeqCst) {
            0 => holder.execute_batch("BEGIN IMMEDIATE").expect("held"),
            read if read == reads => holder.execute_batch("ROLLBACK").expect("let go of"),
            _ => {}
        }
        let pause = Duration::from_secs(11);
        now.measured += pause;
        now.wall += pause;
        now
    };
    let mut journal = book
        .begin()
        .with_busy_timeout(Duration::from_millis(1))
        .with_clocks(clocks);
    let committed = journal.commit(&[finished(1, 1, "a", report(Outcome::Passed, 1))]);
    let committed = committed.map_err(|error| error.to_string());
    (committed, count.load(Ordering::SeqCst))
}

#[test]
fn another_process_that_holds_the_ledger_for_long_is_waited_for() {
    let book = Book::new();
    let (committed, _) = commit_while_held(&book, 6);
    committed.expect("it was let go of in time");
    assert_eq!(book.run(1).counts.passed, 1);
}

#[test]
fn another_process_that_holds_the_ledger_for_ever_is_not() {
    let book = Book::new();
    let (committed, reads) = commit_while_held(&book, u32::MAX);
    let error = committed.expect_err("it was never let go of");
    assert!(error.contains("locked by another process"), "{error}");
    // To tell sleep, to tell when it began, and then for one minute.
    assert_eq!(reads, 3 + 6);
    assert_eq!(book.run(1).counts.passed, 0);
}
