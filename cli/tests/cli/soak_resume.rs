//! Soaks that go on, and those that cannot.

use misbehaving_executor::{Server, fault};
use rustix::process::Signal;

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
