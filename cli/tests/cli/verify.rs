//! Suites that are checked and not run.

use serde_json::json;

use crate::support::{Scratch, case};

#[test]
fn a_valid_suite_is_described_and_nothing_runs() {
    let scratch = Scratch::with_shipped_configs();
    let suites = [
        "configs/simple_stress_tests.json",
        "configs/categorised_example.json",
    ];
    let ended = scratch.gauntlet(["verify"]).args(suites).exits(0);
    let lines: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(
        lines,
        [
            "configs/simple_stress_tests.json: valid, 10 cases, 3 of them require `claude`, 2 gates",
            "configs/categorised_example.json: valid, 6 cases",
        ]
    );
    assert_eq!(ended.stderr, "");
    assert!(!scratch.exists("reports"), "neither a report nor a log");
}

#[test]
fn run_with_verify_only_is_the_same_as_verify() {
    let scratch = Scratch::with_shipped_configs();
    scratch.write("invalid.json", r#"{"tests": [{"id": "a"}]}"#);
    let suites = ["configs/simple_stress_tests.json", "invalid.json"];
    let verified = scratch.gauntlet(["verify"]).args(suites).exits(2);
    for ended in [
        scratch
            .gauntlet(["run", "--verify-only"])
            .args(suites)
            .exits(2),
        scratch
            .gauntlet(["run"])
            .args(suites)
            .env("GAUNTLET_VERIFY_ONLY", "1")
            .exits(2),
    ] {
        assert_eq!(
            (&ended.stdout, &ended.stderr),
            (&verified.stdout, &verified.stderr)
        );
    }
    scratch.gauntlet(["run", "--verify-only"]).exits(0);
    assert!(!scratch.exists("reports"));
}

#[test]
fn all_mistakes_are_shown_at_once_each_with_its_place_and_its_line() {
    let scratch = Scratch::new();
    scratch.write(
        "suite.json",
        r#"{
  "tests": [
    {"id": "a", "command": "echo", "expected_pattern": ["x"]},
    {"id": "a", "command": ""},
    {"id": "c", "command": "echo", "timeout": 0},
    {"id": "d"}
  ]
}
"#,
    );
    let ended = scratch.gauntlet(["verify", "suite.json"]).exits(2);
    ended.says([
        "suite.json:3:36: unknown key `expected_pattern`",
        "did you mean `expected_patterns`?",
        "suite.json:4:12: duplicate id `a`",
        "suite.json:4:28: the command is empty",
        "suite.json:5:47:",
        "suite.json:6:5:",
        r#"4 | {"id": "a", "command": ""},"#,
    ]);
    assert_eq!(ended.stdout, "", "{ended}");
}

/// A suite whose only case has a pattern that any output with a time in it has.
const VACUOUS: &str = r#"{
  "tests": [
    {"id": "sum", "command": "expr 2 + 2", "expected_patterns": ["4"]},
    {"id": "other", "command": "expr 2 + 2", "expected_patterns": [{"word": "4"}]}
  ]
}
"#;

#[test]
fn what_is_hardly_meant_is_a_warning_with_its_place_and_a_way_out() {
    let scratch = Scratch::new();
    scratch.write("suite.json", VACUOUS);
    let ended = scratch.gauntlet(["verify", "suite.json"]).exits(0);
    ended.says([
        r#"suite.json:3:66: warning[vacuous-pattern]: the pattern "4" is found in any timestamp"#,
        r#"3 | {"id": "sum", "command": "expr 2 + 2", "expected_patterns": ["4"]},"#,
        r#"= help: ask for more of the line, or for the word alone: {"word": "4"}"#,
        "suite.json:4:32: warning[same-command]",
    ]);
    assert_eq!(ended.stdout, "suite.json: valid, 2 cases\n");
    let quiet = scratch.gauntlet(["verify", "suite.json", "-q"]).exits(0);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn lints_that_are_denied_are_errors() {
    let scratch = Scratch::new();
    scratch.write("suite.json", VACUOUS);
    let denied = |codes: &[&str]| {
        let flags = codes.iter().flat_map(|code| ["--deny", *code]);
        let arguments = ["verify", "-q", "suite.json"].into_iter().chain(flags);
        scratch.gauntlet(arguments.collect::<Vec<_>>())
    };
    let one = denied(&["same-command"]).exits(2);
    one.says(["4:32: error[same-command]"]);
    assert!(!one.stderr.contains("vacuous"), "{one}");
    let all = denied(&["lint"]).exits(2);
    all.says(["error[vacuous-pattern]", "error[same-command]"]);
    denied(&["empty-match,id-collision"]).exits(0);
    let unknown = denied(&["vacuous"]).exits(2);
    unknown.says(["there is no lint `vacuous`, did you mean `vacuous-pattern`?"]);
    let variable = scratch.gauntlet(["verify", "suite.json"]);
    variable.env("GAUNTLET_DENY", "lint").exits(2);
    denied(&["lint"])
        .env("GAUNTLET_DENY", "empty-match")
        .exits(2);
}

#[test]
fn the_schemas_for_editors_are_printed_as_they_are_checked_in() {
    let scratch = Scratch::with_shipped_configs();
    for subject in ["suite", "settings"] {
        let ended = scratch.gauntlet(["schema", subject]).exits(0);
        let schema: serde_json::Value = serde_json::from_str(&ended.stdout).expect("JSON");
        assert!(schema["title"].is_string());
        let path = format!(
            "{}/../configs/schema/{subject}.schema.json",
            env!("CARGO_MANIFEST_DIR")
        );
        assert_eq!(
            ended.stdout,
            std::fs::read_to_string(path).expect("readable")
        );
    }
    scratch.gauntlet(["schema", "reports"]).exits(2);
}

#[test]
fn after_an_invalid_suite_the_others_are_checked_all_the_same() {
    let scratch = Scratch::with_cases([case("a", "true")]);
    scratch.write("invalid.json", "[");
    let suites = ["invalid.json", "missing.json", ".", "suite.json"];
    let ended = scratch.gauntlet(["verify"]).args(suites).exits(2);
    ended.says([
        "invalid.json:1:",
        "missing.json: no such file",
        ".: a folder",
    ]);
    assert_eq!(ended.stdout, "suite.json: valid, 1 case\n");
}

#[test]
fn files_that_are_no_suites_are_told_apart() {
    let scratch = Scratch::new();
    let rows: &[(&[u8], &str)] = &[
        (b"", "suite.json:1:1"),
        (b"nonsense", "suite.json:1:1"),
        (b"{}", "no cases"),
        (b"[]", "suite.json:1:1"),
        (b"{\"tests\": []}", "no cases"),
        (
            b"{\"tests\": [{\"id\": \"a\", \"command\": \"\xff\"}]}",
            "UTF-8",
        ),
        (b"{\"tests\": {}}", "suite.json:1:11"),
        (b"{\"tests\": [{\"id\": \"\", \"command\": \"x\"}]}", "id"),
        (
            b"{\"tests\": [{\"id\": \"a\", \"command\": \"x\", \"timeout\": -1}]}",
            "negative",
        ),
        (
            b"{\"tests\": [{\"id\": \"a\", \"command\": \"x\", \"timeout\": 1e99}]}",
            "suite.json:1:51",
        ),
        (
            b"{\"tests\": [{\"id\": \"a\", \"command\": \"x\", \"expected_patterns\": [\"\"]}]}",
            "empty",
        ),
    ];
    for (content, words) in rows {
        scratch.write("suite.json", content);
        scratch
            .gauntlet(["verify", "suite.json"])
            .exits(2)
            .says([*words]);
    }
}

#[test]
fn a_byte_order_mark_and_foreign_keys_with_their_prefix_are_accepted() {
    let suite = json!({
        "$schema": "x", "metadata": { "a": 1 }, "x-owner": "me",
        "tests": [{ "id": "a", "command": "true", "x-note": [] }],
    });
    let scratch = Scratch::new();
    scratch.write("suite.json", format!("\u{feff}{suite}"));
    scratch.gauntlet(["verify", "suite.json"]).exits(0);
}
