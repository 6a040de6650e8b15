//! Shards of a load: each drives its part, and merged they are the whole.

use serde_json::{Value, json};

use crate::support::{Ended, Scratch, case};

fn scratch() -> Scratch {
    Scratch::with_cases([case("good", "true"), case("bad", "false")])
}

/// Drives a shard of a load of twelve attempts.
fn shard(scratch: &Scratch, number: u32, more: &[&str]) -> Ended {
    let (shard, ledger) = (format!("{number}/2"), format!("{number}.db"));
    let report = format!("json={number}.json");
    scratch
        .gauntlet([
            "load",
            "suite.json",
            "--concurrency",
            "3",
            "--iterations",
            "6",
        ])
        .args(["--shard", &shard, "--ledger", &ledger, "--report", &report])
        .args(more.iter().copied())
        .run()
}

fn read(scratch: &Scratch, name: &str) -> Value {
    serde_json::from_str(&scratch.read(name)).expect("JSON")
}

fn merge(scratch: &Scratch, ledgers: &[&str], code: i32) -> Ended {
    let merge = scratch.gauntlet(["merge"]).args(ledgers.iter().copied());
    merge
        .args(["--into", "all.db", "--report", "json=all.json"])
        .exits(code)
}

#[test]
fn shards_of_a_load_that_are_merged_are_the_whole() {
    let scratch = scratch();
    for number in [1, 2] {
        let ended = shard(&scratch, number, &[]);
        assert_eq!(ended.code, Some(100), "{ended}");
        ended.says(["2 shards together: 3 concurrent commands on the executor"]);
    }
    merge(&scratch, &["1.db", "2.db"], 100).says(["2 of 2 shards", "6 of 12 attempts passed"]);
    let parts = ["1.json", "2.json"].map(|name| read(&scratch, name));
    let concurrency = |report: &Value| report["model"]["concurrency"].as_u64();
    assert_eq!(parts.each_ref().map(concurrency), [Some(2), Some(1)]);
    let all = read(&scratch, "all.json");
    assert_eq!(concurrency(&all), Some(3));
    assert_eq!(
        all["total"]["outcomes"],
        json!({ "passed": 6, "failed": 6 })
    );
    for (index, id) in ["good", "bad"].into_iter().enumerate() {
        assert_eq!(all["cases"][index]["id"], id);
        let sum: u64 = parts
            .iter()
            .filter_map(|part| part["cases"][index]["bytes"].as_u64())
            .sum();
        assert_eq!(all["cases"][index]["bytes"], sum);
    }
    assert_eq!(all["total"]["response"]["count"], 6);
    let begun = |report: &Value| -> u64 {
        let points = report["series"]["points"].as_array().expect("points");
        points.iter().filter_map(|it| it["begun"].as_u64()).sum()
    };
    assert_eq!(begun(&all), parts.iter().map(begun).sum::<u64>());
    assert_eq!(all["failures"][0]["count"], 6);
    let history = scratch.gauntlet(["history", "--ledger", "all.db"]).exits(0);
    assert_eq!(history.stdout.matches("load").count(), 3, "{history}");
}

#[test]
fn gates_of_a_load_are_about_all_shards_together() {
    let scratch = scratch();
    let gate = ["--gate", "success_rate >= 90%"];
    for number in [1, 2] {
        let ended = shard(&scratch, number, &gate);
        assert_eq!(
            ended.code,
            Some(0),
            "no shard is held against them: {ended}"
        );
        assert_eq!(
            read(&scratch, &format!("{number}.json"))["gates"],
            json!([])
        );
    }
    merge(&scratch, &["2.db", "1.db"], 99);
    let all = read(&scratch, "all.json");
    assert_eq!(all["gates"][0]["holds"], false);
    assert_eq!(all["exit_codes"], json!([99]));
    // In another order and once more, it comes to the same.
    let first = scratch.read("all.json");
    merge(&scratch, &["1.db", "all.db", "2.db"], 99);
    assert!(scratch.read("all.json") == first);
}

#[test]
fn a_shard_of_a_load_that_is_missing_is_named_and_the_rest_is_kept() {
    let scratch = scratch();
    shard(&scratch, 2, &[]);
    merge(&scratch, &["2.db"], 5).says(["1/2 missing"]);
    let all = read(&scratch, "all.json");
    assert_eq!(all["exit_codes"], json!([5, 100]));
    assert_eq!(all["problems"][0]["code"], "shards-outstanding");
}

#[test]
fn what_cannot_be_shared_out_is_refused_with_the_way_out() {
    let scratch = scratch();
    let load = ["load", "suite.json", "--shard", "4/4"];
    scratch
        .gauntlet(load)
        .args(["--concurrency", "3"])
        .exits(2)
        .says([
            "nothing of it falls to shard 4/4",
            "give --concurrency 4 or more",
        ]);
    scratch
        .gauntlet(load)
        .args(["--find-capacity", "--gate", "success_rate >= 90%"])
        .exits(2)
        .says(["cannot be shared out to shards"]);
    shard(&scratch, 1, &[]);
    let report = [
        "merge",
        "1.db",
        "--into",
        "all.db",
        "--report",
        "junit=x.xml",
    ];
    let ended = scratch.gauntlet(report).exits(2);
    ended.says(["there is no report on load in junit"]);
    assert!(!scratch.exists("all.db"), "nothing was kept");
}
