//! Shards of a load: what they come to together does not depend on how they are merged.

use std::path::{Path, PathBuf};

use ::load::{
    LoadEnd, LoadResults, ModelInfo, RecordedLoad, Series,
    recording::{LoadConclusion, LoadEntry, LoadJournal as _},
};
use proptest::prelude::*;
use run_ledger::{Ledger, Merge, NewLoad, NewRun, Record, RunReader, RunSelector, ShardRun};
use runner_core::{journal::SuiteVersion, recorded::RunKind};
use sample_results::load::eventful_load;
use suite::Shard;
use tempfile::TempDir;

use crate::{
    load::{cases_of, seconds},
    support::{self, shards::said},
};

/// Writes the run of a shard, which began to count so many seconds after the first of all.
fn write(path: &Path, shard: Shard, later: i64, results: &LoadResults, is_over: bool) {
    let mut info = results.load.clone();
    info.run.marker += &run_ledger::marker_suffix(shard);
    let new = NewRun {
        kind: RunKind::Load,
        info: &info.run,
        suite: &SuiteVersion {
            hash: "first".into(),
            text: "{}".into(),
        },
        options: "{}",
        settings: "{}",
        shard: Some(&ShardRun {
            shard,
            group: "night".into(),
            cases_digest: "cases".into(),
        }),
    };
    let cases = cases_of(&results.measured);
    let load = NewLoad {
        info: &info,
        cases: &cases,
    };
    let ledger = Ledger::open(path).expect("opened");
    let mut journal = ledger.begin_load(&new, &load).expect("begun");
    let conclusion = LoadConclusion {
        end: LoadEnd::Completed,
        problems: Vec::new(),
    };
    let entry = LoadEntry {
        at: results.measured.elapsed,
        health: results.health.clone(),
        measured: results.measured.without_series(),
        seconds: seconds(&results.measured),
        conclusion: is_over.then_some(conclusion),
    };
    journal.commit(&entry).expect("kept");
    drop(journal);
    let began = (1_800_000_000 + later) * 1_000_000;
    support::sql(path, &format!("UPDATE loads SET counts_from_us = {began}"));
    support::sql(path, &format!("UPDATE parts SET began_us = {began}"));
}

/// A load whose attempts are so many times those of a sample.
fn times(count: u64) -> LoadResults {
    let sample = eventful_load();
    let mut results = sample.clone();
    for _ in 1..count {
        results.measured.merge(&sample.measured);
    }
    results
}

fn merge(inputs: &[PathBuf], into: &Path) {
    let merge = Merge::of(inputs, into).expect("merged");
    merge.keep().expect("kept");
}

fn read(path: &Path) -> RecordedLoad {
    let reader = RunReader::open(path).expect("opened");
    match reader.record(&RunSelector::Latest).expect("read") {
        Record::Load(load) => *load,
        Record::Run(_) => panic!("it is a load"),
    }
}

fn ledgers(folder: &Path, shards: &[(u64, i64, bool)]) -> Vec<PathBuf> {
    let total = shards.len() as u32;
    let numbered = (1..).zip(shards);
    numbered
        .map(|(number, (count, later, is_over))| {
            let path = folder.join(format!("{number}.db"));
            let shard = Shard::numbered(number, total).expect("a shard");
            write(&path, shard, *later, &times(*count), *is_over);
            path
        })
        .collect()
}

proptest! {
    // Each case writes some ledgers to the disk.
    #![proptest_config(ProptestConfig::with_cases(10))]

    #[test]
    fn neither_order_nor_steps_nor_repetition_of_a_merge_change_what_a_load_comes_to(
        shards in prop::collection::vec((1..4_u64, 0..9_i64, any::<bool>()), 2..5),
        cut in any::<prop::sample::Index>(),
    ) {
        let folder = TempDir::new().expect("a folder");
        let mut ledgers = ledgers(folder.path(), &shards);
        let at_once = folder.path().join("at-once.db");
        merge(&ledgers, &at_once);
        ledgers.reverse();
        let (one, other) = ledgers.split_at(cut.index(ledgers.len() - 1) + 1);
        let (half, steps) = (folder.path().join("half.db"), folder.path().join("steps.db"));
        merge(one, &half);
        merge(other, &steps);
        merge(&[half.clone(), ledgers[0].clone()], &steps);
        merge(&[half], &steps);
        prop_assert_eq!(said(&at_once), said(&steps));
        let told = |path| {
            let load = read(path);
            format!("{:?}", RecordedLoad { id: 0, ..load })
        };
        prop_assert_eq!(told(&at_once), told(&steps));
    }
}

#[test]
fn shards_of_a_load_come_to_what_they_have_together_second_by_second() {
    let folder = TempDir::new().expect("a folder");
    let ledgers = ledgers(folder.path(), &[(1, 0, true), (2, 2, true)]);
    let all = folder.path().join("all.db");
    merge(&ledgers, &all);
    let merged = read(&all);
    assert!(merged.state.is_completed());
    let (whole, sample) = (times(3).measured, eventful_load().measured);
    assert_eq!(merged.measured.cases, whole.cases);
    assert_eq!(merged.measured.pace, whole.pace);
    assert_eq!(merged.measured.failures, whole.failures);
    let later = std::time::Duration::from_secs(2);
    assert_eq!(merged.measured.elapsed, sample.elapsed + later);
    let mut series = Series::default();
    for (number, point) in (0..).zip(sample.series.points()) {
        series.add(number, point);
    }
    let mut second = Series::default();
    for (number, point) in (2..).zip(times(2).measured.series.points()) {
        second.add(number, point);
    }
    series.merge(&second);
    assert_eq!(merged.measured.series, series);
    let ModelInfo::Open {
        stages,
        max_in_flight,
        ..
    } = merged.load.model
    else {
        panic!("it is open")
    };
    assert_eq!(max_in_flight, 128);
    assert_eq!(stages[1].from.per_second(), 400.0);
    assert_eq!(merged.load.threads, 4);
}
