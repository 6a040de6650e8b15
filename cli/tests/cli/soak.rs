//! Soaks: how they repeat, how they end, what they notice meanwhile.

use std::{os::unix::fs::PermissionsExt as _, time::Duration};

use misbehaving_executor::{Answer, Server, fault};
use rustix::process::Signal;
use serde_json::json;

use crate::support::{PATIENCE, Running, Scratch, case, serving};

fn executor() -> Server {
    fault("clean").start().expect("the server starts")
}

/// Replaces a file in one step, as editors do.
fn replace(scratch: &Scratch, name: &str, content: &str) {
    scratch.write("new", content);
    std::fs::rename(scratch.path("new"), scratch.path(name)).expect("renamed");
}

#[test]
fn a_soak_goes_over_its_suite_as_often_as_it_is_told() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    let ended = scratch
        .soak(["--json", "--iterations", "3", "--url", &server.url()])
        .exits(0);
    let records = ended.records();
    let places: Vec<_> = records
        .attempts()
        .into_iter()
        .map(|(number, case, _)| (number, case))
        .collect();
    let expected = ["a", "b", "a", "b", "a", "b"].map(str::to_owned);
    assert_eq!(places, (1..).zip(expected).collect::<Vec<_>>());
    assert_eq!(records.finish()["passed"], 6);
    assert_eq!(server.log().executions(), 6);
    let report = scratch.report();
    assert!(report.contains("6"), "{report}");
    let ended: String = scratch.ledger().one("SELECT ended FROM runs");
    assert_eq!(ended, "completed");
    scratch.resume([]).exits(4);
}

#[test]
fn every_attempt_has_an_execution_id_of_its_own() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let ended = scratch
        .soak(["--json", "--iterations", "3", "--url", &server.url()])
        .exits(0);
    let records = ended.records();
    let mut ids: Vec<_> = records
        .of("attempt_finished")
        .map(|record| record["execution_id"].to_string())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 3, "{ids:?}");
}

#[test]
fn the_same_seed_shuffles_the_same_way_also_across_an_interruption() {
    let server = executor();
    let ids = ["a", "b", "c", "d", "e", "f", "g"];
    let order = |scratch: &Scratch| -> Vec<String> {
        let attempts = scratch.ledger().attempts(1).into_iter();
        attempts
            .filter(|attempt| attempt.outcome == "passed")
            .map(|attempt| attempt.case)
            .collect()
    };
    let args = ["--shuffle", "--seed", "7", "--iterations", "4", "--json"];
    let whole = Scratch::with_cases(ids.map(|id| case(id, "x")));
    whole.soak(args).args(["--url", &server.url()]).exits(0);

    let cut = Scratch::with_cases(ids.map(|id| case(id, "x")));
    let mut running = cut.soak(args).args(["--url", &server.url()]).spawn();
    running.wait_for("\"attempt\":10,");
    running.signal(Signal::KILL);
    running.wait();
    cut.resume([]).exits(0);
    assert_eq!(order(&cut), order(&whole));
    assert_ne!(order(&whole)[..7], order(&whole)[7..14]);
}

#[test]
fn the_time_that_a_soak_may_take_ends_it() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let url = server.url();
    scratch
        .soak(["--duration", "300ms", "--url", &url, "--json"])
        .exits(0);
    let interval = ["--interval", "1h", "--duration", "300ms", "--url", &url];
    scratch
        .soak(interval)
        .args(["--ledger", "third.db"])
        .exits(0);
}

#[test]
fn a_soak_that_would_be_over_before_it_begins_is_refused() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    for (words, said) in [
        ("--duration 0", "--duration"),
        ("--duration 0ms", "--duration"),
        (
            "--until 2020-01-01T00:00Z",
            "--until 2020-01-01T00:00:00Z is in the past",
        ),
    ] {
        let ended = scratch
            .soak(words.split(' '))
            .args(["--url", &server.url()])
            .exits(2);
        ended.says([said]);
    }
    assert_eq!(server.log().executions(), 0);
    // One that goes on ends when its time has come.
    scratch
        .soak([
            "--until",
            "2999-01-01T00:00Z",
            "--iterations",
            "1",
            "--url",
            &server.url(),
        ])
        .exits(0);
    let ledger = scratch.ledger();
    ledger.execute("UPDATE runs SET ended = NULL, options = replace(options, '2999', '2020')");
    drop(ledger);
    scratch.resume([]).exits(0);
}

#[test]
fn a_changed_suite_counts_from_the_next_iteration_on_and_a_broken_one_does_not() {
    let server = executor();
    let scratch = Scratch::with_cases([case("first", "x")]);
    let url = server.url();
    let mut running = scratch
        .soak(["--json", "--interval", "50ms", "--url", &url])
        .spawn();
    running.wait_for("\"case\":\"first\"");
    replace(&scratch, "suite.json", r#"{"tests": [{"id": "second", "#);
    running.wait_for("suite_rejected");
    let rejected = running.wait_for("\"case\":\"first\"");
    assert!(rejected.contains("first"));
    let suite = json!({ "tests": [case("second", "x")] }).to_string();
    replace(&scratch, "suite.json", &suite);
    running.wait_for("suite_changed");
    running.wait_for("\"case\":\"second\"");
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(75), "{ended}");
    let attempts = scratch.ledger().attempts(1);
    let (first, last) = (&attempts[0], &attempts[attempts.len() - 1]);
    assert_eq!((&*first.case, &*last.case), ("first", "second"));
    assert_ne!(first.suite_hash, last.suite_hash);
    assert!(scratch.report().contains(&last.suite_hash[..12]));
}

#[test]
fn a_suite_that_changed_while_nothing_ran_begins_with_its_next_iteration() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x"), case("c", "x")]);
    let mut running = scratch
        .soak([
            "--json",
            "--iterations",
            "2",
            "--interval",
            "1h",
            "--url",
            &server.url(),
        ])
        .spawn();
    running.wait_for("\"attempt\":3,");
    running.signal(Signal::INT);
    assert_eq!(running.wait().code, Some(75));
    replace(
        &scratch,
        "suite.json",
        &json!({ "tests": [case("d", "x")] }).to_string(),
    );
    scratch.resume([]).exits(0);
    let cases: Vec<_> = scratch
        .ledger()
        .attempts(1)
        .into_iter()
        .map(|it| it.case)
        .collect();
    assert_eq!(cases.last().map(String::as_str), Some("d"));

    // One that cannot be used any more stays as it was.
    let other = Scratch::with_cases([case("a", "x")]);
    let mut running = other
        .soak([
            "--json",
            "--iterations",
            "2",
            "--interval",
            "1h",
            "--url",
            &server.url(),
        ])
        .spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::INT);
    running.wait();
    std::fs::remove_file(other.path("suite.json")).expect("removed");
    let ended = other.resume([]).spawn();
    let mut ended = ended;
    ended.wait_for("stays as it was");
    ended.signal(Signal::INT);
    assert_eq!(ended.wait().code, Some(75));
}

/// A soak whose case hangs.
fn hanging(server: &Server, scratch: &Scratch, args: &[&str]) -> Running {
    let running = scratch
        .soak(["--url", &server.url()])
        .args(args.iter().copied())
        .spawn();
    assert!(server.wait_until(PATIENCE, |log| log.executions() == 1));
    running
}

#[test]
fn the_first_signal_lets_the_running_case_end_and_the_second_does_not() {
    let hold = || Answer::new().send("HTTP/1.1 200 OK\r\n").hold();
    let (scratch, server) = (Scratch::with_cases([case("a", "x")]), serving(hold()));
    let running = hanging(&server, &scratch, &["--json", "--grace", "100ms"]);
    running.signal(Signal::TERM);
    let ended = running.wait();
    assert_eq!(ended.code, Some(75), "{ended}");
    let (_, _, outcome) = ended.records().attempts().remove(0);
    assert_eq!(outcome, "cancelled");
    ended.says(["to go on: gauntlet soak --resume 1"]);

    let (scratch, server) = (Scratch::with_cases([case("a", "x")]), serving(hold()));
    let mut running = hanging(&server, &scratch, &["--grace", "1h"]);
    running.signal(Signal::INT);
    running.wait_for("again to end at once");
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    // What was forced to end can be resumed as well.
    assert_eq!(
        scratch
            .ledger()
            .one::<i64>("SELECT flight_number FROM progress"),
        1
    );
}

#[test]
fn a_report_can_be_had_and_the_suite_be_checked_while_the_soak_goes_on() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut running = scratch
        .soak(["--interval", "20ms", "--url", &server.url()])
        .spawn();
    running.wait_for("1 case on");
    assert!(server.wait_until(PATIENCE, |log| log.executions() > 2));
    running.signal(Signal::USR1);
    running.wait_for("report: reports/suite_report.md");
    let interim = scratch.report();
    running.signal(Signal::HUP);
    running.wait_for("suite.json is valid");
    replace(&scratch, "suite.json", "{");
    running.signal(Signal::HUP);
    running.wait_for("cannot be used; it stays as it is");
    let seen = server.log().executions();
    assert!(server.wait_until(PATIENCE, |log| log.executions() > seen + 2));
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(75), "{ended}");
    assert_ne!(interim, scratch.report());
}

#[test]
fn a_soak_that_stands_still_is_ended_and_says_what_it_waits_for() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    // Nobody reads the records: when the pipe is full, writing one more waits for ever.
    let mut running = scratch
        .soak(["--json", "--url", &server.url()])
        .env("GAUNTLET__SOAK__STUCK_AFTER", "1s")
        .stdout(writer)
        .spawn();
    running.wait_for("the soak stands still");
    drop(reader);
    let ended = running.wait();
    assert_eq!(ended.code, Some(107), "{ended}");
    ended.says(["for machine records", "gauntlet soak --resume"]);
    assert!(
        scratch.report().contains("standstill"),
        "{}",
        scratch.report()
    );
}

#[test]
fn a_soak_whose_runner_was_held_up_is_not_valid() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut running = scratch
        .soak([
            "--interval",
            "20ms",
            "--url",
            &server.url(),
            "--duration",
            "5s",
            "--json",
        ])
        .spawn();
    running.wait_for("attempt_finished");
    // The machine has other things to do.
    running.signal(Signal::STOP);
    running.run_for(Duration::from_secs(2));
    running.signal(Signal::CONT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(107), "{ended}");
    ended.says([
        "the runner itself could not keep up",
        "its event loop was more than 100ms late",
    ]);
    assert_eq!(
        ended.records().finish()["problems"],
        json!(["runner-too-slow"])
    );
    assert!(
        scratch.report().contains("could not keep up"),
        "{}",
        scratch.report()
    );
}

#[test]
fn gates_are_held_against_all_attempts_also_of_the_parts_before() {
    let answers = (0..4).map(|index| {
        let code = i32::from(index == 0);
        let body = format!("{{\"type\":\"complete\",\"exit_code\":{code}}}\n");
        Answer::new().send(format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    });
    let server = serving(misbehaving_executor::Script::answering_in_turn(answers));
    let scratch = Scratch::new();
    let suite = json!({ "gates": { "min_success_rate": 0.8 }, "tests": [case("a", "x")] });
    scratch.write("suite.json", suite.to_string());
    let mut running = scratch
        .soak([
            "--json",
            "--iterations",
            "4",
            "--interval",
            "1s",
            "--url",
            &server.url(),
        ])
        .spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::KILL);
    running.wait();
    // Three of four passed; alone, the second part would hold its gate.
    let ended = scratch.resume(["--json"]).exits(99);
    assert_eq!(ended.records().finish()["problems"], json!(["gate-failed"]));
}

#[test]
fn a_soak_goes_on_or_begins_where_it_is_to_continue() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let url = server.url();
    let args = [
        "--continue",
        "--iterations",
        "2",
        "--interval",
        "1s",
        "--url",
        &url,
        "--json",
    ];
    let mut running = scratch.soak(args).spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::KILL);
    running.wait();
    scratch.soak(args).exits(0);
    assert_eq!(scratch.ledger().one::<i64>("SELECT count(*) FROM runs"), 1);
    scratch.soak(args).exits(0);
    assert_eq!(scratch.ledger().one::<i64>("SELECT count(*) FROM runs"), 2);
}

#[test]
fn only_the_latest_soak_of_a_suite_is_continued_however_its_path_is_written() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let url = server.url();
    let runs = || scratch.ledger().one::<i64>("SELECT count(*) FROM runs");
    let mut abandoned = scratch.soak(["--json", "--url", &url]).spawn();
    abandoned.wait_for("attempt_finished");
    abandoned.signal(Signal::INT);
    abandoned.wait();
    scratch.soak(["--iterations", "1", "--url", &url]).exits(0);
    let once = ["--continue", "--iterations", "1", "--url", &url];
    scratch.soak(once).exits(0);
    assert_eq!(runs(), 3, "what was abandoned long ago stays so");

    let mut going_on = scratch.soak(["--json", "--url", &url]).spawn();
    going_on.wait_for("attempt_finished");
    let second = scratch.gauntlet(["soak", "./suite.json"]).args(once);
    second
        .exits(2)
        .says(["run 4", "goes on in another process"]);
    going_on.signal(Signal::INT);
    going_on.wait();
    let mut continued = scratch
        .gauntlet(["soak", "./suite.json", "--continue", "--interval", "5s"])
        .spawn();
    continued.wait_for("without what was given now: --interval");
    continued.wait_for("1 case on");
    continued.signal(Signal::INT);
    assert_eq!(continued.wait().code, Some(75));
    assert_eq!(runs(), 4);
}

#[test]
fn a_soak_with_credentials_in_its_url_does_not_go_on_somewhere_else() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let url = server.url().replace("http://", "http://me:hidden@");
    let mut running = scratch.soak(["--json", "--url", &url]).spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::INT);
    running.wait();
    let refused = scratch.resume([]).exits(2);
    refused.says(["with a user and a password", "give --url again"]);
    refused.keeps_to_itself(["hidden"]);
    let mut resumed = scratch.resume(["--json", "--url", &url]).spawn();
    resumed.wait_for("attempt_finished");
    resumed.signal(Signal::INT);
    assert_eq!(resumed.wait().code, Some(75));
}

#[test]
fn variables_for_a_soak_that_begins_are_no_contradiction_when_it_is_resumed() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut running = scratch
        .soak(["--json", "--interval", "1ms", "--url", &server.url()])
        .spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::INT);
    running.wait();
    let mut resumed = scratch
        .resume(["--json"])
        .env("GAUNTLET_DURATION", "1ms")
        .env("GAUNTLET_SHUFFLE", "false")
        .env("GAUNTLET_SEED", "7")
        .spawn();
    resumed.wait_for("attempt_finished");
    resumed.wait_for("attempt_finished");
    resumed.signal(Signal::INT);
    assert_eq!(resumed.wait().code, Some(75));
    let refused = scratch.soak(["--seed", "7"]).exits(2);
    refused.says(["--seed does nothing without --shuffle"]);
}

#[test]
fn a_case_that_always_fails_does_not_fill_a_disk_with_words() {
    let scratch = Scratch::with_cases([case("a", "exit 3")]);
    let ended = scratch.soak(["--iterations", "50"]).exits(100);
    assert_eq!(
        ended.stderr.matches("exit code 3 instead of 0").count(),
        3,
        "{ended}"
    );
    let failed = scratch.ledger().attempts(1).len();
    assert_eq!(failed, 50);
}

#[test]
fn what_was_asked_for_and_the_settings_are_those_of_the_beginning() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
    let mut running = scratch
        .soak([
            "--only",
            "a",
            "--iterations",
            "2",
            "--interval",
            "1s",
            "--json",
        ])
        .args(["--url", &server.url(), "--report", "md=here.md"])
        .spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::INT);
    assert_eq!(running.wait().code, Some(75));
    scratch.resume([]).exits(0);
    let cases: Vec<_> = scratch
        .ledger()
        .attempts(1)
        .into_iter()
        .map(|it| it.case)
        .collect();
    assert_eq!(cases, ["a", "a"]);
    assert!(scratch.exists("here.md") && !scratch.exists("reports/suite_report.md"));
    // Who wants something else begins anew.
    let refused = scratch.resume(["--iterations", "5"]).exits(2);
    refused.says(["--iterations cannot be used with --resume"]);
}

#[test]
fn without_a_ledger_nothing_can_be_soaked() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let ended = scratch.soak(["--ledger", "none"]).exits(2);
    ended.says(["there is no ledger", "name one with --ledger FILE"]);
    assert!(!scratch.exists("none"));
    scratch.run_suite(["--ledger", "none"]).exits(0);
    assert!(!scratch.exists("none") && !scratch.exists("reports/ledger.db"));
}

#[test]
fn reports_are_written_in_every_format_that_is_asked_for_also_after_an_interruption() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let mut running = scratch
        .soak(["--json", "--iterations", "2", "--interval", "1s"])
        .args(["--report", "html=one.html", "--report", "md=one.md"])
        .args(["--url", &server.url()])
        .spawn();
    running.wait_for("attempt_finished");
    running.signal(Signal::KILL);
    running.wait();
    scratch.resume([]).exits(0);
    let page = scratch.read("one.html");
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(
        page.contains("The soak succeeded") && page.contains("<svg"),
        "{page}"
    );
    assert!(scratch.read("one.md").contains("The soak succeeded"));
    scratch
        .run_suite(["--report", "html=run.html", "--url", &server.url()])
        .exits(0);
    assert!(scratch.read("run.html").contains("The run succeeded"));
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_runs() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    scratch.write("file", "");
    for target in ["md=file/report.md", "md=tmp"] {
        let ended = scratch
            .soak(["--report", target, "--url", &server.url()])
            .exits(110);
        ended.says(["cannot write the report"]);
    }
    assert_eq!(server.log().executions(), 0);
}

#[test]
fn who_watches_a_soak_is_told_at_once_that_nobody_reads_the_records() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut running = scratch
        .soak(["--json", "--url", &server.url()])
        .stdout(writer)
        .spawn();
    running.wait_for("machine records cannot be written any more");
    let seen = server.log().executions();
    assert!(server.wait_until(PATIENCE, |log| log.executions() > seen));
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(110), "{ended}");
}

#[test]
fn secrets_do_not_get_into_the_ledger() {
    let server = executor();
    let scratch = Scratch::with_cases([case("a", "x")]);
    let url = server.url().replace("http://", "http://me:hidden-word@");
    scratch.secret("token", "hidden-token");
    scratch
        .soak(["--iterations", "1", "--url", &url, "--token-file", "token"])
        .env("GAUNTLET__EXECUTOR__HEADERS__X_KEY", "hidden-header")
        .exits(0);
    for entry in std::fs::read_dir(scratch.path("reports")).expect("a folder") {
        let path = entry.expect("readable").path();
        if path.is_file() {
            let bytes = std::fs::read(&path).expect("read");
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains("hidden-"), "{}", path.display());
        }
    }
    // Nobody else reads it, either.
    let mode = std::fs::metadata(scratch.path("reports/ledger.db"))
        .expect("a file")
        .permissions()
        .mode();
    assert_eq!(mode & 0o002, 0, "{mode:o}");
}
