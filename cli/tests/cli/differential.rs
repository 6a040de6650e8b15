//! One suite over every transport: the dialect must not change what is found.

use serde_json::{Value, json};

use crate::support::Scratch;

const TRANSPORTS: [&str; 4] = ["ndjson", "sse", "auto", "websocket"];

/// Cases whose outcomes cover what a command can do to its executor.
fn cases() -> Vec<Value> {
    let timeout = 2;
    vec![
        json!({ "id": "both-channels", "command": "echo a; echo b >&2; printf 'no line end'",
                "expected_patterns": ["a", "b", "no line end"] }),
        json!({ "id": "exit-code", "command": "exit 7" }),
        json!({ "id": "expected-exit-code", "command": "exit 7", "expected_exit_code": 7 }),
        json!({ "id": "missing-pattern", "command": "echo a", "expected_patterns": ["b"] }),
        json!({ "id": "across-lines", "command": "echo one; echo two",
                "expected_patterns": ["one\ntwo"] }),
        json!({ "id": "no-output", "command": "true" }),
        json!({ "id": "no-utf-8", "command": "printf 'caf\\303\\251 \\377 end'",
                "expected_patterns": ["CAFÉ", "\u{fffd}", "end"] }),
        json!({ "id": "escapes", "command": r#"printf '"quoted" \\ back\tslash\033[31m'"#,
                "expected_patterns": ["\"quoted\" \\ back\tslash\u{1b}[31m"] }),
        json!({ "id": "many-lines", "command": "seq 1 30000", "expected_patterns": ["\n30000"] }),
        json!({ "id": "long-line", "command": "head -c 200000 /dev/zero | tr '\\0' x; echo; echo end",
                "expected_patterns": ["xx\nend"] }),
        json!({ "id": "killed", "command": "kill -9 $$" }),
        json!({ "id": "timeout", "command": "echo begun; sleep 60", "timeout": 1 }),
        json!({ "id": "stall", "command": "echo begun; sleep 60", "timeout": timeout,
                "stall_timeout": "300ms" }),
        json!({ "id": "requires", "command": "true", "requires": ["surely-not-installed"] }),
    ]
}

/// What a run found out about a case, without what may differ: times and counts of events.
fn findings_of(record: &Value) -> Value {
    let fields = [
        "case",
        "verdict",
        "outcome",
        "exit_code",
        "patterns_found",
        "findings",
    ];
    fields
        .iter()
        .map(|field| (field.to_string(), record[*field].clone()))
        .collect()
}

#[test]
fn one_suite_over_all_transports_gives_the_same_verdicts() {
    let scratch = Scratch::with_cases(cases());
    let mut expected: Option<Vec<Value>> = None;
    for transport in TRANSPORTS {
        let ended = scratch
            .run_suite(["--json", "--transport", transport])
            .exits(100);
        let records = ended.records();
        let ids = cases();
        let found: Vec<_> = ids
            .iter()
            .map(|case| findings_of(records.case(case["id"].as_str().unwrap_or_default())))
            .collect();
        let passed = found
            .iter()
            .filter(|case| case["verdict"] == "pass")
            .count();
        assert_eq!(passed, 8, "{transport}: {found:#?}");
        match &expected {
            None => expected = Some(found),
            Some(expected) => assert_eq!(&found, expected, "{transport}"),
        }
    }
}
