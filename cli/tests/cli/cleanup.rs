//! Processes that an attempt which ended early has left behind.

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::support::{Records, Scratch};

/// A command that is cut off after a second and starts a process that the embedded executor cannot
/// find: it leaves the process group and drops the variable by which leftovers are known.
fn leaking() -> Value {
    let command = "setsid env -u TMPDIR sleep 60 >/dev/null 2>&1 & sleep 60";
    json!({ "id": "leaking", "command": command, "timeout": 1 })
}

/// The processes that the finding about the case names.
fn leaked(records: &Records) -> Vec<i32> {
    let findings = records.case("leaking")["findings"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let details = findings
        .iter()
        .filter(|finding| finding["code"] == "leaked-process");
    let processes = details.flat_map(|finding| {
        let detail = finding["detail"].as_str().unwrap_or_default().to_owned();
        detail.split(", ").map(str::to_owned).collect::<Vec<_>>()
    });
    let pids = processes.filter_map(|process| process.split(' ').next()?.parse().ok());
    pids.collect()
}

#[test]
fn a_process_that_outlives_its_attempt_is_found_and_named() {
    let scratch = Scratch::with_cases([leaking()]);
    let ended = scratch.run_suite(["--json"]).exits(100);
    let found = leaked(&ended.records());
    for pid in found.iter().filter_map(|pid| Pid::from_raw(*pid)) {
        kill_process(pid, Signal::KILL).expect("it is still there");
    }
    assert_eq!(found.len(), 1, "{ended}");
    assert!(scratch.report().contains("leaked-process"));
}

#[test]
fn without_the_probe_nothing_is_looked_for_and_the_command_is_sent_as_it_is() {
    let scratch = Scratch::with_cases([
        json!({ "id": "case", "command": "echo \"<$GAUNTLET_EXECUTION>\"", "expected_patterns": ["<>"] }),
    ]);
    scratch.run_suite(["--cleanup-probe", "off"]).exits(0);
    scratch.run_suite(["--cleanup-probe", "on"]).exits(100);
}
