//! Runs of load: what is kept of them while they go on, and what is read afterwards.

use std::{sync::Arc, time::Duration};

use ::load::{
    LoadEnd, LoadInfo, LoadResults, Measured, RecordedLoad, Second,
    recording::{LoadConclusion, LoadEntry, LoadJournal as _},
};
use run_ledger::{
    Ledger, LedgerError, LoadRunJournal, NewLoad, NewRun, Record, RunReader, RunSelector,
};
use runner_core::{
    gates::RunGates,
    journal::SuiteVersion,
    outcome::OutcomeClass,
    recorded::{RecordedState, RunKind, Standing},
};
use sample_results::load::{calm_load, eventful_load};
use suite::Case;

use crate::support::{self, Book};

/// Cases as those that were measured.
pub(crate) fn cases_of(measured: &Measured) -> Vec<Arc<Case>> {
    let cases = measured.cases.iter();
    cases
        .map(|case| {
            let mut known = Case::new(&*case.id, "true");
            known.name.clone_from(&case.name);
            Arc::new(known)
        })
        .collect()
}

fn begin(book: &Book, info: &LoadInfo, measured: &Measured) -> LoadRunJournal {
    let cases = cases_of(measured);
    let new = NewRun {
        kind: RunKind::Load,
        info: &info.run,
        suite: &SuiteVersion {
            hash: "first".into(),
            text: "{}".into(),
        },
        options: "{}",
        settings: "{}",
        shard: None,
    };
    let ledger = Ledger::open(&book.path).expect("opened");
    let cases = NewLoad {
        info,
        cases: &cases,
    };
    ledger.begin_load(&new, &cases).expect("begun")
}

/// The seconds of a series that has one for each.
pub(crate) fn seconds(measured: &Measured) -> Vec<Second> {
    assert_eq!(measured.series.step_seconds(), 1);
    let points = (0..).zip(measured.series.points());
    points
        .map(|(number, point)| Second {
            number,
            point: point.clone(),
        })
        .collect()
}

fn entry(results: &LoadResults, end: Option<LoadEnd>) -> LoadEntry {
    let problems = results.problems.clone();
    LoadEntry {
        at: Duration::from_secs(100),
        health: results.health.clone(),
        measured: results.measured.without_series(),
        seconds: seconds(&results.measured),
        conclusion: end.map(|end| LoadConclusion { end, problems }),
    }
}

fn lost() -> LoadEnd {
    let reason = "Fibonacci".to_owned();
    LoadEnd::ExecutorLost { reason }
}

fn read(book: &Book) -> RecordedLoad {
    let reader = RunReader::open(&book.path).expect("opened");
    match reader.record(&RunSelector::Latest).expect("read") {
        Record::Load(load) => *load,
        Record::Run(_) => panic!("it is a load"),
    }
}

#[test]
fn everything_of_a_load_is_read_as_it_was_measured() {
    for results in [eventful_load(), calm_load()] {
        let book = Book::new();
        let mut journal = begin(&book, &results.load, &results.measured);
        let end = Some(lost());
        journal.commit(&entry(&results, end)).expect("kept");
        let further = results.gates.iter().map(|gate| {
            let text = format!("{} {}", gate.name, gate.bound);
            text.parse().unwrap_or_else(|_| panic!("{text}"))
        });
        let gates = RunGates {
            further: further.collect(),
            ..RunGates::default()
        };
        let read = read(&book).into_results(&gates);
        assert_eq!(read.measured, results.measured);
        assert_eq!(format!("{read:?}"), format!("{results:?}"));
    }
}

#[test]
fn what_came_of_a_load_so_far_is_there_while_it_goes_on_and_when_it_is_killed() {
    let book = Book::new();
    let results = eventful_load();
    let mut journal = begin(&book, &results.load, &results.measured);
    let early = read(&book);
    assert_eq!(early.standing(), Some(Standing::GoesOn));
    assert_eq!(early.measured, Measured::default());
    let mut first = entry(&results, None);
    let rest = first.seconds.split_off(1);
    journal.commit(&first).expect("kept");
    assert_eq!(read(&book).measured.cases, results.measured.cases);
    assert_eq!(read(&book).measured.series.points().len(), 1);
    first.seconds = rest;
    journal.commit(&first).expect("kept");
    drop(journal);
    let broken = read(&book);
    assert_eq!(broken.state, RecordedState::Broken);
    assert_eq!(broken.measured, results.measured);
    let so_far = broken.into_results(&RunGates::default());
    let codes: Vec<_> = so_far.problems.iter().map(|it| it.code()).collect();
    assert_eq!(codes, ["runner-too-slow", "case-failed"]);
}

#[test]
fn a_load_is_listed_with_what_its_attempts_came_to_and_brings_no_suite_nearer_to_its_graduation() {
    let book = Book::new();
    let results = eventful_load();
    let mut journal = begin(&book, &results.load, &results.measured);
    journal
        .commit(&entry(&results, Some(LoadEnd::Completed)))
        .expect("kept");
    let reader = RunReader::open(&book.path).expect("opened");
    let line = reader.line(&RunSelector::Latest).expect("read");
    assert_eq!((line.kind, line.id), (RunKind::Load, 1));
    assert_eq!(line.elapsed, Duration::from_secs(100));
    assert!(line.state.is_completed());
    let total = results.measured.total();
    assert_eq!(line.outcomes, total.outcomes);
    assert!(line.outcomes.get(OutcomeClass::Failed) > 0);
    assert!(line.problems.contains(&"executor-lost".to_owned()));
    assert!(reader.graduations(None).expect("read").is_empty());
}

#[test]
fn a_load_is_no_run_of_single_attempts_and_cannot_be_resumed() {
    let book = Book::new();
    let results = calm_load();
    drop(begin(&book, &results.load, &results.measured));
    let reader = RunReader::open(&book.path).expect("opened");
    let error = reader.run(&RunSelector::Latest).map(drop);
    assert!(
        matches!(error, Err(LedgerError::OfLoad { id: 1, .. })),
        "{error:?}"
    );
    let error = book.try_resume(1).map(drop);
    assert!(
        matches!(&error, Err(LedgerError::NotResumable { reason, .. }) if *reason == "it is no soak"),
        "{error:?}"
    );
}

#[test]
fn nothing_of_an_entry_that_finds_no_room_is_kept() {
    let book = Book::new();
    let results = eventful_load();
    let mut journal = begin(&book, &results.load, &results.measured);
    journal.commit(&entry(&results, None)).expect("kept");
    journal.limit_pages(1);
    let mut more = entry(&results, Some(LoadEnd::Completed));
    let second = more.seconds[0].clone();
    more.seconds = (3..5_000)
        .map(|number| Second {
            number,
            ..second.clone()
        })
        .collect();
    let error = journal.commit(&more).expect_err("there is no room");
    let error = error.downcast::<LedgerError>().expect("of the ledger");
    assert!(matches!(*error, LedgerError::Full { .. }), "{error:?}");
    drop(journal);
    let read = read(&book);
    assert_eq!(read.state, RecordedState::Broken);
    assert_eq!(read.measured, results.measured);
}

#[test]
fn a_load_whose_rows_make_no_sense_is_a_damaged_ledger_and_no_panic() {
    for damage in [
        "UPDATE loads SET model = '{}'",
        "UPDATE loads SET threads = -1",
        "UPDATE loads SET lag = x'1c849313'",
        "UPDATE load_cases SET outcomes = '[-1]'",
        "UPDATE load_cases SET response = x''",
        "UPDATE load_seconds SET began_s = -5",
        "UPDATE load_seconds SET response = zeroblob(41)",
        "UPDATE load_failures SET outcome = 99",
        "UPDATE load_failures SET count = -1",
    ] {
        let book = Book::new();
        let results = eventful_load();
        let mut journal = begin(&book, &results.load, &results.measured);
        journal.commit(&entry(&results, None)).expect("kept");
        drop(journal);
        support::sql(&book.path, damage);
        let reader = RunReader::open(&book.path).expect("opened");
        let error = reader.record(&RunSelector::Latest).map(drop);
        assert!(
            matches!(error, Err(LedgerError::Damaged { .. })),
            "{damage}: {error:?}"
        );
    }
}
