//! A suite that is shared out to several processes, and made one run again.

use std::collections::BTreeMap;

use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Ended, Program, Scratch, case};

/// Eight cases, the last of which fails.
fn scratch() -> Scratch {
    let passing = (0..7).map(|index| case(&format!("case_{index}"), "true"));
    Scratch::with_cases(passing.chain([case("failing", "false")]))
}

/// Runs one shard, each in a ledger of its own.
fn shard(scratch: &Scratch, number: u32, total: u32, more: &[&str]) -> Ended {
    let (shard, ledger) = (format!("{number}/{total}"), format!("shard-{number}.db"));
    let args = ["--shard", &shard, "--ledger", &ledger];
    let report = format!("md=shard-{number}.md");
    let args = args.into_iter().chain(["--report", &report]);
    let ended = scratch.run_suite(args.chain(more.iter().copied())).run();
    assert!(matches!(ended.code, Some(0 | 100)), "{ended}");
    ended
}

fn merge(scratch: &Scratch, ledgers: &[&str], code: i32) -> Ended {
    let args = ["merge", "--into", "all.db"].into_iter();
    let args = args.chain(ledgers.iter().copied());
    scratch.gauntlet(args).exits(code)
}

/// Each case with its outcomes, as the ledger tells of the run.
fn cases(scratch: &Scratch, ledger: &str, run: &str) -> BTreeMap<String, String> {
    let shown = scratch.gauntlet(["show", run, "--json", "--ledger", ledger]);
    let shown = shown.exits(0);
    let document: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    let cases = document["cases"].as_array().expect("cases");
    let pair = |case: &Value| {
        let id = case["case"].as_str().expect("an id");
        (id.to_owned(), case["outcomes"].to_string())
    };
    cases.iter().map(pair).collect()
}

#[test]
fn shards_that_are_merged_come_to_what_the_whole_run_comes_to() {
    let scratch = scratch();
    scratch.run_suite(["--ledger", "whole.db"]).exits(100);
    for number in 1..=4 {
        shard(&scratch, number, 4, &[]);
    }
    let ledgers = ["shard-3.db", "shard-1.db", "shard-4.db", "shard-2.db"];
    let ended = merge(&scratch, &ledgers, 100);
    ended.says([
        "4 of 4 shards",
        "7 of 8 attempts passed, 1 failed",
        "a case failed",
    ]);
    assert_eq!(
        cases(&scratch, "all.db", "latest"),
        cases(&scratch, "whole.db", "latest")
    );
    let report = scratch.report();
    assert!(
        report.contains("4 serial shards are 4 concurrent commands"),
        "{report}"
    );
}

#[test]
fn a_shard_says_what_falls_to_it_and_what_many_of_it_mean() {
    let scratch = scratch();
    let ended = shard(&scratch, 2, 4, &["--shard-group", "tonight"]);
    ended.says([
        "2 of 8 cases in shard 2/4 of tonight",
        "4 serial shards are 4 concurrent commands on the executor",
    ]);
    let report = scratch.read("shard-2.md");
    assert!(report.contains("2/4 of tonight"), "{report}");
}

#[test]
fn what_a_killed_merge_left_is_gone_after_the_next_one() {
    let scratch = scratch();
    shard(&scratch, 1, 1, &[]);
    for name in [
        ".gauntlet-merge-x7Kq2Z.tmp",
        ".gauntlet-merge-x7Kq2Z.tmp-wal",
    ] {
        scratch.write(name, "half of a ledger");
    }
    for _ in ["new", "known"] {
        merge(&scratch, &["shard-1.db"], 100);
        let entries = std::fs::read_dir(scratch.path(".")).expect("readable");
        let names = entries.map(|entry| entry.expect("readable").file_name());
        let left: Vec<_> = names
            .filter(|name| name.to_string_lossy().contains("merge"))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn what_is_missing_ends_a_merge_with_5_and_is_named_and_the_rest_is_kept() {
    let scratch = scratch();
    for number in [1, 4] {
        shard(&scratch, number, 4, &[]);
    }
    let ended = merge(&scratch, &["shard-1.db", "shard-4.db"], 5);
    ended.says(["2/4, 3/4 missing"]);
    assert_eq!(cases(&scratch, "all.db", "latest").len(), 4);
    for number in [2, 3] {
        shard(&scratch, number, 4, &[]);
    }
    // What was merged need not be given again.
    merge(&scratch, &["shard-2.db", "shard-3.db"], 100);
    assert_eq!(cases(&scratch, "all.db", "latest").len(), 8);
}

#[test]
fn a_shard_without_cases_is_a_success_that_says_so_and_counts() {
    let scratch = Scratch::with_cases([case("only", "true")]);
    for number in 1..=3 {
        let ended = shard(&scratch, number, 3, &[]);
        assert_eq!(ended.code, Some(0), "{ended}");
    }
    let said: Vec<_> = (1..=3)
        .map(|number| scratch.read(&format!("shard-{number}.md")))
        .collect();
    assert!(
        said.iter()
            .all(|report| report.contains("The run succeeded")),
        "{said:?}"
    );
    merge(&scratch, &["shard-1.db", "shard-2.db", "shard-3.db"], 0).says(["3 of 3 shards"]);
}

#[test]
fn gates_are_about_all_shards_together() {
    let scratch = Scratch::new();
    let mut tests: Vec<_> = (0..7)
        .map(|index| case(&format!("case_{index}"), "true"))
        .collect();
    tests.push(case("failing", "false"));
    let suite = |rate: f64| {
        serde_json::json!({ "gates": { "min_success_rate": rate }, "tests": tests }).to_string()
    };
    for (rate, code) in [(0.8, 0), (0.9, 99)] {
        scratch.write("suite.json", suite(rate));
        for number in 1..=4 {
            let ended = shard(&scratch, number, 4, &["--shard-group", &rate.to_string()]);
            assert_eq!(ended.code, Some(0), "{ended}");
        }
        let ledgers = ["shard-1.db", "shard-2.db", "shard-3.db", "shard-4.db"];
        merge(&scratch, &ledgers, code).says(["min_success_rate"]);
    }
    let earlier = ["--shard-group", "0.8", "shard-1.db"];
    merge(&scratch, &earlier, 0);
}

#[test]
fn an_engine_is_asked_only_where_somebody_says_so() {
    let scratch = scratch();
    let gitlab = |program: Program| {
        let program = program.env("CI_NODE_INDEX", "2").env("CI_NODE_TOTAL", "4");
        program.env("CI_PIPELINE_ID", "99")
    };
    let whole = gitlab(scratch.run_suite([])).exits(100);
    whole.keeps_to_itself(["shard"]);
    let part = gitlab(scratch.run_suite(["--shard", "auto"])).run();
    part.says(["2 of 8 cases in shard 2/4 of 99"]);
    let ended = scratch.run_suite(["--shard", "auto"]).exits(2);
    ended.says([
        "no batch engine says which shard this is",
        "give --shard K/N",
    ]);
    let ended = scratch.run_suite(["--shard", "0/4"]).exits(2);
    ended.says(["the first is 1/4 and the last 4/4"]);
}

#[test]
fn a_soak_that_is_continued_is_the_one_of_its_shard() {
    let scratch = Scratch::with_cases([case("one", "true"), case("two", "true")]);
    let interrupted = |shard: &str, line: &str| {
        let args = ["--shard", shard, "--continue", "--iterations", "2"];
        let mut soak = scratch.soak(args).args(["--interval", "1h", "-v"]).spawn();
        soak.wait_for(line);
        soak.signal(Signal::TERM);
        let ended = soak.wait();
        assert_eq!(ended.code, Some(75), "{ended}");
    };
    interrupted("1/2", "soak 1 (");
    interrupted("2/2", "soak 2 (");
    interrupted("1/2", "going on with soak 1 (");
    scratch.soak(["--resume", "1", "--shard", "1/2"]).exits(2);
    let shards: i64 = scratch.ledger().one("SELECT count(*) FROM shards");
    assert_eq!(shards, 2);
    let ended = merge(&scratch, &["reports/ledger.db"], 5);
    ended.says(["1/2 interrupted, 2/2 interrupted"]);
}

#[test]
fn a_moment_that_is_past_begins_at_once_and_one_too_far_is_refused() {
    let scratch = scratch();
    let past = ["--start-at", "2020-01-01T00:00Z"];
    scratch
        .run_suite(past)
        .exits(100)
        .says(["--start-at is past by"]);
    let far = ["--start-at", "2999-01-01T00:00Z"];
    scratch
        .run_suite(far)
        .exits(2)
        .says(["give a time within a day"]);
    scratch
        .run_suite(["--start-at", "+10ms"])
        .exits(100)
        .says(["beginning in"]);
}

#[test]
fn a_signal_ends_the_wait_for_the_start() {
    let scratch = scratch();
    let mut waiting = scratch.run_suite(["--start-at", "+1h"]).spawn();
    waiting.wait_for("beginning in");
    waiting.signal(Signal::TERM);
    let ended = waiting.wait();
    assert_eq!(ended.code, Some(143), "{ended}");
    assert!(!scratch.exists("reports/suite_report.md"));
}

#[test]
fn what_cannot_be_merged_is_named_with_the_way_out() {
    let scratch = scratch();
    scratch.run_suite(["--ledger", "whole.db"]).exits(100);
    let ended = merge(&scratch, &["whole.db"], 2);
    ended.says(["whole.db has no run of a shard", "--shard K/N"]);
    merge(&scratch, &["missing.db"], 2).says(["there is no ledger missing.db"]);
    shard(&scratch, 1, 2, &[]);
    shard(&scratch, 3, 3, &[]);
    let ended = merge(&scratch, &["shard-1.db", "shard-3.db"], 2);
    ended.says([
        "shard 1/2",
        "shard 3/3",
        "different numbers of shards",
        "--shard-group",
    ]);
    assert!(!scratch.exists("all.db"));
}
