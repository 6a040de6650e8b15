//! In whatever order and in whatever steps ledgers are merged, and however often: it comes to the same.

use std::path::{Path, PathBuf};

use proptest::{prelude::*, sample::Index};
use run_ledger::{Merge, RunReader, RunSelector};
use runner_core::{
    journal::Journal as _,
    outcome::{Failure, Outcome},
    recorded::RunKind,
    run_state::RunEnd,
};
use tempfile::TempDir;

use crate::support::{
    ended,
    shards::{Made, attempt, copy, said},
};

const SHARDS: u32 = 3;

/// A run of a shard, in two stages: a ledger may be merged that holds the first alone.
#[derive(Debug, Clone)]
struct Run {
    number: u32,
    group: &'static str,
    kind: RunKind,
    began: i64,
    /// The case and whether it passes, of each attempt.
    first: Vec<(u64, bool)>,
    then: Vec<(u64, bool)>,
    end: Option<RunEnd>,
}

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let attempts = || prop::collection::vec((0..8_u64, any::<bool>()), 0..3);
    let end = prop_oneof![
        3 => Just(Some(RunEnd::Completed)),
        1 => Just(Some(RunEnd::Interrupted)),
        1 => Just(None),
    ];
    let run = (
        1..=SHARDS,
        prop::sample::select(vec!["", "night"]),
        any::<bool>(),
        0..3_i64,
        attempts(),
        attempts(),
        end,
    );
    let run = run.prop_map(|(number, group, is_soak, began, first, then, end)| Run {
        number,
        group,
        kind: if is_soak { RunKind::Soak } else { RunKind::Run },
        began,
        first,
        then,
        end,
    });
    prop::collection::vec(run, 1..5)
}

fn outcome(passes: bool) -> Outcome {
    match passes {
        true => Outcome::Passed,
        false => Outcome::Failed(vec![Failure::ExitCode {
            expected: 0,
            actual: 1,
        }]),
    }
}

/// Writes each run to a ledger of its own, which comes in both stages.
fn write(folder: &Path, runs: &[Run]) -> Vec<PathBuf> {
    let mut ledgers = Vec::new();
    for (index, run) in runs.iter().enumerate() {
        let path = folder.join(format!("{index}.db"));
        let made = Made {
            group: run.group,
            kind: run.kind,
            began: run.began,
            ..Made::by(&format!("{}/{SHARDS}", run.number))
        };
        let mut journal = made.begin(&path);
        let mut numbers = 1..;
        for (number, (case, passes)) in numbers.by_ref().zip(&run.first) {
            attempt(&mut journal, number, *case, outcome(*passes));
        }
        ledgers.push(copy(&path, &format!("{index}-early.db")));
        let next = run.first.len() as u64 + 1;
        for (number, (case, passes)) in (next..).zip(&run.then) {
            attempt(&mut journal, number, *case, outcome(*passes));
        }
        if let Some(end) = &run.end {
            journal
                .commit(&[ended(9, end.clone(), vec![])])
                .expect("ended");
        }
        ledgers.push(path);
    }
    ledgers
}

fn merge(inputs: &[PathBuf], into: &Path) {
    let merge = Merge::of(inputs, into).expect("merged");
    merge.keep().expect("kept");
}

/// What a ledger says, and what is made of it.
fn seen(ledger: &Path) -> (Vec<String>, Vec<String>) {
    let reader = RunReader::open(ledger).expect("opened");
    let runs = reader.runs(None, 100).expect("listed");
    let mut read: Vec<String> = runs
        .iter()
        .map(|line| {
            let mut run = reader.run(&RunSelector::Id(line.id)).expect("read");
            run.id = 0;
            run.graduation = None;
            format!("{run:?}")
        })
        .collect();
    read.sort();
    (said(ledger), read)
}

proptest! {
    // Each case writes a dozen ledgers to the disk.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn merging_is_associative_commutative_and_idempotent(
        runs in runs(),
        order in Just(()).prop_perturb(|(), mut random| random.random::<[u64; 12]>()),
        cut in any::<Index>(),
        again in any::<Index>(),
    ) {
        let folder = TempDir::new().expect("a folder");
        let ledgers = write(folder.path(), &runs);
        let at_once = folder.path().join("at-once.db");
        merge(&ledgers, &at_once);

        // In another order, in two halves that are merged in the end, one of them twice.
        let mut shuffled = ledgers.clone();
        shuffled.sort_by_key(|path| {
            let place = ledgers.iter().position(|it| it == path).unwrap_or(0);
            order[place % order.len()]
        });
        let (left, right) = shuffled.split_at(cut.index(shuffled.len()));
        let halves = [(left, "left.db"), (right, "right.db")];
        let halves: Vec<PathBuf> = halves
            .into_iter()
            .filter(|(ledgers, _)| !ledgers.is_empty())
            .map(|(ledgers, name)| {
                let half = folder.path().join(name);
                merge(ledgers, &half);
                half
            })
            .collect();
        let in_steps = folder.path().join("in-steps.db");
        for half in &halves {
            merge(std::slice::from_ref(half), &in_steps);
        }
        prop_assert_eq!(seen(&at_once), seen(&in_steps));

        let twice = [ledgers[again.index(ledgers.len())].clone(), at_once.clone()];
        let before = seen(&at_once);
        merge(&twice, &at_once);
        prop_assert_eq!(before, seen(&at_once));
    }
}
