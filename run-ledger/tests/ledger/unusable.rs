//! Files that cannot be used as ledgers.

use run_ledger::{Ledger, LedgerError, RunReader, RunSelector};
use runner_core::{journal::Journal as _, outcome::Outcome};

use crate::support::{self, Book, finished, report};

#[test]
fn files_that_are_no_ledgers_are_left_alone() {
    let book = Book::new();
    std::fs::write(
        &book.path,
        "not a database, but longer than a header of one hundred bytes, \
        so that nobody takes it for an empty file: somebody's notes",
    )
    .expect("written");
    let before = std::fs::read(&book.path).expect("read");
    assert!(matches!(
        Ledger::open(&book.path),
        Err(LedgerError::NotALedger { .. })
    ));
    assert!(matches!(
        RunReader::open(&book.path),
        Err(LedgerError::NotALedger { .. })
    ));
    assert_eq!(std::fs::read(&book.path).expect("read"), before);

    let other = book.path.with_extension("other");
    support::sql(&other, "CREATE TABLE notes (text)");
    assert!(matches!(
        Ledger::open(&other),
        Err(LedgerError::NotALedger { .. })
    ));
    assert!(matches!(
        RunReader::open(&other.with_extension("none")),
        Err(LedgerError::Missing { .. })
    ));
}

#[test]
fn a_newer_ledger_is_not_touched() {
    let book = Book::new();
    drop(book.begin());
    support::sql(&book.path, "PRAGMA user_version = 99");
    for error in [
        Ledger::open(&book.path).err(),
        RunReader::open(&book.path).err(),
    ] {
        assert!(
            matches!(error, Some(LedgerError::Newer { found: 99, .. })),
            "{error:?}"
        );
    }
}

#[test]
fn a_damaged_ledger_is_an_error_and_no_panic() {
    let book = Book::new();
    let mut journal = book.begin();
    for number in 1..200 {
        journal
            .commit(&[finished(number, 1, "a", report(Outcome::Passed, 1))])
            .expect("committed");
    }
    drop(journal);
    let whole = std::fs::read(&book.path).expect("read");
    for page in 1..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0x5a);
        std::fs::write(&book.path, &bytes).expect("written");
        // Wherever it is damaged: an error, or what can still be read.
        let Ok(reader) = RunReader::open(&book.path) else {
            continue;
        };
        for read in [
            reader.run(&RunSelector::Latest).map(drop),
            reader.runs(None, 10).map(drop),
        ] {
            if let Err(error) = read {
                assert!(
                    matches!(
                        error,
                        LedgerError::Damaged { .. }
                            | LedgerError::Other { .. }
                            | LedgerError::NoSuchRun { .. }
                    ),
                    "{error:?}"
                );
            }
        }
    }
}

#[test]
fn a_full_disk_is_an_error_that_says_so() {
    let book = Book::new();
    let mut journal = book.begin();
    book.fill(&mut journal);
    let mut number = 0;
    let error = loop {
        number += 1;
        let committed = journal.commit(&[finished(number, 1, "a", report(Outcome::Passed, 1))]);
        if let Err(error) = committed {
            break error;
        }
    };
    assert!(error.to_string().contains("no room"), "{error}");
    drop(journal);
    assert_eq!(book.run(1).counts.passed, number - 1);
}

#[test]
fn a_folder_that_may_not_be_written_is_an_error_that_says_so() {
    let book = Book::new();
    let path = std::path::Path::new("/proc/ledger/ledger.db");
    assert!(matches!(
        Ledger::open(path),
        Err(LedgerError::Folder { .. })
    ));
    let folder = book.path.with_extension("folder");
    std::fs::create_dir(&folder).expect("a folder");
    assert!(matches!(
        Ledger::open(&folder),
        Err(LedgerError::ReadOnly { .. })
    ));
}
