//! The faults of `gauntlet serve --fault`, seen through the program over every transport: outcome class,
//! finding and a bound on how long it takes.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Running, Scratch};

/// The kind, the class of the outcome, and the findings that name it over NDJSON and server-sent events,
/// and over WebSockets.
pub(crate) const FAULTS: &[(&str, &str, &str, &str)] = &[
    ("hang:after=1", "timed-out", "", ""),
    ("reset", "infrastructure-error", "", ""),
    (
        "fin-in-chunk",
        "infrastructure-error",
        "truncated-body",
        "truncated-body",
    ),
    ("cut-line", "infrastructure-error", "missing-terminal", ""),
    ("cut-utf8", "passed", "bad-utf8", "bad-utf8"),
    ("heartbeats-only", "stalled", "", ""),
    ("error-event", "failed", "", ""),
    ("endless-line", "timed-out", "", ""),
    ("flood", "timed-out", "", ""),
    (
        "drop-terminal",
        "infrastructure-error",
        "missing-terminal",
        "",
    ),
    (
        "duplicate-terminal",
        "infrastructure-error",
        "duplicate-terminal",
        "duplicate-terminal",
    ),
    (
        "event-after-terminal",
        "infrastructure-error",
        "event-after-terminal",
        "event-after-terminal",
    ),
    (
        "exit-code-string",
        "infrastructure-error",
        "bad-exit-code",
        "bad-exit-code",
    ),
    (
        "exit-code-null",
        "infrastructure-error",
        "bad-exit-code",
        "bad-exit-code",
    ),
    (
        "exit-code-missing",
        "infrastructure-error",
        "bad-exit-code",
        "bad-exit-code",
    ),
    (
        "timeout-masked",
        "infrastructure-error",
        "server-timeout-masked",
        "server-timeout-masked",
    ),
];

/// No fault takes longer to be noticed than its case's timeout and the second in which an executor may say
/// so itself, and generously more on a busy machine.
const NOTICED_WITHIN: Duration = Duration::from_secs(20);

/// The word in the command by which the executor knows which fault to commit.
fn word(kind: &str) -> String {
    format!("<{}>", kind.replace([':', '='], "-"))
}

pub(crate) fn case(kind: &str) -> Value {
    let mut case = json!({
        "id": kind,
        "command": format!("echo '{} caf\u{e9}'; echo two", word(kind)),
        "timeout": 1,
    });
    if kind == "heartbeats-only" {
        case["stall_timeout"] = "500ms".into();
    }
    case
}

/// The options that make a served executor commit all faults.
pub(crate) fn faults() -> Vec<String> {
    let separator = |kind: &str| if kind.contains(':') { ',' } else { ':' };
    FAULTS
        .iter()
        .map(|(kind, ..)| format!("--fault={kind}{}match={}", separator(kind), word(kind)))
        .collect()
}

/// A server on a free port, and its URL for this transport.
pub(crate) fn served(scratch: &Scratch, options: &[String], transport: &str) -> (Running, String) {
    let args = ["serve", "--listen", "127.0.0.1:0"].into_iter();
    let mut serve = scratch
        .gauntlet(args.chain(options.iter().map(String::as_str)))
        .spawn();
    let line = serve.wait_for("listening on");
    let address = line
        .split("http://")
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let address = address.unwrap_or_else(|| panic!("no URL in {line}"));
    let url = match transport {
        "websocket" => format!("ws://{address}/ws/mcp"),
        _ => format!("http://{address}"),
    };
    (serve, url)
}

fn run_over(transport: &str) {
    let scratch = Scratch::with_cases(FAULTS.iter().map(|(kind, ..)| case(kind)));
    let (_serve, url) = served(&scratch, &faults(), transport);
    let started = Instant::now();
    let ended = scratch
        .run_suite(["--json", "--url", &url, "--transport", transport])
        .exits(100);
    let records = ended.records();
    for (kind, outcome, finding, websocket_finding) in FAULTS {
        let record = records.case(kind);
        assert_eq!(record["outcome"], *outcome, "{transport}: {record}");
        let finding = if transport == "websocket" {
            websocket_finding
        } else {
            finding
        };
        let findings = record["findings"].as_array().cloned().unwrap_or_default();
        let is_named = findings.iter().any(|it| it["code"] == *finding);
        assert!(
            finding.is_empty() || is_named,
            "{transport}: no {finding} in {record}"
        );
        assert!(
            record["elapsed_ms"].as_f64() < Some(5000.0),
            "{transport}: {record}"
        );
    }
    assert!(
        started.elapsed() < NOTICED_WITHIN,
        "{transport}: {:?}",
        started.elapsed()
    );
}

#[test]
fn served_faults_are_noticed_over_ndjson() {
    run_over("ndjson");
}

#[test]
fn served_faults_are_noticed_over_server_sent_events() {
    run_over("sse");
}

#[test]
fn served_faults_are_noticed_over_web_sockets() {
    run_over("websocket");
}
