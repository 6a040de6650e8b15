//! `gauntlet load --find-capacity`: which rate is found, what a trial shows, and how a search ends.

use std::time::Duration;

use misbehaving_executor::{Answer, Script, Server, wire};
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Ended, Program, Scratch, case, serving};

const LINES: &str =
    "{\"type\":\"output\",\"data\":\"hello\"}\n{\"type\":\"complete\",\"exit_code\":0}\n";

/// A server whose answers take so long.
fn answering_in(millis: u64) -> Server {
    let answer = Answer::new().pause(Duration::from_millis(millis));
    let answer = answer.send(wire::sized_head(LINES.len())).send(LINES);
    serving(Script::answering(answer))
}

/// Short trials, so that a search takes seconds.
const SHORT: [&str; 7] = [
    "--json",
    "--report",
    "json=capacity.json",
    "--warmup",
    "100ms",
    "--trial-pause",
    "0s",
];

fn finding<'a>(scratch: &Scratch, args: impl IntoIterator<Item = &'a str>) -> Program {
    scratch
        .gauntlet(["load", "suite.json", "--find-capacity"])
        .args(SHORT)
        .args(args)
}

/// Searches until it is over. Each of its trials has the patience of a test.
fn found(program: Program) -> Ended {
    let mut running = program.spawn();
    running.wait_for("capacity_finished");
    running.wait()
}

/// The record that ends the search.
#[track_caller]
fn finish(ended: &Ended) -> Value {
    let records = ended.records();
    let last = records.of("capacity_finished").last().cloned();
    last.unwrap_or_else(|| panic!("the search has no end: {ended}"))
}

fn verdicts(ended: &Ended) -> Vec<String> {
    let records = ended.records();
    let trials = records.of("capacity_trial");
    trials
        .map(|trial| trial["verdict"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn report(scratch: &Scratch) -> Value {
    serde_json::from_str(&scratch.read("capacity.json")).expect("a report is JSON")
}

/// Ends with this code, unless the machine is so busy that the generator is the limit, which it then has
/// to say.
#[track_caller]
fn ends(ended: &Ended, code: i32) {
    if ended.code != Some(107) {
        assert_eq!(ended.code, Some(code), "{ended}");
        return;
    }
    assert_eq!(finish(ended)["end"], "generator-too-slow", "{ended}");
    let latest: Vec<_> = verdicts(ended).into_iter().rev().take(3).collect();
    assert_eq!(latest, ["invalid"; 3], "{ended}");
}

#[test]
fn the_capacity_of_an_executor_that_does_one_thing_at_a_time_is_found() {
    let server = answering_in(10);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--gate",
        "p50.duration < 100ms",
        // One after the other, each for 10 ms and what the machine takes: a hundred a second at most.
        "--max-in-flight",
        "1",
        "--rate",
        "20/s",
        "--capacity-range",
        "5..1000/s",
        "--trial-duration",
        "700ms",
        "--resolution",
        "50%",
        "--url",
    ];
    let ended = found(finding(&scratch, args).args([&*server.url()]));
    ends(&ended, 0);
    let known = &finish(&ended)["known"];
    let rate = |key: &str| known[key].as_f64();
    // At 160 a second, half of the attempts of a trial wait for more than 130 ms by the queueing law. How slow
    // the machine is, nobody knows; it only makes the capacity smaller.
    assert!(rate("low_per_second") < Some(160.0), "{ended}");
    if ended.code == Some(0) {
        let (estimate, high) = (rate("estimate_per_second"), rate("high_per_second"));
        assert!(estimate >= Some(10.0) && estimate <= Some(160.0), "{ended}");
        assert!(rate("low_per_second") >= Some(5.0), "{ended}");
        let wide = high.unwrap_or_default() / rate("low_per_second").unwrap_or(1.0);
        assert!(wide <= 1.5 + 1e-9, "{ended}");
    }
    let report = report(&scratch);
    assert_eq!(report["document"], "capacity");
    assert_eq!(report["capacity"], *known);
}

#[test]
fn an_executor_that_fails_at_every_rate_is_below_the_range_and_its_trials_end_early() {
    let lingering = answering_in(300);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--gate",
        "p99.duration < 100ms",
        "--rate",
        "40/s",
        "--capacity-range",
        "20..1000/s",
        // If one of them went on to its end, the test would give up.
        "--trial-duration",
        "1m",
        "--url",
    ];
    let ended = found(finding(&scratch, args).args([&*lingering.url()]));
    // A generator that comes late shows nothing where gates do not hold.
    ends(&ended, 99);
    if ended.code == Some(99) {
        assert_eq!(finish(&ended)["end"], "below-range");
        assert_eq!(finish(&ended)["known"]["high_per_second"], 20.0);
        ended.says(["not even hold at the lowest rate"]);
    }
    for trial in ended.records().of("capacity_trial") {
        assert_eq!(trial["ended_early"], true, "{ended}");
    }
}

#[test]
fn an_executor_that_turns_attempts_away_does_not_hold_though_nobody_asked_for_successes() {
    let scratch = Scratch::with_cases([case("a", "false")]);
    let args = [
        "--gate",
        "infrastructure_errors < 1000",
        "--rate",
        "10/s",
        "--capacity-range",
        "10..20/s",
        "--trial-duration",
        "500ms",
    ];
    let ended = found(finding(&scratch, args));
    ends(&ended, 99);
    let records = ended.records();
    let trial = records.of("capacity_trial").next().expect("a trial");
    let gates = &trial["gates"];
    assert_eq!(gates[1]["gate"], "success_rate", "{gates}");
    assert_eq!(gates[1]["holds"], false, "{gates}");
}

#[test]
fn an_executor_that_bears_the_highest_rate_is_above_the_range() {
    let server = answering_in(0);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--gate",
        "p50.duration < 20s",
        "--rate",
        "20/s",
        "--capacity-range",
        "10..30/s",
        "--trial-duration",
        "500ms",
        "--url",
    ];
    let ended = found(finding(&scratch, args).args([&*server.url()]));
    ends(&ended, 0);
    if ended.code == Some(0) {
        assert_eq!(finish(&ended)["end"], "above-range");
        assert_eq!(finish(&ended)["known"]["low_per_second"], 30.0);
        assert_eq!(report(&scratch)["exit_codes"], json!([]));
    }
}

#[test]
fn trials_that_are_over_before_the_capacity_is_known_leave_it_open() {
    let server = answering_in(0);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--gate",
        "p50.duration < 20s",
        "--trial-duration",
        "1s",
        "--max-trials",
        "1",
        "--url",
    ];
    let ended = found(finding(&scratch, args).args([&*server.url()]));
    assert_eq!(ended.code, Some(102), "{ended}");
    assert_eq!(finish(&ended)["end"], "out-of-trials");
    assert_eq!(finish(&ended)["trials"], 1);
}

#[test]
fn a_generator_that_cannot_keep_up_is_told_from_an_executor_that_cannot() {
    let server = answering_in(0);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--gate",
        "p50.duration < 20s",
        "--rate",
        "50/s",
        "--trial-duration",
        "3s",
        "--url",
    ];
    let mut running = finding(&scratch, args).args([&*server.url()]).spawn();
    running.wait_for("capacity_started");
    for number in 1..=3 {
        running.run_for(Duration::from_millis(600));
        // It does not run, and its schedule goes on.
        running.signal(Signal::STOP);
        running.run_for(Duration::from_millis(500));
        running.signal(Signal::CONT);
        running.wait_for(&format!("\"trial\":{number},"));
    }
    let ended = running.wait();
    assert_eq!(ended.code, Some(107), "{ended}");
    assert_eq!(verdicts(&ended), ["invalid"; 3]);
    ended.says(["the generator, not the executor, is the limit"]);
}

#[test]
fn a_signal_ends_the_search_and_what_is_known_is_told() {
    let server = answering_in(0);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--gate",
        "p50.duration < 20s",
        "--trial-duration",
        "1s",
        "--url",
    ];
    let mut running = finding(&scratch, args).args([&*server.url()]).spawn();
    running.wait_for("\"trial\":1,");
    running.signal(Signal::INT);
    let ended = running.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    assert_eq!(finish(&ended)["end"], "interrupted");
    assert_eq!(report(&scratch)["exit_codes"], json!([130]));
}

#[test]
fn an_executor_that_goes_away_between_trials_is_lost() {
    let server = answering_in(0);
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = [
        "--gate",
        "p50.duration < 20s",
        "--trial-duration",
        "1s",
        "--url",
    ];
    let program = finding(&scratch, args).args([&*server.url()]);
    let mut running = program.env("GAUNTLET__EXECUTOR__MAX_OUTAGE", "1s").spawn();
    running.wait_for("\"trial\":1,");
    drop(server);
    let ended = running.wait();
    assert_eq!(ended.code, Some(104), "{ended}");
    assert_eq!(finish(&ended)["end"], "executor-lost");
}

#[test]
fn an_executor_that_is_not_there_is_told_before_the_first_trial() {
    let server = serving(Script::refusing());
    let scratch = Scratch::with_cases([case("a", "x")]);
    let args = ["--gate", "p50.duration < 1s", "--url", &server.url()];
    let ended = finding(&scratch, args).exits(103);
    assert_eq!(finish(&ended)["end"], "executor-unavailable");
    assert_eq!(finish(&ended)["trials"], 0);
}

#[test]
fn a_search_that_makes_no_sense_is_refused_with_the_way_out() {
    let scratch = Scratch::with_cases([case("a", "x")]);
    let gate = ["--gate", "p50.duration < 1s"];
    for (args, words) in [
        (&[][..], "give --gate, such as --gate"),
        (
            &["--rate", "5000/s", "--capacity-range", "1..100/s"],
            "is not in the range 1/s..100/s",
        ),
        (&["--capacity-range", "100/s"], "expected two rates"),
        (
            &["--capacity-range", "1/h..9/s"],
            "there would be no attempt in a trial of",
        ),
        (&["--resolution", "0%"], "expected a percentage"),
        (&["--duration", "9s"], "cannot be used with"),
        (&["--concurrency", "4"], "cannot be used with"),
        (&["--stage", "5s:1/s"], "cannot be used with"),
    ] {
        let gate = gate.into_iter().filter(|_| !args.is_empty());
        let ended = finding(&scratch, gate).args(args.iter().copied()).exits(2);
        ended.says([words]);
    }
    let without = ["load", "suite.json", "--max-trials", "3"];
    scratch.gauntlet(without).exits(2).says(["--find-capacity"]);
}
