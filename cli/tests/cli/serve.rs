//! `gauntlet serve`: the embedded executor on its own.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
};

use rustix::process::Signal;
use serde_json::json;

use crate::support::{PATIENCE, Program, Running, Scratch, case};

/// A served executor on a free port, and its URL.
fn served(program: Program) -> (Running, String) {
    let mut serve = program.spawn();
    let line = serve.wait_for("listening on");
    let url = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"));
    let url = url.unwrap_or_else(|| panic!("no URL in {line}")).to_owned();
    (serve, url)
}

fn serve(scratch: &Scratch) -> Program {
    scratch.gauntlet(["serve", "--listen", "127.0.0.1:0"])
}

/// The whole answer to a request, whose connection is not to be kept.
fn ask(url: &str, request: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
    let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
    let (first, headers) = head.split_once('\n').unwrap_or((head, ""));
    let headers: String = headers.lines().map(|line| format!("{line}\r\n")).collect();
    let length = body.len();
    write!(
        stream,
        "{first} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    answer
}

const EXECUTE: &str = "POST /execute\nContent-Type: application/json\n\n";

#[test]
fn it_says_where_it_listens_answers_and_stops_on_sigterm() {
    let scratch = Scratch::new();
    let (serve, url) = served(serve(&scratch));
    let health = ask(&url, "GET /health");
    assert!(
        health.starts_with("HTTP/1.1 200") && health.contains("\"healthy\""),
        "{health}"
    );
    assert!(ask(&url, "GET /healthz").contains("\"ok\""));
    let command = json!({ "command": "echo out; echo err >&2; exit 3" });
    let answer = ask(&url, &format!("{EXECUTE}{command}"));
    for part in ["\"out\"", "\"err\"", "\"exit_code\":3"] {
        assert!(answer.contains(part), "no {part} in {answer}");
    }
    serve.signal(Signal::TERM);
    let ended = serve.wait();
    assert_eq!(ended.code, Some(143), "{ended}");
    assert_eq!(ended.stdout, "");
    assert!(TcpStream::connect(url.trim_start_matches("http://")).is_err());
    assert_eq!(scratch.leftovers(), Vec::<PathBuf>::new());
}

#[test]
fn a_run_on_a_served_executor_passes_and_leaves_it_serving() {
    let scratch = Scratch::with_cases([case("a", "echo hello"), case("b", "true")]);
    let (serve, url) = served(serve(&scratch));
    for _ in 0..2 {
        scratch
            .run_suite(["--url", &url])
            .exits(0)
            .says([&*format!("2 cases on {url}")]);
    }
    serve.signal(Signal::INT);
    assert_eq!(serve.wait().code, Some(130));
}

#[test]
fn commands_that_end_soon_may_end_when_it_is_stopped_and_no_others_begin() {
    let scratch = Scratch::new();
    let (mut witness, mut barrier) = (scratch.witness("witness"), scratch.barrier("barrier"));
    let cases = [
        case("a", &witness.command(&barrier.command())),
        case("b", "true"),
    ];
    scratch.suite("suite.json", cases);
    let allowed = ["--sandbox-allow", witness.path()];
    let (mut serve, url) = served(serve(&scratch).args(allowed));
    let run = scratch
        .run_suite(["--json", "--url", &url])
        .env("GAUNTLET__EXECUTOR__MAX_OUTAGE", "500ms")
        .spawn();
    witness.wait_for_start();
    serve.signal(Signal::TERM);
    serve.wait_for("stopping: commands have 10s to end");
    barrier.open();
    let ended = serve.wait();
    assert_eq!(ended.code, Some(143), "{ended}");
    witness.wait_for_end();
    assert_eq!(scratch.leftovers(), Vec::<PathBuf>::new());
    let ended = run.wait();
    let records = ended.records();
    assert_eq!(records.case("a")["outcome"], "passed", "{ended}");
    assert_eq!(records.finish()["passed"], 1, "{ended}");
    assert_ne!(ended.code, Some(0), "{ended}");
}

#[test]
fn a_second_signal_ends_it_and_its_commands_at_once_and_the_run_on_it_is_told_the_truth() {
    let scratch = Scratch::new();
    let mut witness = scratch.witness("witness");
    let command = witness.command("trap '' TERM; sleep 300 & sleep 300");
    scratch.suite("suite.json", [case("a", &command)]);
    let allowed = ["--sandbox-allow", witness.path()];
    let (mut serve, url) = served(serve(&scratch).args(allowed));
    let run = scratch.run_suite(["--json", "--url", &url]).spawn();
    witness.wait_for_start();
    serve.signal(Signal::TERM);
    serve.wait_for("again to end at once");
    serve.signal(Signal::INT);
    let ended = serve.wait();
    assert_eq!(ended.code, Some(130), "{ended}");
    witness.wait_for_end();
    let ended = run.wait();
    // Whether its last words were on their way in time is a matter of luck.
    let outcome = ended.records().case("a")["outcome"].clone();
    assert!(
        outcome == "infrastructure-error" || outcome == "failed",
        "{ended}"
    );
    assert_eq!(ended.code, Some(100), "{ended}");
}

#[test]
fn a_run_that_is_interrupted_ends_its_command_at_the_served_executor() {
    let scratch = Scratch::new();
    let mut witness = scratch.witness("witness");
    scratch.suite(
        "suite.json",
        [case("a", &witness.command("sleep 300 & sleep 300"))],
    );
    let allowed = ["--sandbox-allow", witness.path()];
    let (serve, url) = served(serve(&scratch).args(allowed));
    let run = scratch.run_suite(["--url", &url]).spawn();
    witness.wait_for_start();
    run.signal(Signal::INT);
    assert_eq!(run.wait().code, Some(130));
    witness.wait_for_end();
    drop(serve);
}

#[test]
fn commands_write_only_where_they_may() {
    let scratch = Scratch::new();
    let command = |path: &str| {
        format!(
            "echo x > own && echo x > '{}'",
            scratch.path(path).display()
        )
    };
    scratch.write("allowed", "");
    scratch.suite(
        "suite.json",
        [
            case("allowed", &command("allowed")),
            case("denied", &command("denied")),
        ],
    );
    let allowed = scratch.path("allowed");
    let args = ["--json", "--sandbox-allow", allowed.to_str().expect("text")];
    let ended = scratch.run_suite(args).run();
    if scratch.report().contains("Sandbox**: enforced") {
        assert_eq!(
            ended.records().outcomes(),
            [("allowed", "passed"), ("denied", "failed")]
        );
        assert!(!scratch.exists("denied"));
    } else {
        // The kernel cannot: that has to be said.
        ended.says(["warning: sandbox"]);
    }
    scratch.run_suite(["--sandbox", "off"]).exits(0);
    assert!(scratch.exists("denied"));
}

#[test]
fn requests_from_other_sites_are_refused() {
    let scratch = Scratch::new();
    let (serve, url) = served(serve(&scratch));
    let command = json!({ "command": "touch owned" }).to_string();
    for request in [
        format!(
            "POST /execute\nContent-Type: application/json\nOrigin: http://evil.example\n\n{command}"
        ),
        format!("POST /execute\nContent-Type: text/plain\n\n{command}"),
    ] {
        let answer = ask(&url, &request);
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    drop(serve);
}

#[test]
fn a_token_is_asked_for_and_a_run_that_has_it_passes() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.secret("token", "correct-horse\n");
    scratch.secret("wrong", "battery-staple\n");
    let (serve, url) = served(serve(&scratch).args(["--token-file", "token"]));
    let refused = ask(&url, &format!("{EXECUTE}{}", json!({ "command": "true" })));
    assert!(refused.starts_with("HTTP/1.1 401"), "{refused}");

    scratch.run_suite(["--url", &url]).exits(103).says(["401"]);
    scratch
        .run_suite(["--url", &url, "--token-file", "wrong"])
        .exits(103)
        .says(["401"]);
    scratch
        .run_suite(["--url", &url, "--token-file", "token"])
        .exits(0);
    scratch
        .run_suite(["--url", &url])
        .env("GAUNTLET_TOKEN", "correct-horse")
        .exits(0);
    drop(serve);
}

#[test]
fn a_token_opens_it_to_other_machines_only_when_that_is_asked_for() {
    let scratch = Scratch::new();
    scratch.secret("token", "correct-horse\n");
    let args = ["serve", "--listen", "0.0.0.0:0", "--token-file", "token"];
    scratch
        .gauntlet(args)
        .exits(2)
        .says(["can be reached from other machines"]);
    let (serve, _) = served(scratch.gauntlet(args).args(["--allow-remote"]));
    serve.signal(Signal::TERM);
    assert_eq!(serve.wait().code, Some(143));
}
