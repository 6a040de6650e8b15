//! `docs/records.md` against what the program writes.

use std::collections::{BTreeMap, BTreeSet};

use misbehaving_executor::{Script, fault};
use serde_json::{Value, json};

use crate::support::{Scratch, case, serving};

const DOCUMENT: &str = include_str!("../../../docs/records.md");
const README: &str = include_str!("../../../README.md");

/// The keys of each type of record that the document has, but for `type`.
fn documented() -> BTreeMap<&'static str, BTreeSet<String>> {
    let mut keys = BTreeMap::new();
    for section in DOCUMENT.split("\n## ").skip(1) {
        let (heading, body) = section.split_once('\n').expect("a section has a body");
        let mut of_section: BTreeSet<String> = BTreeSet::new();
        let rows = body.lines().filter_map(|line| line.strip_prefix("| `"));
        for row in rows {
            let cell = row.split(" |").next().unwrap_or_default();
            let names = cell
                .split('`')
                .filter(|name| !name.trim_matches([',', ' ']).is_empty());
            of_section.extend(names.map(str::to_owned));
        }
        for kind in heading.split('`').filter(|word| word.contains('_')) {
            keys.insert(kind, of_section.clone());
        }
    }
    keys
}

/// The examples, by the types of their records.
fn examples() -> BTreeMap<String, Value> {
    let blocks = DOCUMENT.split("```json\n").skip(1);
    let lines = blocks.map(|block| block.split('\n').next().expect("a line"));
    lines
        .map(|line| {
            let record: Value = serde_json::from_str(line).expect("an example is JSON");
            (record["type"].as_str().expect("a type").to_owned(), record)
        })
        .collect()
}

/// The keys of a record, with those further inside as the document writes them: `findings[].code`.
fn keys(record: &Value) -> BTreeSet<String> {
    fn collect(value: &Value, prefix: &str, keys: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    let path = match prefix {
                        "" => name.clone(),
                        prefix => format!("{prefix}.{name}"),
                    };
                    collect(value, &path, keys);
                    keys.insert(path);
                }
            }
            Value::Array(values) => {
                let inside = format!("{prefix}[]");
                values
                    .iter()
                    .for_each(|value| collect(value, &inside, keys));
            }
            _ => {}
        }
    }
    let mut all = BTreeSet::new();
    collect(record, "", &mut all);
    all.remove("type");
    all
}

/// Fails where a record has a key that is not documented, or lacks one that is always there.
#[track_caller]
fn assert_documented(stdout: &str) -> BTreeSet<String> {
    let documented = documented();
    let mut seen = BTreeSet::new();
    for line in stdout.lines() {
        let record: Value = serde_json::from_str(line).expect("a record is JSON");
        let kind = record["type"].as_str().expect("a type");
        let known = documented
            .get(kind)
            .unwrap_or_else(|| panic!("no section is about {kind}"));
        let keys = keys(&record);
        let unknown: Vec<_> = keys.difference(known).collect();
        assert!(
            unknown.is_empty(),
            "{kind} has {unknown:?}, which docs/records.md does not"
        );
        let outer = known.iter().filter(|key| !key.contains(['.', '[']));
        let missing: Vec<_> = outer.filter(|key| !keys.contains(*key)).collect();
        assert!(missing.is_empty(), "{kind} lacks {missing:?}: {line}");
        seen.insert(kind.to_owned());
        seen.extend(keys.iter().map(|key| format!("{kind}.{key}")));
    }
    seen
}

#[test]
fn the_examples_have_every_documented_key_and_no_other() {
    let examples = examples();
    for (kind, documented) in documented() {
        let example = examples.get(kind).or_else(|| examples.get("case_finished"));
        let of_example = keys(example.unwrap_or_else(|| panic!("no example of {kind}")));
        assert_eq!(of_example, documented, "{kind}");
    }
}

#[test]
fn the_record_in_the_readme_is_one_that_the_program_writes() {
    let is_record = |line: &&str| line.starts_with(r#"{"type":"case_finished""#);
    let records: Vec<_> = README.lines().filter(is_record).collect();
    assert_eq!(records.len(), 1);
    let seen = assert_documented(records[0]);
    let scratch = Scratch::with_cases([json!({
        "id": "stream", "command": "echo step 1; echo step 3", "expected_patterns": ["step 1", "step 3"],
    })]);
    let stdout = scratch.run_suite(["--json"]).exits(0).stdout;
    let written = stdout.lines().find(is_record).expect("a case ended");
    assert_eq!(seen, assert_documented(written));
}

#[test]
fn every_key_of_a_run_over_the_shipped_suite_is_documented() {
    let scratch = Scratch::with_shipped_configs();
    let seen = assert_documented(&scratch.gauntlet(["run", "--json"]).run().stdout);
    assert!(
        seen.contains("case_finished.elapsed_ms") && seen.contains("run_finished.gates[].holds")
    );
}

#[test]
fn every_key_of_a_load_is_documented() {
    let scratch = Scratch::with_cases([case("a", "true"), case("b", "false")]);
    let args = [
        "load",
        "suite.json",
        "--json",
        "--rate",
        "20/s",
        "--duration",
        "1500ms",
    ];
    let gate = ["--gate", "p95.duration < 1m"];
    let seen = assert_documented(&scratch.gauntlet(args).args(gate).run().stdout);
    for key in [
        "load_started.model",
        "load_second.outcomes.passed",
        "load_finished.lag_ms.p999",
        "load_finished.gates[].holds",
    ] {
        assert!(seen.contains(key), "{key}");
    }
}

#[test]
fn every_key_of_a_search_for_the_capacity_is_documented() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let args = [
        "load",
        "suite.json",
        "--json",
        "--find-capacity",
        "--max-trials",
        "1",
        "--trial-duration",
        "1s",
        "--gate",
        "p50.duration < 1m",
    ];
    let seen = assert_documented(&scratch.gauntlet(args).run().stdout);
    for key in [
        "capacity_started.resolution",
        "capacity_trial.gates[].holds",
        "capacity_finished.known.low_per_second",
    ] {
        assert!(seen.contains(key), "{key}");
    }
}

#[test]
fn every_key_of_runs_with_faults_is_documented() {
    let mut seen = BTreeSet::new();
    for name in [
        "not-json",
        "missing-terminal",
        "fin-inside-chunk",
        "ws-notices",
    ] {
        let server = fault(name).start().expect("the server starts");
        let url = match name.starts_with("ws-") {
            true => server.url().replacen("http", "ws", 1),
            false => server.url(),
        };
        let scratch = Scratch::with_cases([case("a", "x"), case("b", "x")]);
        let ended = scratch.run_suite(["--json", "--url", &url]).run();
        seen.extend(assert_documented(&ended.stdout));
    }
    for key in [
        "case_finished.findings[].detail",
        "case_finished.notices[].message",
    ] {
        assert!(seen.contains(key), "{key}: {seen:?}");
    }
    let gone = serving(Script::refusing());
    let scratch = Scratch::with_cases([case("a", "x")]);
    let ended = scratch
        .run_suite(["--json", "--url", &gone.url()])
        .exits(103);
    assert!(assert_documented(&ended.stdout).contains("health_changed"));
}

#[test]
fn every_key_of_an_agent_is_documented() {
    let lines = [
        json!({ "type": "system", "subtype": "init", "session_id": "s", "model": "m" }),
        json!({ "type": "result", "subtype": "success", "is_error": false, "result": "4", "num_turns": 1,
            "total_cost_usd": 0.01, "duration_ms": 5, "session_id": "s",
            "usage": { "input_tokens": 1, "output_tokens": 2 } }),
    ];
    let lines = lines.map(|line| line.to_string()).join("\n");
    let scratch = Scratch::with_cases([json!({
        "id": "ask",
        "command": format!("cat <<'END'\n{lines}\nEND"),
        "output_format": "claude-stream-json",
    })]);
    let ended = scratch.run_suite(["--json"]).run();
    let seen = assert_documented(&ended.stdout);
    assert!(
        seen.contains("case_finished.agent.tokens.input"),
        "{}",
        ended.stdout
    );
}

#[test]
fn every_key_of_a_soak_is_documented() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    let ended = scratch.soak(["--json", "--iterations", "2"]).exits(0);
    let seen = assert_documented(&ended.stdout);
    assert!(seen.contains("attempt_finished"));
}
