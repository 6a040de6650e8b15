//! What drifts over a soak is found, told, and decides it where a gate says so.

use misbehaving_executor::{Server, fault};
use rustix::process::Signal;
use serde_json::Value;

use crate::support::{Scratch, case};

fn executor() -> Server {
    fault("clean").start().expect("the server starts")
}

/// A soak of which a day has gone by in which the executor's memory grew by 12 MiB an hour, and which goes on
/// for a moment more.
fn a_day_with_a_leak(gate: &str, server: &Server) -> Scratch {
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = ["--duration", "25h", "--interval", "1h", "--gate", gate];
    let mut running = scratch
        .soak(args)
        .args(["--json", "--url", &server.url()])
        .spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::TERM);
    assert_eq!(running.wait().code, Some(75));
    scratch.ledger().execute(
        "UPDATE parts SET began_us = began_us - 25 * 3600000000, elapsed_us = 25 * 3600000000;
         WITH RECURSIVE minute (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM minute WHERE n < 1500)
         INSERT INTO executor_samples
         SELECT 1, (SELECT min(began_us) FROM parts) + n * 60000000, 60000000, 1000,
                500 * 1048576 + n * 12 * 1048576 / 60 + n * 7919 % 101 * 20000, 9, 2, 1
         FROM minute;",
    );
    scratch
}

fn shown(scratch: &Scratch) -> Value {
    shown_of(scratch, "1")
}

fn shown_of(scratch: &Scratch, run: &str) -> Value {
    let ended = scratch.gauntlet(["show", run, "--json"]).exits(0);
    serde_json::from_str(&ended.stdout).expect("JSON")
}

#[test]
fn a_leak_of_the_executor_fails_a_soak_whose_gate_forbids_it() {
    let server = executor();
    let scratch = a_day_with_a_leak("drift.executor_rss < 5MiB/h", &server);
    let ended = scratch.resume(["1", "--url", &server.url()]).exits(99);
    ended.says(["gate drift.executor_rss", "12 MiB/h", "< 5MiB/h"]);
    let report = scratch.report();
    assert!(
        report.contains("memory of the executor grows 12 MiB/h"),
        "{report}"
    );
    let shown = shown(&scratch);
    assert_eq!(shown["problems"][0], "gate-failed", "{shown}");
    let series = shown["drift"]["series"].as_array().expect("series");
    let memory = series.iter().find(|it| it["quantity"] == "executor_rss");
    assert_eq!(memory.expect("the memory")["found"], true);
    let page = scratch.gauntlet(["show", "1"]).exits(0);
    for words in [
        "Drift, over",
        "memory of the executor grows 12 MiB/h",
        "is reached in",
    ] {
        assert!(page.stdout.contains(words), "{}", page.stdout);
    }
}

#[test]
fn a_leak_that_a_gate_allows_is_told_and_fails_nothing() {
    let server = executor();
    let scratch = a_day_with_a_leak("drift.executor_rss < 20MiB/h", &server);
    scratch.resume(["1", "--url", &server.url()]).exits(0);
    assert!(scratch.report().contains("memory of the executor grows"));
    assert_eq!(shown(&scratch)["gates"][0]["holds"], true);
}

#[test]
fn a_gate_over_a_soak_too_short_to_tell_does_not_hold() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let gate = "drift.duration_p50 < 1ms/h";
    let ended = scratch
        .soak(["--iterations", "2", "--gate", gate, "--url", &server.url()])
        .exits(99);
    ended.says(["it takes 12 windows of 1m 00s with data"]);
    assert!(scratch.report().contains("Too early to tell"));
}

#[test]
fn a_gate_that_cannot_be_read_is_told_with_what_is_expected() {
    let scratch = Scratch::with_cases([case("a", "x")]);
    for (gate, words) in [
        ("drift.memory < 5MiB/h", "executor_rss"),
        ("drift.executor_rss < 5s/h", "`5MiB/h` or `1%/h`"),
    ] {
        scratch.soak(["--gate", gate]).exits(2).says([words]);
    }
}

#[test]
fn a_process_to_watch_has_to_be_there() {
    let scratch = Scratch::with_cases([case("a", "x")]);
    for target in ["4194304", "no/such.pid"] {
        scratch
            .soak(["--iterations", "1", "--watch-pid", target])
            .exits(2)
            .says(["--watch-pid"]);
    }
    assert!(!scratch.exists("reports/ledger.db"));
}

#[test]
fn what_the_watched_process_takes_is_in_the_ledger() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let own = std::process::id().to_string();
    let args = ["--iterations", "1", "--watch-pid", &own];
    scratch.soak(args).args(["--url", &server.url()]).exits(0);
    let of_others: i64 = scratch
        .ledger()
        .one("SELECT count(*) FROM executor_samples WHERE memory_bytes > 1000000 AND threads > 1");
    assert_eq!(of_others, 1);
    // The embedded executor is watched without being named.
    scratch.suite("suite.json", [case("a", "true")]);
    scratch.soak(["--iterations", "1"]).exits(0);
    let own: i64 = scratch
        .ledger()
        .one("SELECT count(*) FROM executor_samples WHERE run_id = 2");
    assert_eq!(own, 1);
}

#[test]
fn a_soak_that_is_worse_than_its_baseline_is_a_regression() {
    let scratch = Scratch::with_cases([case("a", "sleep 0.1")]);
    let soak = |args: &[&'static str]| scratch.soak(["--iterations", "20"]).args(args.to_vec());
    soak(&[]).exits(0);
    // Two soaks of the same would differ where the machine has other things to do during one of them.
    scratch.suite("suite.json", [case("a", "true")]);
    soak(&["--against", "1"])
        .exits(0)
        .says(["better than run 1"]);
    scratch.suite("suite.json", [case("a", "false")]);
    let ended = soak(&["--against", "1"]).exits(106);
    ended.says(["a regression: worse than run 1: fewer attempts pass in a"]);
    assert!(scratch.report().contains("## Beside The Baseline"));
    assert_eq!(shown_of(&scratch, "3")["problems"][1], "regression");
    soak(&["--against", "9"]).exits(2).says(["9"]);
    // Of two attempts against twenty nothing can be said.
    scratch.suite("suite.json", [case("a", "true")]);
    scratch
        .soak(["--iterations", "2", "--against", "1"])
        .exits(102);
}
