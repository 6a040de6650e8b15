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
