//! Signals: the first ends the run politely, the second at once, and no process stays behind.

use std::time::{Duration, Instant};

use misbehaving_executor::Answer;
use rustix::process::Signal;
use serde_json::json;

use crate::support::{PATIENCE, Running, Scratch, Witness, case, serving};

/// A run whose first case has begun and would go on for minutes; its witness; two more cases wait.
fn running(scratch: &Scratch, rest: &str, args: &[&str]) -> (Running, Witness) {
    let mut witness = scratch.witness("witness");
    let cases = [
        case("long", &witness.command(rest)),
        case("second", "true"),
        case("third", "true"),
    ];
    scratch.suite("suite.json", cases);
    let run = scratch
        .run_suite(["--sandbox-allow", witness.path()])
        .args(args.iter().copied())
        .spawn();
    witness.wait_for_start();
    (run, witness)
}

#[test]
fn a_signal_ends_the_command_and_the_run_and_the_report_is_written() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let scratch = Scratch::new();
        let (run, witness) = running(&scratch, "exec sleep 300", &["--json"]);
        run.signal(signal);
        let ended = run.wait();
        witness.wait_for_end();
        assert_eq!(ended.code, Some(code), "{ended}");
        let records = ended.records();
        assert_eq!(records.outcomes(), [("long", "cancelled")]);
        assert_eq!(records.finish()["not_run"], 3);
        assert_eq!(records.finish()["problems"], json!(["interrupted"]));
        let report = scratch.report();
        assert_eq!(
            report.matches("NOT RUN").count() + report.matches("CANCELLED").count(),
            3,
            "{report}"
        );
        assert_eq!(scratch.leftovers(), Vec::<std::path::PathBuf>::new());
    }
}

#[test]
fn everything_that_a_command_started_ends_with_it() {
    let scratch = Scratch::new();
    let rest = "sleep 300 & (setsid sleep 300 &) ; (sleep 300; sleep 300) | sleep 300";
    let (run, witness) = running(&scratch, rest, &[]);
    run.signal(Signal::INT);
    let ended = run.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    ended.says([
        "interrupted: ending the running case",
        "the run was interrupted",
        "3 not run",
    ]);
    witness.wait_for_end();
}

#[test]
fn a_command_that_ignores_sigterm_is_killed() {
    let scratch = Scratch::new();
    let (run, witness) = running(&scratch, "trap '' TERM INT; sleep 300; sleep 300", &[]);
    run.signal(Signal::TERM);
    let ended = run.wait();
    assert_eq!(ended.code, Some(143), "{ended}");
    witness.wait_for_end();
}

#[test]
fn a_second_signal_ends_at_once_and_still_leaves_no_process() {
    let scratch = Scratch::new();
    // The embedded executor would give it two seconds.
    let (mut run, witness) = running(&scratch, "trap '' TERM; sleep 300; sleep 300", &[]);
    run.signal(Signal::INT);
    run.wait_for("again to end at once");
    let asked = Instant::now();
    run.signal(Signal::TERM);
    let ended = run.wait();
    assert!(asked.elapsed() < Duration::from_millis(1500), "{ended}");
    assert_eq!(ended.code, Some(143), "{ended}");
    witness.wait_for_end();
}

#[test]
fn a_signal_during_a_request_closes_the_connection_to_the_executor() {
    let answers = [
        Answer::new().hold(),
        Answer::new().send("HTTP/1.1 200 OK\r\n").hold(),
    ];
    for answer in answers {
        let server = serving(answer);
        let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
        let run = scratch
            .run_suite(["--json", "--url", &server.url()])
            .spawn();
        assert!(server.wait_until(PATIENCE, |log| log.executions() == 1));
        run.signal(Signal::INT);
        let ended = run.wait();
        assert_eq!(ended.code, Some(130), "{ended}");
        assert_eq!(ended.records().outcomes(), [("a", "cancelled")]);
        assert!(server.wait_until(PATIENCE, |log| log.closed_by_client >= 1));
        assert_eq!(server.log().executions(), 1, "no further case");
    }
}

#[test]
fn a_signal_while_the_health_is_asked_for_ends_the_run() {
    let script =
        misbehaving_executor::Script::answering(Answer::new()).health(Answer::new().hold());
    let server = serving(script);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let run = scratch
        .run_suite(["--url", &server.url()])
        .env("GAUNTLET__EXECUTOR__HEALTH_TIMEOUT", "60s")
        .spawn();
    assert!(server.wait_until(PATIENCE, |log| log.requests.len() == 1));
    run.signal(Signal::TERM);
    let ended = run.wait();
    assert_eq!(ended.code, Some(143), "{ended}");
    assert!(scratch.report().contains("NOT RUN"));
}

#[test]
fn a_signal_ends_several_suites_and_the_later_ones_do_not_begin() {
    let scratch = Scratch::new();
    scratch.suite("later.json", [case("a", "true")]);
    let (run, witness) = running(&scratch, "exec sleep 300", &["later.json"]);
    run.signal(Signal::INT);
    let ended = run.wait();
    witness.wait_for_end();
    assert_eq!(ended.code, Some(130), "{ended}");
    assert!(scratch.exists("reports/suite_report.md"));
    // An older report of it must not be taken for this run's.
    let later = scratch.read("reports/later_report.md");
    assert!(later.contains("NOT RUN"), "{later}");
}

#[test]
fn a_report_that_cannot_be_written_outranks_the_interruption() {
    let scratch = Scratch::new();
    let (run, witness) = running(&scratch, "exec sleep 300", &["--report", "md=tmp"]);
    run.signal(Signal::INT);
    let ended = run.wait();
    witness.wait_for_end();
    assert_eq!(ended.code, Some(110), "{ended}");
}

#[test]
fn what_finished_before_the_signal_keeps_its_result() {
    let scratch = Scratch::new();
    let mut witness = scratch.witness("witness");
    let cases = [
        case("done", "exit 7"),
        case("long", &witness.command("exec sleep 300")),
    ];
    scratch.suite("suite.json", cases);
    let run = scratch
        .run_suite(["--json", "--sandbox-allow", witness.path()])
        .spawn();
    witness.wait_for_start();
    run.signal(Signal::INT);
    let ended = run.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    let records = ended.records();
    assert_eq!(
        records.outcomes(),
        [("done", "failed"), ("long", "cancelled")]
    );
    assert_eq!(
        records.finish()["problems"],
        json!(["interrupted", "case-failed"])
    );
}
