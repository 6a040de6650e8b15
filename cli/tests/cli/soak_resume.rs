//! Soaks that go on, and those that cannot.

use misbehaving_executor::{Server, fault};
use rustix::process::Signal;
use serde_json::json;

use crate::support::{Scratch, case};

fn executor() -> Server {
    fault("clean").start().expect("the server starts")
}

/// A soak of `suite.json` that was killed after its first attempt.
fn killed(scratch: &Scratch, server: &Server, args: &[&str]) {
    let mut running = scratch
        .soak(["--json", "--url", &server.url()])
        .args(args.iter().copied())
        .spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::KILL);
    running.wait();
}

#[test]
fn a_resume_that_fails_early_leaves_the_run_as_it_was() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    killed(&scratch, &server, &["--interval", "1h"]);
    let mut interrupted = scratch.resume(["--json"]).spawn();
    interrupted.wait_for("run_started");
    interrupted.signal(Signal::INT);
    assert_eq!(interrupted.wait().code, Some(75));
    scratch.write("file", "");
    let before = scratch.ledger().contents();
    for (words, code) in [
        ("--token-file nowhere", 2),
        ("--report md=file/report.md", 110),
        ("--url nonsense", 2),
        ("--settings nowhere", 2),
    ] {
        scratch.resume(words.split(' ')).exits(code);
        assert_eq!(scratch.ledger().contents(), before, "{words}");
    }
    let ended: String = scratch.ledger().one("SELECT ended FROM runs");
    assert_eq!(ended, "interrupted");
}

#[test]
fn a_soak_finds_its_suite_from_whatever_folder_it_goes_on() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    killed(
        &scratch,
        &server,
        &["--iterations", "2", "--interval", "1h"],
    );
    scratch.suite("suite.json", [case("b", "x")]);
    // There is a file of that name, and it is another suite.
    scratch.suite("elsewhere/suite.json", [case("wrong", "x")]);
    let program = env!("CARGO_BIN_EXE_gauntlet");
    let script =
        format!("cd elsewhere && exec {program} soak --resume --ledger ../reports/ledger.db");
    let ended = scratch.program("sh", ["-c", &script]).exits(0);
    assert!(!ended.stderr.contains("stays as it was"), "{ended}");
    let cases = scratch.ledger().attempts(1).into_iter().map(|it| it.case);
    assert_eq!(cases.collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn a_changed_suite_does_not_add_an_iteration_to_those_that_were_asked_for() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    scratch
        .soak(["--iterations", "2", "--url", &server.url()])
        .exits(0);
    // Killed after the last attempt, and before it could say that it ends.
    scratch
        .ledger()
        .execute("UPDATE runs SET ended = NULL; UPDATE parts SET ended = NULL");
    scratch.suite("suite.json", [case("c", "x")]);
    scratch.resume([]).exits(0);
    assert_eq!(server.log().executions(), 4);
    let run = scratch.gauntlet(["show", "--json"]).exits(0).stdout;
    let run: serde_json::Value = serde_json::from_str(&run).expect("a document");
    assert_eq!(
        (&run["state"], &run["iteration"]),
        (&json!("completed"), &json!(2))
    );
    assert_eq!(run["suites"].as_array().map(Vec::len), Some(1), "{run}");
}

#[test]
fn a_soak_that_lost_its_executor_is_no_success_for_having_no_time_left() {
    let server = executor();
    let url = server.url();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut running = scratch
        .soak(["--json", "--duration", "1h", "--interval", "1ms"])
        .args(["--max-outage", "1ms", "--url", &url])
        .spawn();
    running.wait_for("attempt_finished");
    drop(server);
    assert_eq!(running.wait().code, Some(104));
    scratch
        .ledger()
        .execute("UPDATE parts SET elapsed_us = 3600000000");
    let before = scratch.ledger().contents();
    std::fs::remove_file(scratch.path("reports/suite_report.md")).expect("removed");
    let ended = scratch.resume([]).exits(104);
    ended.says(["soak 1 has no time left"]);
    assert_eq!(scratch.ledger().contents(), before);
    assert!(
        scratch.report().contains("lost its executor"),
        "{}",
        scratch.report()
    );
}
