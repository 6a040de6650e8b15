//! Ledgers of shards that are made one.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use run_ledger::{LedgerError, Merge, RunReader, RunSelector};
use runner_core::{
    journal::Journal as _,
    outcome::{Failure, Outcome},
    recorded::{RecordedRun, RecordedState, RunKind},
    run_state::RunEnd,
};
use tempfile::TempDir;

use crate::support::{
    Book, ended, finished, report,
    shards::{Made, attempt, said},
    sql, started,
};

/// A folder for ledgers.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A ledger with a run of this shard that came to its end, with one attempt at each of these cases.
    fn whole(&self, name: &str, made: &Made, cases: &[u64]) -> PathBuf {
        let path = self.path(name);
        let mut journal = made.begin(&path);
        for (number, case) in (1..).zip(cases) {
            attempt(&mut journal, number, *case, Outcome::Passed);
        }
        let end = ended(60, RunEnd::Completed, vec![]);
        journal.commit(&[end]).expect("ended");
        path
    }

    /// The files in it.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).expect("readable");
        let mut names: Vec<_> = entries
            .map(|entry| {
                entry
                    .expect("readable")
                    .file_name()
                    .to_string_lossy()
                    .into()
            })
            .collect();
        names.sort();
        names
    }
}

/// Merges, and gives the merged run of the latest group.
fn merge(inputs: &[&Path], into: &Path) -> RecordedRun {
    let inputs: Vec<_> = inputs.iter().map(|path| (*path).to_owned()).collect();
    let merge = Merge::of(&inputs, into).expect("merged");
    let id = merge.shards()[0].run_id;
    merge.keep().expect("kept");
    run(into, id)
}

fn run(ledger: &Path, id: u64) -> RecordedRun {
    let reader = RunReader::open(ledger).expect("opened");
    reader.run(&RunSelector::Id(id)).expect("read")
}

fn refused(inputs: &[&Path], into: &Path) -> LedgerError {
    let inputs: Vec<_> = inputs.iter().map(|path| (*path).to_owned()).collect();
    Merge::of(&inputs, into).map(drop).expect_err("refused")
}

#[test]
fn shards_are_read_as_one_run() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/2"), &[5, 0, 2]);
    let two = shelf.whole("2.db", &Made::by("2/2").at(3), &[1, 4]);
    let whole = merge(&[&two, &one], &shelf.path("all.db"));
    assert_eq!(whole.kind, RunKind::Run);
    assert!(whole.state.is_completed());
    assert_eq!((whole.counts.total, whole.counts.passed), (5, 5));
    // In the order of the suite, and not of the shards.
    let ids: Vec<_> = whole.cases.iter().map(|case| &*case.id).collect();
    assert_eq!(ids, ["case_0", "case_1", "case_2", "case_4", "case_5"]);
    assert_eq!(whole.run.marker, "TEST_20270115_080000");
    let environment = [
        ("Sandbox", "off"),
        (
            "Shards",
            "2 of 2 (2 serial shards are 2 concurrent commands on the executor)",
        ),
    ];
    assert_eq!(
        whole.run.environment,
        environment.map(|(name, value)| (name.to_owned(), value.to_owned()))
    );
    // The shards ran beside each other: from the first second to the last it is no more than that.
    assert_eq!(whole.elapsed, Duration::from_secs(63));
    assert_eq!(whole.part_count, 1);
    let mut numbers: Vec<_> = whole.slowest.iter().map(|attempt| attempt.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
}

#[test]
fn percentiles_are_those_of_all_attempts_together() {
    let shelf = Shelf::new();
    let whole = shelf.path("whole.db");
    let shards = [shelf.path("1.db"), shelf.path("2.db")];
    let made = [Made::by("1/2"), Made::by("2/2")];
    let mut unsharded = Made::by("1/1").begin(&whole);
    let mut journals: Vec<_> = made
        .iter()
        .zip(&shards)
        .map(|(it, path)| it.begin(path))
        .collect();
    for number in 1..=100_u64 {
        let report = report(Outcome::Passed, number * number);
        let id = format!("case_{}", number % 8);
        let entries = |number| {
            [
                started(number, 1, &id),
                finished(number, 1, &id, report.clone()),
            ]
        };
        unsharded.commit(&entries(number)).expect("kept");
        let shard = usize::from(number % 10 == 0);
        journals[shard].commit(&entries(number)).expect("kept");
    }
    for mut journal in journals.into_iter().chain([unsharded]) {
        journal
            .commit(&[ended(60, RunEnd::Completed, vec![])])
            .expect("ended");
    }
    let merged = merge(&[&shards[0], &shards[1]], &shelf.path("all.db"));
    let whole = run(&whole, 1);
    let times = |run: &RecordedRun| -> BTreeMap<String, _> {
        let cases = run.cases.iter();
        cases
            .map(|case| (case.id.clone(), case.totals.clone()))
            .collect()
    };
    assert_eq!(times(&merged), times(&whole));
    assert_eq!(merged.hours.len(), whole.hours.len());
    assert_eq!(merged.hours[0].totals, whole.hours[0].totals);
    assert_eq!(merged.windows.totals, whole.windows.totals);
    assert_eq!(merged.slowest.len(), 20);
}

#[test]
fn what_is_missing_or_did_not_end_is_named_and_what_there_is_counts() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/4"), &[0]);
    let path = shelf.path("3.db");
    let mut broken = Made::by("3/4").begin(&path);
    attempt(&mut broken, 1, 2, Outcome::Passed);
    drop(broken);
    let into = shelf.path("all.db");
    let merge = Merge::of(&[one, path], &into).expect("merged");
    let [shards] = merge.shards() else {
        panic!("{:?}", merge.shards())
    };
    let missing: Vec<_> = shards.missing.iter().map(ToString::to_string).collect();
    assert_eq!(missing, ["2/4", "4/4"]);
    assert_eq!(shards.unfinished.len(), 1);
    assert_eq!(shards.unfinished[0].shard.to_string(), "3/4");
    assert_eq!(shards.unfinished[0].end, None);
    let id = shards.run_id;
    merge.keep().expect("kept");
    let run = run(&into, id);
    assert_eq!(run.state, RecordedState::Ended("outstanding".into()));
    assert!(!run.is_resumable());
    assert_eq!(run.counts.passed, 2);
}

#[test]
fn a_shard_that_ran_twice_counts_once_and_the_one_that_ended_wins() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/2"), &[0, 1]);
    let two = shelf.whole("2.db", &Made::by("2/2"), &[2]);
    let later = shelf.path("later.db");
    let mut broken = Made::by("1/2").at(100).begin(&later);
    attempt(&mut broken, 1, 0, Outcome::Passed);
    drop(broken);
    let first = merge(&[&one, &two, &later], &shelf.path("all.db"));
    assert_eq!(first.counts.total, 3);
    assert!(first.state.is_completed());
    let last = shelf.whole("last.db", &Made::by("1/2").at(200), &[0]);
    let again = merge(&[&last], &shelf.path("all.db"));
    assert_eq!(again.counts.total, 2);
    assert!(again.id > first.id);
}

#[test]
fn a_run_that_went_on_since_it_was_merged_is_what_it_is_by_then() {
    let shelf = Shelf::new();
    let two = shelf.whole("2.db", &Made::by("2/2"), &[2]);
    let one = shelf.path("1.db");
    let all = shelf.path("all.db");
    let mut journal = Made::by("1/2").begin(&one);
    attempt(&mut journal, 1, 0, Outcome::Passed);
    let early = merge(&[&one, &two], &all);
    assert!(!early.state.is_completed());
    attempt(&mut journal, 2, 1, Outcome::Passed);
    journal
        .commit(&[ended(9, RunEnd::Completed, vec![])])
        .expect("ended");
    let late = merge(&[&one], &all);
    assert_eq!((late.id, late.counts.total), (early.id, 3));
    assert!(late.state.is_completed());
}

#[test]
fn a_ledger_can_be_merged_into_itself_and_keeps_what_else_is_in_it() {
    let shelf = Shelf::new();
    let book = Book::new();
    let mut journal = book.begin_kind(RunKind::Run);
    attempt(&mut journal, 1, 0, Outcome::Passed);
    journal
        .commit(&[ended(1, RunEnd::Completed, vec![])])
        .expect("ended");
    drop(shelf.whole("2.db", &Made::by("2/2"), &[1]));
    let mut own = Made::by("1/2").begin(&book.path);
    attempt(&mut own, 1, 0, Outcome::Passed);
    own.commit(&[ended(1, RunEnd::Completed, vec![])])
        .expect("ended");
    let before = book.run(1);
    let merged = merge(&[&book.path, &shelf.path("2.db")], &book.path);
    assert_eq!(merged.counts.total, 2);
    assert!(merged.state.is_completed());
    let mut after = book.run(1);
    // Of how often the suite passed, more is known by now.
    after.graduation.clone_from(&before.graduation);
    assert_eq!(format!("{after:?}"), format!("{before:?}"));
}

#[test]
fn shards_that_do_not_fit_together_are_refused_and_change_nothing() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/2"), &[0]);
    let all = shelf.path("all.db");
    drop(merge(&[&one], &all));
    let before = said(&all);
    let other_suite = Made {
        suite: "second",
        ..Made::by("2/2")
    };
    let other_cases = Made {
        cases_digest: "others",
        ..Made::by("2/2")
    };
    for (made, words) in [
        (other_suite, "different versions of the suite"),
        (other_cases, "different cases were selected"),
        (Made::by("3/3"), "different numbers of shards"),
    ] {
        let two = shelf.whole("2.db", &made, &[1]);
        for into in [&all, &shelf.path("new.db")] {
            let error = refused(&[&one, &two], into);
            assert!(matches!(error, LedgerError::Misfit { .. }), "{error}");
            let text = error.to_string();
            assert!(
                text.contains(words) && text.contains("shard 1/2 (TEST_"),
                "{text}"
            );
        }
        assert_eq!(said(&all), before);
        assert!(!shelf.path("new.db").exists());
        std::fs::remove_file(two).expect("removed");
    }
    assert!(
        shelf
            .files()
            .iter()
            .all(|name| !name.starts_with(".gauntlet-merge"))
    );
}

#[test]
fn files_that_are_no_ledgers_of_shards_are_named() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/2"), &[0]);
    let into = shelf.path("all.db");
    let text = shelf.path("notes.txt");
    std::fs::write(
        &text,
        "nothing of the kind, though it is long enough to be looked at",
    )
    .expect("written");
    let foreign = shelf.path("foreign.db");
    sql(&foreign, "CREATE TABLE runs (id INTEGER)");
    let unsharded = Book::new();
    drop(unsharded.begin());
    let is_named = |error: LedgerError, path: &Path| {
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
        assert!(error.help().is_some());
        error
    };
    let error = is_named(refused(&[&one, &text], &into), &text);
    assert!(matches!(error, LedgerError::NotALedger { .. }), "{error}");
    let error = is_named(refused(&[&foreign, &one], &into), &foreign);
    assert!(matches!(error, LedgerError::NotALedger { .. }), "{error}");
    let error = is_named(refused(&[&unsharded.path], &into), &unsharded.path);
    assert!(matches!(error, LedgerError::NoShards { .. }), "{error}");
    let missing = shelf.path("missing.db");
    let error = is_named(refused(&[&missing], &into), &missing);
    assert!(matches!(error, LedgerError::Missing { .. }), "{error}");
    assert!(!into.exists());
}

#[test]
fn wherever_a_ledger_is_damaged_a_merge_keeps_nothing_or_all() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/2"), &[0, 1, 2]);
    let two = shelf.whole("2.db", &Made::by("2/2"), &[3]);
    let sound = std::fs::read(&one).expect("read");
    let damaged = shelf.path("damaged.db");
    let mut refusals = 0;
    for at in (0..sound.len()).step_by(1019) {
        let mut bytes = sound.clone();
        let end = (at + 64).min(bytes.len());
        bytes[at..end].fill(0xA5);
        std::fs::write(&damaged, bytes).expect("written");
        let into = shelf.path("all.db");
        match Merge::of(&[damaged.clone(), two.clone()], &into) {
            Ok(merge) => merge.keep().expect("kept"),
            Err(_) => {
                refusals += 1;
                assert!(!into.exists());
                continue;
            }
        }
        std::fs::remove_file(&into).expect("it was kept");
    }
    assert!(refusals > 0);
}

#[test]
fn an_input_stays_as_it_was_also_one_of_an_older_version() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/1"), &[0, 1]);
    let older = shelf.path("older.db");
    sql(&older, include_str!("../../src/schema/0001.sql"));
    sql(
        &older,
        "PRAGMA user_version = 1; PRAGMA application_id = 0x474e544c",
    );
    let before = (
        std::fs::read(&one).expect("read"),
        std::fs::read(&older).expect("read"),
    );
    drop(merge(&[&one], &shelf.path("all.db")));
    let error = refused(&[&older], &shelf.path("all.db"));
    assert!(matches!(error, LedgerError::NoShards { .. }), "{error}");
    let after = (
        std::fs::read(&one).expect("read"),
        std::fs::read(&older).expect("read"),
    );
    assert!(before == after);
}

#[test]
fn a_merge_that_is_dropped_leaves_nothing() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/2"), &[0]);
    let two = shelf.whole("2.db", &Made::by("2/2"), &[1]);
    let into = shelf.path("all.db");
    drop(Merge::of(std::slice::from_ref(&one), &into).expect("merged"));
    assert!(!into.exists());
    drop(merge(&[&one], &into));
    let before = said(&into);
    drop(Merge::of(&[two], &into).expect("merged"));
    assert_eq!(said(&into), before);
}

#[test]
fn a_ledger_that_another_process_makes_meanwhile_is_not_replaced() {
    let shelf = Shelf::new();
    let one = shelf.whole("1.db", &Made::by("1/2"), &[0]);
    let two = shelf.whole("2.db", &Made::by("2/2"), &[1]);
    let into = shelf.path("all.db");
    let slow = Merge::of(&[two], &into).expect("merged");
    drop(merge(&[&one], &into));
    let before = said(&into);
    let error = slow.keep().expect_err("refused");
    assert!(matches!(error, LedgerError::Appeared { .. }), "{error}");
    assert_eq!(said(&into), before);
}

#[test]
fn findings_failures_and_interruptions_of_all_shards_are_there() {
    let shelf = Shelf::new();
    let failed = || {
        Outcome::Failed(vec![Failure::ExitCode {
            expected: 0,
            actual: 1,
        }])
    };
    let mut paths = Vec::new();
    for (number, shard) in ["1/2", "2/2"].into_iter().enumerate() {
        let path = shelf.path(&format!("{number}.db"));
        let mut journal = Made::by(shard).begin(&path);
        attempt(&mut journal, 1, number as u64, Outcome::Passed);
        attempt(&mut journal, 2, number as u64 + 2, failed());
        journal
            .commit(&[ended(9, RunEnd::Completed, vec![])])
            .expect("ended");
        paths.push(path);
    }
    let run = merge(&[&paths[0], &paths[1]], &shelf.path("all.db"));
    assert_eq!((run.counts.failed, run.counts.failed_cases), (2, 2));
    let failed: Vec<_> = run
        .failed
        .iter()
        .map(|it| (it.number, &*it.case_id))
        .collect();
    assert_eq!(failed, [(4, "case_3"), (2, "case_2")]);
}
