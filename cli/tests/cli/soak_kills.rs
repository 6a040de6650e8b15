//! A soak that is killed at any moment: nothing that was announced is lost, and nothing counts twice.

use std::{collections::BTreeMap, time::Duration};

use misbehaving_executor::{Server, fault};
use rustix::process::Signal;

use crate::support::{Records, Scratch, case};

/// How often the process is killed.
const KILLS: u64 = 100;

fn executor() -> Server {
    fault("clean").start().expect("the server starts")
}

/// A moment between 0 and 150 ms that belongs to the round: from before the ledger is opened to deep
/// within the soak.
fn moment(round: u64) -> Duration {
    let mixed = (round + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    Duration::from_micros(mixed % 150_000)
}

#[test]
fn a_hundred_kills_lose_nothing_and_double_nothing() {
    let server = executor();
    let cases = ["a", "b", "c", "d", "e"];
    let scratch = Scratch::with_cases(cases.map(|id| case(id, "x")));
    let mut announced: BTreeMap<u64, (String, String)> = BTreeMap::new();
    let mut take = |records: &Records| {
        for (number, case, outcome) in records.attempts() {
            let twice = announced.insert(number, (case, outcome));
            assert_eq!(twice, None, "attempt {number} was announced twice");
        }
    };
    let mut kills = 0;
    let mut is_begun = false;
    while kills < KILLS {
        // A process that was killed before the run was in the ledger has left nothing to go on with.
        let args = ["--json", "--url", &server.url()];
        let soak = if is_begun {
            scratch.resume(["--json"])
        } else {
            scratch.soak(args)
        };
        let running = soak.spawn();
        running.run_for(moment(kills));
        running.signal(Signal::KILL);
        let ended = running.wait();
        assert_eq!(ended.signal, Some(9), "{ended}");
        kills += 1;
        take(&Records::parse_cut(&ended.stdout));
        is_begun = is_begun
            || scratch.exists("reports/ledger.db") && {
                let runs: i64 = scratch
                    .ledger()
                    .one("SELECT count(*) FROM sqlite_schema WHERE name = 'runs'");
                runs == 1 && scratch.ledger().one::<i64>("SELECT count(*) FROM runs") == 1
            };
    }
    let mut last = scratch.resume(["--json"]).spawn();
    last.wait_for("attempt_finished");
    last.signal(Signal::INT);
    let ended = last.wait();
    assert_eq!(ended.code, Some(75), "{ended}");
    let records = ended.records();
    take(&records);

    let attempts = scratch.ledger().attempts(1);
    assert!(attempts.len() > 1000, "{} attempts", attempts.len());
    let mut by_iteration: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for (index, attempt) in attempts.iter().enumerate() {
        assert_eq!(attempt.number, index as u64 + 1, "numbers have no gaps");
        match announced.remove(&attempt.number) {
            Some((case, outcome)) => {
                assert_eq!((&*case, &*outcome), (&*attempt.case, attempt.outcome));
            }
            // What was not announced may be there all the same, and what was interrupted is.
            None => assert!(["passed", "interrupted", "cancelled"].contains(&attempt.outcome)),
        }
        if attempt.outcome == "passed" {
            by_iteration
                .entry(attempt.iteration)
                .or_default()
                .push(&attempt.case);
        }
    }
    assert!(announced.is_empty(), "lost: {announced:?}");
    // Each iteration but the last went over every case once, in order, as if nothing had happened.
    by_iteration.pop_last();
    for (iteration, seen) in by_iteration {
        assert_eq!(seen, cases, "iteration {iteration}");
    }
    // The sums are those of one run.
    let interrupted = attempts
        .iter()
        .filter(|it| it.outcome == "interrupted")
        .count();
    assert!(interrupted as u64 <= KILLS);
    let passed = attempts.iter().filter(|it| it.outcome == "passed").count();
    assert_eq!(records.finish()["cases"], attempts.len());
    assert_eq!(records.finish()["passed"], passed);
    let parts: i64 = scratch.ledger().one("SELECT count(*) FROM parts");
    assert!(parts > 50, "{parts} parts");
}

#[test]
fn what_was_under_way_when_the_process_was_killed_is_interrupted_and_tried_again() {
    let scratch = Scratch::new();
    let mut witness = scratch.witness("witness");
    scratch.suite(
        "suite.json",
        [
            case("quick", "true"),
            case("long", &witness.command("exec sleep 300")),
        ],
    );
    let mut running = scratch
        .soak(["--json", "--sandbox-allow", witness.path()])
        .spawn();
    witness.wait_for_start();
    // It is announced when it is in the ledger: a moment earlier it would have left no trace.
    running.wait_for("\"case\":\"long\"");
    running.signal(Signal::KILL);
    running.wait();
    scratch.suite("suite.json", [case("quick", "true"), case("long", "true")]);
    let mut resumed = scratch.resume(["-v", "--url", "embedded"]).spawn();
    resumed.wait_for("✓ long");
    resumed.signal(Signal::INT);
    let ended = resumed.wait();
    ended.says(["attempt 2 was under way and counts as interrupted"]);
    let attempts = scratch.ledger().attempts(1);
    assert_eq!(
        (&*attempts[1].case, attempts[1].outcome),
        ("long", "interrupted")
    );
    // The downtime is no time under test: it is between the parts.
    let under_test: i64 = scratch.ledger().one("SELECT sum(elapsed_us) FROM parts");
    let span: i64 = scratch
        .ledger()
        .one("SELECT max(began_us + elapsed_us) - min(began_us) FROM parts");
    assert!(under_test < span, "{under_test} of {span}");
}

#[test]
fn a_run_cannot_be_soaked_by_two_processes() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut first = scratch.soak(["--json", "--url", &server.url()]).spawn();
    first.wait_for("attempt_finished");
    let second = scratch.gauntlet(["soak", "--resume", "1"]).exits(2);
    second.says([
        "run 1",
        "goes on in another process",
        "one process at a time",
    ]);
    let latest = scratch.resume([]).exits(4);
    latest.says(["no soak in the ledger reports/ledger.db can be resumed"]);
    first.signal(Signal::INT);
    assert_eq!(first.wait().code, Some(75));
}
