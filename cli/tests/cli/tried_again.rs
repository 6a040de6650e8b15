//! Cases that are tried again: flaky ones, those that stay unclear, and a turn in whose middle the program is killed.

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::support::{Ended, Scratch};

/// A case that fails when it is tried for the first time, and passes from then on.
fn flaky_suite() -> (Scratch, String) {
    let scratch = Scratch::new();
    scratch.write("counter", "0");
    let counter = scratch.path("counter").display().to_string();
    let command =
        format!("n=$(cat {counter}); echo $((n + 1)) > {counter}; echo \"try $n\"; [ $n -gt 0 ]");
    let retries = json!({ "max": 2, "on": ["failed"], "pause": "10ms" });
    let case = json!({ "id": "flaky", "command": command, "retries": retries });
    scratch.suite("suite.json", [case]);
    (scratch, counter)
}

fn run_flaky(fails: &str, code: i32) -> (Scratch, Ended) {
    let (scratch, counter) = flaky_suite();
    let flaky = format!("--flaky={fails}");
    let ended = scratch
        .run_suite(["--json", &flaky, "--sandbox-allow", &counter])
        .args(["--report", "tap=a.tap", "--report", "junit=a.xml"])
        .args(["--report", "json=a.json", "--report", "md=a.md"])
        .exits(code);
    (scratch, ended)
}

#[test]
fn a_flaky_case_is_told_as_one_everywhere_and_fails_nothing_by_itself() {
    let (scratch, ended) = run_flaky("pass", 0);
    let records = ended.records();
    let record = records.case("flaky");
    let told = (&record["case_verdict"], &record["outcome"], &record["try"]);
    assert_eq!(told, (&json!("flaky"), &json!("passed"), &json!(2)));
    assert_eq!(records.of("attempt_finished").count(), 1);
    assert_eq!(
        (&records.finish()["flaky"], &records.finish()["problems"]),
        (&json!(1), &json!([]))
    );
    let tap = scratch.read("a.tap");
    let line = "ok 1 - flaky # flaky: tried 2 times, of which it passed once\n";
    assert!(tap.contains(&format!("\n{line}")), "{tap}");
    assert!(tap.contains("exit code 1 instead of 0"), "{tap}");
    let junit = scratch.read("a.xml");
    assert!(junit.contains(r#"failures="0" errors="0""#), "{junit}");
    assert!(junit.contains("<flakyFailure "), "{junit}");
    let report: Value = serde_json::from_str(&scratch.read("a.json")).expect("JSON");
    assert_eq!(report["cases"][0]["verdict"], "flaky", "{report}");
    assert!(scratch.read("a.md").contains("🔁 FLAKY"));
    let flaky: i64 = scratch
        .ledger()
        .one("SELECT count FROM verdict_totals WHERE verdict = 'flaky'");
    assert_eq!(flaky, 1);
}

#[test]
fn a_flaky_case_fails_the_run_where_that_is_asked_for() {
    let (scratch, ended) = run_flaky("fail", 101);
    assert_eq!(ended.records().finish()["problems"], json!(["case-flaky"]));
    let tap = scratch.read("a.tap");
    let lines: Vec<_> = tap.lines().filter(|it| it.contains("ok ")).collect();
    let line = "not ok 1 - flaky # flaky: tried 2 times, of which it passed once";
    assert_eq!(lines, [line], "{tap}");
    let junit = scratch.read("a.xml");
    assert!(junit.contains(r#"failures="1" errors="0""#), "{junit}");
    assert!(junit.contains(r#"type="flaky""#), "{junit}");
}

#[test]
fn a_case_that_its_suite_repeats_and_that_stays_unclear_is_no_success() {
    let repeat = json!({ "min": 2, "max": 3, "success_rate": 0.9 });
    let scratch =
        Scratch::with_cases([json!({ "id": "often", "command": "true", "repeat": repeat })]);
    let ended = scratch
        .run_suite(["--json", "--report", "tap=a.tap", "--report", "junit=a.xml"])
        .exits(102);
    let records = ended.records();
    assert_eq!(records.case("often")["case_verdict"], "inconclusive");
    assert_eq!(records.case("often")["tries"]["made"], 3);
    let tap = scratch.read("a.tap");
    let points: Vec<_> = tap.lines().filter(|it| it.contains("ok ")).collect();
    assert_eq!(points, ["not ok 1 - often"], "{tap}");
    assert!(tap.contains("outcome: \"inconclusive\""), "{tap}");
    let junit = scratch.read("a.xml");
    assert!(junit.contains(r#"type="inconclusive""#), "{junit}");
    assert!(!junit.contains("case-inconclusive"), "{junit}");
}

#[test]
fn a_turn_in_whose_middle_the_program_is_killed_goes_on_and_counts_once() {
    let scratch = Scratch::new();
    scratch.write("counter", "0");
    let counter = scratch.path("counter").display().to_string();
    let (mut witness, mut barrier) = (scratch.witness("witness"), scratch.barrier("barrier"));
    let held = witness.command(&barrier.command());
    let command = format!(
        "n=$(cat {counter}); echo $((n + 1)) > {counter}; case $n in 0) exit 1;; 1) {held};; esac"
    );
    let retries = json!({ "max": 2, "on": ["failed"], "pause": "1ms" });
    scratch.suite(
        "suite.json",
        [json!({ "id": "flaky", "command": command, "retries": retries })],
    );
    let pipe = scratch.path("barrier").display().to_string();
    let allowed = [
        "--sandbox-allow",
        &counter,
        "--sandbox-allow",
        witness.path(),
        "--sandbox-allow",
        &pipe,
    ];
    let soak = scratch.soak(["--json", "--iterations", "2"]);
    let mut running = soak.args(allowed).spawn();
    // The first attempt failed; the second is in the ledger, and its command runs.
    running.wait_for(r#""type":"attempt_finished""#);
    running.wait_for(r#""type":"attempt_started""#);
    witness.wait_for_start();
    running.signal(Signal::KILL);
    assert_eq!(running.wait().signal, Some(9));
    barrier.open();
    witness.wait_for_end();

    let ended = scratch
        .resume(["--json"])
        .args(["--url", "embedded"])
        .exits(0);
    let finish = ended.records().finish().clone();
    let attempts = scratch.ledger().attempts(1);
    let outcomes: Vec<_> = attempts
        .iter()
        .map(|it| (it.number, it.iteration, it.outcome))
        .collect();
    assert_eq!(
        outcomes,
        [
            (1, 1, "failed"),
            (2, 1, "interrupted"),
            (3, 1, "passed"),
            (4, 2, "passed")
        ]
    );
    let tries: String = scratch.ledger().one(
        "SELECT group_concat(try) FROM (SELECT try FROM attempts WHERE run_id = 1 ORDER BY number)",
    );
    assert_eq!(tries, "1,2,2,1");
    let verdicts: String = scratch.ledger().one(
        "SELECT group_concat(verdict || ' ' || count) FROM \
         (SELECT verdict, count FROM verdict_totals ORDER BY verdict)",
    );
    assert_eq!(verdicts, "flaky 1,pass 1");
    let counted = ["cases", "passed", "failed", "flaky"].map(|key| finish[key].clone());
    assert_eq!(counted, [4, 2, 1, 1].map(Value::from), "{finish}");
}
