//! What was recorded comes to the same again: judged from its cassettes, and served from them to the program.

use misbehaving_executor::faults;
use serde_json::{Value, json};

use crate::{
    served_faults::{self, FAULTS, case, served},
    support::{Records, Running, Scratch},
};

const RECORDINGS: &str = "reports/recordings";

/// Whether a fault says more than is kept of a stream.
fn is_flood(fault: &str) -> bool {
    fault.contains("flood") || fault == "endless-line"
}

/// What came of a case: the outcome, and the codes of what was found.
fn result(record: &Value) -> (String, Vec<String>) {
    let findings = record["findings"].as_array().into_iter().flatten();
    let codes = findings.map(|it| it["code"].as_str().unwrap_or_default().to_owned());
    (
        record["outcome"].as_str().unwrap_or_default().to_owned(),
        codes.collect(),
    )
}

fn results(records: &Records) -> Vec<(String, (String, Vec<String>))> {
    let mut results: Vec<_> = records
        .of("case_finished")
        .map(|it| {
            (
                it["case"].as_str().unwrap_or_default().to_owned(),
                result(it),
            )
        })
        .collect();
    results.sort();
    results
}

/// A server that plays what was recorded, and its URL for this transport.
fn played(scratch: &Scratch, transport: &str, speed: &str) -> (Running, String) {
    let options = [
        format!("--replay={RECORDINGS}"),
        format!("--replay-speed={speed}"),
    ];
    served(scratch, &options, transport)
}

fn round_trip_over(transport: &str) {
    let kinds = FAULTS.iter().map(|(kind, ..)| *kind);
    let kinds = kinds.filter(|kind| !is_flood(kind));
    let scratch = Scratch::with_cases(kinds.map(case));
    let run = |url: &str, more: &[&str]| {
        let args = [
            "--json",
            "--no-bundles",
            "--url",
            url,
            "--transport",
            transport,
        ];
        scratch
            .run_suite(args.into_iter().chain(more.iter().copied()))
            .exits(100)
            .records()
    };
    let live = {
        let (_serve, url) = served(&scratch, &served_faults::faults(), transport);
        run(&url, &["--record"])
    };
    let again = scratch
        .gauntlet(["replay", "--json", RECORDINGS])
        .exits(100)
        .records();
    assert_eq!(results(&again), results(&live), "{transport}");
    let (_serve, url) = played(&scratch, transport, "1");
    assert_eq!(results(&run(&url, &[])), results(&live), "{transport}");
}

#[test]
fn served_faults_come_to_the_same_from_cassettes_over_ndjson() {
    round_trip_over("ndjson");
}

#[test]
fn served_faults_come_to_the_same_from_cassettes_over_server_sent_events() {
    round_trip_over("sse");
}

#[test]
fn served_faults_come_to_the_same_from_cassettes_over_web_sockets() {
    round_trip_over("websocket");
}

#[test]
fn the_catalogue_of_faults_comes_to_the_same_from_cassettes() {
    let all: Vec<_> = faults().filter(|fault| !is_flood(fault.name)).collect();
    let cases = all.iter().map(
        |fault| json!({"id": fault.name, "command": format!("echo {}", fault.name), "timeout": 1}),
    );
    let scratch = Scratch::with_cases(cases);
    let mut live = Vec::new();
    let mut tried = Vec::new();
    for fault in &all {
        let server = fault.start().expect("the server starts");
        let url = server.url();
        let args = [
            "--json",
            "--record",
            "--no-bundles",
            "--ledger=none",
            "--only",
            fault.name,
        ];
        let ended = scratch.run_suite(args).args(["--url", &*url]).run();
        let came = results(&ended.records());
        // Where the executor is not healthy, nothing is sent.
        if let [(id, _)] = &came[..] {
            tried.push(id.clone());
        }
        live.extend(came);
    }
    live.sort();
    assert!(live.len() > 40, "{live:?}");
    let again = scratch
        .gauntlet(["replay", "--json", RECORDINGS])
        .run()
        .records();
    assert_eq!(results(&again), live);
    let (_serve, url) = played(&scratch, "ndjson", "1");
    let only = format!("--only={}", tried.join(","));
    let args = [
        "--json",
        "--no-bundles",
        "--ledger=none",
        &only,
        "--url",
        &*url,
    ];
    assert_eq!(results(&scratch.run_suite(args).run().records()), live);
}

#[test]
fn what_nobody_recorded_is_refused_over_every_transport() {
    let scratch = Scratch::with_cases([json!({"id": "known", "command": "echo one"})]);
    scratch.run_suite(["--record"]).exits(0);
    scratch.suite(
        "other.json",
        [json!({"id": "unknown", "command": "echo two"})],
    );
    let ask = |transport| {
        let (_serve, url) = played(&scratch, transport, "max");
        let args = [
            "run",
            "other.json",
            "--no-bundles",
            "--url",
            &*url,
            "--transport",
            transport,
        ];
        scratch.gauntlet(args).exits(100)
    };
    ask("ndjson").says(["HTTP status 404", "no cassette has this command"]);
    ask("websocket").says(["refused", "no cassette has this command"]);
}

#[test]
fn a_cassette_answers_the_command_with_and_without_a_marker_and_several_take_turns() {
    let scratch = Scratch::with_cases([
        json!({"id": "n", "command": "cat count; echo x >> count", "expected_patterns": ["x"]}),
    ]);
    scratch.write("count", "");
    let count = scratch.path("count").display().to_string();
    let case = json!({"id": "n", "command": format!("cat {count}; echo x >> {count}"), "expected_patterns": ["x"]});
    scratch.suite("suite.json", [case]);
    // The embedded executor gets a marker along with each command.
    let record = ["--record", "--no-bundles", "--sandbox=off"];
    scratch.run_suite(record).exits(100);
    scratch.run_suite(record).exits(0);
    let (_serve, url) = played(&scratch, "ndjson", "max");
    let run =
        |probe: &str| scratch.run_suite(["--no-bundles", "--url", &*url, "--cleanup-probe", probe]);
    run("off").exits(100);
    run("on").exits(0);
    run("off").exits(100);
}

#[test]
fn cassettes_are_served_to_whom_commands_would_be() {
    let scratch = Scratch::with_cases([json!({"id": "one", "command": "echo one"})]);
    scratch.run_suite(["--record"]).exits(0);
    scratch.secret("token", "s3cret-token");
    let replay = format!("--replay={RECORDINGS}");
    scratch
        .gauntlet(["serve", "--listen=0.0.0.0:0", &replay])
        .exits(2)
        .says(["can be reached from other machines"]);
    let options = [replay.clone(), "--token-file=token".into()];
    let (_serve, url) = served(&scratch, &options, "ndjson");
    let run = |more: &[&str]| {
        let args = ["--no-bundles", "--url", &*url].into_iter();
        scratch.run_suite(args.chain(more.iter().copied()))
    };
    run(&[]).exits(103).says(["HTTP status 401"]);
    run(&["--token-file=token"]).exits(0);
}

#[test]
fn a_replay_server_commits_no_faults_and_needs_cassettes() {
    let scratch = Scratch::new();
    scratch
        .gauntlet(["serve", "--replay=.", "--fault=reset"])
        .exits(2);
    scratch.gauntlet(["serve", "--replay-speed=2"]).exits(2);
    scratch
        .gauntlet(["serve", "--replay=.", "--listen=127.0.0.1:0"])
        .exits(2)
        .says(["there is no cassette in"]);
}
