//! Ledgers in real files: what is written is read back, also after the worst.

mod support;

use std::time::Duration;

use proptest::prelude::*;
use run_ledger::{Ledger, LedgerError, RunReader, RunSelector};
use runner_core::{
    journal::{Journal as _, JournalEvent},
    outcome::{Fault, FaultKind, Outcome, OutcomeClass},
    recorded::RecordedState,
    results::RunProblem,
    run_state::RunEnd,
    self_sample::{Samples, SelfSample},
};

use support::{Book, at, ended, finished, report, started, version};

#[test]
fn what_was_committed_is_read_back() {
    let book = Book::new();
    let mut journal = book.begin();
    let failed = Outcome::InfrastructureError(Fault {
        kind: FaultKind::Connect,
        message: "refused".into(),
    });
    journal
        .commit(&[
            started(1, 1, "a"),
            finished(1, 1, "a", report(Outcome::Passed, 10)),
            finished(2, 1, "b", report(failed, 7)),
            at(
                30,
                JournalEvent::HealthChanged {
                    trouble: Some("refused".into()),
                },
            ),
            at(42, JournalEvent::HealthChanged { trouble: None }),
            at(
                50,
                JournalEvent::Sampled(Samples {
                    runner: SelfSample {
                        span: Duration::from_secs(50),
                        memory_bytes: 9_000_000,
                        ..SelfSample::default()
                    },
                    executor: None,
                }),
            ),
        ])
        .expect("committed");
    let run = book.run(1);
    assert_eq!(run.state, RecordedState::Running);
    assert_eq!(
        (run.counts.passed, run.counts.infrastructure_errors),
        (1, 1)
    );
    assert_eq!(run.elapsed, Duration::from_secs(50));
    let ids: Vec<_> = run.cases.iter().map(|case| &*case.id).collect();
    assert_eq!(ids, ["a", "b"]);
    assert_eq!(run.cases[0].totals.durations.count(), 1);
    // Only attempts that passed say how long a case takes.
    assert_eq!(run.cases[1].totals.durations.count(), 0);
    assert_eq!(run.outages.len(), 1);
    assert_eq!(run.outages[0].lasted, Some(Duration::from_secs(12)));
    assert_eq!(run.failed[0].explanation.as_deref(), Some("refused"));
    assert_eq!(run.slowest[0].number, 1);
    assert_eq!(run.runner.memory_last, 9_000_000);

    let problem = RunProblem::CaseFailed;
    journal
        .commit(&[ended(60, RunEnd::Completed, vec![problem])])
        .expect("committed");
    drop(journal);
    let run = book.run(1);
    assert_eq!(run.state, RecordedState::Ended("completed".into()));
    assert_eq!(run.problems[0].code, "case-failed");
    assert_eq!((run.counts.passed, run.counts.failed), (1, 1));
}

#[test]
fn a_run_that_ended_is_one_file_and_cannot_be_written() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[
            finished(1, 1, "a", report(Outcome::Passed, 1)),
            ended(1, RunEnd::Interrupted, Vec::new()),
        ])
        .expect("committed");
    assert!(!book.path.with_extension("db-wal").exists());
    let late = journal.commit(&[finished(2, 1, "a", report(Outcome::Passed, 1))]);
    assert!(late.is_err());
    // Another process may go on with it, although this one has not let go of the journal.
    assert_eq!(book.resume().start.next_attempt, 2);
}

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
    assert!(!run.parts[0].ended && run.parts[1].ended);
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

#[test]
fn versions_of_a_suite_are_told_apart_and_the_latest_decides_over_graduation() {
    let book = Book::new();
    let mut journal = book.begin();
    let mut entries = vec![finished(1, 1, "a", report(Outcome::Failed(Vec::new()), 1))];
    entries.push(at(2, JournalEvent::SuiteChanged(version("second"))));
    for number in 2..=13 {
        entries.push(finished(number, 2, "a", report(Outcome::Passed, 1)));
    }
    journal.commit(&entries).expect("committed");
    let run = book.run(1);
    let uses: Vec<_> = run
        .suites
        .iter()
        .map(|it| (&*it.hash, it.outcomes.success().trials()))
        .collect();
    assert_eq!(uses, [("first", 1), ("second", 12)]);
    assert_eq!(
        run.cases.len(),
        1,
        "a case with the same id is the same case"
    );
    let graduation = run.graduation.expect("attempts were made");
    assert_eq!(graduation.versions[0].hash, "second");
    assert!(graduation.has_graduated());
    assert_eq!(graduation.overall.failures(), 1);

    // Bringing the first version back counts from there on.
    journal
        .commit(&[
            at(3, JournalEvent::SuiteChanged(version("first"))),
            finished(14, 3, "a", report(Outcome::Passed, 1)),
        ])
        .expect("committed");
    let graduation = book.run(1).graduation.expect("attempts were made");
    assert_eq!(graduation.versions[0].hash, "first");
    assert!(!graduation.has_graduated());
}

#[test]
fn nothing_of_a_failed_commit_is_kept() {
    let book = Book::new();
    let mut journal = book.begin();
    journal
        .commit(&[finished(1, 1, "a", report(Outcome::Passed, 1))])
        .expect("committed");
    // The number of the second one is taken.
    let entries = [
        finished(2, 1, "b", report(Outcome::Passed, 1)),
        finished(1, 1, "a", report(Outcome::Passed, 1)),
    ];
    assert!(journal.commit(&entries).is_err());
    drop(journal);
    let run = book.run(1);
    assert_eq!((run.counts.passed, run.cases.len()), (1, 1));
}

#[test]
fn agents_may_tell_any_number() {
    let book = Book::new();
    let mut journal = book.begin();
    for number in 1..=3 {
        let report = support::agent_report(u64::MAX);
        journal
            .commit(&[finished(number, 1, "a", report)])
            .expect("committed");
    }
    let agents = book.run(1).counts.agents;
    assert_eq!(agents.attempts, 3);
    assert_eq!(agents.tokens.known.output, i64::MAX.unsigned_abs());
}

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

#[test]
fn the_time_for_which_the_machine_slept_is_a_gap_and_no_time_under_test() {
    let book = Book::new();
    // It began long ago by the wall clock, and a second ago by the clock that measures.
    let began = jiff::Timestamp::now() - Duration::from_secs(8 * 3600);
    let mut journal = book.begin_at(began);
    journal
        .commit(&[at(1, JournalEvent::HealthChanged { trouble: None })])
        .expect("committed");
    let mut late = finished(1, 1, "a", report(Outcome::Passed, 1));
    late.at = Duration::from_secs(3);
    journal.commit(&[late]).expect("committed");
    let run = book.run(1);
    assert_eq!(run.parts.len(), 2);
    assert_eq!(run.elapsed, Duration::from_secs(2), "{:?}", run.parts);
    let gap = run.parts[1].began.duration_since(run.parts[0].until());
    assert!(gap > jiff::SignedDuration::from_hours(7), "{gap:?}");
    let began = run.slowest[0].began;
    assert!(began > run.parts[0].until(), "{began}");
}

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

#[derive(Debug, Clone)]
enum Step {
    Start,
    Finish(bool),
    Crash,
    Stop,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(
        prop_oneof![
            2 => Just(Step::Start),
            4 => any::<bool>().prop_map(Step::Finish),
            1 => Just(Step::Crash),
            1 => Just(Step::Stop),
        ],
        1..40,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// However often a run is broken off and goes on: each attempt that was committed counts once, each
    /// that was under way is marked, and no number is given twice.
    #[test]
    fn every_attempt_counts_once_however_often_the_run_breaks_off(steps in steps()) {
        let book = Book::new();
        let mut journal = book.begin();
        let (mut number, mut passed, mut failed, mut interrupted) = (1, 0, 0, 0);
        let mut in_flight = false;
        for step in steps {
            match step {
                Step::Start => {
                    journal.commit(&[started(number, number, "a")]).expect("committed");
                    in_flight = true;
                }
                Step::Finish(passes) => {
                    let outcome = if passes { Outcome::Passed } else { Outcome::Failed(Vec::new()) };
                    journal.commit(&[finished(number, number, "a", report(outcome, 1))]).expect("committed");
                    number += 1;
                    in_flight = false;
                    if passes { passed += 1 } else { failed += 1 }
                }
                Step::Crash | Step::Stop => {
                    if matches!(step, Step::Stop) {
                        journal.commit(&[ended(1, RunEnd::Interrupted, Vec::new())]).expect("committed");
                    }
                    drop(journal);
                    let resumed = book.resume();
                    if std::mem::take(&mut in_flight) {
                        interrupted += 1;
                        number += 1;
                    }
                    prop_assert_eq!(resumed.start.next_attempt, number);
                    prop_assert_eq!(resumed.before.counts.passed, passed);
                    journal = resumed.journal;
                }
            }
        }
        drop(journal);
        let run = book.run(1);
        prop_assert_eq!((run.counts.passed, run.counts.failed, run.interrupted), (passed, failed, interrupted));
        let mut outcomes = runner_core::recorded::OutcomeCounts::default();
        for hour in &run.hours {
            outcomes.merge(&hour.totals.outcomes);
        }
        prop_assert_eq!(outcomes.get(OutcomeClass::Passed), passed);
        prop_assert_eq!(outcomes.get(OutcomeClass::Interrupted), interrupted);
    }
}
